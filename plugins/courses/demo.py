"""Invented courses of the demo offices, with people on their way, waiting and finished."""

from __future__ import annotations

import io
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from lms.plugin import (
    Activity,
    Completion,
    Enrolment,
    Record,
    Ref,
    World,
    add_owner,
    attach_file,
    children_of,
    locale,
    session,
    store_file,
)
from plugins.courses import assignments, authoring, certificates, starting, writing
from plugins.courses.assignment_models import Submission, SubmissionFile
from plugins.courses.forms import (
    AddCondition,
    AddStep,
    EditCourse,
    NewCourse,
    Review,
    StepSettings,
    WritePage,
)
from plugins.courses.models import Note, Place
from plugins.courses.outline import SECTION
from plugins.courses.rubric import criteria_of

_DAYS_AGO = (12, 45, 17, 9, 24, 38, 6, 15, 21, 30, 11, 19)
"""When people joined; whoever came long ago and did little is stuck."""
REPORT = """Gruppo: sette donne tra i 41 e i 56 anni, tutte tornate a cercare lavoro dopo aver assistito un familiare.

Azione: webinar per la ricerca di lavoro, due incontri da 45 minuti la sera, con annunci veri della zona.

Risultati: cinque su sette sono venute a entrambi gli incontri, quattro hanno mandato una candidatura, due hanno fatto un giorno di prova.

Che cosa ho imparato: la chiamata di prova del giorno prima vale più di tre promemoria. La prossima volta comincio più tardi, dopo le venti."""


def build_courses(world: World) -> None:
    """The practitioner path in both offices, and a small course for trainees in Siena."""
    with world.inside("siena"), locale("it"):
        path = _start_path(world, "trainer", "siena")
        people = ["practitioner", "counsellor", "tutor", "trainee2", "trainee3", "trainee4"]
        _let_people_learn(world, path, people, finished=("counsellor",), almost=("practitioner", "tutor"))
        _hand_in(world, path)
        small = _build_interview_course(world)
        add_owner(world.actor("trainer"), small, world.people["counsellor"].id)
        _let_people_learn(
            world, small, [f"trainee{n}" for n in range(2, 15)], finished=("trainee5", "trainee6")
        )
        _let_people_learn(world, small, ("trainee",), finished=())
        authoring.create_course(world.actor("trainer"), NewCourse(title="Sicurezza nei cantieri: le basi"))
    with world.inside("vienna"), locale("en"):
        path = _start_path(world, "trainer_vienna", "vienna")
        people = ["practitioner_vienna", "counsellor_vienna", *(f"trainee_vienna{n}" for n in range(2, 8))]
        _let_people_learn(world, path, people, finished=())


def _start_path(world: World, trainer: str, slug: str) -> uuid.UUID:
    actor = world.actor(trainer)
    course_id = starting.start_course(actor, "practitioner").course_id
    authoring.publish_course(actor, course_id)
    activity = session().get_one(Activity, course_id)
    activity.created_at = world.moment(120)
    world.things[f"course.{slug}.path"] = course_id
    return course_id


def _build_interview_course(world: World) -> uuid.UUID:
    actor = world.actor("trainer")
    course_id = authoring.create_course(
        actor, NewCourse(title="Il colloquio di lavoro: prepararsi in un’ora")
    )
    authoring.edit_course(
        actor, course_id,
        EditCourse(
            title="Il colloquio di lavoro: prepararsi in un’ora",
            summary="Che cosa vuole sapere chi ti ascolta, come raccontare ciò che sai fare, e tre domande da fare tu.",
            objectives="Raccontare un’esperienza in quattro frasi\nRispondere alle cinque domande più frequenti\nFare domande che mostrano interesse",
            has_certificate=True,
        ),
    )  # fmt: skip
    texts = (
        ("Che cosa vuole sapere chi ti ascolta", 10, "<p>Chi fa un colloquio ha tre domande in testa: <strong>sa fare</strong> questo lavoro? <strong>vuole farlo</strong> davvero? <strong>va d’accordo</strong> con noi?</p><p>Prendi l’annuncio e sottolinea che cosa chiede. Per ogni cosa scrivi quando l’hai già fatta, anche senza stipendio.</p><aside data-callout=\"tip\"><p>Un esempio con un numero resta in mente: “per due anni ho preparato quaranta pasti al giorno”.</p></aside>"),
        ("Raccontare in quattro frasi", 15, "<p>Una buona risposta ha quattro frasi:</p><ol><li>La situazione: dove eri, che cosa serviva.</li><li>Il tuo compito.</li><li>Che cosa hai fatto tu.</li><li>Che cosa ne è venuto.</li></ol><p>Scrivi una storia con questo schema e leggila ad alta voce. Deve durare meno di un minuto.</p>"),
        ("Le cinque domande che arrivano quasi sempre", 15, "<table><tbody><tr><th>Domanda</th><th>Che cosa aiuta</th></tr><tr><td>Mi parli di lei</td><td>Tre frasi: chi sei, che cosa sai fare, che cosa cerchi</td></tr><tr><td>Perché noi?</td><td>Una cosa vera che hai letto o visto dell’azienda</td></tr><tr><td>Un suo punto debole?</td><td>Uno vero, e che cosa fai per migliorare</td></tr><tr><td>Perché questa pausa?</td><td>Una frase semplice, senza scuse</td></tr><tr><td>Quanto vuole guadagnare?</td><td>La paga del contratto, letta prima</td></tr></tbody></table>"),
        ("Le tue domande, e il giorno dopo", 10, "<p>Chiedi sempre qualcosa: com’è una giornata tipica? Con chi lavorerei? Quando posso aspettarmi una risposta?</p><p>Il giorno dopo manda due righe di ringraziamento. Quasi nessuno lo fa.</p>"),
    )  # fmt: skip
    steps = []
    for title, minutes, html in texts:
        step_id = authoring.add_step(actor, course_id, AddStep(type="page", title=title))
        authoring.edit_step(actor, step_id, StepSettings(title=title, minutes=minutes, is_required=True))
        [page] = writing.pages_of(step_id)
        writing.save_draft(actor, page.id, "it", WritePage(html=html))
        steps.append(step_id)
    authoring.add_condition(actor, steps[2], AddCondition(kind="step", other_id=steps[1]))
    authoring.publish_course(actor, course_id)
    world.things["course.siena.interview"] = course_id
    return course_id


