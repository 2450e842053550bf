"""Pages and feeds of the calendar."""

from __future__ import annotations

import uuid
from datetime import timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.calendar import feeds, service
from lms.calendar.forms import SaveItem
from lms.calendar.pages import Frame, Month, bounds, lay_out
from lms.clock import utcnow
from lms.errors import NotFound
from lms.offices.directory import OfficeView
from lms.store.runtime import settings
from lms.text import gettext as _
from lms.web.forms import Form
from lms.web.guard import actor, member, public, requires
from lms.web.offices import current_office

blueprint = Blueprint("calendar", __name__)
LIST_DAYS = 60


@blueprint.get("/calendar")
@member
def month() -> ResponseReturnValue:
    """A month, or (``view=list``) the days ahead."""
    zone, office_zone = ZoneInfo(actor().zone), service.zone_of(actor())
    now = utcnow()
    today = now.astimezone(zone).date()
    chosen = Month.read(request.args.get("month", ""), today)
    is_list = request.args.get("view") == "list"
    first, after_last = (today, today + timedelta(days=LIST_DAYS)) if is_list else chosen.shown
    entries = service.find_all(actor(), *bounds(first, after_last, zone))
    days = lay_out(first, after_last, entries, Frame(zone, office_zone, today, None if is_list else chosen))
    deleted = request.args.get("deleted", type=uuid.UUID)
    differs = now.astimezone(zone).utcoffset() != now.astimezone(office_zone).utcoffset()
    return render_template(
        "calendar/month.html", days=days, month=chosen, is_list=is_list, today=today, zone=zone.key,
        office_zone=office_zone if differs else None, now=now, may_manage=actor().can(service.MANAGE),
        deleted=service.find_just_deleted(actor(), deleted) if deleted else None,
    )  # fmt: skip


@blueprint.get("/calendar/items/<uuid:item_id>")
@member
def show(item_id: uuid.UUID) -> ResponseReturnValue:
    """One date of the office."""
    item = service.get_item(actor(), item_id)
    return render_template(
        "calendar/show.html", item=item, zone=service.zone_of(actor()), may_manage=actor().can(service.MANAGE),
        last_day=item.ends_at - timedelta(seconds=1),
    )  # fmt: skip


@blueprint.route("/calendar/items/new", methods=["GET", "POST"])
@requires(service.MANAGE)
def new() -> ResponseReturnValue:
    """Add a date."""
    day = request.args.get("day", "") or f"{utcnow().astimezone(service.zone_of(actor())):%Y-%m-%d}"
    form = Form(SaveItem, values={"day": day}, submit=_("Add to the calendar"))
    if form.run(lambda command: service.create_item(actor(), command)):
        flash(_("The date is in the calendar."), "success")
        return redirect(url_for("calendar.month", month=str(form.values["day"])[:7]))
    return _edit_page(form, None), form.status


@blueprint.route("/calendar/items/<uuid:item_id>/edit", methods=["GET", "POST"])
@requires(service.MANAGE)
def edit(item_id: uuid.UUID) -> ResponseReturnValue:
    """Change a date."""
    item = service.get_item(actor(), item_id)
    form = Form(SaveItem, values=service.as_form(item, service.zone_of(actor())))
    if form.run(lambda command: service.edit_item(actor(), item_id, command)):
        flash(_("The date is changed."), "success")
        return redirect(url_for("calendar.show", item_id=item_id))
    return _edit_page(form, item_id), form.status


@blueprint.post("/calendar/items/<uuid:item_id>/delete")
@requires(service.MANAGE)
def delete(item_id: uuid.UUID) -> ResponseReturnValue:
    """Remove a date; the calendar then offers to bring it back."""
    item = service.delete_item(actor(), item_id)
    return redirect(url_for("calendar.month", deleted=item.id, month=f"{item.starts_at:%Y-%m}"))


@blueprint.post("/calendar/items/<uuid:item_id>/restore")
@requires(service.MANAGE)
def restore(item_id: uuid.UUID) -> ResponseReturnValue:
    """Bring a date back."""
    item = service.restore_item(actor(), item_id)
    flash(_("“%(title)s” is back.", title=item.title), "success")
    return redirect(url_for("calendar.show", item_id=item_id))


@blueprint.get("/calendar/feed")
@member
def feed() -> ResponseReturnValue:
    """The calendar on one's own devices: make, renew or end the secret address."""
    return _feed_page(None)


@blueprint.post("/calendar/feed")
@member
def create_feed() -> ResponseReturnValue:
    """Make a secret address. It is shown now and never again, so this answers with the page itself."""
    return _feed_page(feeds.create_feed(actor()))


@blueprint.post("/calendar/feed/revoke")
@member
def revoke_feed() -> ResponseReturnValue:
    """End the secret address."""
    feeds.revoke_feed(actor())
    flash(_("The address no longer works. Devices that used it keep what they have."), "success")
    return redirect(url_for("calendar.feed"))


@blueprint.get("/calendar/feed/<secret>.ics")
@public
def personal_feed(secret: str) -> ResponseReturnValue:
    """A person's calendar, for programs that cannot sign in."""
    return _ical(feeds.read_personal_feed(_office(), secret), "calendar.ics")


@blueprint.get("/calendar/office.ics")
@public
def office_feed() -> ResponseReturnValue:
    """The public dates of the office."""
    return _ical(feeds.read_office_feed(_office()), f"{_office().slug}.ics")


def _office() -> OfficeView:
    office = current_office()
    if office is None:
        raise NotFound(_("This page belongs to an office. Choose the office first."), code="no_office")
    return office


def _edit_page(form: Form[SaveItem], item_id: uuid.UUID | None) -> str:
    zone = service.zone_of(actor()).key
    return render_template("calendar/edit.html", form=form, item_id=item_id, zone=zone)


def _feed_page(secret: str | None) -> str:
    base = f"{settings().site_url}/o/{_office().slug}/calendar"
    return render_template(
        "calendar/feed.html", feed=feeds.get_feed(actor()), address=f"{base}/feed/{secret}.ics" if secret else None,
        office_address=f"{base}/office.ics" if feeds.has_public_feed(_office()) else None,
    )  # fmt: skip


def _ical(body: bytes, name: str) -> Response:
    response = Response(body, mimetype="text/calendar")
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["X-Robots-Tag"] = "noindex"
    response.add_etag()
    response.make_conditional(request)
    return response
