"""The page on which an agenda is prepared."""

from __future__ import annotations

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.plugin import Form, Invalid, _, actor, member
from plugins.webinar import agenda, rooms
from plugins.webinar.views import as_uuid, trail

blueprint = Blueprint("webinar_agenda", __name__, url_prefix="/webinar/<uuid:activity_id>/agenda")


@blueprint.route("/", methods=["GET", "POST"])
@member
def prepare(activity_id: uuid.UUID) -> ResponseReturnValue:
    """What is planned, in its order; one more item."""
    meeting = agenda.get_led(actor(), activity_id)
    form = Form(agenda.WriteItem, values={"minutes": 10}, submit=_("Add"))
    if form.run(lambda command: agenda.add_item(actor(), activity_id, command)):
        return redirect(_here(activity_id, "add"), 303)
    page = render_template(
        "webinar/agenda.html", meeting=meeting, activity=meeting.activity, form=form, agenda=agenda.find_items(activity_id),
        breadcrumb=trail(meeting.activity.title, _show(activity_id), _("Agenda")),
    )  # fmt: skip
    return page, form.status


@blueprint.post("/change")
@member
def change(activity_id: uuid.UUID) -> ResponseReturnValue:
    """Up, down, or out."""
    chosen = as_uuid(request.form.get("item", ""))
    match request.form.get("do"):
        case "up":
            agenda.move_item(actor(), activity_id, chosen, "up")
        case "down":
            agenda.move_item(actor(), activity_id, chosen, "down")
        case "remove":
            agenda.remove_item(actor(), activity_id, chosen)
            flash(_("Taken out."), "success")
            return redirect(_here(activity_id), 303)
        case _:
            raise Invalid(_("Please choose what to do."))
    return redirect(_here(activity_id, f"item-{chosen}"), 303)


@blueprint.route("/<uuid:item_id>", methods=["GET", "POST"])
@member
def edit(activity_id: uuid.UUID, item_id: uuid.UUID) -> ResponseReturnValue:
    """One item."""
    item = agenda.get_item(actor(), activity_id, item_id)
    values = {"title": item.title, "minutes": item.minutes, "who": item.who}
    form = Form(agenda.WriteItem, values=values)
    if form.run(lambda command: agenda.change_item(actor(), activity_id, item_id, command)):
        flash(_("Saved."), "success")
        return redirect(_here(activity_id, f"item-{item_id}"), 303)
    meeting = rooms.get_room(actor(), activity_id)
    page = render_template(
        "webinar/agenda_item.html", item=item, form=form, back_url=_here(activity_id),
        breadcrumb=trail(meeting.activity.title, _show(activity_id), _("Agenda"), _here(activity_id), item.title),
    )  # fmt: skip
    return page, form.status


def _show(activity_id: uuid.UUID) -> str:
    return url_for("webinar.show", activity_id=activity_id)


def _here(activity_id: uuid.UUID, anchor: str | None = None) -> str:
    return url_for("webinar_agenda.prepare", activity_id=activity_id, _anchor=anchor)
