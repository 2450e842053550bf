"""The audit in words: who did what, and to whom or what."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lms.accounts.membership import ROLE_TITLES
from lms.admin.overview import names_of
from lms.errors import Invalid
from lms.hooks.callers import hooks
from lms.hooks.contributions import Text
from lms.refs import Ref
from lms.store.audit import AuditEntry, find_audit


@dataclass(frozen=True, slots=True)
class AuditLine:
    """An entry for people: ``who`` is empty for the product itself, ``about`` for what needs no words."""

    seq: int
    at: datetime
    title: Text
    who: str
    about: str


def read_trail(office_id: uuid.UUID, *, before: int | None = None) -> list[AuditLine]:
    """The newest entries of an office (older than ``before``, a number of an entry), newest first."""
    entries = find_audit(office_id, before=before)
    people = names_of([each for entry in entries for each in (entry.actor_id, _person(entry))])
    actions = hooks().audit_actions()
    return [
        AuditLine(
            entry.seq,
            entry.at,
            actions[entry.action].title if entry.action in actions else entry.action,
            people.get(entry.actor_id, "") if entry.actor_id else "",
            " · ".join(_about(entry, people)),
        )
        for entry in entries
    ]


def _about(entry: AuditEntry, people: dict[uuid.UUID, str]) -> Sequence[str]:
    """The thing itself, then what was noted with it; an id says nothing to anybody and is left out."""
    person = _person(entry)
    named = people.get(person, "") if person is not None and person != entry.actor_id else ""
    return [each for each in (named, _detail(entry)) if each]


def _detail(entry: AuditEntry) -> str:
    """What was noted, with the names that pages use for parts, roles and rights."""
    match entry.action.split(".")[0]:
        case "plugin":
            titles = {each.name: str(each.manifest.title) for each in hooks().plugins.loaded}
            return titles.get(entry.detail, entry.detail)
        case "permission":
            role, _colon, permission = entry.detail.partition(": ")
            titles = {each.name: str(each.title) for _owner, each in hooks().permissions()}
            return f"{_role(role)}: {titles.get(permission, permission)}"
        case "membership":
            return ", ".join(_role(each) for each in entry.detail.split(", ") if each)
    return entry.detail


def _role(name: str) -> str:
    return str(next((title for role, title in ROLE_TITLES.items() if role == name), name))


def _person(entry: AuditEntry) -> uuid.UUID | None:
    """Whom the entry is about."""
    try:
        ref = Ref.parse(entry.object)
        return ref.uuid if (ref.plugin, ref.kind) == ("core", "user") else None
    except Invalid:
        return None
