"""How a step counts, and what opens it; for steps of any kind."""

from __future__ import annotations

import uuid
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.plugin import (
    COMPLETION_CHOICES,
    Activity,
    ChangeRule,
    Form,
    Invalid,
    _,
    actor,
    edit_url,
    find_groups,
    hooks,
    member,
)
from plugins.courses import authoring, showing
from plugins.courses.forms import AddCondition, SectionSettings, StepSettings, TranslateTexts
from plugins.courses.outline import SECTION, languages_of, read_outline
from plugins.courses.views.base import as_uuid, blueprint, to_utc, trail


@blueprint.route("/step/<uuid:activity_id>/settings", methods=["GET", "POST"])
@member
def settings(activity_id: uuid.UUID) -> ResponseReturnValue:
    """Title, minutes, whether it is needed; when it is done; what opens it."""
    activity, step = authoring.get_managed_step(actor(), activity_id)
    kind = SectionSettings if activity.type == SECTION else StepSettings
    form = Form(kind, values={name: getattr(activity, name) for name in kind.model_fields})
    rule = Form(
        ChangeRule,
        values={"completion_rule": activity.completion_rule, "completion_goal": activity.completion_goal},
    )
    if form.run(lambda command: authoring.edit_step(actor(), activity_id, command)):
        flash(_("Saved."), "success")
        return redirect(url_for("courses.settings", activity_id=activity_id), 303)
    change, proposed = None, rule.accept()
    if proposed and "confirmed" not in request.form:
        change = authoring.preview_step_rule(actor(), activity_id, proposed)
    elif proposed:
        authoring.change_step_rule(actor(), activity_id, proposed)
        flash(_("The new rule holds."), "success")
        return redirect(url_for("courses.settings", activity_id=activity_id), 303)
    outline = read_outline(actor(), step.course_id)
    return render_template(
        "courses/settings.html", activity=activity, step=step, form=form, rule=rule, change=change,
        people=showing.names_of(actor(), (*change.gains, *change.losses)) if change else {},
        choices=_choices(activity), outline=outline, conditions=authoring.conditions_of(activity_id),
        groups=find_groups(actor()) if actor().can("groups.manage") else [], titles={each.id: each for each in outline.steps},
        edit_url=edit_url(activity), breadcrumb=_trail(activity, _("Settings")), is_section=activity.type == SECTION,
        languages=showing.language_names(outline.languages[1:]),
    ), max(form.status, rule.status)  # fmt: skip


def _choices(activity: Activity) -> list[tuple[str, Any]]:
    kind = hooks().activity_types().get(activity.type, ("", None))[1]
    allowed = kind.completion if kind else (activity.completion_rule,)
    return [(name, title) for name, title in COMPLETION_CHOICES if name in allowed]


@blueprint.post("/step/<uuid:activity_id>/conditions")
@member
def change_conditions(activity_id: uuid.UUID) -> ResponseReturnValue:
    """Add or take away what opens the step."""
    deed = request.form.get("do", "")
    if deed == "add":
        values = {
            name: request.form.get(name) or None
            for name in ("kind", "other_id", "group_id", "opens_at", "score")
        }
        command = AddCondition.read(values)
        authoring.add_condition(
            actor(), activity_id, command.model_copy(update={"opens_at": to_utc(command.opens_at)})
        )
    elif deed == "remove":
        authoring.remove_condition(
            actor(), activity_id, as_uuid(request.form.get("condition")) or uuid.UUID(int=0)
        )
    elif deed == "match":
        authoring.set_match(actor(), activity_id, request.form.get("match", ""))
    else:
        raise Invalid(_("Please choose what to do."))
    return redirect(url_for("courses.settings", activity_id=activity_id, _anchor="opens"), 303)


@blueprint.route("/step/<uuid:activity_id>/words/<locale>", methods=["GET", "POST"])
@member
def step_words(activity_id: uuid.UUID, locale: str) -> ResponseReturnValue:
    """The title of a step in another language."""
    activity, step = authoring.get_managed_step(actor(), activity_id)
    course = authoring.get_course(actor(), step.course_id)[1]
    if locale not in languages_of(course)[1:]:
        raise Invalid(_("The course is not there in this language."))
    known = authoring.find_texts(activity_id, locale)
    form = Form(TranslateTexts, values={"title": known.title, "summary": known.summary} if known else {})
    back = url_for("courses.outline", activity_id=step.course_id)
    if form.run(lambda command: authoring.translate(actor(), activity_id, locale, command)):
        flash(_("Saved."), "success")
        return redirect(back, 303)
    language = showing.name_of_language(locale)
    return render_template(
        "courses/words.html", activity=activity, form=form, original=None, language=language, locale=locale, cancel_url=back,
        breadcrumb=_trail(activity, language),
    ), form.status  # fmt: skip


def _trail(activity: Activity, last: str) -> list[tuple[str, str | None]]:
    course = authoring.get_course(actor(), activity.parent_id or activity.id)[0]
    return trail(
        course,
        (_("Edit"), url_for("courses.outline", activity_id=course.id)),
        (activity.title, edit_url(activity)),
        (last, None),
    )
