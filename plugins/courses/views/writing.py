"""Writing the courses' own kinds of steps: pages and books, files, links."""

from __future__ import annotations

import uuid
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.plugin import (
    Activity,
    Form,
    NotFound,
    _,
    accept_attribute,
    actor,
    format_size,
    format_time,
    max_upload_bytes,
    member,
    received_files,
    slow,
    unit_of_work,
    wants_json,
)
from plugins.courses import authoring, materials, writing
from plugins.courses.assignments import ALLOWED
from plugins.courses.forms import WriteFile, WriteLink, WritePage
from plugins.courses.outline import languages_of
from plugins.courses.reading import read_material
from plugins.courses.showing import language_names, name_of_language
from plugins.courses.views.base import (
    as_uuid,
    blueprint,
    language_asked,
    offer_undo,
    take_undo,
    trail,
)


@blueprint.get("/step/<uuid:activity_id>/write")
@member
def write(activity_id: uuid.UUID) -> ResponseReturnValue:
    """The editor of a step; each kind has its own."""
    activity, step = authoring.get_managed_step(actor(), activity_id)
    pages = {
        "page": "courses.page",
        "book": "courses.page",
        "file": "courses.write_file",
        "link": "courses.write_link",
        "assignment": "courses.write_assignment",
    }
    if activity.type not in pages:
        return redirect(url_for("courses.settings", activity_id=activity_id))
    more = request.args.get("language")
    if activity.type in {"page", "book"}:
        first = writing.pages_of(step.activity_id)
        if not first:
            raise NotFound(_("There is no such page."))
        return redirect(url_for("courses.page", page_id=first[0].id, language=more))
    return redirect(url_for(pages[activity.type], activity_id=activity_id, language=more))


@blueprint.route("/page/<uuid:page_id>", methods=["GET", "POST"])
@member
def page(page_id: uuid.UUID) -> ResponseReturnValue:
    """A page as it is written: it saves itself, and is shown to trainees when it is published."""
    row, activity = writing.get_page(actor(), page_id)
    course = writing.course_of(activity)
    locale = language_asked(course)
    written = writing.read_written(page_id, locale)
    form = Form(
        WritePage, values={"title": written.title, "html": written.html}, submit=_("Save and publish")
    )
    if form.run(lambda command: _save(page_id, locale, command)):
        flash(_("Trainees see this version now."), "success")
        return redirect(url_for("courses.page", page_id=page_id, language=locale), 303)
    pages = writing.pages_of(activity.id)
    return render_template(
        "courses/write_page.html", activity=activity, page=row, written=written, form=form, pages=pages,
        titles=_titles(pages, locale), undo=take_undo(), original=_original(page_id, course, locale),
        **_editor(activity, locale),
    ), form.status  # fmt: skip


def _save(page_id: uuid.UUID, locale: str, command: WritePage) -> None:
    writing.save_draft(actor(), page_id, locale, command)
    if writing.read_written(page_id, locale).is_draft:
        writing.publish_page(actor(), page_id, locale)


@blueprint.post("/page/<uuid:page_id>/draft")
@member
def save_draft(page_id: uuid.UUID) -> ResponseReturnValue:
    """What is being written, kept without showing it to anybody."""
    _row, activity = writing.get_page(actor(), page_id)
    locale = language_asked(writing.course_of(activity))
    command = WritePage.read({"title": request.form.get("title"), "html": request.form.get("html", "")})
    saved_at = writing.save_draft(actor(), page_id, locale, command)
    if wants_json():
        return {"saved_at": format_time(saved_at)}
    flash(_("Your draft is saved."), "success")
    return redirect(url_for("courses.page", page_id=page_id, language=locale), 303)


@blueprint.post("/page/<uuid:page_id>/discard")
@member
def discard_draft(page_id: uuid.UUID) -> ResponseReturnValue:
    """Go back to what trainees see."""
    _row, activity = writing.get_page(actor(), page_id)
    locale = language_asked(writing.course_of(activity))
    writing.discard_draft(actor(), page_id, locale)
    flash(_("The draft is gone. This is what trainees see."))
    return redirect(url_for("courses.page", page_id=page_id, language=locale), 303)


@blueprint.get("/page/<uuid:page_id>/versions")
@member
def versions(page_id: uuid.UUID) -> ResponseReturnValue:
    """How a page changed; two versions side by side."""
    _row, activity = writing.get_page(actor(), page_id)
    locale = language_asked(writing.course_of(activity))
    known = writing.find_versions(actor(), page_id, locale)
    number = request.args.get("version", known[0].number if known else 0, type=int)
    shown = writing.get_version(actor(), page_id, locale, number) if known else None
    before = next((each for each in known if each.number == number - 1), None)
    return render_template(
        "courses/versions.html", activity=activity, page_id=page_id, versions=known, shown=shown, is_first=before is None,
        lines=writing.compare(before.html, shown.html) if shown and before else [], **_editor(activity, locale),
    )  # fmt: skip


