"""What can be done with evidence. Everything here is the actor's own; others see it only on pages that were shared."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeVar

from sqlalchemy import delete, func, select

from lms.plugin import (
    Actor,
    Evidence,
    Invalid,
    NotFound,
    Ref,
    StoredFile,
    _,
    clean_html,
    embedded_files,
    find_visible_files,
    get_file,
    hooks,
    link,
    linked,
    plain_text,
    require,
    session,
    system_actor,
    unlink,
    utcnow,
)
from plugins.portfolio.cv.service import KEEP, KEPT_FOR
from plugins.portfolio.evidence.forms import (
    EditDescribed,
    EditEntry,
    EditFile,
    EditGoal,
    EditLink,
    EditNote,
    EditSkill,
    NewLink,
    NewThing,
)
from plugins.portfolio.evidence.models import HiddenProof, Item, Journal, JournalEntry, Plan
from plugins.portfolio.evidence.previews import address_changed, ask_for_preview, forget_pictures
from plugins.portfolio.evidence.tags import set_tags, tagged
from plugins.portfolio.pages.models import Block, Page
from plugins.portfolio.refs import ref_of

ItemKind = Literal["file", "link", "note", "skill", "goal"]
PROVES = "evidence_for"
MOST_THINGS = 5000
Owned = TypeVar("Owned", Item, Journal, JournalEntry, Plan)
EditItem = EditFile | EditLink | EditNote | EditSkill | EditGoal


def find_items(actor: Actor, kind: ItemKind, *, folder: str = "", tag: str = "") -> list[Item]:
    """The actor's own items of a kind: files by folder, the newest first. Raises Forbidden."""
    require(actor, KEEP)
    query = select(Item).filter_by(owner_id=actor.user_id, kind=kind).where(Item.removed_at.is_(None))
    if folder:
        query = query.where(Item.folder == folder)
    if tag:
        query = query.where(Item.id.in_(tagged(actor, tag, "item")))
    order = (
        (Item.folder, Item.created_at.desc())
        if kind == "file"
        else (Item.done_at.is_not(None), Item.created_at.desc())
    )
    return list(session().scalars(query.order_by(*order)))


def folders_of(actor: Actor) -> list[str]:
    """Names of the folders that the actor's files are in."""
    query = (
        select(Item.folder)
        .filter_by(owner_id=actor.user_id, kind="file")
        .where(Item.removed_at.is_(None), Item.folder != "")
    )
    return list(session().scalars(query.distinct().order_by(Item.folder)))


def get_item(actor: Actor, item_id: uuid.UUID, *, with_removed: bool = False) -> Item:
    """One of the actor's own items. Raises NotFound, Forbidden."""
    return own_row(actor, Item, item_id, with_removed=with_removed)


def add_item(actor: Actor, kind: ItemKind, command: NewThing) -> Item:
    """Make a note, a skill or a goal. Raises Forbidden, Invalid when there are too many."""
    require(actor, KEEP)
    _check_room(actor)
    row = Item(owner_id=actor.user_id, kind=kind, title=command.title)
    session().add(row)
    session().flush()
    return row


def add_link(actor: Actor, command: NewLink) -> Item:
    """Keep a link, and let its preview be fetched where this site asks others. Raises Forbidden, Invalid when there are too many."""
    row = add_item(actor, "link", NewThing(title=command.title))
    row.url = command.url
    ask_for_preview(actor, row)
    return row


def add_file(actor: Actor, file_id: uuid.UUID, folder: str = "") -> Item:
    """Take one of the actor's own files into the portfolio; taking it twice is once. Raises NotFound, Invalid."""
    require(actor, KEEP)
    file = get_file(actor, file_id)
    if file.owner_id != actor.user_id:
        raise NotFound(_("This file is not yours."))
    known = session().scalar(select(Item).filter_by(owner_id=actor.user_id, file_id=file.id))
    if known is not None:
        known.removed_at = None
        return known
    _check_room(actor)
    title = file.name.rpartition(".")[0].replace("_", " ").replace("-", " ").strip() or file.name
    row = Item(owner_id=actor.user_id, kind="file", title=title[:160], file_id=file.id, folder=folder[:80])
    session().add(row)
    session().flush()
    return row


def edit_item(actor: Actor, item_id: uuid.UUID, command: EditItem) -> Item:
    """Change an item. Raises NotFound, and Invalid for proofs that are not the actor's own."""
    row = get_item(actor, item_id)
    row.title, row.body = (
        command.title,
        clean_html(command.body) if isinstance(command, EditNote) else command.body,
    )
    if isinstance(command, EditFile):
        row.folder, row.licence = command.folder.strip(), command.licence
    if isinstance(command, EditLink) and row.url != command.url:
        row.url = command.url
        address_changed(actor, row)
    if isinstance(command, EditGoal):
        row.due_on = command.due_on
    if isinstance(command, EditSkill):
        row.level = command.level
        _set_proofs(actor, row, command.proofs)
    set_tags(actor, ref_of("item", row.id), command.tags)
    return row


