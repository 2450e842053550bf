"""The people of an office: list, person, invitations, requests, picker."""

from __future__ import annotations

import uuid
from typing import cast

from flask import Blueprint, Response, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.accounts import invitations, people
from lms.accounts.exporting import people_csv
from lms.accounts.membership import ROLE_TITLES
from lms.accounts.people import INVITE, MANAGE, SEE, PeopleQuery, SortKey
from lms.accounts.people_forms import BlockPerson, EditMembership, InvitePeople, role_titles
from lms.accounts.views.entering import go
from lms.accounts.views.role_form import RoleForm
from lms.errors import NotFound
from lms.hooks.callers import hooks
from lms.refs import Ref
from lms.text import gettext as _
from lms.text import ngettext
from lms.web.forms import Form, page_asked
from lms.web.guard import actor, member, requires

blueprint = Blueprint("people", __name__)


@blueprint.get("/people")
@requires(SEE)
def find() -> str:
    """Members, by name unless asked otherwise."""
    asked = request.args
    sort = asked.get("sort", "name")
    query = PeopleQuery(
        text=asked.get("q", ""), role=asked.get("role", ""), is_descending=asked.get("direction") == "desc",
        sort=cast(SortKey, sort if sort in {"name", "joined", "seen"} else "name"),
        page=page_asked(),
    )  # fmt: skip
    who = actor()
    ended = asked.get("ended", type=uuid.UUID)
    return render_template(
        "people/list.html", found=people.find_people(who, query), query=query, roles=role_titles(), role_names=ROLE_TITLES,
        waiting=people.count_waiting(who) if who.can(INVITE) else 0, ended=_ended(ended) if ended else None,
        importers=hooks().importers("people"), exporters=hooks().exporters("people"),
    )  # fmt: skip


@blueprint.get("/people/<uuid:user_id>")
@requires(SEE)
def show(user_id: uuid.UUID) -> str:
    """One person in this office."""
    return _person_page(user_id, _membership_form(user_id))[0]


@blueprint.post("/people/<uuid:user_id>/membership")
@requires(MANAGE)
def edit(user_id: uuid.UUID) -> ResponseReturnValue:
    """Change roles and function."""
    form = _membership_form(user_id)
    if form.run(lambda command: people.edit_membership(actor(), user_id, command)):
        flash(_("The roles are saved."), "success")
        return go(url_for("people.show", user_id=user_id))
    return _person_page(user_id, form)


@blueprint.post("/people/<uuid:user_id>/end")
@requires(MANAGE)
def end(user_id: uuid.UUID) -> ResponseReturnValue:
    """The person leaves the office; the list offers to undo it."""
    people.end_membership(actor(), user_id)
    return go(url_for("people.find", ended=user_id))


@blueprint.post("/people/<uuid:user_id>/return")
@requires(MANAGE)
def return_to_office(user_id: uuid.UUID) -> ResponseReturnValue:
    """Undo leaving."""
    people.return_to_office(actor(), user_id)
    flash(_("The person is a member again."), "success")
    return go(url_for("people.show", user_id=user_id))


@blueprint.post("/people/<uuid:user_id>/block")
@requires(MANAGE)
def block(user_id: uuid.UUID) -> ResponseReturnValue:
    """Keep the person out of the site."""
    form = Form(BlockPerson)
    if form.run(lambda command: people.block(actor(), user_id, command)):
        flash(_("This person is signed out everywhere and cannot sign in."), "success")
        return go(url_for("people.show", user_id=user_id))
    return _person_page(user_id, _membership_form(user_id), block_form=form)


@blueprint.post("/people/<uuid:user_id>/unblock")
@requires(MANAGE)
def unblock(user_id: uuid.UUID) -> ResponseReturnValue:
    """Let the person sign in again."""
    people.unblock(actor(), user_id)
    flash(_("This person can sign in again."), "success")
    return go(url_for("people.show", user_id=user_id))


@blueprint.get("/people/pick")
@member
def pick() -> ResponseReturnValue:
    """Suggestions for the person picker."""
    who = actor()
    found = people.pick_people(who, request.args.get("q", ""))
    return {
        "people": [
            {
                "id": str(each.id), "name": each.name, "initials": each.initials, "hue": each.avatar_hue,
                "detail": each.function or (each.email if who.can(SEE) else ""),
            }
            for each in found
        ]
    }  # fmt: skip


