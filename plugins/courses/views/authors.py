"""Who writes and runs a course together."""

from __future__ import annotations

import uuid

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from lms.plugin import (
    Activity,
    Conflict,
    Invalid,
    _,
    actor,
    add_owner,
    find_members_by_email,
    may_manage,
    member,
    remove_owner,
    session,
)
from plugins.courses import authoring
from plugins.courses.views.base import as_uuid, blueprint


@blueprint.post("/<uuid:activity_id>/authors")
@member
def change_authors(activity_id: uuid.UUID) -> ResponseReturnValue:
    """Add an author, or take one off; who takes off themselves leaves the page."""
    authoring.get_course(actor(), activity_id)
    try:
        _change(activity_id, request.form.get("do", ""))
    except (Conflict, Invalid) as error:
        flash(error.message, "warning")
    activity = session().get_one(Activity, activity_id)
    if not may_manage(actor(), activity):
        return redirect(url_for("courses.index"), 303)
    return redirect(url_for("courses.about", activity_id=activity_id, _anchor="authors"), 303)


def _change(course_id: uuid.UUID, deed: str) -> None:
    if deed == "add":
        made = add_owner(actor(), course_id, _person())
        flash(_("%(name)s is an author now.", name=made.name), "success")
    elif deed == "remove":
        remove_owner(actor(), course_id, _person())
        flash(_("This person is no longer an author."), "success")
    else:
        raise Invalid(_("Please choose what to do."))


def _person() -> uuid.UUID:
    """The person chosen, or the one whose address was written (without scripts). Raises Invalid."""
    chosen = as_uuid(request.form.get("user_id"))
    if chosen is not None:
        return chosen
    address = request.form.get("user_id_text", "").strip().lower()
    found = find_members_by_email(actor(), [address]).get(address) if address else None
    if found is None:
        raise Invalid(_("Choose somebody from the list, or write the whole e-mail address."))
    return found.id
