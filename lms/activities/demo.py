"""Demo data: six months of events, with people who came, waited and did not come."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from lms.activities.completion import evaluate, ref_of
from lms.activities.forms import CreateActivity, EditActivity
from lms.activities.models import Activity, Enrolment
from lms.activities.service import create_activity, edit_activity, set_state
from lms.store.base import session
from lms.store.records import write_record

if TYPE_CHECKING:
    from lms.demo import World

SIENA: tuple[tuple[str, str, str, float, int, int | None], ...] = (
    # title, summary, place, days ago (negative: still to come), hours, places
    ("Giornata informativa: i servizi online del centro", "Come iscriversi, cercare offerte e prenotare un colloquio dal telefono.", "Sala delle Lupe", 170, 2, 20),
    ("Laboratorio: il curriculum che si legge in trenta secondi", "Portate il vostro curriculum, anche scritto a mano.", "Aula 2", 141, 3, 12),
    ("Incontro con le aziende agricole della Val d’Orcia: colloqui brevi, contratti stagionali e alloggio", "Sette aziende cercano personale per la vendemmia.", "Fortezza Medicea", 96, 4, 30),
    ("Open day della formazione", "Tutti i corsi del prossimo semestre, con chi li tiene.", "Centro per l’impiego", 61, 3, None),
    ("Colloquio simulato", "Mezz’ora con un selezionatore vero, poi un parere sincero.", "Aula 1", 24, 2, 8),
    ("Job day: turismo e accoglienza", "Alberghi e ristoranti della provincia incontrano chi cerca lavoro.", "Santa Maria della Scala", -4, 5, 25),
    ("Gruppo di conversazione: italiano per il lavoro", "Ogni martedì, per chi vuole parlare senza paura.", "Biblioteca comunale", -9, 1, 10),
    ("Personal branding: che cosa trova di te un’azienda", "Profilo, foto, tre prove: si lavora sul proprio.", "Aula 2", -16, 3, 12),
)  # fmt: skip

VIENNA: tuple[tuple[str, str, str, float, int, int | None], ...] = (
    ("Information evening for newcomers", "What the employment service does for you, in plain words.", "Hall A", 150, 2, 40),
    ("Workshop: your strengths on one page", "Bring one thing you are proud of.", "Room 3", 88, 3, 12),
    ("Career fair: health and care", "Twelve employers, short talks, on-the-spot interviews.", "Ringgasse 7", 33, 5, None),
    ("Practice interviews in German and English", "Half an hour with a recruiter, then honest feedback.", "Room 1", -3, 2, 6),
    ("Employer morning: rail and public transport", "Meet the people who hire drivers, mechanics and planners.", "Hall A", -11, 4, 30),
)  # fmt: skip


def add_events(world: World) -> None:
    """Create the events of both offices and let people take part."""
    for slug, trainer, events in (("siena", "trainer", SIENA), ("vienna", "trainer_vienna", VIENNA)):
        with world.inside(slug):
            for number, (title, summary, place, days_ago, hours, places) in enumerate(events):
                actor = world.actor(trainer, slug)
                activity = create_activity(actor, CreateActivity(title=title))
                starts = world.moment(days_ago, hour=9 + number % 6)
                edit_activity(
                    actor,
                    activity.id,
                    EditActivity(
                        title=title, summary=summary, place=place, capacity=places, starts_at=starts,
                        ends_at=starts + timedelta(hours=hours),
                    ),
                )  # fmt: skip
                set_state(actor, activity.id, "published")
                _fill(world, activity, slug, is_past=days_ago > 0)
                world.things[f"event.{slug}.{number}"] = activity.id


def _fill(world: World, activity: Activity, slug: str, *, is_past: bool) -> None:
    starts = activity.starts_at or world.now
    crowd = world.trainees(slug)
    size = min(len(crowd), (activity.capacity or 14) + 3)
    for place, person in enumerate(world.random.sample(crowd, size)):
        asked = min(starts, world.now) - timedelta(days=12 - place * 0.3)
        is_in = activity.capacity is None or place < activity.capacity
        state = "active" if is_in else "waiting"
        session().add(
            Enrolment(
                activity_id=activity.id,
                user_id=person.id,
                state=state,
                asked_at=asked,
                enrolled_at=asked if is_in else None,
                created_at=asked,
            )
        )
        if is_past and is_in and world.random.random() < 0.8:
            write_record(
                person.id,
                "confirmed",
                ref_of(activity.id),
                at=starts + timedelta(hours=2),
                key=f"confirmed:{activity.id}:{person.id}",
            )
            session().flush()
            evaluate(activity, person.id)
