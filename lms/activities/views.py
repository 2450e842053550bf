"""Pages of activities."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.access.actor import Actor
from lms.accounts.people import find_member_names
from lms.accounts.views.entering import knock
from lms.activities import enrolment, service
from lms.activities.completion import explain
from lms.activities.forms import ChangeRule, CreateActivity, EditActivity, EditEnrolment, Enrol
from lms.activities.models import Activity
from lms.errors import Invalid
from lms.groups.service import find_groups
from lms.store.base import session
from lms.text import gettext as _
from lms.web.forms import Form
from lms.web.guard import actor, member, requires
from lms.web.i18n import current_zone, to_utc
from lms.web.offices import current_office

blueprint = Blueprint("activities", __name__, url_prefix="/activities")


@blueprint.get("/")
@member
def index() -> ResponseReturnValue:
    """All activities of the office."""
    query = request.args.get("q", "").strip()
    found = service.find_activities(actor(), query=query)
    own = {each.activity.id: each for each in enrolment.participations(actor().user_id, limit=200)}
    return render_template(
        "activities/index.html", activities=found, own=own, query=query, kind_of=service.kind_of
    )


@blueprint.route("/new", methods=["GET", "POST"])
@requires(service.MANAGE)
def new() -> ResponseReturnValue:
    """Make an activity from its title."""
    form = Form(CreateActivity, submit=_("Create"), context={"type": request.args.get("type", "event")})
    made: list[Activity] = []
    if form.run(lambda command: made.append(service.create_activity(actor(), command))):
        return redirect(edit_url(made[0]))
    kinds = service.offered_types(actor(), "top")
    return render_template("activities/new.html", form=form, kinds=kinds), form.status


@blueprint.get("/<uuid:activity_id>")
@member
def show(activity_id: uuid.UUID) -> ResponseReturnValue:
    """One activity, and what this person can do about it."""
    activity = service.get_activity(actor(), activity_id)
    endpoint = service.endpoint_of(activity, current_plugins())
    if endpoint != "activities.show":
        return redirect(url_for(endpoint, activity_id=activity_id))
    return render_template("activities/show.html", **_shown(actor(), activity))


@blueprint.route("/<uuid:activity_id>/join", methods=["GET", "POST"])
@member
def join(activity_id: uuid.UUID) -> ResponseReturnValue:
    """Take part."""
    activity = service.get_activity(actor(), activity_id)
    form = Form(
        Enrol, values={"key": ""}, submit=_("Take part"), context={"token": request.args.get("token")}
    )
    if "key" in request.form:
        knock("enrolment_key", f"{actor().user_id}/{activity_id}")
    if form.run(lambda command: enrolment.enrol(actor(), activity_id, command)):
        return redirect(url_for("activities.show", activity_id=activity_id))
    return render_template("activities/join.html", form=form, activity=activity), form.status


@blueprint.post("/<uuid:activity_id>/leave")
@member
def leave(activity_id: uuid.UUID) -> ResponseReturnValue:
    """Stop taking part."""
    enrolment.leave(actor(), activity_id)
    flash(_("You no longer take part. You can join again while there are places."))
    return redirect(url_for("activities.show", activity_id=activity_id))


@blueprint.route("/<uuid:activity_id>/edit", methods=["GET", "POST"])
@member
def edit(activity_id: uuid.UUID) -> ResponseReturnValue:
    """What the activity says of itself."""
    activity = service.get_managed(actor(), activity_id)
    form = Form(EditActivity, values=_values(activity))
    if form.run(lambda command: _save(activity_id, command)):
        flash(_("Saved."))
        return redirect(url_for("activities.show", activity_id=activity_id))
    return render_template("activities/edit.html", form=form, activity=activity, tab="edit"), form.status


@blueprint.route("/<uuid:activity_id>/rules", methods=["GET", "POST"])
@member
def rules(activity_id: uuid.UUID) -> ResponseReturnValue:
    """Who may take part, and when it counts as completed."""
    activity = service.get_managed(actor(), activity_id)
    who = Form(EditEnrolment, values={"enrolment_rule": activity.enrolment_rule, "enrolment_key": activity.enrolment_key},
               context={"group_id": request.form.get("group_id") or None})  # fmt: skip
    when = Form(
        ChangeRule,
        values={"completion_rule": activity.completion_rule, "completion_goal": activity.completion_goal},
    )
    if who.run(lambda command: service.edit_enrolment_rule(actor(), activity_id, command)):
        flash(_("Saved."))
        return redirect(url_for("activities.rules", activity_id=activity_id))
    change, proposed = None, when.accept()
    if proposed and "confirmed" not in request.form:
        change = service.preview_rule_change(actor(), activity_id, proposed)
    elif proposed:
        service.change_rule(actor(), activity_id, proposed)
        flash(_("The new rule holds."))
        return redirect(url_for("activities.rules", activity_id=activity_id))
    kind = service.kind_of(activity)
    allowed = kind.completion if kind else (activity.completion_rule,)
    return render_template(
        "activities/rules.html", activity=activity, who=who, when=when, change=change, groups=find_groups(actor()) if actor().can("groups.manage") else [],
        allowed=allowed, tab="rules", people=find_member_names(actor(), (*change.gains, *change.losses)) if change else {},
    ), max(who.status, when.status)  # fmt: skip


@blueprint.get("/<uuid:activity_id>/people")
@member
def people(activity_id: uuid.UUID) -> ResponseReturnValue:
    """Who takes part."""
    activity = service.get_managed(actor(), activity_id)
    done = {row.user_id: row for row in service.completions_in(activity)}
    return render_template(
        "activities/people.html", activity=activity, enrolments=enrolment.list_enrolments(actor(), activity_id),
        places=enrolment.places(activity), done=done, tab="people",
    )  # fmt: skip


@blueprint.post("/<uuid:activity_id>/people")
@member
def change_people(activity_id: uuid.UUID) -> ResponseReturnValue:
    """Add, approve, take out, or confirm people."""
    chosen = [_uuid(text) for text in request.form.getlist("user_id")]
    match request.form.get("do"):
        case "add":
            count = enrolment.enrol_people(actor(), activity_id, chosen)
            flash(_("%(count)s people added.", count=count))
        case "approve":
            for person in chosen:
                enrolment.approve(actor(), activity_id, person)
        case "remove":
            for person in chosen:
                enrolment.leave(actor(), activity_id, person)
        case "confirm":
            service.confirm(actor(), activity_id, chosen)
        case _:
            raise Invalid(_("Please choose what to do."))
    return redirect(url_for("activities.people", activity_id=activity_id))


@blueprint.post("/<uuid:activity_id>/state")
@member
def change_state(activity_id: uuid.UUID) -> ResponseReturnValue:
    """Publish, archive or take back."""
    wanted = request.form.get("state", "")
    if wanted not in {"draft", "published", "archived"}:
        raise Invalid(_("Please choose what to do."))
    service.set_state(actor(), activity_id, wanted)
    return redirect(url_for("activities.show", activity_id=activity_id))


def current_plugins() -> frozenset[str]:
    """What the office of this request has switched on."""
    office = current_office()
    return office.plugins if office else frozenset()


def edit_url(activity: Activity) -> str:
    """Where the content of an activity is written: by its type, or in the core's own form."""
    kind = service.kind_of(activity)
    endpoint = kind.edit_endpoint if kind is not None and kind.edit_endpoint else "activities.edit"
    return url_for(endpoint, activity_id=activity.id)


