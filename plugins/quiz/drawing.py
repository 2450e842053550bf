"""Which questions a new attempt asks, and in which order."""

from __future__ import annotations

import random
import uuid
from collections.abc import Sequence

from sqlalchemy import bindparam, select

from lms.plugin import session
from plugins.quiz.models import Attempt, AttemptAnswer, BankQuestion, QuestionVersion, Quiz, Slot
from plugins.quiz.quizzes import pool_of

_SLOTS = select(Slot).where(Slot.quiz_id == bindparam("quiz_id")).order_by(Slot.position, Slot.id)
_VERSIONS = (
    select(BankQuestion.id, QuestionVersion.id)
    .join(
        QuestionVersion,
        (QuestionVersion.question_id == BankQuestion.id) & (QuestionVersion.number == BankQuestion.version),
    )
    .where(BankQuestion.id.in_(bindparam("ids", expanding=True)))
)
"""Kept ready: they are asked for each attempt that begins."""


def draw(quiz: Quiz, attempt: Attempt) -> list[AttemptAnswer]:
    """The questions of a new attempt: fixed ones, and drawn ones that come only once."""
    chance = random.Random(attempt.seed)
    slots = list(session().scalars(_SLOTS, {"quiz_id": quiz.id}))
    taken = {slot.question_id for slot in slots if slot.question_id}
    chosen: list[tuple[str, list[tuple[uuid.UUID, Slot]]]] = []
    for slot in slots:
        if not chosen or (slot.section and slot.section != chosen[-1][0]):
            chosen.append((slot.section, []))
        questions = [slot.question_id] if slot.question_id else []
        if slot.category_id:
            pool = [each for each in pool_of(slot.category_id) if each not in taken]
            questions = [*chance.sample(pool, min(slot.draw_count, len(pool)))]
            taken.update(questions)
        chosen[-1][1].extend((each, slot) for each in questions if each)
    versions = _versions([question for _section, part in chosen for question, _slot in part])
    answers: list[AttemptAnswer] = []
    for section, part in chosen:
        if quiz.is_shuffled:
            chance.shuffle(part)
        for question, slot in part:
            if question in versions:
                answers.append(
                    AttemptAnswer(
                        attempt_id=attempt.id,
                        position=len(answers) + 1,
                        version_id=versions[question],
                        section=section,
                        points=slot.points,
                    )
                )
    return answers


def _versions(question_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    return dict(session().execute(_VERSIONS, {"ids": list(question_ids)}).all())
