"""Storing answers of many people who answer at once: whoever comes while another is writing is written with the next.

A transaction that must be on the disk costs the same for one answer as for fifty, and a database
with one writer at a time makes everybody wait for everybody. So each process writes in turns:
the first who waits takes along all others who wait. Each is acknowledged only after the commit
that holds its answer, and a fault of one never touches another.
"""

from __future__ import annotations

import threading
import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import bindparam, select

from lms.plugin import (
    Actor,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Unavailable,
    _,
    office_scope,
    session,
    unit_of_work,
)
from plugins.quiz.attempts import WITHOUT_LEVELS, Given, Saved, save_into
from plugins.quiz.models import Attempt, AttemptAnswer, Quiz

MOST_AT_ONCE = 100
_ATTEMPTS_AND_ANSWERS = (
    select(Attempt, Quiz, AttemptAnswer)
    .join(Quiz, Quiz.id == Attempt.quiz_id)
    .outerjoin(
        AttemptAnswer,
        (AttemptAnswer.attempt_id == Attempt.id)
        & AttemptAnswer.position.in_(bindparam("positions", expanding=True)),
    )
    .where(Attempt.id.in_(bindparam("ids", expanding=True)))
    .options(WITHOUT_LEVELS)
    .order_by(Attempt.id)
    .with_for_update(of=Attempt)
    .execution_options(populate_existing=True)
)
"""Kept ready: it is asked for each answer that anybody gives."""


@dataclass
class _Waiting:
    """Answers of one person, and what became of them."""

    actor: Actor
    office_id: uuid.UUID
    attempt_id: uuid.UUID
    given: Sequence[Given]
    result: Saved = field(default_factory=Saved)
    error: Exception | None = None
    is_done: bool = False


class Turns:
    """The turns of one process."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._line = threading.Lock()
        self._waiting: list[_Waiting] = []

    def save(self, actor: Actor, attempt_id: uuid.UUID, given: Sequence[Given]) -> Saved:
        """Store answers, with those of others who wait. Raises NotFound, Unavailable; call outside a unit of work."""
        if actor.office_id is None:
            raise NotFound(_("There is no such attempt of yours."))
        own = _Waiting(actor, actor.office_id, attempt_id, given)
        session().rollback()  # whoever waits holds no connection that others could use
        with self._line:
            self._waiting.append(own)
        with self._turn:
            while not own.is_done:  # it may stand behind more than one turn can take
                self._write(own.office_id)
        if own.error is not None:
            raise own.error
        return own.result

    def _write(self, office_id: uuid.UUID) -> None:
        with self._line:
            batch = [each for each in self._waiting if each.office_id == office_id][:MOST_AT_ONCE]
            taken = {id(each) for each in batch}
            self._waiting = [each for each in self._waiting if id(each) not in taken]
        try:
            with office_scope(office_id), unit_of_work():
                _save_all(batch)
        except (Conflict, Unavailable) as problem:
            _fail(batch, problem)
        except BaseException:
            _fail(batch, Unavailable(_("Your answers were not stored yet. Please try again.")))
            raise
        finally:
            for each in batch:
                each.is_done = True


def _fail(batch: Sequence[_Waiting], problem: Exception) -> None:
    """Nothing of a batch is on the disk: nobody in it may believe so."""
    for each in batch:
        each.error = each.error or problem


def _save_all(batch: Sequence[_Waiting]) -> None:
    """Store the answers of a batch in one question to the database and what changed."""
    ids = sorted({each.attempt_id for each in batch})
    positions = sorted({given.position for each in batch for given in each.given})
    attempts: dict[uuid.UUID, tuple[Attempt, Quiz]] = {}
    rows: dict[uuid.UUID, dict[int, AttemptAnswer]] = defaultdict(dict)
    wanted = {"ids": ids, "positions": positions}
    for attempt, quiz, row in session().execute(_ATTEMPTS_AND_ANSWERS, wanted):
        attempts[attempt.id] = attempt, quiz
        if row is not None:
            rows[attempt.id][row.position] = row
    for each in batch:
        found = attempts.get(each.attempt_id)
        try:
            if found is None or found[0].user_id != each.actor.user_id:
                raise NotFound(_("There is no such attempt of yours."))
            each.result = save_into(each.actor, found[0], found[1], rows[each.attempt_id], each.given)
        except (NotFound, Invalid, Forbidden) as problem:
            each.error = problem