@blueprint.post("/page/<uuid:page_id>/restore")
@member
def restore_version(page_id: uuid.UUID) -> ResponseReturnValue:
    """Make an old version the draft."""
    _row, activity = writing.get_page(actor(), page_id)
    locale = language_asked(writing.course_of(activity))
    writing.restore_version(actor(), page_id, locale, request.form.get("version", 0, type=int))
    flash(_("The old version is your draft now. Publish it when it is right."))
    return redirect(url_for("courses.page", page_id=page_id, language=locale), 303)


@blueprint.post("/step/<uuid:activity_id>/chapters")
@member
def change_chapters(activity_id: uuid.UUID) -> ResponseReturnValue:
    """Add, move, take out or put back a chapter of a book."""
    deed, page_id = request.form.get("do", ""), as_uuid(request.form.get("page"))
    if deed == "add":
        return redirect(url_for("courses.page", page_id=writing.add_chapter(actor(), activity_id)), 303)
    if page_id is None or writing.get_page(actor(), page_id)[1].id != activity_id:
        raise NotFound(_("There is no such page."))
    if deed == "remove":
        writing.remove_chapter(actor(), page_id)
        undo = url_for("courses.change_chapters", activity_id=activity_id)
        offer_undo(_("The chapter was taken out."), undo, {"do": "restore", "page": str(page_id)})
        return redirect(url_for("courses.write", activity_id=activity_id), 303)
    if deed == "restore":
        writing.restore_chapter(actor(), page_id)
    elif deed in {"up", "down"}:
        writing.move_chapter(actor(), page_id, -1 if deed == "up" else 1)
    return redirect(url_for("courses.page", page_id=page_id), 303)


@blueprint.route("/step/<uuid:activity_id>/link", methods=["GET", "POST"])
@member
def write_link(activity_id: uuid.UUID) -> ResponseReturnValue:
    """Where a link leads."""
    activity, step = authoring.get_managed_step(actor(), activity_id)
    locale = language_asked(writing.course_of(activity))
    material = read_material(activity_id, [locale])
    form = Form(WriteLink, values={"url": step.url, "body": material.html})
    if form.run(lambda command: materials.save_link(actor(), activity_id, locale, command)):
        flash(_("Saved."), "success")
        return redirect(
            url_for("courses.outline", activity_id=step.course_id, _anchor=f"step-{activity_id}"), 303
        )
    return render_template(
        "courses/write_link.html", activity=activity, form=form, **_editor(activity, locale)
    ), form.status


@blueprint.route("/step/<uuid:activity_id>/file", methods=["GET", "POST"])
@slow(member)
def write_file(activity_id: uuid.UUID) -> ResponseReturnValue:
    """The file of a step."""
    activity, _step = authoring.get_managed_step(actor(), activity_id)
    locale = language_asked(writing.course_of(activity))
    material = read_material(activity_id, [locale])
    form = Form(WriteFile, values={"body": material.html})
    if request.method == "POST":
        files = received_files(actor(), "file", "courses.file", allowed=ALLOWED)
        with unit_of_work():
            if form.run(lambda command: _save_file(activity_id, locale, command, files)):
                flash(_("Saved."), "success")
                course_id = activity.parent_id
                return redirect(
                    url_for("courses.outline", activity_id=course_id, _anchor=f"step-{activity_id}"), 303
                )
    return render_template(
        "courses/write_file.html", activity=activity, form=form, material=material, accept=accept_attribute(ALLOWED),
        max_bytes=max_upload_bytes(), limit=format_size(max_upload_bytes()), **_editor(activity, locale),
    ), form.status  # fmt: skip


def _save_file(activity_id: uuid.UUID, locale: str, command: WriteFile, files: list[Any]) -> None:
    materials.save_body(actor(), activity_id, locale, command.body or "")
    if files:
        materials.save_file(actor(), activity_id, files[-1])


def _editor(activity: Activity, locale: str) -> dict[str, Any]:
    """What every editor of a step shows around itself."""
    course = authoring.get_course(actor(), activity.parent_id or activity.id)[0]
    codes = languages_of(writing.course_of(activity))
    return {
        "locale": locale, "language": name_of_language(locale), "languages": language_names(codes) if len(codes) > 1 else [],
        "course": course, "breadcrumb": trail(course, (_("Edit"), url_for("courses.outline", activity_id=course.id)), (activity.title, None)),
    }  # fmt: skip


def _titles(pages: list[Any], locale: str) -> dict[uuid.UUID, str]:
    return {
        each.id: writing.read_written(each.id, locale).title or _("Chapter %(number)s", number=number)
        for number, each in enumerate(pages, start=1)
    }


def _original(page_id: uuid.UUID, course: Any, locale: str) -> writing.Written | None:
    """The text in the first language, beside a translation."""
    first = languages_of(course)[0]
    return writing.read_written(page_id, first) if locale != first else None
