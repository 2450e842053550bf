"""What every page knows: person, office, navigation, and the office's colours."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, g, request

from lms.errors import NotFound
from lms.hooks.callers import hooks
from lms.hooks.contributions import NavItem
from lms.offices.contrast import brand_css
from lms.offices.directory import directory
from lms.store.runtime import settings
from lms.text import gettext as _
from lms.web.guard import guest_or_actor, public
from lms.web.offices import current_office

blueprint = Blueprint("brand", __name__)


@blueprint.get("/brand.css")
@public
def stylesheet() -> Response:
    """The office's colours as custom properties; the address changes with the brand."""
    office = current_office()
    if office is None:
        raise NotFound(_("There is no office at this address."))
    response = Response(brand_css(office.accent), mimetype="text/css")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def navigation() -> list[dict[str, Any]]:
    """The main navigation of this person, the present page marked."""
    who = guest_or_actor()
    if who is None:
        return []
    if "lms_nav" not in g:
        items = hooks().nav_items(who)
        here = request.script_root + request.path
        active = max((item.url for item in items if _is_under(here, item.url)), key=len, default="")
        g.lms_nav = [_shown(item, active) for item in items]
    found: list[dict[str, Any]] = g.lms_nav
    return found


def install_theme(app: Flask) -> None:
    """Give templates the things named at the top of this module."""

    @app.context_processor
    def _context() -> dict[str, Any]:
        # A dashboard is rendered in pieces, one for each card; the page around them is the same.
        if "lms_page" not in g:
            g.lms_page = _page()
        return {**g.lms_page, "breadcrumb": []}


def _page() -> dict[str, Any]:
    who = guest_or_actor()
    root = request.script_root
    return {
        "actor": who,
        "office": current_office(),
        "offices": directory().all,
        "navigation": navigation,
        "site_name": settings().site_name,
        "home_url": f"{root}/",
        "search_url": f"{root}/search",
        "notifications_url": f"{root}/notifications",
        "profile_url": f"{root}/profile",
        "theme_url": f"{root}/profile/theme",
        "language_url": f"{root}/profile/language",
        "sign_in_url": f"{root}/sign-in",
        "sign_out_url": f"{root}/sign-out",
        "count_unread": _count_unread,
        "is_development": settings().is_development,
    }


def _count_unread() -> int:
    """Unread notifications, as they were read with the session: what changes them leads on to another page."""
    found: int = g.get("lms_unread", 0)
    return found


def _is_under(here: str, url: str) -> bool:
    home = url.rstrip("/") == request.script_root
    return (
        here.rstrip("/") == url.rstrip("/") if home else here == url or here.startswith(url.rstrip("/") + "/")
    )


def _shown(item: NavItem, active: str) -> dict[str, Any]:
    return {
        "title": item.title, "url": item.url, "icon": item.icon, "badge": item.badge, "priority": item.priority,
        "section": item.section, "is_active": item.url == active,
    }  # fmt: skip
