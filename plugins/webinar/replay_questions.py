"""Questions in a replay: those that who leads published, and nothing of the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from lms.plugin import EventView, _, session
from plugins.webinar.models import Question, Recording
from plugins.webinar.questions import ANSWERED


def read_published(
    row: Recording,
    events: Sequence[EventView],
    at: Callable[[EventView], float],
    shown: Mapping[str, str],
) -> list[dict[str, Any]]:
    """Published questions that were asked or answered while it was recorded, as they stand now, at the moment of the answer.

    Where the answer came after the recording it is the moment of the question. Who did not agree to be recorded has no name.
    """
    query = (
        select(Question).filter_by(room_id=row.room_id, is_published=True).where(Question.state.in_(ANSWERED))
    )
    moments: dict[str, float] = {}
    for each in events:
        is_answer = each.kind == "question.changed" and each.payload["state"] in ANSWERED
        if is_answer or each.kind == "question.asked":
            moments[each.payload["question"]] = at(each)
    found = [
        {
            "at": moments[str(each.id)], "name": shown.get(str(each.participant_id), _("Somebody")), "text": each.text,
            "answer": each.answer or _("Answered aloud"),
        }
        for each in session().scalars(query.order_by(Question.created_at))
        if str(each.id) in moments
    ]  # fmt: skip
    return sorted(found, key=lambda each: each["at"])
