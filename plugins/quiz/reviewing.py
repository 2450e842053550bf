"""What people see of an attempt when it is over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from lms.plugin import Activity, utcnow
from plugins.quiz.models import Attempt, Quiz

Sees = Literal["nothing", "score", "answers"]


def sees_of(quiz: Quiz, attempt: Attempt, now: datetime | None = None) -> Sees:
    """How much of a finished attempt its person sees now, by the rules of the quiz. Trials show everything."""
    if attempt.is_trial:
        return "answers"
    if (
        quiz.review_time == "after_close"
        and quiz.closes_at is not None
        and (now or utcnow()) < quiz.closes_at
    ):
        return "nothing"
    allowed: dict[str, Sees] = {"answers": "answers", "score": "score"}
    return allowed.get(quiz.review, "nothing")


def is_marked(activity: Activity, quiz: Quiz) -> bool:
    """False where there is nothing to pass: without a pass mark, and in practice that is done whatever one answers."""
    return quiz.pass_mark > 0 and (quiz.mode == "test" or activity.completion_rule == "score")


def best_of(own: Sequence[Attempt]) -> Attempt | None:
    """The finished attempt with the best score; the first of equals."""
    done = [each for each in own if each.state == "submitted"]
    return max(done, key=lambda each: each.percent, default=None)
