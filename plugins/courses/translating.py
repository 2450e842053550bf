"""What is not yet there in a course and in each of its languages: texts, dates."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from lms.plugin import Activity, children_of, count_missing_words, directory, hooks, session
from plugins.courses.models import ActivityText, Page, PageText, Step
from plugins.courses.rubric import lacking_words


@dataclass(frozen=True, slots=True)
class Missing:
    """A step, or the course, of which something is not there in a language."""

    activity: Activity
    needs_title: bool
    needs_text: bool


def find_missing(course_id: uuid.UUID, codes: Sequence[str]) -> dict[str, list[Missing]]:
    """Steps (and the course) whose title or text is there in the first language, but not in another one."""
    first, others = codes[0], list(codes[1:])
    course = session().get_one(Activity, course_id)
    things = [course, *(each for each in children_of(course_id))]
    ids = [each.id for each in things]
    words = {
        (row.activity_id, row.locale): row
        for row in session().scalars(select(ActivityText).where(ActivityText.activity_id.in_(ids)))
    }
    pages = _pages(ids)
    found: dict[str, list[Missing]] = {code: [] for code in others}
    for code in others:
        lacking = count_missing_words(things, first, code)
        unjudged = lacking_words(ids, code)
        for each in things:
            there, original = words.get((each.id, code)), words.get((each.id, first))
            has_title = bool(there and there.title)
            has_body = not (original and original.body) or bool(there and there.body)
            written = pages.get((each.id, first), set())
            has_text = (
                has_body
                and not written - pages.get((each.id, code), set())
                and each.id not in unjudged
                and not lacking.get(each.id)
            )
            if not has_title or not has_text:
                found[code].append(Missing(each, not has_title, not has_text))
    return found


def count_missing(course_id: uuid.UUID, codes: Sequence[str]) -> dict[str, int]:
    """How many steps (with the course), by language."""
    return {code: len(some) for code, some in find_missing(course_id, codes).items()}


def _pages(ids: Sequence[uuid.UUID]) -> dict[tuple[uuid.UUID, str], set[uuid.UUID]]:
    rows = session().execute(
        select(Page.activity_id, PageText.locale, Page.id)
        .join(PageText, PageText.page_id == Page.id)
        .where(
            Page.activity_id.in_(ids),
            Page.removed_at.is_(None),
            (PageText.html != "") | (PageText.draft_html.is_not(None)),
        )
    )
    found: dict[tuple[uuid.UUID, str], set[uuid.UUID]] = {}
    for activity_id, locale, page_id in rows:
        found.setdefault((activity_id, locale), set()).add(page_id)
    return found


def find_empty(course_id: uuid.UUID, code: str) -> set[uuid.UUID]:
    """Pages, books, files and links of a course with nothing in them yet, in the language that it is written in."""
    rows = session().execute(
        select(Activity.id, Activity.type, Step.file_id, Step.url)
        .join(Step, Step.activity_id == Activity.id)
        .where(Step.course_id == course_id, Activity.state != "archived")
    )
    steps = {row.id: row for row in rows}
    written = {activity_id for activity_id, locale in _pages(list(steps)) if locale == code}
    return {
        key
        for key, row in steps.items()
        if (row.type in {"page", "book"} and key not in written)
        or (row.type == "file" and row.file_id is None)
        or (row.type == "link" and not row.url)
    }


def find_undated(course_id: uuid.UUID) -> list[Activity]:
    """Steps that take place at a set time (a meeting), are shown to trainees, and have no start yet."""
    steps = [each for each in children_of(course_id) if each.state == "published" and each.starts_at is None]
    kinds = hooks().activity_types()
    plugins = directory().get(steps[0].office_id).plugins if steps else ()
    return [
        each for each in steps if (found := kinds.get(each.type)) and found[1].is_timed
        and (found[0].startswith("core") or found[0] in plugins)
    ]  # fmt: skip


def find_unready(course_id: uuid.UUID, code: str) -> tuple[list[Activity], list[Activity]]:
    """What trainees would miss in a course that is published now: steps without a date, and those with nothing in them."""
    empty = find_empty(course_id, code)
    written = [each for each in children_of(course_id) if each.id in empty and each.state == "published"]
    return find_undated(course_id), written
