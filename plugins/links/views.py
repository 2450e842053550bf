"""Pages of links; each answers programs with JSON, too."""

from __future__ import annotations

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.plugin import Form, _, actor, member, requires, wants_json
from plugins.links import service
from plugins.links.forms import SaveLink
from plugins.links.showing import as_json, heading, in_sections

blueprint = Blueprint("links", __name__)


@blueprint.get("/links")
@member
def index() -> ResponseReturnValue:
    """The list."""
    links = service.find_links(actor())
    if wants_json():
        return {"links": [as_json(each) for each in links]}
    return render_template(
        "links/index.html",
        heading=heading(),
        sections=in_sections(links),
        may_manage=actor().can(service.MANAGE),
        removed=request.args.get("removed", type=uuid.UUID),
    )


@blueprint.route("/links/new", methods=["GET", "POST"])
@requires(service.MANAGE)
def new() -> ResponseReturnValue:
    """Add a link."""
    form = Form(SaveLink, values={"is_public": True}, submit=_("Add link"))
    made: list[uuid.UUID] = []
    if form.run(lambda command: made.append(service.add_link(actor(), command))):
        if wants_json():
            return as_json(service.get_link(actor(), made[0])), 201
        flash(_("The link is in the list."), "success")
        return redirect(url_for("links.index"), 303)
    return render_template("links/new.html", form=form, breadcrumb=_trail(_("New link"))), form.status


@blueprint.route("/links/<uuid:link_id>/edit", methods=["GET", "POST"])
@requires(service.MANAGE)
def edit(link_id: uuid.UUID) -> ResponseReturnValue:
    """Change a link."""
    link = service.get_link(actor(), link_id)
    form = Form(SaveLink, values={name: getattr(link, name) for name in SaveLink.model_fields})
    if form.run(lambda command: service.edit_link(actor(), link_id, command)):
        if wants_json():
            return as_json(service.get_link(actor(), link_id))
        flash(_("Saved."), "success")
        return redirect(url_for("links.index"), 303)
    return render_template(
        "links/edit.html", form=form, link=link, breadcrumb=_trail(link.title)
    ), form.status


@blueprint.post("/links/<uuid:link_id>/remove")
@requires(service.MANAGE)
def remove(link_id: uuid.UUID) -> ResponseReturnValue:
    """Take a link from the list; the page offers to undo it."""
    service.remove_link(actor(), link_id)
    return redirect(url_for("links.index", removed=link_id), 303)


@blueprint.post("/links/<uuid:link_id>/restore")
@requires(service.MANAGE)
def restore(link_id: uuid.UUID) -> ResponseReturnValue:
    """Bring a removed link back."""
    service.restore_link(actor(), link_id)
    flash(_("The link is back in the list."), "success")
    return redirect(url_for("links.index"), 303)


def _trail(title: str) -> list[tuple[str, str | None]]:
    return [(heading(), url_for("links.index")), (title, None)]
