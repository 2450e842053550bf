"""How a course is laid out for people: frames around steps, languages, files, addresses."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from babel import Locale
from flask import request, url_for

from lms.plugin import Actor, Frame, current_locale
from plugins.courses.outline import Outline, StepView, read_outline


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The steps before and after one, that can be worked on."""

    before: StepView | None
    after: StepView | None


def frame_step(actor: Actor, course_id: uuid.UUID, step_id: uuid.UUID) -> Frame | None:
    """Where a step stands in its course, for the shell around it."""
    return frame_in(read_outline(actor, course_id), step_id)


def frame_in(outline: Outline, step_id: uuid.UUID) -> Frame | None:
    """Where a step stands in an outline that was read already."""
    step = outline.find(step_id)
    if step is None:
        return None
    near = neighbours(outline, step_id)
    return Frame(
        outline.title, url_for("courses.show", activity_id=outline.id),
        step_url(near.before) if near.before else "", step_url(near.after) if near.after else "",
        step.number, len(outline.steps), outline.minutes_left,
    )  # fmt: skip


def neighbours(outline: Outline, step_id: uuid.UUID) -> Neighbours:
    """What comes before and after, leaving out what is locked or not there."""
    ids = [each.id for each in outline.steps]
    here = ids.index(step_id) if step_id in ids else 0
    before = next((each for each in reversed(outline.steps[:here]) if each.is_open), None)
    after = next((each for each in outline.steps[here + 1 :] if each.is_open), None)
    return Neighbours(before, after)


def step_url(step: StepView) -> str:
    """The page on which a step is worked on."""
    return url_for(step.endpoint if step.is_there and step.endpoint else "activities.show", activity_id=step.id)


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
