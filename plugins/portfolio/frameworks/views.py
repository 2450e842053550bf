"""Pages of maps: one's own, an element of it, those of others, and the frameworks of the office."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.plugin import Form, Invalid, _, actor, find_members, requires
from plugins.portfolio.cv.service import KEEP, TEMPLATES
from plugins.portfolio.frameworks import importing, service
from plugins.portfolio.frameworks.career import CAREER
from plugins.portfolio.frameworks.forms import LEVELS, Confirm, ShowElement
from plugins.portfolio.sharing.shares import ADVISE
from plugins.portfolio.sharing.views import shared_url

blueprint = Blueprint("portfolio_map", __name__)


@blueprint.get("/portfolio/map")
@requires(KEEP)
def index() -> ResponseReturnValue:
    """One's own map: ``?on=<framework>``."""
    who = actor()
    owners = service.find_owners(who)
    return render_template(
        "portfolio/map/map.html", map=service.own_map(who, request.args.get("on", CAREER.key)), frameworks=service.find_frameworks(),
        others=find_members(who, owners), may_import=who.can(TEMPLATES), levels=dict(LEVELS), breadcrumb=_trail(),
    )  # fmt: skip


@blueprint.route("/portfolio/map/<framework>/<element>", methods=["GET", "POST"])
@requires(KEEP)
def element(framework: str, element: str) -> ResponseReturnValue:
    """One element: which pages show it, how well, and what advisers say."""
    who = actor()
    drawn = service.own_map(who, framework)
    chosen = service.get_element(drawn.framework, element)
    form = Form(ShowElement, submit=_("Put it on my map"), context={"page_id": request.form.get("page_id")})
    if form.run(lambda command: service.show_element(who, framework, element, command)):
        flash(_("It is on your map."), "success")
        return redirect(url_for("portfolio_map.element", framework=framework, element=element), 303)
    marks = drawn.marks_of(element)
    page = render_template(
        "portfolio/map/element.html", map=drawn, element=chosen, marks=marks, form=form, levels=dict(LEVELS),
        pages={each.id: each for each in drawn.pages}, chosen_page=request.values.get("page_id", type=uuid.UUID),
        people=find_members(who, [mark.confirmed_by_id for mark in marks if mark.confirmed_by_id]),
        breadcrumb=_trail((chosen.title, None)),
    )  # fmt: skip
    return page, form.status


@blueprint.post("/portfolio/map/marks/<uuid:mark_id>/remove")
@requires(KEEP)
def remove(mark_id: uuid.UUID) -> ResponseReturnValue:
    """Take a page out of one's map."""
    mark = service.remove_mark(actor(), mark_id)
    flash(_("Taken off your map."), "success")
    return redirect(url_for("portfolio_map.element", framework=mark.framework, element=mark.element), 303)


@blueprint.get("/portfolio/map/of/<uuid:user_id>")
@requires(ADVISE)
def other(user_id: uuid.UUID) -> ResponseReturnValue:
    """Somebody's map, for an adviser with whom they share pages."""
    who = actor()
    drawn = service.map_of(who, user_id, request.args.get("on", CAREER.key))
    person = find_members(who, [user_id]).get(user_id)
    name = person.name if person else _("Former member")
    return render_template(
        "portfolio/map/other.html", map=drawn, name=name, user_id=user_id, frameworks=service.find_frameworks(), levels=dict(LEVELS),
        pages={each.id: each for each in drawn.pages}, shared_url=shared_url, form=lambda mark: Form(Confirm, values=_values(mark), prefix=f"m{mark.id}"),
        breadcrumb=_trail((name, None)),
    )  # fmt: skip


@blueprint.post("/portfolio/map/marks/<uuid:mark_id>/confirm")
@requires(ADVISE)
def confirm(mark_id: uuid.UUID) -> ResponseReturnValue:
    """Say how well one sees it."""
    mark = service.confirm(actor(), mark_id, Confirm.read(request.form.to_dict()))
    flash(_("Confirmed. The person sees it on their map."), "success")
    return redirect(
        url_for("portfolio_map.other", user_id=mark.owner_id, on=mark.framework, _anchor=f"m{mark.id}"), 303
    )


@blueprint.route("/portfolio/map/frameworks", methods=["GET", "POST"])
@requires(TEMPLATES)
def frameworks() -> ResponseReturnValue:
    """The frameworks of the office; a file brings another one in."""
    problem = ""
    if request.method == "POST":
        sent = request.files.get("file")
        try:
            row = importing.import_matrix(actor(), sent.read(importing.MOST_BYTES + 1) if sent else b"")
        except Invalid as refusal:
            problem = refusal.message
        else:
            flash(_("“%(title)s” can be used now.", title=row.title), "success")
            return redirect(url_for("portfolio_map.frameworks"), 303)
    page = render_template(
        "portfolio/map/frameworks.html", frameworks=service.find_frameworks(), career=CAREER.key, problem=problem,
        breadcrumb=_trail((_("Frameworks"), None)),
    )  # fmt: skip
    return page, 422 if problem else 200


@blueprint.post("/portfolio/map/frameworks/<uuid:framework_id>/remove")
@requires(TEMPLATES)
def remove_framework(framework_id: uuid.UUID) -> ResponseReturnValue:
    """Offer a framework no longer."""
    importing.remove_framework(actor(), framework_id)
    flash(_("It is not offered any more. Maps that people drew on it stay."), "success")
    return redirect(url_for("portfolio_map.frameworks"), 303)


def _values(mark: Any) -> dict[str, str]:
    level = mark.confirmed_level or mark.level
    return {"level": str(level), "answer": mark.answer}


def _trail(*more: tuple[Any, str | None]) -> list[tuple[Any, str | None]]:
    start = [
        (_("Portfolio"), url_for("portfolio.home")),
        (_("Map"), url_for("portfolio_map.index") if more else None),
    ]
    return [*start, *more]
