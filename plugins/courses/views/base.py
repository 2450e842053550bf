"""What the pages of courses share: the blueprint, tabs, times as people write them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime

from flask import Blueprint, render_template, request, session, url_for

from lms.plugin import (
    Activity,
    Invalid,
    _,
    actor,
    current_zone,
    wants_json,
)
from plugins.courses import assignments
from plugins.courses.effects import Effect
from plugins.courses.foreseeing import show_effect
from plugins.courses.models import Course
from plugins.courses.outline import languages_of
from plugins.courses.showing import duration

blueprint = Blueprint("courses", __name__, url_prefix="/courses")
UNDO = "courses_undo"
LEFT_OUT = "courses_left_out"


@blueprint.context_processor
def _words() -> dict[str, object]:
    return {"duration": duration}


def tabs(activity: Activity, active: str) -> list[tuple[str, str, bool, int | None]]:
    """The pages with which a course is run."""
    waiting = assignments.count_waiting(activity.id)
    pages = [
        ("outline", _("Steps"), None), ("about", _("About this course"), None), ("rules", _("Taking part"), None),
        ("people", _("People"), None), ("queue", _("Grading"), waiting or None), ("issued", _("Certificates"), None),
    ]  # fmt: skip
    return [
        (title, url_for(f"courses.{name}", activity_id=activity.id), name == active, number)
        for name, title, number in pages
    ]


def trail(activity: Activity, *more: tuple[str, str | None]) -> list[tuple[str, str | None]]:
    """Where an author is."""
    steps: list[tuple[str, str | None]] = [
        (_("Courses"), url_for("courses.index")),
        (activity.title, url_for("courses.show", activity_id=activity.id)),
    ]
    return [*steps, *more]


def to_utc(local: datetime | None) -> datetime | None:
    """A wall-clock time of the person at the screen as a moment. Raises Invalid for one that the clock skips."""
    if local is None or local.tzinfo is not None:
        return local
    zone = current_zone()
    moment = local.replace(tzinfo=zone).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) != local:
        raise Invalid(_("This time does not exist on that day, because the clocks change."))
    return moment


def local(moment: datetime | None) -> str | None:
    """A moment as a date-and-time field shows it."""
    return moment.astimezone(current_zone()).strftime("%Y-%m-%dT%H:%M") if moment else None


def as_uuid(text: str | None) -> uuid.UUID | None:
    """An id from a form; None for none. Raises Invalid for something else."""
    if not text:
        return None
    try:
        return uuid.UUID(text)
    except ValueError:
        raise Invalid(_("Please choose one of the answers offered.")) from None


def language_asked(course: Course, name: str = "language") -> str:
    """The language of the course named in the address, else the one it is written in."""
    codes = languages_of(course)
    asked = request.args.get(name, "")
    return asked if asked in codes else codes[0]


def ask_first(course: Activity, title: str, effect: Effect, back_url: str) -> str | None:
    """The page that shows who gains or loses by what the form asks for; None when nobody does, or it was confirmed."""
    if not effect or "confirmed" in request.form or wants_json():
        return None
    return render_template(
        "courses/confirm.html", title=title, effect=show_effect(actor(), course.id, effect), back_url=back_url,
        action=request.script_root + request.full_path.rstrip("?"), fields=list(request.form.items(multi=True)),
        breadcrumb=trail(course, (_("Edit"), url_for("courses.outline", activity_id=course.id)), (title, None)),
    )  # fmt: skip


def offer_undo(text: str, action: str, fields: dict[str, str]) -> None:
    """Let the next page offer to undo what was just done."""
    session[UNDO] = {"text": text, "action": action, "fields": fields}


def take_undo() -> dict[str, object] | None:
    """What can be undone, once."""
    found: dict[str, object] | None = session.pop(UNDO, None)
    return found


def tell_left_out(lines: Sequence[str]) -> None:
    """Let the next page of a course say what could not be taken over into it."""
    session[LEFT_OUT] = list(lines)


def take_left_out() -> list[str]:
    """What could not be taken over, once."""
    found: list[str] = session.pop(LEFT_OUT, [])
    return found


def write_order(order: Sequence[tuple[uuid.UUID, int]]) -> str:
    """An order of steps as a form carries it."""
    return ",".join(f"{step_id}:{level}" for step_id, level in order)


def read_order(text: str) -> list[tuple[uuid.UUID, int]]:
    """An order of steps as a form carries it. Raises Invalid."""
    found = []
    for part in text.split(","):
        step_id, _colon, level = part.partition(":")
        wanted = as_uuid(step_id)
        if wanted is None or level not in {"0", "1"}:
            raise Invalid(_("The steps have changed meanwhile. Look at them again and repeat your change."))
        found.append((wanted, int(level)))
    return found
