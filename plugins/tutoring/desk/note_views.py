"""The page of a tutor's private note about somebody; opening it is a POST, for the reading is written down."""

from __future__ import annotations

import uuid

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from lms.plugin import Form, _, actor, find_members, requires
from plugins.tutoring.booking import get_booking
from plugins.tutoring.desk import notes
from plugins.tutoring.offering import OFFER
from plugins.tutoring.views import trail

blueprint = Blueprint("tutoring_notes", __name__)


@blueprint.post("/tutoring/sessions/<uuid:booking_id>/note")
@requires(OFFER)
def show(booking_id: uuid.UUID) -> ResponseReturnValue:
    """Read the note."""
    who = actor()
    return _page(
        booking_id, Form(notes.WriteNote, values={"text": notes.read_note(who, booking_id)}, submit=_("Save"))
    )


@blueprint.post("/tutoring/sessions/<uuid:booking_id>/note/save")
@requires(OFFER)
def save(booking_id: uuid.UUID) -> ResponseReturnValue:
    """Keep another note."""
    form = Form(notes.WriteNote, submit=_("Save"))
    if form.run(lambda command: notes.write_note(actor(), booking_id, command)):
        flash(_("Saved. Only you can read it."), "success")
        return redirect(url_for("tutoring.session", booking_id=booking_id), 303)
    return _page(booking_id, form)


def _page(booking_id: uuid.UUID, form: Form[notes.WriteNote]) -> ResponseReturnValue:
    row = get_booking(actor(), booking_id)
    person = find_members(actor(), [row.trainee_id]).get(row.trainee_id)
    page = render_template(
        "tutoring/note.html", row=row, form=form, person=person,
        breadcrumb=[*trail(_("Private note"))[:1], (_("Session"), url_for("tutoring.session", booking_id=booking_id)), (_("Private note"), None)],
    )  # fmt: skip
    return page, form.status
