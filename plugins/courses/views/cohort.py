"""The people of a course: the table, one person, a few words, files for spreadsheets."""

from __future__ import annotations

import uuid

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.plugin import (
    Invalid,
    NotFound,
    _,
    actor,
    enrol_people,
    find_groups,
    group_member_ids,
    leave,
    list_enrolments,
    member,
    ngettext,
    page_asked,
    send_table,
    utcnow,
)
from plugins.courses import authoring, cohort
from plugins.courses.cohort import ON_PAGE, Ask
from plugins.courses.forms import Nudge
from plugins.courses.views.base import as_uuid, blueprint, tabs, trail

STUCK_AFTER = 14


def _asked() -> Ask:
    text = request.args.get("group", "")
    return Ask(
        request.args.get("q", "").strip()[:100], as_uuid(text) if text else None, max(0, request.args.get("stuck", 0, type=int)),
        request.args.get("show", "all"), request.args.get("sort", "name"), request.args.get("direction", "asc"), page_asked(),
    )  # fmt: skip


@blueprint.get("/<uuid:activity_id>/people")
@member
def people(activity_id: uuid.UUID) -> ResponseReturnValue:
    """People x steps."""
    activity, _course = authoring.get_course(actor(), activity_id)
    ask = _asked()
    found = cohort.read_cohort(actor(), activity_id, ask, stuck_after=ask.stuck or STUCK_AFTER)
    query = {
        name: value
        for name, value in request.args.items()
        if name in {"q", "group", "stuck", "show"} and value
    }
    return render_template(
        "courses/people.html", activity=activity, cohort=found, cells=cohort.cells_of(found), ask=ask, now=utcnow(), query=query, stuck_after=ask.stuck or STUCK_AFTER,
        groups=find_groups(actor()) if actor().can("groups.manage") else [], pages=-(-found.total // ON_PAGE),
        tabs=tabs(activity, "people"), breadcrumb=trail(activity, (_("Edit"), None)),
    )  # fmt: skip


@blueprint.get("/<uuid:activity_id>/people.<form>")
@member
def export_people(activity_id: uuid.UUID, form: str) -> ResponseReturnValue:
    """The same as a file, with everybody who matches."""
    ask = _asked()
    found = cohort.read_cohort(
        actor(), activity_id, Ask(ask.text, ask.group_id, ask.stuck, ask.show, ask.sort, ask.direction)
    )
    table = cohort.as_table(found)
    if form == "csv":
        return send_table(table, "csv", found.course.title)
    if form == "xlsx":
        return send_table(table, "xlsx", found.course.title)
    raise NotFound(_("There is no such page."))


@blueprint.get("/<uuid:activity_id>/people/<uuid:user_id>")
@member
def person(activity_id: uuid.UUID, user_id: uuid.UUID) -> ResponseReturnValue:
    """Every step of one person, with its reason."""
    activity, _course = authoring.get_course(actor(), activity_id)
    name, ticks = cohort.explain_person(actor(), activity_id, user_id)
    return render_template(
        "courses/person.html", activity=activity, person=name, ticks=ticks[:-1], whole=ticks[-1], user_id=user_id,
        breadcrumb=trail(activity, (_("People"), url_for("courses.people", activity_id=activity_id)), (name, None)),
    )  # fmt: skip


@blueprint.post("/<uuid:activity_id>/people")
@member
def change_people(activity_id: uuid.UUID) -> ResponseReturnValue:
    """Remind, add, let in or take out people."""
    chosen = [each for each in (as_uuid(text) for text in request.form.getlist("user_id")) if each]
    deed = request.form.get("do", "")
    if deed == "nudge":
        command = Nudge.read({"people": chosen, "text": request.form.get("text")})
        count = cohort.nudge(actor(), activity_id, command)
        flash(ngettext("%(num)d person is reminded.", "%(num)d people are reminded.", count), "success")
    elif deed == "add":
        wanted = [*chosen, *_of_group(activity_id)]
        count = enrol_people(actor(), activity_id, wanted)
        flash(ngettext("%(num)d person was added.", "%(num)d people were added.", count), "success")
    elif deed == "approve":
        pending = {row.user_id for row in list_enrolments(actor(), activity_id) if row.state == "pending"}
        cohort.let_in(actor(), activity_id, [each for each in chosen if each in pending])
    elif deed == "remove":
        for each in chosen:
            leave(actor(), activity_id, each)
    else:
        raise Invalid(_("Please choose what to do."))
    return redirect(url_for("courses.people", activity_id=activity_id), 303)


def _of_group(activity_id: uuid.UUID) -> list[uuid.UUID]:
    authoring.get_course(actor(), activity_id)
    group_id = as_uuid(request.form.get("group_id"))
    known = {each.id for each in find_groups(actor())} if group_id and actor().can("groups.manage") else set()
    return group_member_ids(group_id) if group_id in known and group_id else []
