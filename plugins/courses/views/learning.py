"""A course as a trainee goes through it."""

from __future__ import annotations

import uuid
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.plugin import (
    Enrol,
    Form,
    _,
    actor,
    enrol,
    format_time,
    get_activity,
    groups_of,
    leave,
    may_manage,
    member,
    places_of,
    wants_json,
)
from plugins.courses import assignments, certificates, learning
from plugins.courses.outline import Outline, StepView, read_outline, read_step
from plugins.courses.reading import read_material, read_page
from plugins.courses.rubric import read_rubric
from plugins.courses.showing import duration, file_url, frame_in, language_names, step_url
from plugins.courses.views.base import blueprint


@blueprint.get("/<uuid:activity_id>")
@member
def show(activity_id: uuid.UUID) -> ResponseReturnValue:
    """The course: what it is, the path, one next step."""
    outline = read_outline(
        actor(),
        activity_id,
        language=request.args.get("language", ""),
        as_trainee=request.args.get("as") == "trainee",
    )
    has_certificate = outline.completed_at is not None and outline.course.has_certificate
    return render_template(
        "courses/show.html", outline=outline, following=outline.next_step, step_url=step_url,
        languages=language_names(outline.languages) if len(outline.languages) > 1 else [], file_url=file_url,
        certificate=certificates.find_certificate_for(actor(), activity_id) if has_certificate else None,
        is_outside=_is_outside(outline), places=None if outline.is_active or outline.activity.capacity is None else places_of(outline.activity),
        reasons=learning.explain_steps(outline, actor().user_id) if "why" in request.args else {},
        token=request.args.get("token", ""), breadcrumb=[(_("Courses"), url_for("courses.index")), (outline.title, None)],
    )  # fmt: skip


def _is_outside(outline: Outline) -> bool:
    """True for somebody who could join a course for one group, and is not in that group."""
    course = outline.activity
    if course.enrolment_rule != "cohort" or outline.enrolment or outline.may_manage:
        return False
    return course.group_id not in {each.id for each in groups_of(actor().user_id)}


@blueprint.route("/<uuid:activity_id>/join", methods=["GET", "POST"])
@member
def join(activity_id: uuid.UUID) -> ResponseReturnValue:
    """Take part, as the course's rule says."""
    course = get_activity(actor(), activity_id)
    form = Form(
        Enrol, values={"key": ""}, submit=_("Take part"), context={"token": request.values.get("token")}
    )
    if form.run(lambda command: enrol(actor(), activity_id, command)):
        return redirect(url_for("courses.show", activity_id=activity_id), 303)
    return render_template(
        "courses/join.html", form=form, course=course, token=request.values.get("token", ""),
        breadcrumb=[(_("Courses"), url_for("courses.index")), (course.title, url_for("courses.show", activity_id=course.id)), (_("Take part"), None)],
    ), form.status  # fmt: skip


@blueprint.post("/<uuid:activity_id>/leave")
@member
def quit_course(activity_id: uuid.UUID) -> ResponseReturnValue:
    """Stop taking part; what was done stays."""
    leave(actor(), activity_id)
    flash(_("You no longer take part. What you did is kept, and you can come back."))
    return redirect(url_for("courses.show", activity_id=activity_id), 303)


@blueprint.get("/<uuid:activity_id>/resume")
@member
def resume(activity_id: uuid.UUID) -> ResponseReturnValue:
    """Where one left, or the next step."""
    outline = read_outline(actor(), activity_id)
    following = outline.next_step
    if following is None or not learning.may_open(actor(), outline):
        return redirect(url_for("courses.show", activity_id=activity_id))
    place = outline.place
    if (
        place is not None
        and place.step_id == following.id
        and following.endpoint == "courses.step"
        and place.page_id
    ):
        return redirect(url_for("courses.step", activity_id=following.id, page=place.page_id))
    return redirect(step_url(following, outline))


@blueprint.post("/<uuid:activity_id>/language")
@member
def choose_language(activity_id: uuid.UUID) -> ResponseReturnValue:
    """Read the course in another of its languages."""
    wanted = request.form.get("language", "")
    learning.choose_language(actor(), activity_id, wanted)
    step_id = request.form.get("step", type=uuid.UUID)
    if step_id is not None:
        return redirect(
            url_for(
                "courses.step", activity_id=step_id, page=request.form.get("page") or None, language=wanted
            ),
            303,
        )
    return redirect(url_for("courses.show", activity_id=activity_id, language=wanted), 303)


@blueprint.get("/<uuid:activity_id>/notes")
@member
def notes(activity_id: uuid.UUID) -> ResponseReturnValue:
    """All own notes of a course."""
    course = get_activity(actor(), activity_id)
    return render_template(
        "courses/notes.html", course=course, notes=learning.find_notes(actor(), activity_id),
        breadcrumb=[(_("Courses"), url_for("courses.index")), (course.title, url_for("courses.show", activity_id=course.id)), (_("Your notes"), None)],
    )  # fmt: skip


