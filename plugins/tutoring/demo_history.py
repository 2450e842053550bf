"""Half a year of sessions of the demo offices, so that figures and threads have something to show."""

from __future__ import annotations

from datetime import timedelta

from lms.plugin import World, session
from plugins.tutoring.models import Booking, Slot, Task

FIRST_PERSON = 14
"""The trainees before are those of the stories and of the tests."""
TUTORS = {"siena": ("tutor", "counsellor"), "vienna": ("counsellor_vienna",)}
TOPICS = ("cv", "search", "interview", "course")
WORDS = {
    "siena": {
        "cv": ("Abbiamo accorciato il CV a due pagine.", "Aggiungere il corso di sicurezza"),
        "search": ("Abbiamo guardato cinque annunci e scelto due.", "Scrivere alle due aziende"),
        "interview": ("Prova di colloquio: presentarsi in due minuti.", "Provare con un amico"),
        "course": ("Il modulo tre è chiaro, manca il compito.", "Consegnare il compito"),
    },
    "vienna": {
        "cv": ("We shortened the CV to two pages.", "Add the safety course"),
        "search": ("We read five openings and chose two.", "Write to both companies"),
        "interview": ("A trial interview: two minutes about oneself.", "Try it with a friend"),
        "course": ("Module three is clear, the task is missing.", "Hand in the task"),
    },
}
WORD_OF_TRAINEE = {
    "siena": "Mi serve ancora un esempio di lettera.",
    "vienna": "I still need an example of a letter.",
}


def add_history(world: World, slug: str) -> None:
    """Two sessions of each trainee who has no story of their own; every ninth was missed."""
    people = world.trainees(slug)[FIRST_PERSON:]
    tutors = TUTORS[slug]
    for number, person in enumerate([*people, *people]):
        begin = world.moment(160 - 3 * number, 10 + number % 5)
        topic = TOPICS[number % len(TOPICS)]
        result, step = WORDS[slug][topic]
        is_missed = number % 9 == 8
        slot = Slot(
            tutor_id=world.people[tutors[number % len(tutors)]].id, starts_at=begin, ends_at=begin + timedelta(minutes=30),
            place="chat", created_at=begin - timedelta(days=5),
        )  # fmt: skip
        row = Booking(
            slot=slot, trainee_id=person.id, state="missed" if is_missed else "done", purpose=topic,
            result="" if is_missed else result, next_step="" if is_missed else step, created_at=begin - timedelta(days=3),
        )  # fmt: skip
        session().add_all([slot, row])
        if not is_missed:
            row.first_said_at = begin + timedelta(minutes=number % 4)
            row.last_said_at = begin + timedelta(minutes=21 + number % 9)
            row.agreed_at = begin + timedelta(days=1) if number % 3 else None
            row.rating = 3 + number % 3 if number % 4 else None
            row.trainee_word = WORD_OF_TRAINEE[slug] if number % 7 == 1 else ""
            session().flush()
            _add_step(row, step, number)
    session().flush()


def _add_step(row: Booking, step: str, number: int) -> None:
    done_at = row.slot.ends_at + timedelta(days=2) if number % 2 else None
    session().add(
        Task(
            booking_id=row.id,
            trainee_id=row.trainee_id,
            text=step,
            done_at=done_at,
            created_at=row.slot.ends_at,
        )
    )
