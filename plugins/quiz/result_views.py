"""Pages for those who grade: results, the queue, figures, judging again."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.plugin import (
    Activity,
    Form,
    NotFound,
    _,
    activity_url,
    actor,
    find_visible_files,
    frame_of,
    may_manage,
    member,
    ngettext,
    parent_edit_url,
    send_table,
)
from plugins.quiz import judging, results
from plugins.quiz.forms import GradeAnswer
from plugins.quiz.models import Quiz
from plugins.quiz.showing import TYPE_TITLES, shown_rows
from plugins.quiz.translating import languages_of

blueprint = Blueprint("quiz_result", __name__, url_prefix="/quiz")


@blueprint.get("/<uuid:activity_id>/results")
@member
def show(activity_id: uuid.UUID) -> ResponseReturnValue:
    """Who reached what; ``?form=csv`` or ``xlsx`` is the table to take along."""
    wanted = request.args.get("form")
    if wanted in {"csv", "xlsx"}:
        table = results.results_table(actor(), activity_id)
        return send_table(table, "csv" if wanted == "csv" else "xlsx", _("results"))
    activity, quiz = results.get_graded_quiz(actor(), activity_id)
    rows = results.find_results(actor(), activity_id)
    state = request.args.get("state", "")
    shown = [each for each in rows if not state or each.state == state]
    return render_template(
        "quiz/results.html", rows=shown, everybody=rows, state=state, **_managed(activity, quiz, "results")
    )


@blueprint.get("/<uuid:activity_id>/items")
@member
def items(activity_id: uuid.UUID) -> ResponseReturnValue:
    """How each question works; ``?form=csv`` or ``xlsx`` is the table to take along."""
    wanted = request.args.get("form")
    if wanted in {"csv", "xlsx"}:
        table = results.items_table(actor(), activity_id)
        return send_table(table, "csv" if wanted == "csv" else "xlsx", _("questions"))
    activity, quiz = results.get_graded_quiz(actor(), activity_id)
    found = results.find_items(actor(), activity_id)
    return render_template(
        "quiz/items.html", items=found, titles=TYPE_TITLES, **_managed(activity, quiz, "items")
    )


@blueprint.get("/<uuid:activity_id>/grading")
@member
def queue(activity_id: uuid.UUID) -> ResponseReturnValue:
    """Answers that wait for a person."""
    activity, quiz = results.get_graded_quiz(actor(), activity_id)
    found = judging.find_waiting(actor(), activity_id)
    return render_template("quiz/queue.html", answers=found, **_managed(activity, quiz, "grading"))


@blueprint.route("/answers/<uuid:answer_id>", methods=["GET", "POST"])
@member
def grade(answer_id: uuid.UUID) -> ResponseReturnValue:
    """One answer, its rubric, and the next one after it."""
    found = judging.get_answer(actor(), answer_id)
    activity, quiz = results.get_graded_quiz(actor(), found.quiz.activity_id)
    levels = {
        name[6:]: int(value)
        for name, value in request.form.items()
        if name.startswith("level.") and value.isdecimal()
    }
    row = found.row
    share = None if row.fraction is None else round(row.fraction * 100, 2)
    form = Form(
        GradeAnswer,
        values={"percent": share, "comment": row.comment},
        submit=_("Save and go on"),
        context={"levels": levels},
    )
    if form.run(lambda command: judging.grade_answer(actor(), answer_id, command)):
        flash(_("The grade is saved."), "success")
        if found.next_id:
            return redirect(url_for("quiz_result.grade", answer_id=found.next_id), 303)
        return redirect(url_for("quiz_result.queue", activity_id=activity.id), 303)
    ids = [uuid.UUID(each) for each in row.answer.get("files", ())]
    page = render_template(
        "quiz/grade.html", found=found, form=form, files=find_visible_files(actor(), ids) if ids else [],
        levels=levels or row.levels, **_managed(activity, quiz, "grading"),
    )  # fmt: skip
    return page, form.status


@blueprint.get("/results/<uuid:attempt_id>")
@member
def attempt(attempt_id: uuid.UUID) -> ResponseReturnValue:
    """Everything that a person answered in one attempt."""
    found, quiz, activity = results.get_any_attempt(actor(), attempt_id)
    if found.state != "submitted":
        raise NotFound(_("This attempt is not handed in yet."))
    rows = shown_rows(found, quiz, sees="all")
    ids = [uuid.UUID(each) for row in rows for each in row.answer.get("files", ())]
    files = {str(file.id): file for file in find_visible_files(actor(), ids)} if ids else {}
    return render_template(
        "quiz/attempt.html", attempt=found, rows=rows, files=files, answers={row.position: row for row in found.answers},
        name=results.names_of(actor(), [found.user_id])[found.user_id], **_managed(activity, quiz, "results"),
    )  # fmt: skip


@blueprint.route("/<uuid:activity_id>/regrade", methods=["GET", "POST"])
@member
def regrade(activity_id: uuid.UUID) -> ResponseReturnValue:
    """Who would gain or lose if all attempts were judged again; then do it."""
    activity, quiz = results.get_graded_quiz(actor(), activity_id)
    if request.method == "POST":
        changed = judging.regrade(actor(), activity_id)
        flash(
            ngettext("%(num)d attempt has a new score.", "%(num)d attempts have a new score.", changed),
            "success",
        )
        return redirect(url_for("quiz_result.show", activity_id=activity_id), 303)
    shifts = judging.preview_regrade(actor(), activity_id)
    return render_template("quiz/regrade.html", shifts=shifts, **_managed(activity, quiz, "items"))


def _managed(activity: Activity, quiz: Quiz, tab: str) -> dict[str, Any]:
    has_languages = may_manage(actor(), activity) and languages_of(actor(), frame_of(actor(), activity))
    trail = [
        (_("Activities"), url_for("activities.index")),
        (activity.title, activity_url(activity)),
        (_("Results"), None),
    ]
    return {
        "activity": activity, "quiz": quiz, "tab": tab, "back": parent_edit_url(activity),
        "waiting": results.count_waiting(quiz), "breadcrumb": trail, "has_languages": bool(has_languages),
    }  # fmt: skip
