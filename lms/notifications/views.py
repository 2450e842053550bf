"""Pages of notifications. They are about the person and work with and without an office in the address."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.errors import Invalid
from lms.hooks.callers import hooks
from lms.notifications import mailing, service
from lms.notifications.forms import preferences_command
from lms.offices.directory import directory
from lms.store.uow import unit_of_work
from lms.text import gettext as _
from lms.web.forms import Form, page_asked
from lms.web.guard import actor, public, signed_in

blueprint = Blueprint("notifications", __name__)
LATEST_MOMENT = datetime.max.replace(tzinfo=UTC).timestamp() - 1


@blueprint.get("/notifications")
@signed_in
def index() -> ResponseReturnValue:
    """What the person should hear of, unread first."""
    page = page_asked()
    rows, count = service.find_notifications(actor(), page=page)
    return render_template(
        "notifications/index.html", rows=rows, page=page, pages=-(-count // service.ON_PAGE),
        unread=service.unread_count(actor()), office_names={each.id: each.name for each in directory().all()},
        undo=request.args.get("undo", ""), marked=request.args.get("marked", 0, type=int),
    )  # fmt: skip


@blueprint.get("/notifications/<uuid:notification_id>")
@signed_in
def follow(notification_id: uuid.UUID) -> ResponseReturnValue:
    """Go where it leads; it is read then."""
    with unit_of_work():
        target = service.mark_read(actor(), notification_id).url
    return redirect(target or url_for("notifications.index"))


@blueprint.post("/notifications/<uuid:notification_id>/read")
@signed_in
def read(notification_id: uuid.UUID) -> ResponseReturnValue:
    """Mark one as read."""
    service.mark_read(actor(), notification_id)
    return redirect(url_for("notifications.index"))


@blueprint.post("/notifications/<uuid:notification_id>/unread")
@signed_in
def unread(notification_id: uuid.UUID) -> ResponseReturnValue:
    """Mark one as unread."""
    service.mark_read(actor(), notification_id, is_read=False)
    return redirect(url_for("notifications.index"))


@blueprint.post("/notifications/read-all")
@signed_in
def read_all() -> ResponseReturnValue:
    """Mark all as read; the page offers to undo it."""
    count, moment = service.mark_all_read(actor())
    return redirect(url_for("notifications.index", undo=moment.timestamp(), marked=count))


@blueprint.post("/notifications/undo-read-all")
@signed_in
def undo_read_all() -> ResponseReturnValue:
    """Bring back what was marked."""
    moment = request.form.get("moment", type=float)
    if moment is None or not 0 < moment < LATEST_MOMENT:
        raise Invalid(_("There is nothing to undo."))
    service.undo_all_read(actor(), datetime.fromtimestamp(moment, UTC))
    return redirect(url_for("notifications.index"))


@blueprint.route("/notifications/preferences", methods=["GET", "POST"])
@signed_in
def preferences() -> ResponseReturnValue:
    """How to hear of each kind of thing."""
    kinds = list(hooks().notification_kinds().values())
    choices = service.get_choices(actor().user_id)
    values: dict[str, object] = {f"app_{name}": choice.in_app for name, choice in choices.items()}
    values |= {f"mail_{name}": choice.by_mail for name, choice in choices.items()}
    form = Form(preferences_command(kinds), values=values)
    if form.run(lambda command: service.save_preferences(actor(), command.model_dump())):
        flash(_("Your choice is saved."), "success")
        return redirect(url_for("notifications.preferences"))
    return render_template("notifications/preferences.html", form=form, kinds=kinds), form.status


@blueprint.get("/notifications/unsubscribe/<token>")
@public
def ask_unsubscribe(token: str) -> ResponseReturnValue:
    """Ask once; mail programs that follow links by themselves must change nothing."""
    subscription = mailing.read_token(token)
    return render_template("notifications/unsubscribe.html", what=mailing.describe(subscription), state="ask")


@blueprint.post("/notifications/unsubscribe/<token>")
@public
def unsubscribe(token: str) -> ResponseReturnValue:
    """End the messages (RFC 8058: one POST, without anything else), or begin them again."""
    subscription = mailing.read_token(token)
    is_wanted = request.form.get("again") == "1"
    mailing.unsubscribe(subscription, is_wanted=is_wanted)
    state = "again" if is_wanted else "ended"
    return render_template("notifications/unsubscribe.html", what=mailing.describe(subscription), state=state)
