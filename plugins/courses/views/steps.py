"""How a step counts, and what opens it; for steps of any kind."""

from __future__ import annotations

import uuid
from collections.abc import Callable
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
from plugins.courses import authoring, foreseeing, showing
from plugins.courses.effects import Effect
from plugins.courses.forms import AddCondition, SectionSettings, StepSettings, TranslateTexts
from plugins.courses.outline import SECTION, languages_of, read_outline
from plugins.courses.views.base import as_uuid, ask_first, blueprint, to_utc, trail


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
    if asked := _ask_required(activity, form):
        return asked
    if form.run(lambda command: authoring.edit_step(actor(), activity_id, command)):
        flash(_("Saved."), "success")
        return redirect(url_for("courses.settings", activity_id=activity_id), 303)
    change, whole, proposed = None, None, rule.accept()
    if proposed and "confirmed" not in request.form:
        change, whole = foreseeing.foresee_rule(actor(), activity_id, proposed)
    if proposed and not change and not whole:
        authoring.change_step_rule(actor(), activity_id, proposed)
        flash(_("The new rule holds."), "success")
        return redirect(url_for("courses.settings", activity_id=activity_id), 303)
    outline = read_outline(actor(), step.course_id)
    return render_template(
        "courses/settings.html", activity=activity, step=step, form=form, rule=rule, change=change,
        whole=foreseeing.show_effect(actor(), step.course_id, whole) if whole else None,
        people=showing.names_of(actor(), (*change.gains, *change.losses)) if change else {},
        is_asked=bool(change or whole), choices=_choices(activity), outline=outline, conditions=authoring.conditions_of(activity_id),
        groups=find_groups(actor()) if actor().can("groups.manage") else [], titles={each.id: each for each in outline.steps},
        edit_url=edit_url(activity), breadcrumb=_trail(activity, _("Settings")), is_section=activity.type == SECTION,
        languages=showing.language_names(outline.languages[1:]),
    ), max(form.status, rule.status)  # fmt: skip


def _ask_required(activity: Activity, form: Form[Any]) -> str | None:
    """The page that shows who gains or loses when the course waits for a step, or no longer."""
    wanted = form.accept() if activity.type != SECTION else None
    if wanted is None or wanted.is_required == activity.is_required or activity.state != "published":
        return None
    effect = foreseeing.foresee_required(actor(), activity.id, is_required=wanted.is_required)
    title = _("Wait for this step?") if wanted.is_required else _("No longer wait for this step?")
    course = authoring.get_course(actor(), activity.parent_id or activity.id)[0]
    return ask_first(course, title, effect, url_for("courses.settings", activity_id=activity.id))


def _choices(activity: Activity) -> list[tuple[str, Any]]:
    kind = hooks().activity_types().get(activity.type, ("", None))[1]
    allowed = kind.completion if kind else (activity.completion_rule,)
    return [(name, title) for name, title in COMPLETION_CHOICES if name in allowed]


@blueprint.post("/step/<uuid:activity_id>/conditions")
@member
def change_conditions(activity_id: uuid.UUID) -> ResponseReturnValue:
    """Add or take away what opens the step."""
    deed = request.form.get("do", "")
    if deed not in CONDITION_DEEDS:
        raise Invalid(_("Please choose what to do."))
    effect, run = CONDITION_DEEDS[deed](activity_id)
    activity, step = authoring.get_managed_step(actor(), activity_id)
    course = authoring.get_course(actor(), step.course_id)[0]
    back = url_for("courses.settings", activity_id=activity_id, _anchor="opens")
    title = _("Change what opens “%(title)s”?", title=activity.title)
    if asked := ask_first(course, title, effect, back):
        return asked
    run()
    return redirect(back, 303)


Deed = tuple[Effect, Callable[[], object]]
"""What a change would do to people, and the change itself."""


def _add(step_id: uuid.UUID) -> Deed:
    names = ("kind", "other_id", "group_id", "opens_at", "score")
    given = AddCondition.read({name: request.form.get(name) or None for name in names})
    command = given.model_copy(update={"opens_at": to_utc(given.opens_at)})
    authoring.check_condition(actor(), step_id, command)
    effect = foreseeing.foresee_condition(actor(), step_id, command)
    return effect, lambda: authoring.add_condition(actor(), step_id, command)


def _remove(step_id: uuid.UUID) -> Deed:
    condition_id = as_uuid(request.form.get("condition")) or uuid.UUID(int=0)
    effect = foreseeing.foresee_without(actor(), step_id, condition_id)
    return effect, lambda: authoring.remove_condition(actor(), step_id, condition_id)


def _match(step_id: uuid.UUID) -> Deed:
    match = request.form.get("match", "")
    effect = foreseeing.foresee_match(actor(), step_id, match)
    return effect, lambda: authoring.set_match(actor(), step_id, match)


CONDITION_DEEDS: dict[str, Callable[[uuid.UUID], Deed]] = {"add": _add, "remove": _remove, "match": _match}


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
