"""Pages of groups."""

from __future__ import annotations

import uuid

from flask import Blueprint, flash, render_template, request, url_for
from flask import redirect as redirect_to
from flask.typing import ResponseReturnValue

from lms.groups import service
from lms.groups.forms import AddMembers, CreateGroup, EditGroup
from lms.groups.service import MANAGE
from lms.text import gettext as _
from lms.text import ngettext
from lms.web.forms import Form
from lms.web.guard import actor, requires

blueprint = Blueprint("groups", __name__)


@blueprint.route("/groups", methods=["GET", "POST"])
@requires(MANAGE)
def find() -> ResponseReturnValue:
    """All groups, and a field for a new one."""
    form = Form(CreateGroup, submit=_("Create group"))
    made: list[uuid.UUID] = []
    if form.run(lambda command: made.append(service.create_group(actor(), command))):
        return redirect_to(url_for("groups.show", group_id=made[0]), 303)
    groups = service.find_groups(actor(), with_archived="archived" in request.args)
    return render_template("groups/list.html", form=form, groups=groups), form.status


@blueprint.get("/groups/<uuid:group_id>")
@requires(MANAGE)
def show(group_id: uuid.UUID) -> ResponseReturnValue:
    """The people of a group."""
    return _page(group_id, _add_form(group_id))


@blueprint.post("/groups/<uuid:group_id>/members")
@requires(MANAGE)
def add(group_id: uuid.UUID) -> ResponseReturnValue:
    """Add people."""
    form = _add_form(group_id)
    done: list[service.Added] = []
    if not form.run(lambda command: done.append(service.add_members(actor(), group_id, command))):
        return _page(group_id, form)
    count = done[0].count
    flash(ngettext("%(n)d person was added.", "%(n)d people were added.", count), "success")
    if done[0].unknown:
        flash(_("Not members of this office: %(list)s", list=", ".join(done[0].unknown[:10])), "warning")
    return _back(group_id)


@blueprint.post("/groups/<uuid:group_id>/members/<uuid:user_id>/remove")
@requires(MANAGE)
def remove(group_id: uuid.UUID, user_id: uuid.UUID) -> ResponseReturnValue:
    """Take a person out; the page offers to undo it."""
    service.remove_member(actor(), group_id, user_id)
    return redirect_to(url_for("groups.show", group_id=group_id, removed=user_id), 303)


@blueprint.route("/groups/<uuid:group_id>/edit", methods=["GET", "POST"])
@requires(MANAGE)
def edit(group_id: uuid.UUID) -> ResponseReturnValue:
    """Name and description."""
    group = service.get_group(actor(), group_id)
    form = Form(EditGroup, values={"name": group.name, "description": group.description})
    if form.run(lambda command: service.edit_group(actor(), group_id, command)):
        flash(_("The group is saved."), "success")
        return _back(group_id)
    return render_template("groups/edit.html", form=form, group=group, breadcrumb=_trail(group)), form.status


@blueprint.post("/groups/<uuid:group_id>/archive")
@requires(MANAGE)
def archive(group_id: uuid.UUID) -> ResponseReturnValue:
    """Put away, or take out again with ``is_archived=no``."""
    service.archive_group(actor(), group_id, is_archived=request.form.get("is_archived") != "no")
    flash(_("The group is saved."), "success")
    return _back(group_id)


def _add_form(group_id: uuid.UUID) -> Form[AddMembers]:
    return Form(AddMembers, action=url_for("groups.add", group_id=group_id), submit=_("Add people"))


def _page(group_id: uuid.UUID, form: Form[AddMembers]) -> ResponseReturnValue:
    group = service.get_group(actor(), group_id)
    page = render_template(
        "groups/group.html", group=group, form=form, people=service.find_group_members(actor(), group_id),
        removed=request.args.get("removed", type=uuid.UUID), breadcrumb=_trail(group),
    )  # fmt: skip
    return page, form.status


def _back(group_id: uuid.UUID) -> ResponseReturnValue:
    return redirect_to(url_for("groups.show", group_id=group_id), 303)


def _trail(group: service.GroupView) -> list[tuple[str, str | None]]:
    return [(_("Groups"), url_for("groups.find")), (group.name, None)]
