"""What a meeting leaves behind, as the content of steps, in the form in which archives of courses hold each kind."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from babel.numbers import format_decimal
from markupsafe import escape
from sqlalchemy import select

from lms.plugin import _, current_locale, session
from plugins.webinar.models import Deck, Question
from plugins.webinar.poll_models import Poll
from plugins.webinar.polls import SHOWN_FROM, count_poll
from plugins.webinar.slides import find_decks

SHORTEST_CHAPTER = 60.0
"""Of seconds: a slide that was passed over is no chapter."""
LONGEST_TITLE = 120
CHOSEN = ("single", "multiple")


@dataclass(frozen=True, slots=True)
class Chapter:
    """A part of a recording, in its seconds."""

    title: str
    begins: float
    ends: float


def chapters_of(found: dict[str, Any]) -> list[Chapter]:
    """The chapters of a recording that ``replay.describe`` described: its agenda, or else the slides that stood long enough."""
    marks: list[tuple[float, str]] = []
    for each in found["agenda"] or [slide for slide in found["slides"] if slide["deck"]]:
        title = str(each["text"])[:LONGEST_TITLE].strip() or _("Part %(number)s", number=len(marks) + 1)
        if marks and each["at"] - marks[-1][0] < SHORTEST_CHAPTER:
            marks[-1] = (marks[-1][0], title)
        elif found["seconds"] - each["at"] >= min(SHORTEST_CHAPTER, found["seconds"] / 2):
            marks.append((each["at"], title))
    if len(marks) < 2:
        return []
    ends = [at for at, _title in marks[1:]] + [found["seconds"]]
    begins = [0.0, *(at for at, _title in marks[1:])]
    return [Chapter(title, begins[number], ends[number]) for number, (_at, title) in enumerate(marks)]


def find_polls(room_id: uuid.UUID) -> list[Poll]:
    """Polls that people voted on, in their order. What people wrote themselves was for those who were there."""
    rows = session().scalars(select(Poll).filter_by(room_id=room_id).order_by(Poll.created_at, Poll.id))
    return [each for each in rows if each.state != "draft" and each.kind != "text"]


def find_practice(polls: Sequence[Poll]) -> list[Poll]:
    """Those of the polls that have a right answer."""
    return [
        each
        for each in polls
        if each.kind in CHOSEN
        and len(each.options) > 1
        and any(option.is_right for option in each.options)
        and not all(option.is_right for option in each.options)
    ]


def find_answered(room_id: uuid.UUID) -> list[Question]:
    """Questions that were answered in writing and published for the replay, in the order in which they were asked."""
    rows = select(Question).filter_by(room_id=room_id, is_published=True).where(Question.answer != "")
    return list(session().scalars(rows.order_by(Question.created_at, Question.id)))


def find_files(room_id: uuid.UUID) -> list[Deck]:
    """Files of slides that can be read."""
    return [each for each in find_decks(room_id) if each.state == "ready"]


def practice(polls: Sequence[Poll]) -> dict[str, Any]:
    """A quiz for practice, of polls that have right answers: as often as one likes, without marks."""
    return {
        "rules": {
            "mode": "practice", "time_limit": None, "max_attempts": None, "pass_mark": 0, "review": "answers", "is_shuffled": False,
            "intro": f"<p>{escape(_('These questions were asked in the meeting.'))}</p>",
        },
        "words": [],
        "questions": [_question(each) for each in polls],
        "slots": [
            {"section": "", "points": 1, "draw_count": 1, "question": number, "pool": None}
            for number in range(len(polls))
        ],
    }  # fmt: skip


def _question(poll: Poll) -> dict[str, Any]:
    right = [each.is_right for each in poll.options]
    if poll.kind == "single":
        weights = [100.0 if each else 0.0 for each in right]
    else:
        wrong = -100.0 / max(1, len(right) - sum(right))
        weights = [100.0 / sum(right) if each else wrong for each in right]
    choices = [
        {"id": f"c{number}", "text": str(escape(each.text)), "weight": round(weights[number], 2), "feedback": ""}
        for number, each in enumerate(poll.options)
    ]  # fmt: skip
    content = {
        "type": poll.kind,
        "stem": f"<p>{escape(poll.question)}</p>",
        "feedback": "",
        "choices": choices,
    }
    return {"name": poll.question[:LONGEST_TITLE], "tags": [], "files": {}, "content": content}


def answers_page(
    locale: str, title: str, questions: Sequence[Question], polls: Sequence[Poll]
) -> dict[str, Any]:
    """A page with questions and their answers, and with what people said in polls that have no right answer. It names nobody."""
    parts = [
        f"<h2>{escape(each.text)}</h2>{''.join(f'<p>{escape(line)}</p>' for line in each.answer.splitlines() if line.strip())}"
        for each in questions
    ]
    parts += [f"<h2>{escape(each.question)}</h2>{_results(each)}" for each in polls]
    return {"pages": [{locale: {"title": title, "html": "".join(parts)}}]}


def _results(poll: Poll) -> str:
    """How many chose what; nothing where so few answered that they could be told apart."""
    counted = count_poll(poll)
    if counted.is_hidden or counted.voters < SHOWN_FROM:
        return f"<p>{escape(_('Fewer than five people answered, so the results are not shown.'))}</p>"
    counts = counted.counts
    if poll.kind == "ranking":
        order = sorted(poll.options, key=lambda each: -counts[str(each.id)])
        lines = [
            f"{each.text}: {_average(len(order) - counts[str(each.id)] / counted.voters)}" for each in order
        ]
    else:
        lines = [f"{option.text}: {counts.get(str(option.id), 0)}" for option in poll.options]
    lines = lines or [f"{each}: {count}" for each, count in counted.counts.items()]
    return f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>"


def _average(place: float) -> str:
    written = format_decimal(place, format="#,##0.#", locale=current_locale())
    return _("average place %(place)s", place=written)


def file_step(name: str) -> dict[str, Any]:
    """A step that offers a file."""
    return {"url": "", "file": name, "texts": {}}
