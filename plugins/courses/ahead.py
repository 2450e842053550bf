"""What lies before somebody in a course."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lms.plugin import Actor
from plugins.courses.outline import StepView, choose_next, lock_steps, number_steps, views_of


@dataclass(frozen=True, slots=True)
class Ahead:
    """What lies before a person in a course: the next step, how many there are, the minutes that are left."""

    step: StepView
    count: int
    minutes_left: int


def look_ahead(
    actor: Actor, rows: Sequence[Any], place_id: uuid.UUID | None, *, is_original: bool
) -> Ahead | None:
    """What lies before the actor in a course that they take part in, of which these are the steps; None when nothing is open.

    ``rows`` have the columns of ``step_columns``, in the order of ``step_order``; ``is_original`` is True for the
    language that the course is written in.
    """
    if actor.office_id is None:
        return None
    visible = [
        each for each in views_of(rows, actor.office_id, is_original=is_original) if not each.is_hidden
    ]
    number_steps(visible)
    steps = [each for each in visible if not each.is_section]
    lock_steps(steps, actor, is_fresh=False)
    following = choose_next(steps, place_id)
    left = sum(each.minutes for each in steps if each.is_required and not each.done_at)
    return Ahead(following, len(steps), left) if following is not None else None
