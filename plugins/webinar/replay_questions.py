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
    """Published questions that were asked or answered while it was recorded, as they stand now, at the moment where the answer begins.

    That is when it was taken up, if it was, else when it was ticked or the written answer came; where the answer came
    after the recording, when it was asked. Who did not agree to be recorded has no name.
    """
    query = (
        select(Question).filter_by(room_id=row.room_id, is_published=True).where(Question.state.in_(ANSWERED))
    )
    moments = _moments(events, at)
    found = [
        {
            "at": moments[str(each.id)], "name": shown.get(str(each.participant_id), _("Somebody")), "text": each.text,
            "answer": each.answer or _("Answered aloud"),
        }
        for each in session().scalars(query.order_by(Question.created_at))
        if str(each.id) in moments
    ]  # fmt: skip
    return sorted(found, key=lambda each: each["at"])


def _moments(events: Sequence[EventView], at: Callable[[EventView], float]) -> dict[str, float]:
    """The second that each question leads to."""
    moments: dict[str, float] = {}
    begun: dict[str, float] = {}
    now = ""
    for each in events:
        question = str(each.payload.get("question") or "")
        if each.kind == "question.taken":
            if question:
                begun[question] = at(each)
            else:
                begun.pop(now, None)
            now = question
        elif each.kind == "question.asked":
            moments[question] = at(each)
        elif each.kind == "question.changed" and each.payload["state"] in ANSWERED:
            moments[question] = begun.get(question, at(each))
    return moments