def reach_goal(actor: Actor, item_id: uuid.UUID, *, is_done: bool) -> None:
    """Tick a goal, or take the tick back. Raises NotFound."""
    row = get_item(actor, item_id)
    row.done_at = utcnow() if is_done else None


def proofs_of(row: Item) -> list[str]:
    """Refs (as text) of the items that prove a skill."""
    return [str(ref) for ref in linked(ref_of("item", row.id), PROVES)]


def files_by_id(actor: Actor, items: Sequence[Item]) -> Mapping[uuid.UUID, StoredFile]:
    """The stored files of items, in one query."""
    wanted = [row.file_id for row in items if row.file_id]
    return {file.id: file for file in (find_visible_files(actor, wanted) if wanted else [])}


def find_journals(actor: Actor, *, tag: str = "") -> list[tuple[Journal, int]]:
    """The actor's journals (those that bear a tag, or have an entry that does) and how many entries each has. Raises Forbidden."""
    require(actor, KEEP)
    rows = own_rows(actor, Journal)
    if tag:
        wanted = tagged(actor, tag, "journal") | _journals_of(tagged(actor, tag, "entry"))
        rows = [row for row in rows if row.id in wanted]
    count = select(JournalEntry.journal_id, func.count()).where(
        JournalEntry.owner_id == actor.user_id, JournalEntry.removed_at.is_(None)
    )
    counts: dict[uuid.UUID, int] = dict(session().execute(count.group_by(JournalEntry.journal_id)).all())
    return [(row, counts.get(row.id, 0)) for row in rows]


def get_journal(actor: Actor, journal_id: uuid.UUID, *, with_removed: bool = False) -> Journal:
    """One of the actor's journals. Raises NotFound, Forbidden."""
    return own_row(actor, Journal, journal_id, with_removed=with_removed)


def add_journal(actor: Actor, command: NewThing) -> Journal:
    """Begin a journal. Raises Forbidden."""
    require(actor, KEEP)
    row = Journal(owner_id=actor.user_id, title=command.title)
    session().add(row)
    session().flush()
    return row


def edit_journal(actor: Actor, journal_id: uuid.UUID, command: EditDescribed) -> None:
    """Change what a journal is called. Raises NotFound."""
    row = get_journal(actor, journal_id)
    row.title, row.description = command.title, command.description
    set_tags(actor, ref_of("journal", row.id), command.tags)


def find_entries(actor: Actor, journal_id: uuid.UUID) -> list[JournalEntry]:
    """Entries of one of the actor's journals, newest first. Raises NotFound."""
    get_journal(actor, journal_id)
    query = select(JournalEntry).filter_by(journal_id=journal_id).where(JournalEntry.removed_at.is_(None))
    return list(session().scalars(query.order_by(JournalEntry.created_at.desc())))


def get_entry(actor: Actor, entry_id: uuid.UUID, *, with_removed: bool = False) -> JournalEntry:
    """One of the actor's own entries. Raises NotFound, Forbidden."""
    return own_row(actor, JournalEntry, entry_id, with_removed=with_removed)


def add_entry(actor: Actor, journal_id: uuid.UUID, command: NewThing) -> JournalEntry:
    """Begin an entry, as a draft. Raises NotFound, Invalid."""
    get_journal(actor, journal_id)
    _check_room(actor)
    row = JournalEntry(owner_id=actor.user_id, journal_id=journal_id, title=command.title)
    session().add(row)
    session().flush()
    return row


def edit_entry(actor: Actor, entry_id: uuid.UUID, command: EditEntry) -> None:
    """Change an entry. Raises NotFound, and Invalid for files that are not the actor's."""
    row = get_entry(actor, entry_id)
    row.title, row.is_draft = command.title, command.is_draft
    row.body = own_html(actor, command.body)
    set_tags(actor, ref_of("entry", row.id), command.tags)


def own_rows(actor: Actor, model: type[Any]) -> list[Any]:
    """The actor's own rows of a kind that are not put away, the newest first."""
    query = select(model).filter_by(owner_id=actor.user_id).where(model.removed_at.is_(None))
    return list(session().scalars(query.order_by(model.created_at.desc())))