@blueprint.get("/step/<uuid:activity_id>")
@member
def step(activity_id: uuid.UUID) -> ResponseReturnValue:
    """One step: a page, a chapter, a file, a link, an assignment."""
    outline, view = read_step(
        actor(),
        activity_id,
        language=request.args.get("language", ""),
        as_trainee=request.args.get("as") == "trainee",
    )
    if not outline.may_manage:
        learning.check_open(outline, view)
    if view.is_section:
        return redirect(url_for("courses.show", activity_id=outline.id))
    if view.endpoint != "courses.step":
        return redirect(step_url(view, outline))
    return _render_step(outline, view)


def _render_step(outline: Outline, view: StepView) -> str:
    frame = frame_in(outline, view.id)
    with_drafts = outline.may_manage and "draft" in request.args
    codes = list(dict.fromkeys([outline.locale, *outline.languages]))
    context: dict[str, Any] = {
        "outline": outline, "view": view, "note": learning.note_of(actor(), view.id) if outline.is_active else "",
        "languages": language_names(outline.languages) if len(outline.languages) > 1 else [], "file_url": file_url,
        "may_manage": outline.may_manage, "with_drafts": with_drafts, **(frame.context if frame else {}),
        "time_left": _("%(time)s left", time=duration(outline.minutes_left)) if outline.minutes_left else "",
    }  # fmt: skip
    if view.type in {"page", "book"}:
        asked = request.args.get("page", type=uuid.UUID)
        page = read_page(view.id, asked, codes, with_drafts=with_drafts)
        place = outline.place
        depth = place.depth if place and place.step_id == view.id and place.page_id == page.id else 0
        return render_template("courses/page.html", page=page, depth=depth, **context)
    material = read_material(view.id, codes)
    if view.type == "assignment":
        return render_template(
            "courses/assignment.html", material=material, assignment=assignments.get_assignment(view.id),
            criteria=read_rubric(view.id, outline.locale), submission=assignments.find_own_submission(actor(), view.id), **context,
        )  # fmt: skip
    if view.type == "file":
        return render_template("courses/file.html", material=material, **context)
    return render_template("courses/link.html", material=material, **context)


@blueprint.post("/step/<uuid:activity_id>")
@member
def finish(activity_id: uuid.UUID) -> ResponseReturnValue:
    """The step was seen to its end: on to the next page, the next step, or back to the course."""
    page_id = request.form.get("page", type=uuid.UUID)
    activity = get_activity(actor(), activity_id)
    course_id = activity.parent_id or activity.id
    is_preview = request.args.get("as") == "trainee" and may_manage(actor(), activity)
    seen_as: dict[str, Any] = {"as": "trainee"} if is_preview else {}
    if page_id is not None and (following := read_page(activity_id, page_id, []).after) is not None:
        learning.check_step(actor(), course_id, activity_id)
        if not is_preview:
            learning.keep_place(actor(), activity_id, following.id)
        address = url_for("courses.step", activity_id=activity_id, page=following.id, **seen_as)
        return redirect(address, 303)
    was_completed = learning.has_completed(actor(), course_id)
    if not is_preview:
        learning.finish_step(actor(), activity_id)
    outline = read_outline(actor(), course_id, as_trainee=is_preview)
    after = learning.neighbours(outline, activity_id).after
    if after is None or (outline.completed_at is not None and not was_completed):
        return redirect(url_for("courses.show", activity_id=outline.id, **seen_as), 303)
    if after.endpoint == "courses.step" and not is_preview:
        learning.keep_place(actor(), after.id)
    return redirect(step_url(after, outline), 303)


@blueprint.post("/step/<uuid:activity_id>/tick")
@member
def tick(activity_id: uuid.UUID) -> ResponseReturnValue:
    """The person says that the step is done, or takes it back."""
    learning.tick_step(actor(), activity_id, is_done=request.form.get("done") == "1")
    return redirect(url_for("courses.step", activity_id=activity_id), 303)


@blueprint.post("/step/<uuid:activity_id>/place")
@member
def keep_place(activity_id: uuid.UUID) -> ResponseReturnValue:
    """Remember where the person is; with ``minute``, count a minute of work."""
    learning.keep_place(
        actor(), activity_id, request.form.get("page", type=uuid.UUID), request.form.get("depth", 0, type=int)
    )
    if "minute" in request.form:
        learning.work_a_minute(actor(), activity_id)
    return "", 204


@blueprint.post("/step/<uuid:activity_id>/note")
@member
def note(activity_id: uuid.UUID) -> ResponseReturnValue:
    """Keep the note beside a step."""
    saved_at = learning.save_note(actor(), activity_id, request.form.get("note", ""))
    if wants_json():
        return {"saved_at": format_time(saved_at)}
    flash(_("Your note is saved."), "success")
    return redirect(url_for("courses.step", activity_id=activity_id), 303)
