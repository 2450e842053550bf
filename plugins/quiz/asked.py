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
        # By the number of the id: UUIDs are compared in Python, whole numbers are not.
        self._questions: OrderedDict[int, AnyQuestion] = OrderedDict()

    def find(self, ids: Iterable[uuid.UUID]) -> tuple[dict[uuid.UUID, AnyQuestion], list[uuid.UUID]]:
        """Those that are known, and the ids of those that are not."""
        found: dict[uuid.UUID, AnyQuestion] = {}
        missing: list[uuid.UUID] = []
        with self._lock:
            for each in ids:
                question = self._questions.get(each.int)
                if question is None:
                    missing.append(each)
                else:
                    found[each] = question
                    self._questions.move_to_end(each.int)
        return found, missing

    def keep(self, questions: Mapping[uuid.UUID, AnyQuestion]) -> None:
        """Remember them instead of those that were not asked for the longest time."""
        with self._lock:
            self._questions.update({key.int: question for key, question in questions.items()})
            while len(self._questions) > MOST_KEPT:
                self._questions.popitem(last=False)


_kept = _Kept()


def find_questions(version_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, AnyQuestion]:
    """The questions of these versions, by id; the caller has come by the ids through an attempt of the office in scope."""
    found, missing = _kept.find(version_ids)
    if missing:
        rows = session().execute(_VERSIONS, {"ids": list(set(missing))})
        read = {key: read_question(content) for key, content in rows}
        _kept.keep(read)
        found |= read
    return found


def question_of(version_id: uuid.UUID) -> AnyQuestion:
    """The question of one version. Raises KeyError if it is not there."""
    return find_questions([version_id])[version_id]
