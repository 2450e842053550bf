"""Taking over an archive: looked through whole before anything is written, then written in one transaction or not at all."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, BinaryIO

from sqlalchemy import func, select

from lms.plugin import (
    Actor,
    Family,
    Invalid,
    PreparedFile,
    StoredFile,
    _,
    format_size,
    get_usage,
    link,
    prepare_file,
    record_file,
    session,
    unit_of_work,
)
from plugins.portfolio.cv.models import Person
from plugins.portfolio.cv.service import MOST_ENTRIES
from plugins.portfolio.cv.tailoring import MOST_CVS
from plugins.portfolio.evidence.models import LinkPreview
from plugins.portfolio.evidence.service import MOST_THINGS, PROVES
from plugins.portfolio.films.service import MOST_FILMS
from plugins.portfolio.moving.format import FILES_TABLE, LINKS_TABLE, MOST_ROWS, FileLine, LinkLine
from plugins.portfolio.moving.reading import OpenArchive, opened, refused
from plugins.portfolio.moving.rows import checked_row, linked_values, lying
from plugins.portfolio.moving.tables import CARRIED, FILE, Carried
from plugins.portfolio.pages.kinds import BlockType, block_types
from plugins.portfolio.pages.models import Card
from plugins.portfolio.pages.service import MOST_PAGES
from plugins.portfolio.refs import ref_of

Progress = Callable[[int, int], None]
ACCEPTED: frozenset[Family] = frozenset({"image", "audio", "video", "document", "text", "archive"})
_NAMESPACE = uuid.UUID("b7a1f6f2-6a0e-5d0c-9d5e-0a6f1d3c2b4e")
_PIECE = 500
_OWN_PURPOSE = "portfolio.file"
_PURPOSES = frozenset(
    {
        "own",
        _OWN_PURPOSE,
        "portfolio.photo",
        "portfolio.page",
        "portfolio.cover",
        "portfolio.video",
        "portfolio.preview",
    }
)
_ROOM = {
    "portfolio_page": MOST_PAGES,
    "portfolio_cv": MOST_CVS,
    "portfolio_cv_entry": MOST_ENTRIES,
    "portfolio_item": MOST_THINGS,
    "portfolio_film": MOST_FILMS,
}
"""How many rows of a table a person may have."""
_OF_SOMETHING_KNOWN = frozenset(
    {
        "portfolio_cv_choice",
        "portfolio_block",
        "portfolio_version",
        "portfolio_mark",
        "portfolio_tag",
        "portfolio_link_preview",
    }
)
"""Rows that stay out where the thing they belong to is here already: it stays as it is."""


@dataclass
class Contents:
    """An archive that was looked through: ids by table, files, and which of all that is here already."""

    ids: dict[str, set[uuid.UUID]] = field(default_factory=dict)
    files: list[FileLine] = field(default_factory=list)
    new_ids: dict[uuid.UUID, uuid.UUID] = field(default_factory=dict)
    present: set[uuid.UUID] = field(default_factory=set)
    """Ids (of this installation) of rows and files that are here already."""

    @property
    def new_files(self) -> list[FileLine]:
        """Files that are not here yet."""
        return [line for line in self.files if self.new_ids[uuid.UUID(line.id)] not in self.present]

    def summary(self) -> dict[str, Any]:
        """What is in it, counted, and how much of it is new."""
        counts = {name: len(ids) for name, ids in self.ids.items() if ids}
        new = {
            name: sum(self.new_ids[each] not in self.present for each in ids)
            for name, ids in self.ids.items()
            if ids
        }
        return {
            "counts": counts, "new": new, "files": len(self.files), "new_files": len(self.new_files), "bytes": sum(line.size for line in self.files),
        }  # fmt: skip


def examine(actor: Actor, source: BinaryIO, progress: Progress) -> dict[str, Any]:
    """Look through an archive: every byte against its hash, every row against its table. Raises Invalid with the reason."""
    with opened(source) as archive:
        archive.check_hashes(progress)
        found = _look_through(actor, archive)
        manifest = archive.manifest
        return found.summary() | {
            "owner": manifest.owner,
            "made_at": manifest.made_at,
            "product": manifest.product,
        }


def take_over(
    actor: Actor, source: BinaryIO, progress: Progress, *, takes_person: bool, and_then: Callable[[], None]
) -> dict[str, Any]:
    """Put everything new into the actor's portfolio: files' bytes first, then all rows in one transaction.

    ``and_then`` is called inside that transaction. Doing it twice is once. Raises Invalid, Conflict, Unavailable.
    """
    with opened(source) as archive:
        archive.check_hashes()
        found = _look_through(actor, archive)
        prepared = dict(_prepare_files(actor, archive, found, progress))
        session().rollback()
        with unit_of_work():
            and_then()
            for line in found.new_files:
                _record(actor, line, found.new_ids[uuid.UUID(line.id)], prepared)
            for carried in CARRIED:
                _put_rows(actor, archive, carried, found, takes_person=takes_person)
            _put_links(archive, found)
        return found.summary()


# --- looking through --------------------------------------------------------------------


def _look_through(actor: Actor, archive: OpenArchive) -> Contents:
    found = Contents()
    kinds = _kinds(actor)
    found.files = _file_lines(archive)
    found.ids[FILE] = {uuid.UUID(line.id) for line in found.files}
    for carried in CARRIED:
        found.ids[carried.name] = set()
        keys: set[tuple[Any, ...]] = set()
        for values in _rows(archive, carried, kinds):
            _note_row(carried, values, found, keys)
        if len(found.ids[carried.name]) != archive.manifest.rows.get(carried.name, 0):
            raise lying(carried.name, _("there are more or fewer lines than the archive says"))
    _find_present(actor, found)
    for carried in CARRIED:
        for values in _rows(archive, carried, kinds):
            linked_values(carried, values, _knower(found), found.new_ids)
    for line in archive.lines(LINKS_TABLE, LinkLine):
        if not {uuid.UUID(line.skill), uuid.UUID(line.proof)} <= found.ids["portfolio_item"]:
            raise lying(LINKS_TABLE, _("a line points at something that is not in it"))
    _check_room(actor, found)
    del found.ids[FILE]
    return found


def _note_row(
    carried: Carried, values: Mapping[str, Any], found: Contents, keys: set[tuple[Any, ...]]
) -> None:
    ids = found.ids[carried.name]
    if values["id"] in ids:
        raise lying(carried.name, _("two lines have one id"))
    ids.add(values["id"])
    if sum(len(each) for each in found.ids.values()) > MOST_ROWS:
        raise refused(_("it has more than %(count)d entries", count=MOST_ROWS), "too_many")
    if carried.unique:
        key = tuple(values[name] for name in carried.unique)
        if key in keys:
            raise lying(carried.name, _("two lines are of the same thing"))
        keys.add(key)
    elif carried.is_single and len(ids) > 1:
        raise lying(carried.name, _("there may be only one line"))


def _rows(archive: OpenArchive, carried: Carried, kinds: Mapping[str, BlockType]) -> Iterator[dict[str, Any]]:
    for line in archive.raw_lines(carried.name):
        yield checked_row(carried, line, kinds)


def _file_lines(archive: OpenArchive) -> list[FileLine]:
    lines, ids = [], set()
    for line in archive.lines(FILES_TABLE, FileLine):
        member = archive.manifest.members.get(line.member)
        if member is None or not line.member.startswith("files/") or line.id in ids:
            raise lying(FILES_TABLE, _("a line names a file that is not in it"))
        if (member.size, member.sha256) != (line.size, line.sha256):
            raise lying(FILES_TABLE, _("a line tells another size or hash than the table of contents"))
        ids.add(line.id)
        lines.append(line)
    if len(lines) != archive.manifest.rows.get(FILES_TABLE, 0):
        raise lying(FILES_TABLE, _("there are more or fewer lines than the archive says"))
    named = {line.member for line in lines}
    if stray := next(
        (name for name in archive.manifest.members if name.startswith("files/") and name not in named), ""
    ):
        raise refused(_("it holds a file that belongs to nothing (%(name)s)", name=stray), "bad_data")
    return lines


def _find_present(actor: Actor, found: Contents) -> None:
    """Which id each row and file gets here: its own, if it comes from this very account; else one made from it and the actor."""
    for name, old_ids in found.ids.items():
        carried = next((each for each in CARRIED if each.name == name), None)
        own = _owned(actor, carried, old_ids)
        made = {
            old: uuid.uuid5(_NAMESPACE, f"{actor.office_id}:{actor.user_id}:{name}:{old}")
            for old in old_ids - own
        }
        found.new_ids |= {old: old for old in own} | made
        found.present |= own | _owned(actor, carried, set(made.values()))
    for single in (each for each in CARRIED if each.is_single):
        here = session().scalar(select(single.model.id).where(single.model.owner_id == actor.user_id))
        if here is not None:
            found.new_ids |= dict.fromkeys(found.ids[single.name], here)
            found.present |= {here} if found.ids[single.name] else set()


def _owned(actor: Actor, carried: Carried | None, ids: set[uuid.UUID]) -> set[uuid.UUID]:
    """Those of the ids under which a living row of the actor is here."""
    found: set[uuid.UUID] = set()
    wanted = sorted(ids)
    for start in range(0, len(wanted), _PIECE):
        piece = wanted[start : start + _PIECE]
        if carried is None:
            query: Any = select(StoredFile.id).where(
                StoredFile.id.in_(piece), StoredFile.owner_id == actor.user_id, StoredFile.deleted_at.is_(None)
            )  # fmt: skip
        else:
            query = carried.owned_by(actor.user_id).where(carried.model.id.in_(piece))
        found |= set(session().scalars(query))
    return found


def _check_room(actor: Actor, found: Contents) -> None:
    usage, size = get_usage(actor), sum(line.size for line in found.new_files)
    room = min(usage.limit - usage.used, usage.office_limit - usage.office_used)
    if size > room:
        raise Invalid(
            _(
                "The files in it need %(size)s, and there is room for %(room)s. Delete files that you no longer need, then try again.",
                size=format_size(size), room=format_size(max(room, 0)),
            ),
            code="quota_user",
        )  # fmt: skip
    for carried in CARRIED:
        most = _ROOM.get(carried.name)
        if most is None:
            continue
        new = sum(found.new_ids[each] not in found.present for each in found.ids[carried.name])
        model = carried.model
        here = (
            session().scalar(
                select(func.count())
                .select_from(model)
                .where(model.owner_id == actor.user_id, model.removed_at.is_(None))
            )
            or 0
        )
        if new and here + new > most:
            raise refused(
                _("there would be more than %(count)d things of one kind in your portfolio", count=most),
                "too_many",
            )


def _knower(found: Contents) -> Callable[[str, uuid.UUID], bool]:
    return lambda table, row_id: row_id in found.ids[table]


def _kinds(actor: Actor) -> dict[str, BlockType]:
    return block_types(actor.office_id or uuid.UUID(int=0))


# --- writing ----------------------------------------------------------------------------


def _prepare_files(
    actor: Actor, archive: OpenArchive, found: Contents, progress: Progress
) -> Iterator[tuple[str, PreparedFile]]:
    """The bytes of new files in the store, each checked as if it had been uploaded. Raises Invalid, Unavailable."""
    done, total, seen = 0, sum(line.size for line in found.new_files), set()
    for line in found.new_files:
        if line.member not in seen:
            seen.add(line.member)
            with archive.member(line.member) as stream:
                try:
                    yield (
                        line.member,
                        prepare_file(actor, stream, line.name, _purpose(line), allowed=ACCEPTED),
                    )
                except Invalid as problem:
                    raise Invalid(
                        _("“%(name)s”: %(reason)s", name=line.name, reason=problem.message), code=problem.code
                    ) from problem
        done += line.size
        progress(done, total)


def _record(actor: Actor, line: FileLine, file_id: uuid.UUID, prepared: Mapping[str, PreparedFile]) -> None:
    gone = session().get(StoredFile, file_id)
    if gone is not None:
        gone.deleted_at = None
        return
    row = record_file(actor, prepared[line.member], file_id=file_id)
    row.name, row.purpose = _same_kind_name(line.name, row.name), _purpose(line)
    try:
        row.created_at = datetime.fromisoformat(line.created_at)
    except ValueError:
        raise lying(FILES_TABLE, _("a line holds no date")) from None


def _same_kind_name(wanted: str, accepted: str) -> str:
    """The name of this line, for files that share their bytes; the accepted one where the kinds differ."""
    is_same = wanted.rpartition(".")[2].casefold() == accepted.rpartition(".")[2].casefold()
    return wanted if is_same and "/" not in wanted and wanted.isprintable() else accepted


def _purpose(line: FileLine) -> str:
    """What a file is for; never one that makes it readable for everybody."""
    return line.purpose if line.purpose in _PURPOSES else _OWN_PURPOSE


def _put_rows(
    actor: Actor, archive: OpenArchive, carried: Carried, found: Contents, *, takes_person: bool
) -> None:
    waiting: list[Any] = []
    for values in _rows(archive, carried, _kinds(actor)):
        known_above = carried.name in _OF_SOMETHING_KNOWN and _above(carried, values, found) in found.present
        row = linked_values(carried, values, _knower_here(found), found.new_ids)
        if carried.model is Person and (takes_person or row["id"] not in found.present):
            _put_person(actor, row)
        elif not known_above and row["id"] not in found.present:
            waiting.append(_new_row(actor, carried, row))
        if len(waiting) >= _PIECE:
            _flush(waiting)
    _flush(waiting)


def _knower_here(found: Contents) -> Callable[[str, uuid.UUID], bool]:
    files = {uuid.UUID(line.id) for line in found.files}
    return lambda table, row_id: row_id in (files if table == FILE else found.ids[table])


def _above(carried: Carried, values: Mapping[str, Any], found: Contents) -> uuid.UUID | None:
    """The thing that a row belongs to, by its id here."""
    old = (
        uuid.UUID(str(values["subject"]).rpartition(":")[2])
        if carried.name == "portfolio_tag"
        else values[carried.parent or ("item_id" if carried.model is LinkPreview else "page_id")]
    )
    return found.new_ids.get(old)


def _put_person(actor: Actor, values: dict[str, Any]) -> None:
    here = session().scalar(select(Person).filter_by(owner_id=actor.user_id))
    if here is None:
        session().add(Person(owner_id=actor.user_id, **values))
        return
    for name, value in values.items():
        if name != "id":
            setattr(here, name, value)


def _new_row(actor: Actor, carried: Carried, values: dict[str, Any]) -> Any:
    owner = {} if carried.parent else {"owner_id": actor.user_id}
    gone = session().get(carried.model, values["id"]) if carried.is_removable else None
    if gone is not None:  # it was taken over before, and put away since
        for name, value in values.items():
            setattr(gone, name, value)
        gone.removed_at = None
        return gone
    if carried.model is Card:
        values["slug"] = _free_slug(values["slug"])
    return carried.model(**values, **owner)


def _free_slug(wanted: str) -> str:
    taken = set(session().scalars(select(Card.slug).where(Card.slug.startswith(wanted[:50]))))
    return next(
        slug
        for number in range(1, len(taken) + 2)
        if (slug := wanted if number == 1 else f"{wanted[:50]}-{number}") not in taken
    )


def _flush(rows: list[Any]) -> None:
    session().add_all(rows)
    session().flush()
    for row in rows:
        session().expunge(row)
    rows.clear()


def _put_links(archive: OpenArchive, found: Contents) -> None:
    for line in archive.lines(LINKS_TABLE, LinkLine):
        skill, proof = found.new_ids[uuid.UUID(line.skill)], found.new_ids[uuid.UUID(line.proof)]
        if skill not in found.present:
            link(ref_of("item", skill), PROVES, ref_of("item", proof))
