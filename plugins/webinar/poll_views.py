"""The page on which polls are prepared."""

from __future__ import annotations

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.plugin import Form, Invalid, OfferedQuestion, _, actor, hooks, member
from plugins.webinar import agenda, polls, prepared_polls, rooms
from plugins.webinar.prepared_polls import KIND_CHOICES
from plugins.webinar.views import as_uuid, trail

blueprint = Blueprint("webinar_polls", __name__, url_prefix="/webinar/<uuid:activity_id>/polls")


@blueprint.route("/", methods=["GET", "POST"])
@member
def prepare(activity_id: uuid.UUID) -> ResponseReturnValue:
    """What is prepared, in its order; one more, written or from the bank."""
    meeting = agenda.get_led(actor(), activity_id)
    words = request.args.get("bank")
    form = Form(prepared_polls.WritePoll, values={"kind": "single", "is_anonymous": True}, submit=_("Add"))
    if form.run(lambda command: prepared_polls.add_poll(actor(), activity_id, command)):
        return redirect(_here(activity_id, "add"), 303)
    page = render_template(
        "webinar/polls.html", meeting=meeting, activity=meeting.activity, form=form, kinds=dict(KIND_CHOICES),
        found=prepared_polls.find_prepared(activity_id), words=words, offered=_offered(words),
        has_bank=words is not None or hooks().question_bank(actor(), "", 1) is not None,
        breadcrumb=trail(meeting.activity.title, _show(activity_id), _("Polls")),
    )  # fmt: skip
    return page, form.status


@blueprint.post("/change")
@member
def change(activity_id: uuid.UUID) -> ResponseReturnValue:
    """Up, down, out; or one from the bank."""
    if request.form.get("do") == "bank":
        prepared_polls.add_from_bank(actor(), activity_id, request.form.get("ref", ""))
        flash(_("Added."), "success")
        return redirect(_here(activity_id, "bank"), 303)
    chosen = as_uuid(request.form.get("poll", ""))
    match request.form.get("do"):
        case "up":
            prepared_polls.move_poll(actor(), activity_id, chosen, "up")
        case "down":
            prepared_polls.move_poll(actor(), activity_id, chosen, "down")
        case "remove":
            prepared_polls.remove_poll(actor(), activity_id, chosen)
            flash(_("Taken out."), "success")
            return redirect(_here(activity_id), 303)
        case _:
            raise Invalid(_("Please choose what to do."))
    return redirect(_here(activity_id, f"poll-{chosen}"), 303)


@blueprint.route("/<uuid:poll_id>", methods=["GET", "POST"])
@member
def edit(activity_id: uuid.UUID, poll_id: uuid.UUID) -> ResponseReturnValue:
    """One poll."""
    poll = prepared_polls.get_prepared(actor(), activity_id, poll_id)
    form = Form(prepared_polls.WritePoll, values=prepared_polls.values_of(poll))
    if form.run(lambda command: prepared_polls.change_poll(actor(), activity_id, poll_id, command)):
        flash(_("Saved."), "success")
        return redirect(_here(activity_id, f"poll-{poll_id}"), 303)
    meeting = rooms.get_room(actor(), activity_id)
    page = render_template(
        "webinar/poll.html", poll=poll, form=form, back_url=_here(activity_id),
        breadcrumb=trail(meeting.activity.title, _show(activity_id), _("Polls"), _here(activity_id), poll.question),
    )  # fmt: skip
    return page, form.status


def _offered(words: str | None) -> list[OfferedQuestion]:
    return polls.find_offered(actor(), words) if words is not None else []


def _show(activity_id: uuid.UUID) -> str:
    return url_for("webinar.show", activity_id=activity_id)


def _here(activity_id: uuid.UUID, anchor: str | None = None) -> str:
    return url_for("webinar_polls.prepare", activity_id=activity_id, _anchor=anchor)
