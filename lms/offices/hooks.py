"""What the office area contributes."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for

from lms.access.actor import Actor
from lms.hooks.contributions import NavItem, Permission
from lms.hooks.specs import hookimpl
from lms.text import lazy_gettext as _l


@hookimpl
def permissions() -> Sequence[Permission]:
    """Rights over an office itself."""
    return [
        Permission(
            "office.brand", _l("Change name, logo and colours of the office"), frozenset({"head", "operator"})
        ),
        Permission(
            "office.plugins", _l("Switch parts of the product on and off"), frozenset({"head", "operator"})
        ),
        Permission("office.roles", _l("Decide what each role may do"), frozenset({"head", "operator"})),
        Permission(
            "office.reports", _l("See the office's numbers"), frozenset({"head", "counsellor", "trainer"})
        ),
    ]


@hookimpl
def nav_items(actor: Actor) -> Sequence[NavItem]:
    """The start page."""
    return [NavItem(_l("Start"), url_for("home.index"), "house", 0)] if actor.is_member else []
