"""Invented meetings of the demo offices."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

from lms.plugin import StoredFile, World, enrol_people, render_pdf, session, store_file
from plugins.webinar import log, rooms, slides
from plugins.webinar.forms import CreateRoom
from plugins.webinar.log import ByPerson, ChatSaid
from plugins.webinar.models import Correction, Interval, Participant, Registration
from plugins.webinar.presets import PresetName
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
SAID = ("Buongiorno a tutti!", "Si può rivedere più tardi?", "Molto utile, grazie.")


def build_webinars(world: World) -> None:
    """A past meeting with people who came and went, one that is open now, some ahead."""
    for office, meetings in MEETINGS.items():
        with world.inside(office):
            for host, title, preset, hours, minutes, summary in meetings:
                meeting = _plan(world, host, title, preset, hours, minutes)
                meeting.activity.summary = summary
                _enrol(world, office, host, meeting)
                if hours < -24:
                    _hold(world, office, meeting)
    _add_guests(world)
    _add_slides(world)


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


def _enrol(world: World, office: str, host: str, meeting: Meeting) -> None:
    people = [person.id for person in world.trainees(office)[:12]]
    enrol_people(world.actor(host), meeting.activity.id, people)


def _hold(world: World, office: str, meeting: Meeting) -> None:
    """What the log and the attendance of a meeting that took place look like."""
    begins = meeting.activity.starts_at or world.now
    room = meeting.room
    room.opened_at, room.ended_at = begins - timedelta(minutes=5), begins + timedelta(minutes=room.duration)
    log.write(room, "room.opened", log.Nothing(), at=room.opened_at)
    for number, person in enumerate(world.trainees(office)[:9]):
        row = Participant(room_id=meeting.activity.id, user_id=person.id, name=person.name, state="outside")
        session().add(row)
        session().flush()
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
    log.write(room, "room.ended", log.Nothing(), at=room.ended_at)


def _add_slides(world: World) -> None:
    with world.inside("siena"):
        meeting = next(
            each for each in rooms.find_rooms(world.actor("trainer")) if each.room.guests == "registration"
        )
        deck = slides.take_file(meeting.room, _stored(world), world.actor("trainer"))
        slides.draw_now(deck)


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