def own_row(actor: Actor, model: type[Owned], row_id: uuid.UUID, *, with_removed: bool = False) -> Owned:
    """One of the actor's own rows. Raises NotFound, Forbidden."""
    require(actor, KEEP)
    row = session().scalar(select(model).filter_by(id=row_id, owner_id=actor.user_id))
    if row is None or (row.removed_at is not None and not with_removed):
        raise NotFound(_("This is not there any more."))
    return row


def remove(row: Item | Journal | JournalEntry | Plan) -> None:
    """Put away something that a ``get_`` function handed out; it can be brought back for a while."""
    row.removed_at = utcnow()


def restore(row: Item | Journal | JournalEntry | Plan) -> None:
    """Bring back something that a ``get_`` function handed out."""
    row.removed_at = None


def find_proofs(actor: Actor) -> list[tuple[Evidence, bool]]:
    """What arrived by itself, newest first, and whether the actor hides it. Raises Forbidden."""
    require(actor, KEEP)
    hidden = hidden_proofs(actor.user_id)
    return [(proof, proof_key(proof) in hidden) for proof in all_proofs(actor.user_id, actor.office_id)]


def all_proofs(user_id: uuid.UUID, office_id: uuid.UUID | None) -> list[Evidence]:
    """What the parts of the product attest of a person, asked by the product itself: the person decides who sees it."""
    return hooks().evidence(user_id, system_actor(office_id))


def hidden_proofs(user_id: uuid.UUID) -> set[str]:
    """Keys of what a person hides."""
    return set(session().scalars(select(HiddenProof.proof).filter_by(owner_id=user_id)))


def proof_key(proof: Evidence) -> str:
    """By which a proof is known: its ref."""
    return str(proof.ref)


def hide_proof(actor: Actor, key: str, *, is_hidden: bool) -> None:
    """Hide something that arrived by itself, or show it again; it can never be changed. Raises NotFound."""
    if key not in {proof_key(proof) for proof, _hidden in find_proofs(actor)}:
        raise NotFound(_("This is not there any more."))
    row = session().scalar(select(HiddenProof).filter_by(owner_id=actor.user_id, proof=key))
    if is_hidden and row is None:
        session().add(HiddenProof(owner_id=actor.user_id, proof=key))
    elif not is_hidden and row is not None:
        session().delete(row)


def used_in(actor: Actor, thing_id: uuid.UUID) -> list[Page]:
    """The actor's pages on which something stands."""
    rows = session().execute(
        select(Block, Page)
        .join(Page, Page.id == Block.page_id)
        .where(Page.owner_id == actor.user_id, Page.removed_at.is_(None))
    )
    return list({page.id: page for block, page in rows if str(thing_id) in str(block.content)}.values())


def own_html(actor: Actor, html: str) -> str:
    """A rich text that shows only the actor's own files. Raises Invalid."""
    cleaned = clean_html(html)
    wanted = embedded_files(cleaned)
    own = {
        file.id
        for file in (find_visible_files(actor, wanted) if wanted else [])
        if file.owner_id == actor.user_id
    }
    if set(wanted) - own:
        raise Invalid(
            _("There is a picture or file in this text that is not yours. Take it out and try again.")
        )
    return cleaned


def forget_removed() -> int:
    """Delete for good what was removed long ago, in the office in scope; returns how many."""
    old, gone = utcnow() - KEPT_FOR, 0
    forget_pictures(old)
    for model in (JournalEntry, Item, Journal, Plan):
        gone += len(session().scalars(delete(model).where(model.removed_at < old).returning(model.id)).all())
    return gone


def words_of(row: Item | JournalEntry) -> str:
    """What stands in an item, as plain text."""
    return plain_text(row.body) if row.body.startswith("<") else row.body


def _check_room(actor: Actor) -> None:
    count = (
        session().scalar(select(func.count()).select_from(Item).where(Item.owner_id == actor.user_id)) or 0
    )
    if count >= MOST_THINGS:
        raise Invalid(_("A portfolio can hold at most %(count)d things.", count=MOST_THINGS), code="too_many")


def _journals_of(entry_ids: set[uuid.UUID]) -> set[uuid.UUID]:
    return set(session().scalars(select(JournalEntry.journal_id).where(JournalEntry.id.in_(entry_ids))))


def _set_proofs(actor: Actor, row: Item, proofs: Sequence[str]) -> None:
    wanted = {get_item(actor, Ref.parse(text).uuid).id for text in proofs}
    own, present = ref_of("item", row.id), {ref.uuid for ref in linked(ref_of("item", row.id), PROVES)}
    for item_id in wanted - present:
        link(own, PROVES, ref_of("item", item_id))
    for item_id in present - wanted:
        unlink(own, PROVES, ref_of("item", item_id))