@blueprint.route("/people/invite", methods=["GET", "POST"])
@requires(INVITE)
def invite() -> ResponseReturnValue:
    """Invite by mail, and see who has not answered yet."""
    form = RoleForm(InvitePeople, submit=_("Send invitations"))
    outcome: list[invitations.Invited] = []
    if form.run(lambda command: outcome.append(invitations.invite_people(actor(), command))):
        count = outcome[0].sent
        flash(
            ngettext("%(n)d invitation is on its way.", "%(n)d invitations are on their way.", count),
            "success",
        )
        if outcome[0].members:
            flash(_("Members already: %(list)s", list=", ".join(outcome[0].members)), "info")
        return go(url_for("people.invite"))
    found = invitations.find_invitations(actor())
    return render_template(
        "people/invite.html",
        form=form,
        invitations=found,
        role_names=ROLE_TITLES,
        waiting=people.count_waiting(actor()),
    ), form.status


@blueprint.post("/people/invitations/<uuid:invitation_id>/resend")
@requires(INVITE)
def resend(invitation_id: uuid.UUID) -> ResponseReturnValue:
    """Send an invitation again."""
    row = invitations.resend_invitation(actor(), invitation_id)
    flash(_("The invitation to %(email)s is on its way again.", email=row.email), "success")
    return go(url_for("people.invite"))


@blueprint.post("/people/invitations/<uuid:invitation_id>/revoke")
@requires(INVITE)
def revoke(invitation_id: uuid.UUID) -> ResponseReturnValue:
    """Take an invitation back."""
    row = invitations.revoke_invitation(actor(), invitation_id)
    flash(_("The invitation to %(email)s was taken back.", email=row.email), "success")
    return go(url_for("people.invite"))


@blueprint.get("/people/waiting")
@requires(INVITE)
def waiting() -> str:
    """Who asked to join."""
    return render_template("people/waiting.html", people=people.find_waiting(actor()))


@blueprint.post("/people/<uuid:user_id>/approve")
@requires(INVITE)
def approve(user_id: uuid.UUID) -> ResponseReturnValue:
    """Let somebody in."""
    person = people.approve(actor(), user_id)
    flash(_("%(name)s is a member now and got a message.", name=person.name), "success")
    return go(url_for("people.waiting"))


@blueprint.post("/people/<uuid:user_id>/decline")
@requires(INVITE)
def decline(user_id: uuid.UUID) -> ResponseReturnValue:
    """Do not let somebody in."""
    person = people.decline(actor(), user_id)
    flash(_("The request of %(name)s was declined.", name=person.name), "success")
    return go(url_for("people.waiting"))


@blueprint.get("/people/export.csv")
@requires(MANAGE)
def export() -> Response:
    """All members as a CSV file."""
    name = f"people-{actor().office_slug}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(people_csv(people.find_all_people(actor())), mimetype="text/csv", headers=headers)


def _membership_form(user_id: uuid.UUID) -> RoleForm[EditMembership]:
    person = people.get_person(actor(), user_id)
    return RoleForm(
        EditMembership,
        values={"roles": person.roles, "function": person.function},
        action=url_for("people.edit", user_id=user_id),
        submit=_("Save roles"),
    )


def _person_page(
    user_id: uuid.UUID, form: RoleForm[EditMembership], block_form: Form[BlockPerson] | None = None
) -> tuple[str, int]:
    who = actor()
    person = people.get_person(who, user_id)
    block_form = block_form or Form(BlockPerson, values={})
    page = render_template(
        "people/person.html", person=person, form=form, block_form=block_form, role_names=ROLE_TITLES,
        achievements=hooks().evidence(user_id, who), may_manage=who.can(MANAGE), is_self=user_id == who.user_id,
        may_block=people.may_block(who, user_id), ref=Ref.of("accounts", "person", user_id),
        breadcrumb=[(_("People"), url_for("people.find")), (person.name, None)],
    )  # fmt: skip
    return page, max(form.status, block_form.status)


def _ended(user_id: uuid.UUID) -> people.PersonView | None:
    try:
        person = people.get_person(actor(), user_id)
    except NotFound:
        return None
    return person if person.state == "ended" else None
