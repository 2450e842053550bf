"""The outline editor, and what a course says of itself."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.plugin import (
    Activity,
    EditEnrolment,
    Family,
    Form,
    Invalid,
    _,
    accept_attribute,
    actor,
    children_of,
    edit_enrolment_rule,
    edit_url,
    find_groups,
    max_upload_bytes,
    member,
    owners_of,
    received_files,
    set_state,
    slow,
    unit_of_work,
    wants_json,
)
from plugins.courses import authoring, foreseeing, showing, translating, writing
from plugins.courses.catalogue import MANAGE
from plugins.courses.forms import LANGUAGES, AddStep, EditCourse, TranslateTexts
from plugins.courses.models import Course
from plugins.courses.outline import gates_of, languages_of, read_outline
from plugins.courses.views.base import (
    as_uuid,
    ask_first,
    blueprint,
    local,
    offer_undo,
    read_order,
    tabs,
    take_left_out,
    take_undo,
    to_utc,
    trail,
    write_order,
)

PICTURES: frozenset[Family] = frozenset({"image"})


@blueprint.get("/<uuid:activity_id>/edit")
@member
def outline(activity_id: uuid.UUID) -> ResponseReturnValue:
    """All steps, to be arranged."""
    activity, course = authoring.get_course(actor(), activity_id)
    return render_template(
        "courses/outline.html", activity=activity, course=course, outline=read_outline(actor(), activity_id),
        palette=authoring.palette(actor()), gates=gates_of(activity_id), edit_url=_edit_url(activity_id), undo=take_undo(), left_out=take_left_out(),
        taken_out=authoring.find_taken_out(activity_id), order=write_order(authoring.order_of(activity_id)),
        added=request.args.get("added", type=uuid.UUID), untranslated=showing.find_untranslated(course, activity_id),
        unwritten=translating.find_empty(activity_id, languages_of(course)[0]), undated=translating.find_undated(activity_id),
        tabs=tabs(activity, "outline"), may_copy=actor().can(MANAGE), breadcrumb=trail(activity, (_("Edit"), None)),
    )  # fmt: skip


@blueprint.post("/<uuid:activity_id>/edit")
@member
def change_outline(activity_id: uuid.UUID) -> ResponseReturnValue:
    """One change to the outline; the page then offers to undo it."""
    course, _rest = authoring.get_course(actor(), activity_id)
    step_id = as_uuid(request.form.get("step"))
    if step_id is not None and authoring.get_managed_step(actor(), step_id)[0].parent_id != activity_id:
        raise Invalid(_("The steps have changed meanwhile. Look at them again and repeat your change."))
    if step_id is not None and (asked := _ask_first(course, step_id)):
        return asked
    shown = _change(activity_id, step_id)
    if wants_json():
        return "", 204
    anchor = f"step-{shown}" if shown else None
    return redirect(url_for("courses.outline", activity_id=activity_id, _anchor=anchor), 303)


def _ask_first(course: Activity, step_id: uuid.UUID) -> str | None:
    """The page that shows who gains or loses, for changes by which somebody may."""
    who, deed = actor(), request.form.get("do", "")
    is_shown = deed == "show" or (deed == "restore" and request.form.get("state") == "published")
    if deed == "hide" or is_shown:
        effect = foreseeing.foresee_shown(who, step_id, is_shown=is_shown)
        title = _("Show the step to trainees?") if is_shown else _("Hide the step from trainees?")
    elif deed == "remove":
        effect, title = foreseeing.foresee_removed(who, step_id), _("Take the step out?")
    else:
        return None
    return ask_first(course, title, effect, url_for("courses.outline", activity_id=course.id))


def _change(course_id: uuid.UUID, step_id: uuid.UUID | None) -> uuid.UUID | None:
    deed = request.form.get("do", "")
    if deed == "add":
        command = AddStep.read({"type": request.form.get("type", ""), "title": request.form.get("title")})
        return authoring.add_step(actor(), course_id, command)
    if deed == "arrange":
        before = authoring.order_of(course_id)
        authoring.arrange(actor(), course_id, read_order(request.form.get("order", "")))
        if not wants_json():
            _undo(course_id, _("The steps are in another order."), do="arrange", order=write_order(before))
        return step_id
    if step_id is None or deed not in DEEDS:
        raise Invalid(_("Please choose what to do."))
    return DEEDS[deed](course_id, step_id)


def _move(by: int) -> Callable[[uuid.UUID, uuid.UUID], uuid.UUID]:
    def run(course_id: uuid.UUID, step_id: uuid.UUID) -> uuid.UUID:
        before = authoring.move_step(actor(), step_id, by)
        _undo(course_id, _("The step was moved."), do="arrange", order=write_order(before), step=str(step_id))
        return step_id

    return run


def _indent(level: int) -> Callable[[uuid.UUID, uuid.UUID], uuid.UUID]:
    def run(course_id: uuid.UUID, step_id: uuid.UUID) -> uuid.UUID:
        before = authoring.indent_step(actor(), step_id, level)
        _undo(course_id, _("The step was moved."), do="arrange", order=write_order(before), step=str(step_id))
        return step_id

    return run


def _hide(*, is_hidden: bool) -> Callable[[uuid.UUID, uuid.UUID], uuid.UUID]:
    def run(course_id: uuid.UUID, step_id: uuid.UUID) -> uuid.UUID:
        authoring.hide_step(actor(), step_id, is_hidden=is_hidden)
        text = _("Trainees no longer see the step.") if is_hidden else _("Trainees see the step.")
        _undo(course_id, text, do="show" if is_hidden else "hide", step=str(step_id), confirmed="1")
        return step_id

    return run


def _rename(course_id: uuid.UUID, step_id: uuid.UUID) -> uuid.UUID:
    before = authoring.rename_step(actor(), step_id, request.form.get("title", ""))
    if not wants_json():
        _undo(course_id, _("The step has a new title."), do="rename", step=str(step_id), title=before)
    return step_id


def _duplicate(course_id: uuid.UUID, step_id: uuid.UUID) -> uuid.UUID:
    made = authoring.duplicate_step(actor(), step_id)
    _undo(course_id, _("The copy stands below."), do="remove", step=str(made), confirmed="1")
    return made


def _remove(course_id: uuid.UUID, step_id: uuid.UUID) -> None:
    state = authoring.take_out(actor(), step_id)
    _undo(
        course_id,
        _("The step was taken out. What people did in it is kept."),
        do="restore",
        step=str(step_id),
        state=state,
        confirmed="1",
    )


def _restore(course_id: uuid.UUID, step_id: uuid.UUID) -> uuid.UUID:
    authoring.put_back(actor(), step_id, request.form.get("state", "published"))
    return step_id


DEEDS: dict[str, Callable[[uuid.UUID, uuid.UUID], uuid.UUID | None]] = {
    "up": _move(-1), "down": _move(1), "indent": _indent(1), "outdent": _indent(0), "hide": _hide(is_hidden=True),
    "show": _hide(is_hidden=False), "rename": _rename, "duplicate": _duplicate, "remove": _remove, "restore": _restore,
}  # fmt: skip


def _undo(course_id: uuid.UUID, text: str, **fields: str) -> None:
    offer_undo(text, url_for("courses.change_outline", activity_id=course_id), fields)


def _edit_url(course_id: uuid.UUID) -> Callable[[Any], str]:
    found = {each.id: edit_url(each) for each in children_of(course_id)}
    return lambda step: found.get(step.id, "")


@blueprint.route("/<uuid:activity_id>/about", methods=["GET", "POST"])
@slow(member)
def about(activity_id: uuid.UUID) -> ResponseReturnValue:
    """Title, summary, objectives, languages, edition, cover, certificate."""
    activity, course = authoring.get_course(actor(), activity_id)
    form = Form(EditCourse, values=_values(activity, course))
    if request.method == "POST":
        covers = received_files(actor(), "cover", "courses.cover", allowed=PICTURES)
        with unit_of_work():
            if form.run(lambda command: _save(activity_id, command, covers)):
                flash(_("Saved."), "success")
                return redirect(url_for("courses.about", activity_id=activity_id), 303)
    return render_template(
        "courses/about.html", activity=activity, course=course, form=form, tabs=tabs(activity, "about"),
        breadcrumb=trail(activity, (_("Edit"), None)), own_language=showing.name_of_language(languages_of(course)[0]),
        languages=[each for each in showing.language_names(list(LANGUAGES)) if each[0] != languages_of(course)[0]],
        others=showing.language_names(languages_of(course)[1:]), cover_url=showing.file_url(course.cover_id),
        max_bytes=max_upload_bytes(), accept=accept_attribute(PICTURES), authors=owners_of(actor(), activity_id),
    ), form.status  # fmt: skip


def _save(course_id: uuid.UUID, command: EditCourse, covers: list[Any]) -> None:
    times = {"starts_at": to_utc(command.starts_at), "ends_at": to_utc(command.ends_at)}
    authoring.edit_course(actor(), course_id, command.model_copy(update=times))
    if covers:
        authoring.set_cover(actor(), course_id, covers[-1])
    elif "no_cover" in request.form:
        authoring.set_cover(actor(), course_id, None)


def _values(activity: Activity, course: Course) -> dict[str, Any]:
    codes = languages_of(course)
    words = authoring.find_texts(activity.id, codes[0])
    return {
        "title": activity.title, "summary": activity.summary, "objectives": words.objectives if words else "",
        "languages": codes[1:], "starts_at": local(activity.starts_at), "ends_at": local(activity.ends_at),
        "capacity": activity.capacity, "has_certificate": course.has_certificate, "cover_alt": course.cover_alt,
    }  # fmt: skip


@blueprint.route("/<uuid:activity_id>/words/<locale>", methods=["GET", "POST"])
@member
def words(activity_id: uuid.UUID, locale: str) -> ResponseReturnValue:
    """What the course says of itself in another language."""
    activity, course = authoring.get_course(actor(), activity_id)
    if locale not in languages_of(course)[1:]:
        raise Invalid(_("The course is not there in this language."))
    known = authoring.find_texts(activity_id, locale)
    form = Form(
        TranslateTexts,
        values={name: getattr(known, name) for name in ("title", "summary", "objectives")} if known else {},
    )
    if form.run(lambda command: authoring.translate(actor(), activity_id, locale, command)):
        flash(_("Saved."), "success")
        return redirect(url_for("courses.about", activity_id=activity_id), 303)
    own = authoring.find_texts(activity_id, languages_of(course)[0])
    return render_template(
        "courses/words.html", activity=activity, form=form, original=own, language=showing.name_of_language(locale), locale=locale,
        cancel_url=url_for("courses.about", activity_id=activity_id), breadcrumb=trail(activity, (_("Edit"), url_for("courses.about", activity_id=activity_id)), (showing.name_of_language(locale), None)),
    ), form.status  # fmt: skip


@blueprint.route("/<uuid:activity_id>/rules", methods=["GET", "POST"])
@member
def rules(activity_id: uuid.UUID) -> ResponseReturnValue:
    """Who may take part."""
    activity, _course = authoring.get_course(actor(), activity_id)
    form = Form(
        EditEnrolment, values={"enrolment_rule": activity.enrolment_rule, "enrolment_key": activity.enrolment_key},
        context={"group_id": request.form.get("group_id") or None},
    )  # fmt: skip
    if form.run(lambda command: edit_enrolment_rule(actor(), activity_id, command)):
        flash(_("Saved."), "success")
        return redirect(url_for("courses.rules", activity_id=activity_id), 303)
    return render_template(
        "courses/rules.html", activity=activity, form=form, tabs=tabs(activity, "rules"), breadcrumb=trail(activity, (_("Edit"), None)),
        groups=find_groups(actor()) if actor().can("groups.manage") else [],
    ), form.status  # fmt: skip


@blueprint.post("/<uuid:activity_id>/state")
@member
def change_state(activity_id: uuid.UUID) -> ResponseReturnValue:
    """Publish with everything that is written, archive, or take back."""
    wanted = request.form.get("state", "")
    if wanted == "published":
        if asked := _ask_unready(activity_id):
            return asked
        version = authoring.publish_course(actor(), activity_id)
        flash(_("The course is open to people (version %(version)s).", version=version), "success")
    elif wanted in {"draft", "archived"}:
        authoring.get_course(actor(), activity_id)
        set_state(actor(), activity_id, wanted)
        flash(_("Only people who manage courses see it now."))
    else:
        raise Invalid(_("Please choose what to do."))
    return redirect(url_for("courses.outline", activity_id=activity_id), 303)


def _ask_unready(course_id: uuid.UUID) -> str | None:
    """The page that names what is not ready before a course is published; None when all is, or it was confirmed."""
    activity, course = authoring.get_course(actor(), course_id)
    undated, empty = translating.find_unready(course_id, languages_of(course)[0])
    if "confirmed" in request.form or wants_json() or not (undated or empty):
        return None
    return render_template(
        "courses/unready.html", activity=activity, undated=undated, empty=empty, edit_url=edit_url,
        breadcrumb=trail(activity, (_("Edit"), url_for("courses.outline", activity_id=course_id)), (_("Publish"), None)),
    )  # fmt: skip


@blueprint.post("/<uuid:activity_id>/publish-drafts")
@member
def publish_drafts(activity_id: uuid.UUID) -> ResponseReturnValue:
    """Show everything that was rewritten to trainees."""
    count = writing.publish_drafts(actor(), activity_id)
    flash(_("%(count)s texts are published.", count=count), "success")
    return redirect(url_for("courses.outline", activity_id=activity_id), 303)


@blueprint.post("/<uuid:activity_id>/copy")
@member
def copy(activity_id: uuid.UUID) -> ResponseReturnValue:
    """Copy the course with all its steps, without people."""
    activity, _course = authoring.get_course(actor(), activity_id)
    made = authoring.copy_course(actor(), activity_id, _("%(title)s (copy)", title=activity.title)[:200])
    flash(_("This is the copy. Nobody sees it until you publish it."), "success")
    return redirect(url_for("courses.outline", activity_id=made), 303)
