"""Pages with which rooms are set up and found."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.plugin import (
    Actor,
    Form,
    Invalid,
    _,
    actor,
    current_zone,
    edit_url,
    enrolment_of,
    format_datetime,
    frame_of,
    member,
    ngettext,
    parent_edit_url,
    places_of,
    requires,
    utcnow,
)
from plugins.webinar import agenda, banning, calling_off, modules, recording, repeating, rooms
from plugins.webinar.forms import AddHelper, CreateRoom, EditRoom
from plugins.webinar.presets import PRESETS
from plugins.webinar.rights import ROLE_NAMES, read_names
from plugins.webinar.rooms import Meeting

blueprint = Blueprint("webinar", __name__, url_prefix="/webinar")


@blueprint.context_processor
def _words() -> dict[str, Any]:
    return {"presets": PRESETS, "role_names": ROLE_NAMES, "zone_name": str(current_zone())}


@blueprint.get("/")
@member
def index() -> ResponseReturnValue:
    """What is coming, then what is over."""
    who, is_past = actor(), request.args.get("show") == "past"
    found = rooms.find_rooms(who, is_past=is_past)
    return render_template(
        "webinar/index.html",
        meetings=found,
        is_past=is_past,
        now=utcnow(),
        may_create=who.can("activities.manage"),
    )


@blueprint.route("/new", methods=["GET", "POST"])
@requires("activities.manage")
def new() -> ResponseReturnValue:
    """A title and a date."""
    form = Form(CreateRoom, submit=_("Create"))
    made: list[Meeting] = []
    if form.run(lambda command: made.append(rooms.plan_room(actor(), command))):
        flash(_("Created as a draft. Look at it, then publish it."), "success")
        return redirect(url_for("webinar.show", activity_id=made[0].activity.id), 303)
    return render_template("webinar/new.html", form=form, breadcrumb=trail(_("New meeting"))), form.status


@blueprint.get("/<uuid:activity_id>")
@member
def show(activity_id: uuid.UUID) -> ResponseReturnValue:
    """One meeting: when, what, and the way in."""
    who = actor()
    meeting = rooms.get_room(who, activity_id)
    rooms.get_open_room(who, activity_id)
    frame = frame_of(who, meeting.activity)
    page = "webinar/step.html" if frame else "webinar/show.html"
    return render_template(
        page,
        may_undo=calling_off.may_take_up_again(meeting.room),
        **_shown(who, meeting),
        **(frame.context if frame else {"breadcrumb": trail(meeting.activity.title)}),
    )


@blueprint.route("/<uuid:activity_id>/edit", methods=["GET", "POST"])
@member
def edit(activity_id: uuid.UUID) -> ResponseReturnValue:
    """Everything about it in one form; who helps."""
    meeting = rooms.get_managed_room(actor(), activity_id)
    form = Form(EditRoom, values=_values(meeting))
    if form.run(lambda command: rooms.edit_room(actor(), activity_id, command)):
        flash(_("Saved."), "success")
        return redirect(
            parent_edit_url(meeting.activity) or url_for("webinar.show", activity_id=activity_id), 303
        )
    page = render_template(
        "webinar/edit.html", form=form, meeting=meeting, helpers=rooms.find_helpers(activity_id),
        back_url=parent_edit_url(meeting.activity) or url_for("webinar.show", activity_id=activity_id),
        breadcrumb=trail(meeting.activity.title, url_for("webinar.show", activity_id=activity_id), _("Change")),
    )  # fmt: skip
    return page, form.status


@blueprint.route("/<uuid:activity_id>/repeat", methods=["GET", "POST"])
@member
def repeat(activity_id: uuid.UUID) -> ResponseReturnValue:
    """The same meeting on other days."""
    meeting = rooms.get_managed_room(actor(), activity_id)
    form = Form(repeating.Repeat, values={"weeks": "1", "times": 3}, submit=_("Make them"))
    done: list[repeating.Repeated] = []
    if form.run(lambda command: done.append(repeating.repeat(actor(), activity_id, command))):
        _tell_repeated(done[0])
        return redirect(url_for("webinar.index"), 303)
    page = render_template(
        "webinar/repeat.html", form=form, meeting=meeting, back_url=url_for("webinar.show", activity_id=activity_id),
        breadcrumb=trail(meeting.activity.title, url_for("webinar.show", activity_id=activity_id), _("Repeat")),
    )  # fmt: skip
    return page, form.status


@blueprint.post("/<uuid:activity_id>/<any(publish, cancel, restore):what>")
@member
def change(activity_id: uuid.UUID, what: str) -> ResponseReturnValue:
    """Publish it, call it off, or take it up again."""
    if what == "publish":
        rooms.publish_room(actor(), activity_id)
        flash(_("Published. People of the office can see it and take part."), "success")
    elif what == "cancel":
        calling_off.call_off(actor(), activity_id)
    else:
        calling_off.take_up_again(actor(), activity_id)
        flash(_("It takes place after all. Nobody was told otherwise."), "success")
    return redirect(url_for("webinar.show", activity_id=activity_id), 303)


@blueprint.post("/<uuid:activity_id>/helpers")
@member
def change_helpers(activity_id: uuid.UUID) -> ResponseReturnValue:
    """Add somebody who leads or presents, or take them out."""
    if request.form.get("do") == "remove":
        rooms.remove_helper(actor(), activity_id, as_uuid(request.form.get("participant", "")))
    else:
        given = {"user_id": request.form.get("user_id", ""), "role": request.form.get("role", "presenter")}
        rooms.add_helper(actor(), activity_id, AddHelper.read(given))
    return redirect(url_for("webinar.edit", activity_id=activity_id, _anchor="helpers"), 303)


@blueprint.post("/<uuid:activity_id>/bans/lift")
@member
def lift_ban(activity_id: uuid.UUID) -> ResponseReturnValue:
    """Let somebody come again who was put out for good."""
    banning.lift_ban(actor(), activity_id, as_uuid(request.form.get("participant", "")))
    flash(_("They may come again."), "success")
    return redirect(url_for("webinar.show", activity_id=activity_id), 303)


def trail(*steps: str) -> list[tuple[str, str | None]]:
    """Where somebody is: titles, each followed by its address unless it is the last."""
    found: list[tuple[str, str | None]] = [(_("Meetings"), url_for("webinar.index"))]
    pairs = list(steps)
    while len(pairs) > 1:
        title, url, *pairs = pairs
        found.append((title, url))
    return [*found, (pairs[0], None)]


def as_uuid(text: str) -> uuid.UUID:
    """An id from a form. Raises Invalid."""
    try:
        return uuid.UUID(text)
    except ValueError:
        raise Invalid(_("Please choose one of the answers offered.")) from None


def _tell_repeated(done: repeating.Repeated) -> None:
    dates = [
        format_datetime(each.activity.starts_at, "d MMM") for each in done.made if each.activity.starts_at
    ]
    if dates:
        text = ngettext(
            "%(num)d meeting was made: %(dates)s.", "%(num)d meetings were made: %(dates)s.", len(dates),
            dates=", ".join(dates),
        )  # fmt: skip
        flash(text, "success")
    if done.known:
        flash(ngettext("%(num)d was there already.", "%(num)d were there already.", done.known), "info")


def _shown(who: Actor, meeting: Meeting) -> dict[str, Any]:
    activity, now = meeting.activity, utcnow()
    leads = rooms.leads(who, meeting)
    return {
        "meeting": meeting, "activity": activity, "leads": leads, "helpers": rooms.find_helpers(activity.id),
        "own": enrolment_of(who, activity.root_id or activity.id), "places": places_of(activity), "now": now,
        "is_open": meeting.is_open(now), "is_past": meeting.is_past(now), "may_open_again": leads and meeting.may_open_again(now), "edit_url": edit_url(activity),
        "agenda": agenda.find_items(activity.id), "recordings": recording.find_recordings(activity.id), "banned": banning.find_banned(activity.id) if leads else [],
        "may_make_module": modules.may_make(who, meeting),
    }  # fmt: skip


def _values(meeting: Meeting) -> dict[str, Any]:
    room, activity = meeting.room, meeting.activity
    starts = (
        activity.starts_at.astimezone(current_zone()).strftime("%Y-%m-%dT%H:%M")
        if activity.starts_at
        else None
    )
    return {
        "title": activity.title, "summary": activity.summary, "starts_at": starts, "duration": room.duration,
        "capacity": activity.capacity, "rights": sorted(read_names(room.rights)), "layout": room.layout,
        "has_lobby": room.has_lobby, "guests": room.guests, "present_percent": room.present_percent,
        "replay_percent": room.replay_percent, "slow_seconds": room.slow_seconds, "links": room.links, "private_chat": room.private_chat,
    }  # fmt: skip