def parent_edit_url(activity: Activity) -> str | None:
    """Where the whole is written that a step belongs to; None for what stands alone."""
    parent = session().get(Activity, activity.parent_id) if activity.parent_id else None
    return edit_url(parent) if parent is not None else None


def _shown(who: Actor, activity: Activity) -> dict[str, Any]:
    own = enrolment.enrolment_of(who, activity.id)
    completion = next((row for row in service.completions_in(activity, who.user_id)), None)
    kind = service.kind_of(activity)
    return {
        "activity": activity, "own": own, "places": enrolment.places(activity), "kind": kind,
        "may_manage": service.may_manage(who, activity), "completion": completion,
        "explanation": explain(activity, completion) if completion else "", "is_off": service.is_switched_off(activity),
    }  # fmt: skip


def _values(activity: Activity) -> dict[str, Any]:
    zone = current_zone()
    times = {
        name: moment.astimezone(zone).strftime("%Y-%m-%dT%H:%M") if moment else None
        for name, moment in (("starts_at", activity.starts_at), ("ends_at", activity.ends_at))
    }
    names = ("title", "summary", "place", "capacity")
    return {name: getattr(activity, name) for name in names} | times


def _save(activity_id: uuid.UUID, command: EditActivity) -> None:
    local = {
        "starts_at": _moment(command.starts_at, "starts_at"),
        "ends_at": _moment(command.ends_at, "ends_at"),
    }
    activity = service.edit_activity(actor(), activity_id, command.model_copy(update=local))
    enrolment.fill_places(activity)


def _moment(local: datetime | None, field: str) -> datetime | None:
    if local is None or local.tzinfo is not None:
        return local
    try:
        return to_utc(local)
    except ValueError:
        text = _("This time does not exist on that day, because the clocks change.")
        raise Invalid(text, fields={field: text}) from None


def _uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise Invalid(_("There is no such person.")) from None