def _let_people_learn(
    world: World,
    course_id: uuid.UUID,
    keys: Sequence[str],
    *,
    finished: Sequence[str],
    almost: Sequence[str] = (),
) -> None:
    """Everybody has read a part of the steps, in order; some were not seen for weeks."""
    required = [each for each in children_of(course_id) if each.type != SECTION and each.is_required]
    rows: list[object] = []
    for number, key in enumerate(keys):
        person = world.people[key].id
        began = world.moment(_DAYS_AGO[number % len(_DAYS_AGO)], 8 + number % 9)
        rows.append(
            Enrolment(
                activity_id=course_id,
                user_id=person,
                state="active",
                asked_at=began,
                enrolled_at=began,
                created_at=began,
            )
        )
        count = number % (len(required) + 1)
        if key in finished:
            count = len(required)
        elif key in almost or count == len(required):
            count = len(required) - 1
        at = began
        for step in required[:count]:
            at = at + timedelta(days=1 + number % 3, hours=1)
            rows += _done(step, person, at)
        rows.append(_place(course_id, person, required[min(count, len(required) - 1)], at))
        if key in finished:
            rows.append(
                Completion(
                    activity_id=course_id, user_id=person, completed_at=at, rule="children", rule_version=1
                )
            )
    session().add_all(rows)
    session().flush()
    for key in finished:
        certificates.issue_certificate(course_id, world.people[key].id)
    session().add(
        Note(
            step_id=required[0].id,
            user_id=world.people[keys[0]].id,
            text="Da provare con il gruppo del martedì.",
        )
    )


def _done(step: Activity, person: uuid.UUID, at: datetime) -> list[object]:
    verbs = {
        "viewed": "viewed",
        "own_tick": "ticked",
        "confirmed": "confirmed",
        "submitted": "submitted",
        "attended": "attended",
    }
    verb = verbs.get(step.completion_rule, "scored")
    result = {"attended": {"minutes": 90}, "scored": {"score": 80, "points": 8, "max": 10}}.get(verb, {})
    value = {"attended": 90, "scored": 80}.get(verb)
    record = Record(
        user_id=person, verb=verb, object=str(Ref.of("core", "activity", step.id)), result=result, at=at
    )
    done = Completion(
        activity_id=step.id,
        user_id=person,
        completed_at=at,
        rule=step.completion_rule,
        rule_version=1,
        value=value,
    )
    return [record, done]


def _place(course_id: uuid.UUID, person: uuid.UUID, step: Activity, at: datetime) -> Place:
    return Place(
        course_id=course_id, user_id=person, step_id=step.id, seen_at=at + timedelta(hours=2), depth=300
    )


def _hand_in(world: World, course_id: uuid.UUID) -> None:
    """One report was accepted, one waits, one came back."""
    report = next(each for each in children_of(course_id) if each.type == "assignment")
    criteria = criteria_of(report.id)
    for number, (key, state) in enumerate(
        (("counsellor", "accepted"), ("practitioner", "submitted"), ("tutor", "returned"))
    ):
        row = Submission(
            activity_id=report.id, user_id=world.people[key].id, state="submitted", text=REPORT, round=1,
            submitted_at=world.moment(9 - number, 15),
        )  # fmt: skip
        session().add(row)
        session().flush()
        if state == "submitted":
            with io.BytesIO(b"data;persone\n14 maggio;5\n21 maggio;5\n") as body:
                file = store_file(world.actor(key), body, "presenze.csv", assignments.PURPOSE)
            attach_file(file, Ref.of("courses", "submission", row.id))
            session().add(SubmissionFile(submission_id=row.id, file_id=file.id))
        else:
            points = {each.id: each.points - (index + number) % 3 for index, each in enumerate(criteria)}
            feedback = (
                "Una relazione chiara: si capisce che cosa rifare."
                if state == "accepted"
                else "Mancano i numeri di partenza: com’era prima dell’azione?"
            )
            assignments.review(
                world.actor("trainer"), row.id, Review(outcome=state, feedback=feedback), points
            )
