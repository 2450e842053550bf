"""Steps of the kinds file and link: what they show, and how they are copied and archived."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from lms.plugin import (
    Actor,
    AddFile,
    Invalid,
    Ref,
    StoredFile,
    TakeFile,
    _,
    attach_file,
    session,
)
from plugins.courses.authoring import get_managed_step, step_of, texts_of
from plugins.courses.forms import LONGEST_HTML, WriteLink, read_url
from plugins.courses.models import ActivityText
from plugins.courses.outline import languages_of
from plugins.courses.writing import course_of, given_html, own_html, share_embedded, share_files, taken_html


def save_body(actor: Actor, step_id: uuid.UUID, locale: str, html: str) -> None:
    """The words of a file, link or assignment in one language. Raises NotFound, Forbidden, Invalid."""
    activity, _step = get_managed_step(actor, step_id)
    if locale not in languages_of(course_of(activity)):
        raise Invalid(_("The course is not there in this language."))
    texts_of(step_id, locale).body = own_html(actor, html, step_id)


def save_link(actor: Actor, step_id: uuid.UUID, locale: str, command: WriteLink) -> None:
    """Where a link leads and what is said about it. Raises NotFound, Forbidden, Invalid."""
    _activity, step = get_managed_step(actor, step_id)
    step.url = command.url
    save_body(actor, step_id, locale, command.body or "")


def save_file(actor: Actor, step_id: uuid.UUID, file: StoredFile) -> None:
    """Put an own file into a step, instead of the one before. Raises NotFound, Forbidden."""
    _activity, step = get_managed_step(actor, step_id)
    attach_file(file, Ref.of("core", "activity", step_id))
    step.file_id = file.id


def export_material(actor: Actor, step_id: uuid.UUID, add_file: AddFile) -> dict[str, Any]:
    """Address, file and texts of a step."""
    _activity, step = get_managed_step(actor, step_id)
    return {
        "url": step.url,
        "file": add_file(step.file_id) if step.file_id else None,
        "texts": export_bodies(step_id, add_file),
    }


def import_material(actor: Actor, step_id: uuid.UUID, data: Mapping[str, Any], take_file: TakeFile) -> None:
    """What ``export_material`` wrote. Raises Invalid."""
    activity, step = get_managed_step(actor, step_id)
    url, file = data.get("url") or "", data.get("file")
    if url:
        step.url = _url(url)
    if file:
        step_of(activity).file_id = take_file(str(file))
        share_files([step.file_id] if step.file_id else [], step_id)
    import_bodies(step_id, data.get("texts") or {}, take_file)


def export_bodies(activity_id: uuid.UUID, add_file: AddFile) -> dict[str, Any]:
    """The texts of a step by language."""
    rows = session().scalars(
        select(ActivityText)
        .filter_by(activity_id=activity_id)
        .where(ActivityText.body != "")
        .order_by(ActivityText.locale)
    )
    return {row.locale: given_html(row.body, add_file) for row in rows}


def import_bodies(activity_id: uuid.UUID, texts: Mapping[str, Any], take_file: TakeFile) -> None:
    """Texts as ``export_bodies`` wrote them. Raises Invalid when they are not."""
    if not isinstance(texts, Mapping):
        raise Invalid(_("A text of the archive is not in the form that is needed."))
    for locale, text in texts.items():
        html = str(text.get("html", ""))[:LONGEST_HTML] if isinstance(text, Mapping) else ""
        row = texts_of(activity_id, str(locale)[:10])
        row.body = taken_html(html, text.get("files") or {}, take_file) if html else ""
        share_embedded(row.body, activity_id)


def _url(text: Any) -> str:
    try:
        return read_url(str(text)[:500])
    except ValueError as problem:
        raise Invalid(str(problem)) from None
