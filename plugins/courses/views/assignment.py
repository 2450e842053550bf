"""Assignments: writing them, handing in, grading."""

from __future__ import annotations

import uuid

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.plugin import (
    Form,
    Invalid,
    _,
    actor,
    format_time,
    member,
    received_files,
    slow,
    unit_of_work,
    wants_json,
)
from plugins.courses import assignments, authoring, rubric, writing
from plugins.courses.assignments import ALLOWED, PURPOSE
from plugins.courses.forms import CriterionWords, HandIn, Review, SaveCriterion, WriteAssignment
from plugins.courses.outline import languages_of
from plugins.courses.reading import read_material
from plugins.courses.views.base import (
    as_uuid,
    blueprint,
    language_asked,
    local,
    tabs,
    to_utc,
    trail,
)
from plugins.courses.views.writing import _editor as editor


@blueprint.route("/step/<uuid:activity_id>/assignment", methods=["GET", "POST"])
@member
def write_assignment(activity_id: uuid.UUID) -> ResponseReturnValue:
    """What is asked, and the rubric."""
    activity, step = authoring.get_managed_step(actor(), activity_id)
    asked = assignments.get_assignment(activity_id)
    locale = language_asked(writing.course_of(activity))
    values = {
        "body": read_material(activity_id, [locale]).html,
        "takes_text": asked.takes_text,
        "takes_files": asked.takes_files,
        "due_at": local(asked.due_at),
    }
    form = Form(WriteAssignment, values=values)
    line = Form(SaveCriterion, submit=_("Add to the rubric"))
    if form.run(
        lambda command: assignments.edit_assignment(
            actor(), activity_id, locale, command.model_copy(update={"due_at": to_utc(command.due_at)})
        )
    ):
        flash(_("Saved."), "success")
        return redirect(
            url_for("courses.outline", activity_id=step.course_id, _anchor=f"step-{activity_id}"), 303
        )
    if line.run(lambda command: rubric.add_criterion(actor(), activity_id, command)):
        return redirect(url_for("courses.write_assignment", activity_id=activity_id, _anchor="rubric"), 303)
    if request.form.get("form_id") == "rubric_words":
        rubric.save_words(actor(), activity_id, locale, _words())
        flash(_("Saved."), "success")
        here = url_for("courses.write_assignment", activity_id=activity_id, language=locale, _anchor="rubric")
        return redirect(here, 303)
    return render_template(
        "courses/write_assignment.html", activity=activity, form=form, line=line, criteria=rubric.criteria_of(activity_id),
        words=rubric.words_of(activity_id, locale), is_original=locale == languages_of(writing.course_of(activity))[0],
        **editor(activity, locale),
    ), max(form.status, line.status)  # fmt: skip


@blueprint.post("/step/<uuid:activity_id>/rubric/<uuid:criterion_id>/remove")
@member
def remove_criterion(activity_id: uuid.UUID, criterion_id: uuid.UUID) -> ResponseReturnValue:
    """Take a line out of the rubric."""
    rubric.remove_criterion(actor(), activity_id, criterion_id)
    return redirect(url_for("courses.write_assignment", activity_id=activity_id, _anchor="rubric"), 303)


@blueprint.post("/step/<uuid:activity_id>/hand-in")
@slow(member)
def hand_in(activity_id: uuid.UUID) -> ResponseReturnValue:
    """Hand in, or only keep what was written so far."""
    files = received_files(actor(), "files", PURPOSE, allowed=ALLOWED)
    command = HandIn.read({"text": request.form.get("text")})
    with unit_of_work():
        if request.form.get("do") == "save":
            assignments.save_submission(actor(), activity_id, command, files)
            flash(_("Saved. Only you see it until you hand it in."), "success")
        else:
            assignments.hand_in(actor(), activity_id, command, files)
            flash(_("Handed in. You will be told when there is feedback."), "success")
    return redirect(url_for("courses.step", activity_id=activity_id), 303)


@blueprint.post("/step/<uuid:activity_id>/hand-in/draft")
@member
def save_submission(activity_id: uuid.UUID) -> ResponseReturnValue:
    """Keep the text while it is being written."""
    saved_at = assignments.save_submission(
        actor(), activity_id, HandIn.read({"text": request.form.get("text")})
    )
    if wants_json():
        return {"saved_at": format_time(saved_at)}
    return redirect(url_for("courses.step", activity_id=activity_id), 303)


@blueprint.post("/step/<uuid:activity_id>/hand-in/files/<uuid:file_id>/remove")
@member
def remove_submission_file(activity_id: uuid.UUID, file_id: uuid.UUID) -> ResponseReturnValue:
    """Take a file out of what one is about to hand in."""
    assignments.remove_file(actor(), activity_id, file_id)
    return redirect(url_for("courses.step", activity_id=activity_id), 303)


@blueprint.get("/<uuid:activity_id>/grading")
@member
def queue(activity_id: uuid.UUID) -> ResponseReturnValue:
    """What was handed in and waits."""
    activity, _course = authoring.get_course(actor(), activity_id)
    show = request.args.get("show", "submitted")
    show = show if show in {"submitted", "returned", "accepted", "all"} else "submitted"
    return render_template(
        "courses/queue.html", activity=activity, waiting=assignments.find_queue(actor(), activity_id, show=show), show=show,
        tabs=tabs(activity, "queue"), breadcrumb=trail(activity, (_("Edit"), None)),
    )  # fmt: skip


@blueprint.route("/submission/<uuid:submission_id>", methods=["GET", "POST"])
@member
def submission(submission_id: uuid.UUID) -> ResponseReturnValue:
    """One submission, its files, the rubric and the feedback."""
    view, activity, person = assignments.get_submission(actor(), submission_id)
    course = authoring.get_course(actor(), activity.parent_id or activity.id)[0]
    criteria = rubric.criteria_of(activity.id)
    form = Form(Review, submit=_("Send"))
    if form.run(lambda command: assignments.review(actor(), submission_id, command, _points())):
        flash(_("%(name)s is told.", name=person), "success")
        following = assignments.find_queue(actor(), course.id)
        if following:
            return redirect(url_for("courses.submission", submission_id=following[0].id), 303)
        return redirect(url_for("courses.queue", activity_id=course.id), 303)
    return render_template(
        "courses/grade.html", submission=view, activity=activity, person=person, criteria=criteria, form=form, given=request.form,
        material=read_material(activity.id, [language_asked(writing.course_of(activity))]),
        breadcrumb=trail(course, (_("Grading"), url_for("courses.queue", activity_id=course.id)), (person, None)),
    ), form.status  # fmt: skip


def _words() -> dict[uuid.UUID, CriterionWords]:
    """The lines of the rubric as they were written in another language."""
    ids = [as_uuid(text) for text in request.form.getlist("criterion")]
    titles, hints = request.form.getlist("criterion_title"), request.form.getlist("criterion_hint")
    return {
        key: CriterionWords.read({"title": title, "hint": hint})
        for key, title, hint in zip(ids, titles, hints, strict=False)
        if key is not None
    }


def _points() -> dict[uuid.UUID, int]:
    found: dict[uuid.UUID, int] = {}
    for name, text in request.form.items():
        if not name.startswith("points-") or not text.strip():
            continue
        criterion = as_uuid(name.removeprefix("points-"))
        try:
            found[criterion or uuid.UUID(int=0)] = int(text)
        except ValueError:
            raise Invalid(_("Please write a number.")) from None
    return found
