"""The store: the person and the entries from which CVs are made. Only its owner can reach it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, select

from lms.plugin import Actor, Command, Invalid, NotFound, _, require, session, utcnow
from plugins.portfolio.cv.dates import sort_key
from plugins.portfolio.cv.forms import SavePerson, SavePrivate
from plugins.portfolio.cv.models import Cv, Entry, Import, Letter, Person
from plugins.portfolio.cv.sections import BY_NAME, COLUMNS, SECTIONS

KEEP = "portfolio.keep"
TEMPLATES = "portfolio.templates"
KEPT_FOR = timedelta(days=30)
"""How long what was removed can be brought back."""
IMPORT_KEPT_FOR = timedelta(days=1)
MOST_ENTRIES = 500


def get_person(actor: Actor) -> Person:
    """The actor's own details; begun from the account when there are none yet. Raises Forbidden."""
    require(actor, KEEP)
    return find_person(actor.user_id) or _begin_person(actor)


def find_person(owner_id: uuid.UUID) -> Person | None:
    """The details of a person in the office in scope, for CVs that were shared."""
    return session().scalar(select(Person).filter_by(owner_id=owner_id))


def save_person(actor: Actor, command: SavePerson | SavePrivate) -> Person:
    """Write what a CV says of the person. Raises Forbidden."""
    person = _kept_person(actor)
    for name in type(command).model_fields:
        setattr(person, name, getattr(command, name))
    return person


def set_photo(actor: Actor, file_id: uuid.UUID | None) -> None:
    """Use one of the actor's own pictures as photo, or none; who may use it was checked by its claim."""
    _kept_person(actor).photo_id = file_id


def find_entries(owner_id: uuid.UUID) -> list[Entry]:
    """All entries of a person in the order of the store."""
    query = select(Entry).filter_by(owner_id=owner_id).where(Entry.removed_at.is_(None))
    return list(session().scalars(query.order_by(Entry.position, Entry.created_at)))


def entries_by_section(entries: Sequence[Entry]) -> dict[str, list[Entry]]:
    """Entries in the order of the sections; every section is there."""
    found: dict[str, list[Entry]] = {section.name: [] for section in SECTIONS}
    for entry in entries:
        found[entry.section].append(entry)
    return found


def get_entry(actor: Actor, entry_id: uuid.UUID, *, with_removed: bool = False) -> Entry:
    """One of the actor's own entries. Raises NotFound, Forbidden."""
    require(actor, KEEP)
    row = session().scalar(select(Entry).filter_by(id=entry_id, owner_id=actor.user_id))
    if row is None or (row.removed_at is not None and not with_removed):
        raise NotFound(_("This entry is not there any more."))
    return row


def add_entry(actor: Actor, section: str, values: Mapping[str, Any]) -> Entry:
    """Add an entry; what is dated goes to its place in time. Raises NotFound for an unknown section, Invalid when there are too many."""
    require(actor, KEEP)
    if section not in BY_NAME:
        raise NotFound(_("A CV has no such section."))
    live = Entry.removed_at.is_(None)
    count = session().scalar(
        select(func.count()).select_from(Entry).where(Entry.owner_id == actor.user_id, live)
    )
    if (count or 0) >= MOST_ENTRIES:
        raise Invalid(_("A CV can have at most %(count)d entries.", count=MOST_ENTRIES), code="too_many")
    row = Entry(owner_id=actor.user_id, section=section)
    for name in COLUMNS:
        if name in values:
            setattr(row, name, values[name])
    session().add(row)
    session().flush()
    _place_new(actor, row)
    return row


def edit_entry(actor: Actor, entry_id: uuid.UUID, command: Command) -> Entry:
    """Change an entry. Raises NotFound, and Invalid if it ends before it begins."""
    row = get_entry(actor, entry_id)
    for name in type(command).model_fields:
        setattr(row, name, getattr(command, name))
    if row.is_current:
        row.ends = ""
    if row.ends and row.starts and row.ends[: len(row.starts)] < row.starts[: len(row.ends)]:
        text = _("The end is before the beginning.")
        raise Invalid(text, fields={"ends": text})
    return row


def remove_entry(actor: Actor, entry_id: uuid.UUID) -> None:
    """Take an entry out of the store; it can be brought back for ``KEPT_FOR``. Raises NotFound."""
    get_entry(actor, entry_id).removed_at = utcnow()


def restore_entry(actor: Actor, entry_id: uuid.UUID) -> None:
    """Bring a removed entry back. Raises NotFound."""
    get_entry(actor, entry_id, with_removed=True).removed_at = None


def order_entries(actor: Actor, section: str, entry_ids: Sequence[uuid.UUID]) -> None:
    """Put the entries of a section into an order; those not named follow. Raises Forbidden."""
    require(actor, KEEP)
    rows = entries_by_section(find_entries(actor.user_id)).get(section, [])
    place = {entry_id: number for number, entry_id in enumerate(entry_ids)}
    for number, row in enumerate(sorted(rows, key=lambda each: place.get(each.id, len(place)))):
        row.position = number


def move_entry(actor: Actor, entry_id: uuid.UUID, *, up: bool) -> None:
    """Change places with the entry before or after it. Raises NotFound."""
    row = get_entry(actor, entry_id)
    ids = [each.id for each in entries_by_section(find_entries(actor.user_id))[row.section]]
    order_entries(actor, row.section, moved(ids, entry_id, up=up))


def moved(ids: list[uuid.UUID], which: uuid.UUID, *, up: bool) -> list[uuid.UUID]:
    """The ids with one of them a place further up or down; the ends stay ends."""
    at = ids.index(which)
    to = max(0, at - 1) if up else min(len(ids) - 1, at + 1)
    rest = ids[:at] + ids[at + 1 :]
    return [*rest[:to], which, *rest[to:]]


def forget_removed() -> int:
    """Delete for good what was removed long ago and imports nobody finished, in the office in scope."""
    old, gone = utcnow() - KEPT_FOR, 0
    for model in (Entry, Cv, Letter):
        gone += len(session().scalars(delete(model).where(model.removed_at < old).returning(model.id)).all())
    stale = delete(Import).where(Import.created_at < utcnow() - IMPORT_KEPT_FOR)
    return gone + len(session().scalars(stale.returning(Import.id)).all())


def _place_new(actor: Actor, row: Entry) -> None:
    rows = entries_by_section(find_entries(actor.user_id))[row.section]
    others = [each for each in rows if each.id != row.id]
    key = _time_of(row)
    at = next(
        (n for n, each in enumerate(others) if BY_NAME[row.section].is_dated and key > _time_of(each)),
        len(others),
    )
    if BY_NAME[row.section].is_dated and not row.starts and not row.ends:
        at = 0
    for number, each in enumerate([*others[:at], row, *others[at:]]):
        each.position = number


def _time_of(row: Entry) -> tuple[str, str]:
    return sort_key(row.starts, row.ends, is_current=row.is_current)


def _begin_person(actor: Actor) -> Person:
    """What the account knows; written only when something is saved."""
    words = actor.name.split()
    return Person(
        owner_id=actor.user_id, given_name=" ".join(words[:1]), family_name=" ".join(words[1:]), email=actor.email,
        headline="", summary="", phone="", street="", postcode="", city="", country="", website="", birth_date="",
        nationality="", gender="", marital_status="",
    )  # fmt: skip


def _kept_person(actor: Actor) -> Person:
    require(actor, KEEP)
    person = find_person(actor.user_id)
    if person is None:
        person = _begin_person(actor)
        session().add(person)
        session().flush()
    return person
