"""What can be done with offices. Administration pages, commands and demo data all use this."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar
from zoneinfo import available_timezones

from pydantic import BaseModel
from sqlalchemy import select

from lms.access.actor import Actor
from lms.access.policy import require
from lms.errors import Conflict, Forbidden, Invalid, NotFound
from lms.hooks.builtin import CORE
from lms.hooks.callers import hooks
from lms.hooks.contributions import ROLES
from lms.offices.contrast import check_accent
from lms.offices.directory import OfficeView, directory
from lms.offices.forms import CreateOffice, EditBrand
from lms.offices.models import Office, OfficeLanguage, OfficePlugin, RolePermission, Setting
from lms.refs import Ref
from lms.store.audit import write_audit
from lms.store.base import session
from lms.store.runtime import settings
from lms.store.uow import after_commit
from lms.text import gettext as _

S = TypeVar("S", bound=BaseModel)


def create_office(actor: Actor, command: CreateOffice) -> Office:
    """Add an office to the tree. Raises Forbidden, Conflict (address taken), Invalid."""
    if not (actor.is_operator or actor.is_system):
        raise Forbidden(_("Only operators of this site can create offices."))
    if session().scalar(select(Office.id).filter_by(slug=command.slug)):
        raise Conflict(
            _("This address is taken by another office."), fields={"slug": _("Please choose another one.")}
        )
    _check_zone(command.zone)
    office = Office(
        parent_id=command.parent_id,
        kind=command.kind,
        slug=command.slug,
        name=command.name,
        zone=command.zone,
    )
    session().add(office)
    session().flush()
    _set_languages(office, command.languages)
    write_audit(actor, "office.created", _ref(office.id), office.name)
    _changed()
    return office


def edit_brand(actor: Actor, office_id: uuid.UUID, command: EditBrand) -> None:
    """Change how an office looks and speaks. Raises Invalid when the accent cannot be read by everybody."""
    require(actor, "office.brand")
    office = _get(actor, office_id)
    verdict = check_accent(command.accent)
    if not verdict.ok:
        message = _(
            "This colour is too pale for text (%(ratio)s : 1, needed 4.5 : 1). The nearest one that works is %(proposal)s.",
            ratio=f"{min(verdict.ratio_on_paper, verdict.ratio_white_text):.1f}",
            proposal=verdict.proposal_light,
        )
        raise Invalid(message, fields={"accent": message})
    _check_zone(command.zone)
    for name in (
        "name",
        "tagline",
        "welcome",
        "contact_email",
        "contact_phone",
        "address",
        "accent",
        "zone",
        "join_rule",
    ):
        setattr(office, name, getattr(command, name) or "")
    _set_languages(office, command.languages)
    office.brand_version += 1
    write_audit(actor, "office.edited", _ref(office_id))
    _changed()


def set_logo(actor: Actor, office_id: uuid.UUID, file_id: uuid.UUID | None) -> None:
    """Use a stored image as the office's logo, or none."""
    require(actor, "office.brand")
    office = _get(actor, office_id)
    office.logo_file_id = file_id
    office.brand_version += 1
    _changed()


def switch_plugin(actor: Actor, office_id: uuid.UUID, plugin: str, *, is_enabled: bool) -> None:
    """Switch a plugin on or off in an office; its data stays. Raises Conflict where lms.toml decides."""
    require(actor, "office.plugins")
    office = directory().get(office_id)
    if hooks().plugins.get(plugin) is None:
        raise NotFound(_("There is no such part."))
    if office.has_fixed_plugins:
        raise Conflict(_("The parts of this office are fixed in the configuration file by the operator."))
    row = session().scalar(select(OfficePlugin).filter_by(office_id=office_id, plugin=plugin))
    if row is None:
        row = OfficePlugin(office_id=office_id, plugin=plugin)
        session().add(row)
    row.is_enabled = is_enabled
    row.changed_by_id = None if actor.is_system else actor.user_id
    write_audit(actor, "plugin.switched_on" if is_enabled else "plugin.switched_off", _ref(office_id), plugin)
    _changed()
    session().flush()
    if is_enabled:
        directory().forget()
        hooks().on_plugin_enabled(office_id, plugin)
    else:
        hooks().on_plugin_disabled(office_id, plugin)


def decide_permission(
    actor: Actor, office_id: uuid.UUID, role: str, permission: str, *, is_granted: bool
) -> None:
    """Decide whether a role holds a permission here. Nobody grants what they do not have. Raises Forbidden."""
    require(actor, "office.roles")
    if role not in ROLES:
        raise Invalid(_("There is no such role."))
    if not actor.can(permission):
        raise Forbidden(_("You can only give or take rights that you have yourself."))
    if role == "operator" and not (actor.is_operator or actor.is_system):
        raise Forbidden(_("Only operators of this site can do this."))
    known = {each.name: each for _owner, each in hooks().permissions()}
    if permission not in known:
        raise NotFound(_("There is no such right."))
    row = session().scalar(
        select(RolePermission).filter_by(office_id=office_id, role=role, permission=permission)
    )
    if row is None:
        row = RolePermission(office_id=office_id, role=role, permission=permission)
        session().add(row)
    row.is_granted = is_granted
    action = "permission.granted" if is_granted else "permission.revoked"
    write_audit(actor, action, _ref(office_id), f"{role}: {permission}")
    _changed()


def get_settings(office: OfficeView, plugin: str, model: type[S]) -> S:
    """A plugin's settings in an office: its own, else those of the nearest office above, else the defaults."""
    rows = session().scalars(
        select(Setting).filter_by(plugin=plugin).where(Setting.office_id.in_(office.chain))
    )
    by_office = {row.office_id: row.values for row in rows}
    values: dict[str, Any] = next((by_office[each] for each in office.chain if each in by_office), {})
    return model.model_validate(values)


def save_settings(actor: Actor, office_id: uuid.UUID, plugin: str, values: BaseModel) -> None:
    """Keep a plugin's settings for an office."""
    require(actor, "office.plugins")
    row = session().scalar(select(Setting).filter_by(office_id=office_id, plugin=plugin))
    if row is None:
        row = Setting(office_id=office_id, plugin=plugin)
        session().add(row)
    row.values = values.model_dump(mode="json")


def _get(actor: Actor, office_id: uuid.UUID) -> Office:
    office = session().get(Office, office_id)
    if office is None or (not actor.is_system and actor.office_id != office_id):
        raise NotFound(_("There is no such office."))
    return office


def _check_zone(zone: str) -> None:
    if zone not in available_timezones():
        raise Invalid(
            _("This time zone is not known."), fields={"zone": _("Please write a zone such as Europe/Rome.")}
        )


def _set_languages(office: Office, codes: Sequence[str]) -> None:
    known = settings().languages
    wanted: Iterable[str] = dict.fromkeys(code for code in codes if code in known)
    present = {row.code: row for row in office.languages}
    office.languages = [
        present.get(code) or OfficeLanguage(office_id=office.id, code=code)
        for code in (list(wanted) or known[:1])
    ]
    for position, row in enumerate(office.languages):
        row.position = position


def _ref(office_id: uuid.UUID) -> Ref:
    return Ref.of(CORE, "office", office_id)


def _changed() -> None:
    after_commit(directory().forget)
