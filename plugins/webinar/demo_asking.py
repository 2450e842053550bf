"""Invented polls and questions of the demo meetings: polls prepared, answers put in order, questions merged and published."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from lms.plugin import Command, World, session
from plugins.webinar import log, prepared_polls
from plugins.webinar.asking_events import (
    PollChoice,
    PollOpened,
    PollRef,
    QuestionAsked,
    QuestionChanged,
    QuestionMerged,
    QuestionPublished,
    QuestionVoted,
)
from plugins.webinar.models import Participant, Question, Recording
from plugins.webinar.poll_models import Poll, PollKind, PollOption, ReplayVote, Vote
from plugins.webinar.polls import count_poll, voter_of
from plugins.webinar.prepared_polls import WritePoll
from plugins.webinar.rooms import Meeting

RANKED = "Che cosa vi pesa di più in un colloquio?"
QUESTIONS = (
    "Che cosa rispondo se mi chiedono perché ho cambiato spesso lavoro?",
    "Come spiego i mesi in cui non ho lavorato?",
    "Il colloquio può essere in inglese?",
)
ANSWER = "Dì che cosa hai imparato in ogni posto, in una frase, e che cosa cerchi adesso."
WEIGHTS = ("Parlare di sé", "Le domande a sorpresa", "Trattare lo stipendio", "L’attesa della risposta")
PREPARED: tuple[tuple[str, PollKind, tuple[str, ...]], ...] = (
    ("Dove cerchi di solito?", "multiple", ("Portale del centro per l’impiego", "Siti delle aziende", "Reti sociali", "Passaparola")),
    ("Che cosa guardi per prima cosa in un annuncio?", "ranking", ("La paga", "La sede", "L’orario", "Chi offre")),
    ("Quanto ti senti pronto a cercare da solo?", "scale", ()),
)  # fmt: skip


def prepare_polls(world: World, meeting: Meeting) -> None:
    """What the trainer will ask in the meeting that is open."""
    for question, kind, options in PREPARED:
        command = WritePoll(question=question, kind=kind, options="\n".join(options))
        prepared_polls.add_poll(world.actor("trainer"), meeting.activity.id, command)


def add_ranking(world: World, meeting: Meeting, voters: Sequence[Participant], begins: datetime) -> None:
    """What people put in order while the meeting was recorded."""
    poll = Poll(
        room_id=meeting.activity.id, kind="ranking", question=RANKED, is_anonymous=True, state="closed"
    )
    poll.options = [PollOption(text=text, position=number) for number, text in enumerate(WEIGHTS)]
    session().add(poll)
    session().flush()
    for row in voters:
        voter = voter_of(poll.id, row)
        order = sorted(poll.options, key=lambda each: world.random.random() + each.position / 4)
        session().add_all(
            Vote(poll_id=poll.id, voter=voter, option_id=each.id, number=place)
            for place, each in enumerate(order, start=1)
        )
    session().flush()
    choices = [PollChoice(id=each.id, text=each.text) for each in poll.options]
    told: list[tuple[str, Command]] = [
        ("poll.opened", PollOpened(poll=poll.id, kind=poll.kind, question=poll.question, options=choices)),
        ("poll.counted", count_poll(poll)),
        ("poll.closed", PollRef(poll=poll.id)),
    ]
    for number, (kind, payload) in enumerate(told):
        log.write(meeting.room, kind, payload, at=begins + timedelta(seconds=4.5 + number / 4))


def add_questions(meeting: Meeting, people: Sequence[Participant], begins: datetime) -> None:
    """Two that go together, answered and in the replay, and one that is not in it; asked while the meeting was recorded."""
    rows = [
        Question(room_id=meeting.activity.id, participant_id=person.id, text=text)
        for person, text in zip(people, QUESTIONS, strict=False)
    ]
    session().add_all(rows)
    session().flush()
    first, second, third = rows
    told: list[tuple[str, Command]] = [
        ("question.asked", QuestionAsked(question=each.id, person=each.participant_id, text=each.text)) for each in rows
    ]  # fmt: skip
    first.state, first.answer, first.is_published = "answered", ANSWER, True
    second.state, second.merged_into_id = "merged", first.id
    third.state = "done"
    told += [
        ("question.merged", QuestionMerged(question=second.id, into=first.id)),
        ("question.voted", QuestionVoted(question=first.id, votes=1)),
        ("question.changed", QuestionChanged(question=first.id, state="answered", answer=ANSWER)),
        ("question.changed", QuestionChanged(question=third.id, state="done")),
        ("question.published", QuestionPublished(question=first.id, is_published=True)),
    ]
    session().flush()
    for number, (kind, payload) in enumerate(told):
        log.write(meeting.room, kind, payload, at=begins + timedelta(seconds=5 + number / 10))


def answer_later(row: Recording, watcher: Participant) -> None:
    """Somebody who was not there put the answers in order while watching."""
    poll = session().scalars(select(Poll).filter_by(room_id=row.room_id, kind="ranking")).one()
    session().add_all(
        ReplayVote(
            recording_id=row.id,
            poll_id=poll.id,
            voter=voter_of(poll.id, watcher),
            option_id=option.id,
            number=place,
        )
        for place, option in enumerate(poll.options, start=1)
    )
    session().flush()
