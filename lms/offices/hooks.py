"""What the office area contributes."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING

from flask import url_for
from sqlalchemy import select, update

from lms.access.actor import Actor
from lms.hooks.contributions import (
    AuditAction,
    HealthCheck,
    NavItem,
    Permission,
    PersonalData,
)
from lms.hooks.specs import hookimpl
from lms.offices.leftovers import check_leftovers
from lms.offices.models import OfficePlugin
from lms.store.base import session
from lms.text import gettext as _
from lms.text import lazy_gettext as _l

if TYPE_CHECKING:
    from lms.privacy.archive import ExportArchive


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
def audit_actions() -> Sequence[AuditAction]:
    """What is written into the audit."""
    return [
        AuditAction("office.created", _l("Made an office")),
        AuditAction("office.edited", _l("Changed look or contact of the office")),
        AuditAction("plugin.switched_on", _l("Switched a part on")),
        AuditAction("plugin.switched_off", _l("Switched a part off")),
        AuditAction("permission.granted", _l("Gave a role a right")),
        AuditAction("permission.revoked", _l("Took a right from a role")),
    ]


@hookimpl
def nav_items(actor: Actor) -> Sequence[NavItem]:
    """The start page."""
    return [NavItem(_l("Start"), url_for("home.index"), "house", 0)] if actor.is_member else []


@hookimpl
def personal_data() -> Sequence[PersonalData]:
    """Who switched a part of the product on or off."""
    why = _l("To show the office who switched a part of the product on or off")
    kept = _l("As long as the switch stands, without the name after an erasure")
    return [PersonalData("office_plugin", "changed_by_id", ("changed_by_id",), why, "public_task", kept)]


@hookimpl
def export_user(user_id: uuid.UUID, archive: ExportArchive) -> None:
    """Switches that the person turned."""
    rows = session().scalars(select(OfficePlugin).filter_by(changed_by_id=user_id))
    switches = [{"part": row.plugin, "is_on": row.is_enabled, "at": row.updated_at} for row in rows]
    archive.add_rows("office_plugins", _("Parts of the product you switched on or off"), switches)


@hookimpl
def erase_user(user_id: uuid.UUID) -> None:
    """The switch stays, the name goes."""
    session().execute(
        update(OfficePlugin).where(OfficePlugin.changed_by_id == user_id).values(changed_by_id=None)
    )


@hookimpl
def health_checks() -> Sequence[HealthCheck]:
    """Tables of plugins that left."""
    return [check_leftovers()]
