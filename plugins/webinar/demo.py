"""Invented meetings of the demo offices."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from lms.plugin import (
    Activity,
    Command,
    StoredFile,
    World,
    admit_visitor,
    enrol_people,
    hooks,
    keyed_hash,
    new_id,
    render_pdf,
    session,
    store_file,
    utcnow,
)
from plugins.webinar import agenda, demo_asking, log, programs, recording, replay_steps, rooms, slides, videos
from plugins.webinar.asking_events import PollAnswered, PollChoice, PollOpened, PollRef
from plugins.webinar.call_models import Call, CallPerson
from plugins.webinar.chat_events import ChatEdited, ChatSaid
from plugins.webinar.demo_chat import sign_and_whisper
from plugins.webinar.forms import CreateRoom
from plugins.webinar.log import AgendaBegun, ByPerson
from plugins.webinar.models import (
    Answer,
    Correction,
    Field,
    Interval,
    Participant,
    Question,
    RecordedTrack,
    Recording,
    RecordingConsent,
    Registration,
    Sheet,
    Upvote,
    Watched,
)
from plugins.webinar.poll_models import Poll, PollOption, Vote
from plugins.webinar.polls import count_poll
from plugins.webinar.presets import PresetName
from plugins.webinar.programs import AddProgram
from plugins.webinar.replay_step_models import ReplayStep, StepWatched
from plugins.webinar.rooms import Meeting

MEETINGS: dict[str, tuple[tuple[str, str, PresetName, float, int, str], ...]] = {
    # office: (host, title, preset, hours from now, minutes, summary)
    "siena": (
        ("trainer", "Il colloquio: le domande che fanno tutti", "webinar", -24 * 9, 60, "Che cosa chiedono, e come rispondere senza imparare a memoria."),
        ("trainer", "Cercare lavoro online senza perdersi", "webinar", -0.1, 90, "Siti, avvisi e trappole. Porta le tue domande: c’è tempo per tutte."),
        ("counsellor", "Bilancio delle competenze: gruppo del martedì", "class", 50, 120, "Lavoriamo insieme sulle vostre esperienze."),
        ("trainer", "Presentarsi in novanta secondi", "webinar", 24 * 6, 45, ""),
    ),
    "vienna": (
        ("trainer_vienna", "Applying in a second language", "webinar", -24 * 5, 60, "What to write, what to leave out."),
        ("trainer_vienna", "Ask us anything about training grants", "webinar", 26, 60, "Bring your questions."),
    ),
}  # fmt: skip
SOUND = Path(__file__).parent / "documents" / "demo.webm"
VIDEO = Path(__file__).parent / "documents" / "demo-video.webm"
DEMO_SECONDS = 6.0
RECORDED_AFTER = timedelta(minutes=5)
BANK_WORDS = "annuncio di lavoro falso"
DECK = Path(__file__).parent / "documents" / "deck.typ"
DEMO_SLIDES = (
    (
        "Cercare lavoro online senza perdersi",
        ("Dove guardare", "Come leggere un annuncio", "Trappole da evitare"),
    ),
    (
        "Dove guardare",
        (
            "Il portale del centro per l’impiego",
            "I siti delle aziende della zona",
            "Una ricerca salvata vale più di cento visite",
        ),
    ),
    ("Come leggere un annuncio", ("Che cosa chiedono davvero", "Che cosa è un di più", "Chi offre, e dove")),
    ("Trappole da evitare", ("Chi chiede denaro", "Chi chiede documenti prima di un colloquio")),
)
AGENDA = (
    ("Benvenuto e chi siamo", 10, "Tommaso Dell’Acqua"),
    ("Dove cercare: siti e avvisi", 30, ""),
    ("Come leggere un annuncio", 25, ""),
    ("Domande", 20, ""),
)
PAST_AGENDA = (("Che cosa chiedono tutti", 20), ("Rispondere senza imparare a memoria", 25), ("Domande", 15))
ITEMS_BEGAN = (-240.0, 2.0, 4.0)
"""Seconds of the recording; the first began before it."""
QUESTION = "Quanto dura di solito un primo colloquio?"
ANSWER = "Tra venti minuti e mezz’ora."
SAID = ("Buongiorno a tutti!", "Si può rivedere più tardi?", "Molto utile, grazie.")


def build_webinars(world: World) -> None:
    """A past meeting with people who came and went, one that is open now, some ahead."""
    for office, meetings in MEETINGS.items():
        with world.inside(office):
            for host, title, preset, hours, minutes, summary in meetings:
                meeting = _plan(world, host, title, preset, hours, minutes)
                meeting.activity.summary = summary
                _enrol(world, office, host, meeting)
                if (office, abs(hours) < 1) == ("siena", True):
                    _plan_agenda(world, meeting)
                    demo_asking.prepare_polls(world, meeting)
                if abs(hours) < 1:
                    world.things[f"webinar.{office}.open"] = meeting.activity.id
                    meeting.room.private_chat = True
                    programs.add_program(world.actor(host), meeting.activity.id, AddProgram(name="Regia"))
                if hours < -24:
                    _hold(world, office, meeting)
    _add_guests(world)
    _add_slides(world)
    _add_call(world)


def _add_call(world: World) -> None:
    """A call of two people that is over."""
    with world.inside("siena"):
        tutor, trainee, rang = (
            world.people["tutor"].id,
            world.people["trainee"].id,
            world.now - timedelta(days=2),
        )
        row = Call(
            ref=f"tutoring:booking:{new_id()}", url="/o/siena/tutoring", medium="video", caller_id=tutor, rang_at=rang,
            open_until=rang, passed_at=rang, closed_at=rang,
        )  # fmt: skip
        row.people = [CallPerson(user_id=each, may_come=False, seen_at=rang) for each in (tutor, trainee)]
        session().add(row)
        session().flush()


def _plan(world: World, host: str, title: str, preset: PresetName, hours: float, minutes: int) -> Meeting:
    who = world.actor(host)
    begins = (world.now + timedelta(hours=hours)).replace(second=0, microsecond=0)
    if abs(hours) > 1:
        begins = begins.replace(minute=0)
    meeting = rooms.create_room(
        who, CreateRoom(title=title, starts_at=begins, duration=minutes, preset=preset)
    )
    rooms.publish_room(who, meeting.activity.id)
    if preset == "webinar":
        meeting.room.guests = "registration"
    return meeting


def _plan_agenda(world: World, meeting: Meeting) -> None:
    for title, minutes, who in AGENDA:
        item = agenda.WriteItem(title=title, minutes=minutes, who=who)
        agenda.add_item(world.actor("trainer"), meeting.activity.id, item)


def _enrol(world: World, office: str, host: str, meeting: Meeting) -> None:
    people = [person.id for person in world.trainees(office)[:12]]
    enrol_people(world.actor(host), meeting.activity.id, people)


def _hold(world: World, office: str, meeting: Meeting) -> None:
    """What the log and the attendance of a meeting that took place look like."""
    begins = meeting.activity.starts_at or world.now
    room = meeting.room
    room.opened_at, room.ended_at = begins - timedelta(minutes=5), begins + timedelta(minutes=room.duration)
    log.write(room, "room.opened", log.Nothing(), at=room.opened_at)
    rows = [
        Participant(room_id=meeting.activity.id, user_id=person.id, name=person.name, state="outside")
        for person in world.trainees(office)[:10]
        if person.key != "trainee5"
    ]
    session().add_all(rows)
    session().flush()
    if office == "siena":
        _follow_agenda(meeting, begins)
        _ask_from_bank(world, meeting, rows)
        demo_asking.add_ranking(world, meeting, rows, begins + RECORDED_AFTER)
        demo_asking.add_questions(meeting, rows, begins + RECORDED_AFTER)
    for number, row in enumerate(rows):
        entered = begins + timedelta(minutes=world.random.randint(-4, 6))
        stays = timedelta(minutes=world.random.randint(room.duration // 3, room.duration))
        session().add(Interval(participant_id=row.id, entered_at=entered, seen_at=entered + stays))
        log.write(room, "person.entered", ByPerson(person=row.id), at=entered)
        if number < len(SAID):
            log.write(
                room,
                "chat.said",
                ChatSaid(person=row.id, text=SAID[number]),
                at=entered + timedelta(minutes=2),
            )
        if number == 3:
            session().add(
                Correction(
                    participant_id=row.id, minutes=room.duration, reason="Era presente, ma con il telefono di una collega.",
                    corrected_by_id=world.people["trainer" if office == "siena" else "trainer_vienna"].id,
                )
            )  # fmt: skip
    _edit_one(meeting, begins)
    sign_and_whisper(meeting, begins)
    _ask_and_vote(world, office, meeting)
    log.write(room, "room.ended", log.Nothing(), at=room.ended_at)
    session().add(
        Sheet(room_id=room.activity_id, code=f"DEMO-{office.upper()[:4]}-2345", people=9, minutes=380)
    )
    log.keep_state(room)


def _follow_agenda(meeting: Meeting, begins: datetime) -> None:
    """What was planned, and when it began: chapters of the recording."""
    room_id = meeting.activity.id
    agenda.import_items(room_id, [{"title": title, "minutes": minutes} for title, minutes in PAST_AGENDA])
    for item, at in zip(agenda.find_items(room_id), ITEMS_BEGAN, strict=True):
        begun = AgendaBegun(item=item.id, title=item.title, minutes=item.minutes)
        log.write(meeting.room, "agenda.begun", begun, at=begins + RECORDED_AFTER + timedelta(seconds=at))
    ended_at = begins + RECORDED_AFTER + timedelta(seconds=DEMO_SECONDS - 0.5)
    log.write(meeting.room, "agenda.ended", log.Nothing(), at=ended_at)


def _edit_one(meeting: Meeting, begins: datetime) -> None:
    """Somebody wrote to somebody else, and put it right afterwards."""
    first, second = session().scalars(
        select(Participant).filter_by(room_id=meeting.activity.id).order_by(Participant.name).limit(2)
    )
    said = ChatSaid(person=first.id, text=f"<@{second.id}> hai il link?", mentions=[second.id])
    target = log.write(meeting.room, "chat.said", said, at=begins + timedelta(minutes=20))
    edited = ChatEdited(
        person=first.id, target=target, text=f"<@{second.id}> hai il link del portale?", mentions=[second.id]
    )
    log.write(meeting.room, "chat.edited", edited, at=begins + timedelta(minutes=21))


def _ask_from_bank(world: World, meeting: Meeting, voters: list[Participant]) -> None:
    """A question of the bank, asked and answered while the meeting was recorded; only where there is a bank."""
    offered = hooks().question_bank(world.actor("trainer"), BANK_WORDS, 1)
    if not offered:
        return
    asked = offered[0]
    poll = Poll(
        room_id=meeting.activity.id,
        kind=asked.kind,
        question=asked.question,
        is_anonymous=True,
        state="closed",
    )
    poll.options = [
        PollOption(text=each.text, position=number, is_right=each.is_right)
        for number, each in enumerate(asked.options)
    ]
    session().add(poll)
    session().flush()
    for number, row in enumerate(voters):
        voter = keyed_hash("webinar.vote", f"{poll.id}:{row.id}")
        option = poll.options[number % 4 and number % len(poll.options)]
        session().add(Vote(poll_id=poll.id, voter=voter, option_id=option.id))
    session().flush()
    choices = [PollChoice(id=each.id, text=each.text) for each in poll.options]
    opened = PollOpened(
        poll=poll.id, kind=poll.kind, question=poll.question, options=choices, has_answer=True
    )
    right = [each.id for each in poll.options if each.is_right]
    told: list[tuple[str, Command]] = [
        ("poll.opened", opened), ("poll.counted", count_poll(poll)), ("poll.closed", PollRef(poll=poll.id)),
        ("poll.answered", PollAnswered(poll=poll.id, right=right)),
    ]  # fmt: skip
    for number, (kind, payload) in enumerate(told, start=1):
        at = (meeting.activity.starts_at or world.now) + RECORDED_AFTER + timedelta(seconds=number)
        log.write(meeting.room, kind, payload, at=at)


def _ask_and_vote(world: World, office: str, meeting: Meeting) -> None:
    """A poll and questions, as they stand when a meeting is over."""
    people = list(
        session().scalars(select(Participant).filter_by(room_id=meeting.activity.id, role="participant"))
    )
    poll = Poll(
        room_id=meeting.activity.id,
        kind="single",
        question="Hai un CV aggiornato?",
        is_anonymous=False,
        state="closed",
    )
    poll.options = [PollOption(text=text, position=number) for number, text in enumerate(("Sì", "No"))]
    session().add(poll)
    question = Question(
        room_id=meeting.activity.id,
        participant_id=people[0].id,
        text=QUESTION,
        answer=ANSWER,
        state="answered",
    )
    session().add(question)
    session().flush()
    for row in people:
        voter = keyed_hash("webinar.vote", f"{poll.id}:{row.id}")
        option = poll.options[world.random.randrange(2)].id
        session().add(Vote(poll_id=poll.id, voter=voter, participant_id=row.id, option_id=option))
    session().add_all(Upvote(question_id=question.id, participant_id=row.id) for row in people[1:4])
    if office == "siena":
        _add_past_guest(meeting)
        _add_recording(world, meeting, people[0])


def _add_recording(world: World, meeting: Meeting, speaker: Participant) -> None:
    """A few seconds of sound of somebody who agreed."""
    trainer, begins = (
        world.people["trainer"].id,
        (meeting.activity.starts_at or world.now) + RECORDED_AFTER,
    )
    row = Recording(
        room_id=meeting.activity.id,
        started_at=begins,
        ended_at=begins + timedelta(seconds=DEMO_SECONDS),
        owner_id=trainer,
    )
    session().add(row)
    session().add(
        RecordingConsent(
            room_id=meeting.activity.id,
            participant_id=speaker.id,
            is_given=True,
            text_version=recording.TEXT_VERSION,
        )
    )
    meeting.room.replay_percent = 50
    absent = world.trainees("siena")[10]
    watcher = Participant(room_id=meeting.activity.id, user_id=absent.id, name=absent.name)
    session().add(watcher)
    session().flush()
    session().add(
        Watched(participant_id=watcher.id, begins_at=begins, ends_at=begins + timedelta(seconds=DEMO_SECONDS))
    )
    demo_asking.answer_later(row, watcher)
    with SOUND.open("rb") as stream:
        file = store_file(
            world.actor("trainer"), stream, "microphone.webm", recording.PURPOSE, declared="video/webm"
        )
    row.tracks = [
        RecordedTrack(
            participant_id=speaker.id,
            kind="microphone",
            file_id=file.id,
            started_at=0.0,
            seconds=DEMO_SECONDS,
        )
    ]
    session().flush()
    _add_step(world, row)


def _add_step(world: World, row: Recording) -> None:
    """A step that was taken out of a course: what somebody watched of it stays."""
    step = Activity(
        type=replay_steps.TYPE, title="Il colloquio, registrato", state="archived", owner_id=world.people["trainer"].id,
        invitation_token=keyed_hash("webinar.demo", str(row.id))[:32], completion_rule="viewed",
    )  # fmt: skip
    session().add(step)
    session().flush()
    session().add(ReplayStep(activity_id=step.id, recording_id=row.id))
    session().flush()
    watched = StepWatched(
        activity_id=step.id, user_id=world.people["trainee"].id, begins_at=row.started_at,
        ends_at=row.started_at + timedelta(seconds=DEMO_SECONDS), spent_until=world.now,
    )  # fmt: skip
    session().add(watched)
    session().flush()


def _add_past_guest(meeting: Meeting) -> None:
    ends = meeting.activity.ends_at or utcnow()
    row = Registration(
        room_id=meeting.activity.id, name="Olga Ferri", email="olga.ferri@example.org", locale="it"
    )
    row.visitor_id = admit_visitor(
        rooms.ref_of(meeting.activity.id), row.name, ends, email=row.email, locale="it"
    )
    field = Field(room_id=meeting.activity.id, label="Da quale comune vieni?")
    session().add_all(
        [row, field, Participant(room_id=meeting.activity.id, visitor_id=row.visitor_id, name=row.name)]
    )
    session().flush()
    row.answers = [Answer(field_id=field.id, text="Asciano")]
    session().flush()


def _add_slides(world: World) -> None:
    with world.inside("siena"):
        meeting = next(
            each for each in rooms.find_rooms(world.actor("trainer")) if each.room.guests == "registration"
        )
        deck = slides.take_file(meeting.room, _stored(world), world.actor("trainer"))
        slides.draw_now(deck)
        _add_video(world, meeting)


def _add_video(world: World, meeting: Meeting) -> None:
    trainer, stored = world.actor("trainer"), []
    for path, name in ((VIDEO, "Novanta secondi.webm"), (VIDEO.with_suffix(".vtt"), "Novanta secondi.vtt")):
        with path.open("rb") as stream:
            stored.append(store_file(trainer, stream, name, videos.PURPOSE))
    row = videos.take_file(meeting.room, stored[0])
    videos.set_captions(trainer, meeting.activity.id, row.id, stored[1])


def _stored(world: World) -> StoredFile:
    body = render_pdf(DECK, {"pages": DEMO_SLIDES})
    return store_file(world.actor("trainer"), io.BytesIO(body), "Cercare lavoro online.pdf", slides.PURPOSE)


def _add_guests(world: World) -> None:
    with world.inside("siena"):
        meeting = next(
            each for each in rooms.find_rooms(world.actor("trainer")) if each.room.guests == "registration"
        )
        for name, email in (
            ("Rosa Cioni", "rosa.cioni@example.org"),
            ("Ivan Petrov", "ivan.petrov@example.org"),
        ):
            session().add(Registration(room_id=meeting.activity.id, name=name, email=email, locale="it"))
        session().flush()
