"""Pages of sessions for several weeks: what is free, booking all of it, cancelling what is left."""

from __future__ import annotations

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.plugin import (
    Form,
    NotFound,
    _,
    actor,
    find_attachable,
    find_members,
    max_upload_bytes,
    member,
    ngettext,
    received_files,
    requires,
)
from plugins.tutoring import booking, intake, series
from plugins.tutoring.forms import PLACE_CHOICES, BookWeekly
from plugins.tutoring.models import Booking, Slot
from plugins.tutoring.offering import OFFER
from plugins.tutoring.views import trail

blueprint = Blueprint("tutoring_series", __name__)
USUAL = 4


@blueprint.route("/tutoring/book/<uuid:slot_id>/weekly", methods=["GET", "POST"])
@member
def book(slot_id: uuid.UUID) -> ResponseReturnValue:
    """A trainee looks at the same time of several weeks, and books all of them."""
    return _page(booking.get_slot(actor(), slot_id), None, [])


@blueprint.route("/tutoring/sessions/<uuid:booking_id>/weekly", methods=["GET", "POST"])
@requires(OFFER)
def book_for(booking_id: uuid.UUID) -> ResponseReturnValue:
    """A tutor does it for the person of a session."""
    row = booking.get_booking(actor(), booking_id)
    if row.slot.tutor_id != actor().user_id:
        raise NotFound(_("There is no such session."))
    starts = series.find_starts(actor(), row.slot)
    wanted = request.args.get("slot", type=uuid.UUID)
    first = booking.get_slot(actor(), wanted) if wanted else starts[0] if starts else None
    if first is None:
        flash(_("You have no free times. Add some to your week first."), "info")
        return redirect(url_for("tutoring.hours"), 303)
    return _page(first, row, starts)


@blueprint.post("/tutoring/sessions/<uuid:booking_id>/cancel-following")
@member
def cancel_following(booking_id: uuid.UUID) -> ResponseReturnValue:
    """Cancel a session and all that follow it."""
    gone = len(series.cancel_following(actor(), booking_id))
    flash(ngettext("%(num)d session cancelled.", "%(num)d sessions cancelled.", gone), "success")
    return redirect(url_for("tutoring.index"), 303)


def _page(first: Slot, row: Booking | None, starts: list[Slot]) -> ResponseReturnValue:
    who, trainee_id = actor(), row.trainee_id if row else None
    most = series.longest_for_tutor(who) if row else series.longest(who)
    count = request.values.get("count", min(USUAL, most), type=int)
    found = series.plan(who, first.id, count, trainee_id)
    number = len(found.weeks)
    ticked = list(filter(None, request.form.getlist("things")))
    submit = ngettext("Book %(num)d session", "Book %(num)d sessions", number)
    form = Form(BookWeekly, submit=submit, context={"things": ticked, "count": number})
    made: list[Booking] = []

    def take(command: BookWeekly) -> None:
        made.extend(series.book_weekly(who, first.id, command, trainee_id))
        intake.attach_files(made, received_files(who, "files", intake.PURPOSE))

    if form.run(take):
        flash(_("Booked. One letter with all of them for your calendar is on its way."), "success")
        return redirect(url_for("tutoring.session", booking_id=made[0].id), 303)
    people = find_members(who, [found.trainee_id, found.tutor_id])
    page = render_template(
        "tutoring/weekly.html", form=form, plan=found, first=first, starts=starts, session=row, most=most, fewest=series.FEWEST,
        people=people, places=dict(PLACE_CHOICES), max_bytes=max_upload_bytes(), ticked=ticked,
        things=[] if row else find_attachable(who), shown_until=intake.SHOWN_AFTER + found.weeks[-1].day, breadcrumb=trail(_("Every week")),
    )  # fmt: skip
    return page, form.status
