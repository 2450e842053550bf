"""The administration pages of one office."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.access.actor import Actor
from lms.accounts.membership import ROLE_TITLES
from lms.admin import overview
from lms.admin.trail import read_trail
from lms.errors import Invalid, NotFound
from lms.files.service import store_logo
from lms.hooks.callers import hooks
from lms.hooks.contributions import ROLES
from lms.offices import service
from lms.offices.directory import OfficeView
from lms.offices.forms import EditBrand
from lms.text import gettext as _
from lms.web.forms import Form
from lms.web.guard import actor, member, requires
from lms.web.offices import current_office

MOST_ENTRIES = 2**62  # as far as a database counts
blueprint = Blueprint("admin", __name__, url_prefix="/admin")
PAGES = (
    ("office.brand", "admin.brand"),
    ("office.plugins", "admin.parts"),
    ("office.roles", "admin.roles"),
    ("office.reports", "admin.report"),
)


def first_page(who: Actor) -> str | None:
    """The endpoint of the first administration page that somebody may open."""
    return next((endpoint for permission, endpoint in PAGES if who.can(permission)), None)


@blueprint.get("/")
@member
def index() -> ResponseReturnValue:
    """The first page one may open."""
    endpoint = first_page(actor())
    if endpoint is None:
        raise NotFound(_("There is nothing here that you manage."))
    return redirect(url_for(endpoint))


@blueprint.route("/brand", methods=["GET", "POST"])
@requires("office.brand")
def brand() -> ResponseReturnValue:
    """Name, colours, languages, contact."""
    office = _office()
    names = EditBrand.model_fields
    form = Form(EditBrand, values={name: getattr(office, name) for name in names})
    if form.run(lambda command: service.edit_brand(actor(), office.id, command)):
        flash(_("Saved. People see the new look when they open their next page."))
        return redirect(url_for("admin.brand"))
    return render_template("admin/brand.html", form=form, **_frame("admin.brand")), form.status


@blueprint.post("/brand/logo")
@requires("office.brand")
def logo() -> ResponseReturnValue:
    """Put a picture beside the office's name, or take it away."""
    picture = request.files.get("logo")
    if request.form.get("do") == "remove":
        service.set_logo(actor(), _office().id, None)
        flash(_("The logo is gone; the first letter of the name stands in its place."))
    elif picture is None or not picture.filename:
        raise Invalid(_("Please choose a picture first."))
    else:
        store_logo(actor(), picture)
        flash(_("This is the logo now."))
    return redirect(url_for("admin.brand"))


@blueprint.route("/parts", methods=["GET", "POST"])
@requires("office.plugins")
def parts() -> ResponseReturnValue:
    """Switch parts of the product on and off."""
    if request.method == "POST":
        name, is_on = request.form.get("plugin", ""), request.form.get("do") == "on"
        service.switch_plugin(actor(), _office().id, name, is_enabled=is_on)
        flash(
            _("Switched on.")
            if is_on
            else _("Switched off. Nothing was deleted; you can switch it on again at any time.")
        )
        return redirect(url_for("admin.parts"))
    return render_template(
        "admin/parts.html",
        parts=overview.list_parts(actor()),
        has_settings=hooks().settings_schema(),
        **_frame("admin.parts"),
    )


@blueprint.route("/parts/<name>", methods=["GET", "POST"])
@requires("office.plugins")
def part_settings(name: str) -> ResponseReturnValue:
    """The settings of one part in this office."""
    schema = hooks().settings_schema().get(name)
    plugin = hooks().plugins.get(name)
    if schema is None or plugin is None:
        raise NotFound(_("This part has no settings."))
    office = _office()
    form = Form(schema.model, values=service.get_settings(office, name, schema.model).model_dump())
    if form.run(lambda values: service.save_settings(actor(), office.id, name, values)):
        flash(_("Saved."))
        return redirect(url_for("admin.parts"))
    return render_template(
        "admin/part_settings.html", form=form, schema=schema, plugin=plugin.manifest, **_frame("admin.parts")
    ), form.status


@blueprint.route("/roles", methods=["GET", "POST"])
@requires("office.roles")
def roles() -> ResponseReturnValue:
    """Which role may do what here."""
    if request.method == "POST":
        role, _separator, permission = request.form.get("right", "").partition(":")
        if not permission:
            raise Invalid(_("Please choose a right."))
        service.decide_permission(
            actor(), _office().id, role, permission, is_granted=request.form.get("do") == "grant"
        )
        return redirect(url_for("admin.roles", _anchor=permission))
    return render_template(
        "admin/roles.html",
        rights=overview.list_rights(actor()),
        roles=ROLES,
        names=ROLE_TITLES,
        **_frame("admin.roles"),
    )


@blueprint.get("/report")
@requires("office.reports")
def report() -> ResponseReturnValue:
    """The office in numbers."""
    return render_template(
        "admin/report.html", series=overview.monthly_report(actor()), **_frame("admin.report")
    )


@blueprint.get("/audit")
@requires("office.roles")
def audit() -> ResponseReturnValue:
    """Who did what."""
    before = request.args.get("before", type=int)
    before = min(before, MOST_ENTRIES) if before is not None else None
    lines = read_trail(_office().id, before=before)
    return render_template("admin/audit.html", lines=lines, **_frame("admin.audit"))


def _office() -> OfficeView:
    office = current_office()
    if office is None:
        raise NotFound(_("There is no office at this address."))
    return office


def _frame(active: str) -> dict[str, Any]:
    """The tabs that this person may open."""
    titles = {
        "admin.brand": _("Look and contact"), "admin.parts": _("Parts of the product"), "admin.roles": _("Roles"),
        "admin.report": _("Numbers"),
    }  # fmt: skip
    tabs = [
        (titles[endpoint], url_for(endpoint), endpoint == active, None)
        for permission, endpoint in PAGES
        if actor().can(permission)
    ]
    if actor().can("office.roles"):
        tabs.append((_("Who did what"), url_for("admin.audit"), active == "admin.audit", None))
    return {"tabs": tabs}
