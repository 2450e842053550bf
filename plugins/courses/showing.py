"""How a course is laid out for people: frames around steps, languages, files, addresses."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from babel import Locale
from flask import request, url_for

from lms.plugin import Actor, Frame, _, current_locale, edit_url, find_members, ngettext
from plugins.courses.ahead import Ahead
from plugins.courses.assignment_models import Submission
from plugins.courses.learning import neighbours
from plugins.courses.models import Course
from plugins.courses.outline import Outline, StepView, languages_of, read_outline
from plugins.courses.translating import Missing, find_missing


def frame_step(actor: Actor, course_id: uuid.UUID, step_id: uuid.UUID) -> Frame | None:
    """Where a step stands in its course, for the shell around it."""
    return frame_in(read_outline(actor, course_id), step_id)


def frame_in(outline: Outline, step_id: uuid.UUID) -> Frame | None:
    """Where a step stands in an outline that was read already."""
    step = outline.find(step_id)
    if step is None:
        return None
    near = neighbours(outline, step_id)
    seen_as: dict[str, Any] = {"as": "trainee"} if outline.is_preview else {}
    return Frame(
        outline.title, url_for("courses.show", activity_id=outline.id, **seen_as),
        step_url(near.before, outline) if near.before else "", step_url(near.after, outline) if near.after else "",
        step.number, len(outline.steps), outline.minutes_left, step.title, outline.locale, outline.languages,
    )  # fmt: skip


def step_url(step: StepView, outline: Outline) -> str:
    """The page on which a step is worked on; in a preview it stays one, as far as the page knows of previews."""
    endpoint = step.endpoint if step.is_there and step.endpoint else "activities.show"
    seen_as: dict[str, Any] = {"as": "trainee"} if outline.is_preview and endpoint == "courses.step" else {}
    return url_for(endpoint, activity_id=step.id, **seen_as)


def describe_next(ahead: Ahead) -> str:
    """Where one goes on, such as "Methodologies, step 3 of 7, 12 minutes left"."""
    step = ahead.step
    where = _(
        "%(step)s, step %(number)s of %(count)s", step=step.title, number=step.number, count=ahead.count
    )
    if not ahead.minutes_left:
        return where
    return f"{where}, " + _("%(time)s left", time=duration(ahead.minutes_left))


def duration(minutes: int) -> str:
    """How long something takes: minutes up to an hour and a half, then hours, in quarters no more."""
    if minutes < 90:
        return ngettext("%(num)d minute", "%(num)d minutes", minutes)
    hours, rest = divmod(round(minutes / 15) * 15, 60)
    if not rest:
        return ngettext("%(num)d hour", "%(num)d hours", hours)
    return _("%(hours)s h %(minutes)s min", hours=hours, minutes=rest)


def language_names(codes: list[str]) -> list[tuple[str, str]]:
    """Code and name of languages, each in itself, such as ``it`` and “italiano”."""
    return [(code, name_of_language(code)) for code in codes]


def name_of_language(code: str) -> str:
    """What a language calls itself."""
    name = Locale.parse(code).get_display_name(code) or code
    return name[:1].upper() + name[1:]


def language_here(code: str) -> str:
    """What a language is called in the reader's."""
    return Locale.parse(code).get_display_name(current_locale()) or code


def file_url(file_id: uuid.UUID | None, name: str = "content") -> str:
    """Where the bytes of a file are; empty for none."""
    return f"{request.script_root}/files/{file_id}/{name}" if file_id else ""


def preview_url(file_id: uuid.UUID | None) -> str:
    """Where a small picture of a file is; empty for none."""
    return f"{request.script_root}/files/{file_id}/preview" if file_id else ""


def names_of(actor: Actor, people: Sequence[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The names of people of the office."""
    return {user_id: person.name for user_id, person in find_members(actor, people).items()}


def find_untranslated(course: Course, course_id: uuid.UUID) -> list[tuple[str, list[tuple[str, str]]]]:
    """For each further language of a course, its name and what is not there in it: in words, and where it is written."""
    codes = languages_of(course)
    if len(codes) < 2:
        return []
    missing = find_missing(course_id, codes)
    return [
        (name_of_language(code), [each for some in missing[code] for each in _to_write(some, code)])
        for code in codes[1:]
        if missing[code]
    ]


def _to_write(some: Missing, code: str) -> list[tuple[str, str]]:
    activity, found = some.activity, []
    if some.needs_title:
        endpoint = "courses.step_words" if activity.parent_id else "courses.words"
        url = url_for(endpoint, activity_id=activity.id, locale=code)
        found.append((_("Title of “%(title)s”", title=activity.title), url))
    if some.needs_text:
        url = f"{edit_url(activity)}?language={code}"
        found.append((_("Text of “%(title)s”", title=activity.title), url))
    return found


def submission_url(actor: Actor, row: Submission) -> str:
    """Where a submission is seen: by who wrote it, or by who grades it."""
    if row.user_id == actor.user_id:
        return url_for("courses.step", activity_id=row.activity_id)
    return url_for("courses.submission", submission_id=row.id)
