"""The lounge as a page; it works without scripts, too."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from lms.lounge import service
from lms.lounge.forms import PostAnnouncement
from lms.text import gettext as _
from lms.web.forms import Form
from lms.web.guard import actor, member, requires

blueprint = Blueprint("lounge", __name__)


@blueprint.get("/lounge")
@member
def room() -> ResponseReturnValue:
    """Announcements and who is here."""
    return _page(_form())


@blueprint.post("/lounge")
@requires(service.ANNOUNCE)
def announce() -> ResponseReturnValue:
    """Post an announcement."""
    form = _form()
    if form.run(lambda command: service.post_announcement(actor(), command)):
        flash(_("Your announcement is out."), "success")
        return redirect(url_for("lounge.room"))
    return _page(form)


@blueprint.post("/lounge/<int:seq>/withdraw")
@requires(service.ANNOUNCE)
def withdraw(seq: int) -> ResponseReturnValue:
    """Take an announcement back."""
    service.withdraw_announcement(actor(), seq)
    flash(_("The announcement was taken back."), "success")
    return redirect(url_for("lounge.room"))


def _form() -> Form[PostAnnouncement]:
    return Form(PostAnnouncement, submit=_("Announce"), action=url_for("lounge.announce"))


def _page(form: Form[PostAnnouncement]) -> ResponseReturnValue:
    who = actor()
    page = render_template(
        "lounge/room.html",
        form=form,
        may_announce=who.can(service.ANNOUNCE),
        seq=service.latest_seq(who),
        announcements=service.find_announcements(who),
        people=service.find_people_here(who),
    )
    return page, form.status
