"""The questions that attempts ask. A version never changes, so what was read once is kept for the next who is asked it."""

from __future__ import annotations

import threading
import uuid
from collections import OrderedDict
from collections.abc import Iterable, Mapping

from sqlalchemy import bindparam, select

from lms.plugin import session
from plugins.quiz.grading import AnyQuestion, read_question
from plugins.quiz.models import QuestionVersion

MOST_KEPT = 1000
_VERSIONS = select(QuestionVersion.id, QuestionVersion.content).where(
    QuestionVersion.id.in_(bindparam("ids", expanding=True))
)


class _Kept:
    """The questions that were asked last, in this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._questions: OrderedDict[uuid.UUID, AnyQuestion] = OrderedDict()

    def find(self, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, AnyQuestion]:
        """Those that are known."""
        with self._lock:
            found = {each: self._questions[each] for each in ids if each in self._questions}
            for each in found:
                self._questions.move_to_end(each)
            return found

    def keep(self, questions: Mapping[uuid.UUID, AnyQuestion]) -> None:
        """Remember them instead of those that were not asked for the longest time."""
        with self._lock:
            self._questions.update(questions)
            while len(self._questions) > MOST_KEPT:
                self._questions.popitem(last=False)


_kept = _Kept()


def find_questions(version_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, AnyQuestion]:
    """The questions of these versions, by id; the caller has come by the ids through an attempt of the office in scope."""
    wanted = set(version_ids)
    found = _kept.find(wanted)
    missing = [each for each in wanted if each not in found]
    if missing:
        rows = session().execute(_VERSIONS, {"ids": missing})
        read = {key: read_question(content) for key, content in rows}
        _kept.keep(read)
        found |= read
    return found


def question_of(version_id: uuid.UUID) -> AnyQuestion:
    """The question of one version. Raises KeyError if it is not there."""
    return find_questions([version_id])[version_id]
