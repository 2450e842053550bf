"""What administration contributes."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, url_for

from lms.access.actor import Actor
from lms.admin import office_views, operator_views
from lms.hooks.contributions import NavItem
from lms.hooks.specs import hookimpl
from lms.text import lazy_gettext as _l


@hookimpl
def blueprints() -> Sequence[Blueprint]:
    """Pages of the office and of the operator."""
    return [office_views.blueprint, operator_views.blueprint]


@hookimpl
def nav_items(actor: Actor) -> Sequence[NavItem]:
    """Administration, for those who have something to manage."""
    items = []
    if office_views.first_page(actor):
        items.append(
            NavItem(_l("Manage the office"), url_for("admin.index"), "sliders", 80, section="office")
        )
    if actor.is_operator:
        items.append(
            NavItem(_l("Operate the site"), url_for("operator.index"), "speedometer2", 90, section="site")
        )
    return items
