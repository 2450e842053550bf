"""What owners can do with pages and collections. How others see them is said in ``sharing``."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, delete, func, select

from lms.plugin import Actor, Forbidden, Invalid, NotFound, Ref, _, new_id, require, session, utcnow
from plugins.portfolio.cv.service import KEEP, KEPT_FOR, TEMPLATES, moved
from plugins.portfolio.evidence.tags import set_tags, tagged
from plugins.portfolio.pages.forms import EditCollection, EditPage, NewPage
from plugins.portfolio.pages.kinds import BlockType, block_types
from plugins.portfolio.pages.models import WIDTHS, Block, Collection, Page, Version
from plugins.portfolio.pages.versions import apply_snapshot, remember
from plugins.portfolio.refs import ref_of

MOST_PAGES = 200
MOST_BLOCKS = 100
PAGE_COLUMNS = tuple(name for name in EditPage.model_fields if name != "tags")


def find_pages(actor: Actor, *, tag: str = "") -> list[Page]:
    """The actor's own pages (those that bear a tag) in the order of collections, then by the latest change. Raises Forbidden."""
    require(actor, KEEP)
    query = select(Page).filter_by(owner_id=actor.user_id, is_template=False).where(Page.removed_at.is_(None))
    if tag:
        query = query.where(Page.id.in_(tagged(actor, tag, "page")))
    return list(session().scalars(query.order_by(Page.collection_id, Page.position, Page.updated_at.desc())))


def get_page(actor: Actor, page_id: uuid.UUID, *, with_removed: bool = False) -> Page:
    """A page that the actor may change: their own, or a template of the office. Raises NotFound, Forbidden."""
    require(actor, KEEP)
    page = session().scalar(select(Page).filter_by(id=page_id))
    is_mine = page is not None and page.owner_id == actor.user_id
    is_ours = page is not None and page.is_template and actor.can(TEMPLATES)
    if page is None or not (is_mine or is_ours) or (page.removed_at is not None and not with_removed):
        raise NotFound(_("This page is not there any more."))
    return page


def add_page(actor: Actor, command: NewPage, *, is_template: bool = False) -> Page:
    """Make an empty page. Raises Forbidden, Invalid when there are too many."""
    require(actor, TEMPLATES if is_template else KEEP)
    live = (
        select(func.count())
        .select_from(Page)
        .where(Page.owner_id == actor.user_id, Page.removed_at.is_(None))
    )
    if (session().scalar(live) or 0) >= MOST_PAGES:
        raise Invalid(_("You can have at most %(count)d pages.", count=MOST_PAGES), code="too_many")
    page = Page(owner_id=actor.user_id, title=command.title, is_template=is_template)
    session().add(page)
    session().flush()
    return page


def edit_page(actor: Actor, page_id: uuid.UUID, command: EditPage) -> Page:
    """Change what a page says of itself. Raises NotFound, also for a collection of somebody else."""
    page = get_page(actor, page_id)
    if command.collection_id is not None:
        get_collection(actor, command.collection_id)
    remember(page, "page")
    for name in PAGE_COLUMNS:
        setattr(page, name, getattr(command, name))
    if page.owner_id == actor.user_id:
        set_tags(actor, ref_of("page", page.id), command.tags)
    return page


def set_cover(actor: Actor, page_id: uuid.UUID, file_id: uuid.UUID | None) -> None:
    """Give a page a picture at its top, or none; who may use the file was checked by its claim. Raises NotFound."""
    page = get_page(actor, page_id)
    remember(page, "page")
    page.cover_id = file_id


def remove_page(actor: Actor, page_id: uuid.UUID) -> None:
    """Put a page away; nobody sees it any more, and it can be brought back for a while. Raises NotFound."""
    get_page(actor, page_id).removed_at = utcnow()


def restore_page(actor: Actor, page_id: uuid.UUID) -> None:
    """Bring a page back. Raises NotFound."""
    get_page(actor, page_id, with_removed=True).removed_at = None


def copy_page(actor: Actor, source: Page, *, title: str = "") -> Page:
    """A page of the actor's own like another one; blocks that show things of somebody else become placeholders.

    That the actor may copy ``source`` was checked by whoever hands it over. Raises Forbidden, Invalid.
    """
    page = add_page(actor, NewPage(title=(title or source.title)[:160]))
    page.description, page.theme, page.copied_from_id = source.description, source.theme, source.id
    for block in find_blocks(source.id):
        kind, content = block.kind, dict(block.content)
        if source.owner_id != actor.user_id and kind not in OWNERLESS:
            kind, content = (
                "placeholder",
                {"prompt": str(content.get("caption") or _("Put something of your own here."))},
            )
        session().add(
            Block(page_id=page.id, position=block.position, kind=kind, width=block.width, content=content)
        )
    session().flush()
    return page


OWNERLESS = frozenset(
    {
        "text",
        "heading",
        "placeholder",
        "profile",
        "skills",
        "goals",
        "social",
        "contact",
        "comments",
        "navigation",
        "cv_section",
    }
)
"""Kinds whose content names nothing of the owner's by its id."""


# --- blocks ---------------------------------------------------------------------------


_BLOCKS = select(Block).where(Block.page_id == bindparam("page")).order_by(Block.position, Block.created_at)


def find_blocks(page_id: uuid.UUID) -> list[Block]:
    """Blocks of a page whose right was checked, in order."""
    return list(session().scalars(_BLOCKS, {"page": page_id}))


def get_block(actor: Actor, block_id: uuid.UUID) -> tuple[Page, Block]:
    """A block that the actor may change, with its page. Raises NotFound."""
    block = session().scalar(select(Block).filter_by(id=block_id))
    if block is None:
        raise NotFound(_("This block is not there any more."))
    return get_page(actor, block.page_id), block


def kind_of_block(actor: Actor, name: str) -> BlockType:
    """A kind of block by its name. Raises NotFound for one that is not (any more) there."""
    kind = block_types(actor.office_id or uuid.UUID(int=0)).get(name)
    if kind is None:
        raise NotFound(_("There is no such kind of block here. Its part may be switched off."))
    return kind


def add_block(
    actor: Actor,
    page_id: uuid.UUID,
    kind_name: str,
    content: dict[str, Any],
    *,
    after: uuid.UUID | None = None,
) -> Block:
    """Put a block on a page, at its end or after another one. Raises NotFound, Invalid."""
    page, kind = get_page(actor, page_id), kind_of_block(actor, kind_name)
    blocks = find_blocks(page.id)
    if len(blocks) >= MOST_BLOCKS:
        raise Invalid(
            _("A page can have at most %(count)d blocks. Begin another page.", count=MOST_BLOCKS),
            code="too_many",
        )
    remember(page, "add")
    block = Block(
        id=new_id(), page_id=page.id, kind=kind.name, content=kind.clean(actor, content), position=len(blocks)
    )
    session().add(block)
    session().flush()
    if after is not None and after in {each.id for each in blocks}:
        ids = [each.id for each in blocks]
        ids.insert(ids.index(after) + 1, block.id)
        _place(page, ids)
    return _touched(page, block)


def edit_block(actor: Actor, block_id: uuid.UUID, content: dict[str, Any]) -> Block:
    """Change what a block holds. Raises NotFound, Invalid."""
    page, block = get_block(actor, block_id)
    cleaned = kind_of_block(actor, block.kind).clean(actor, content)
    if cleaned != block.content:
        remember(page, f"edit:{block.id}")
        block.content = cleaned
    return _touched(page, block)


def set_width(actor: Actor, block_id: uuid.UUID, width: str) -> Block:
    """Full, half or a third of the page. Raises NotFound, Invalid."""
    page, block = get_block(actor, block_id)
    if width not in WIDTHS:
        raise Invalid(_("Please choose one of the answers offered."))
    remember(page, f"width:{block.id}")
    block.width = width
    return _touched(page, block)


def move_block(actor: Actor, block_id: uuid.UUID, *, up: bool) -> None:
    """A place up or down. Raises NotFound."""
    page, block = get_block(actor, block_id)
    ids = [each.id for each in find_blocks(page.id)]
    order_blocks(actor, page.id, moved(ids, block.id, up=up))


def order_blocks(actor: Actor, page_id: uuid.UUID, block_ids: Sequence[uuid.UUID]) -> None:
    """Put blocks into an order; those not named follow. Raises NotFound."""
    page = get_page(actor, page_id)
    remember(page, "move")
    known = [each.id for each in find_blocks(page.id)]
    named = [each for each in block_ids if each in known]
    _place(page, [*named, *(each for each in known if each not in named)])


def remove_block(actor: Actor, block_id: uuid.UUID) -> uuid.UUID:
    """Take a block off its page (undo brings it back); returns the page. Raises NotFound."""
    page, block = get_block(actor, block_id)
    remember(page, "remove")
    session().delete(block)
    page.updated_at = utcnow()
    return page.id


# --- versions -------------------------------------------------------------------------


def undo(actor: Actor, page_id: uuid.UUID) -> bool:
    """Take back the last change; False if there is none. Raises NotFound."""
    page = get_page(actor, page_id)
    last = session().scalar(
        select(Version).filter_by(page_id=page.id).order_by(Version.number.desc()).limit(1)
    )
    if last is None:
        return False
    apply_snapshot(page, last.content)
    session().delete(last)
    return True


def find_versions(actor: Actor, page_id: uuid.UUID) -> list[Version]:
    """Former states of a page, newest first. Raises NotFound."""
    page = get_page(actor, page_id)
    return list(session().scalars(select(Version).filter_by(page_id=page.id).order_by(Version.number.desc())))


def get_version(actor: Actor, version_id: uuid.UUID) -> tuple[Page, Version]:
    """A former state of a page that the actor may change. Raises NotFound."""
    version = session().scalar(select(Version).filter_by(id=version_id))
    if version is None:
        raise NotFound(_("This version is not there any more."))
    return get_page(actor, version.page_id), version


def restore_version(actor: Actor, version_id: uuid.UUID) -> Page:
    """Make a page what it was; that can be undone as well. Raises NotFound."""
    page, version = get_version(actor, version_id)
    content = dict(version.content)
    remember(page, "restore")
    apply_snapshot(page, content)
    return page


# --- collections ----------------------------------------------------------------------


def find_collections(actor: Actor) -> list[Collection]:
    """The actor's own collections. Raises Forbidden."""
    require(actor, KEEP)
    query = select(Collection).filter_by(owner_id=actor.user_id).where(Collection.removed_at.is_(None))
    return list(session().scalars(query.order_by(Collection.title)))


def get_collection(actor: Actor, collection_id: uuid.UUID, *, with_removed: bool = False) -> Collection:
    """One of the actor's own collections. Raises NotFound."""
    require(actor, KEEP)
    row = session().scalar(select(Collection).filter_by(id=collection_id, owner_id=actor.user_id))
    if row is None or (row.removed_at is not None and not with_removed):
        raise NotFound(_("This collection is not there any more."))
    return row


def add_collection(actor: Actor, command: NewPage) -> Collection:
    """Make a collection. Raises Forbidden."""
    require(actor, KEEP)
    row = Collection(owner_id=actor.user_id, title=command.title)
    session().add(row)
    session().flush()
    return row


def edit_collection(actor: Actor, collection_id: uuid.UUID, command: EditCollection) -> None:
    """Change what a collection says of itself. Raises NotFound."""
    row = get_collection(actor, collection_id)
    row.title, row.description, row.shows_progress = (
        command.title,
        command.description,
        command.shows_progress,
    )


def set_collection_cover(actor: Actor, collection_id: uuid.UUID, file_id: uuid.UUID | None) -> None:
    """Give a collection a picture on its front, or none; who may use the file was checked by its claim. Raises NotFound."""
    get_collection(actor, collection_id).cover_id = file_id


def remove_collection(actor: Actor, collection_id: uuid.UUID) -> None:
    """Put a collection away; its pages stay. Raises NotFound."""
    get_collection(actor, collection_id).removed_at = utcnow()


def restore_collection(actor: Actor, collection_id: uuid.UUID) -> None:
    """Bring a collection back. Raises NotFound."""
    get_collection(actor, collection_id, with_removed=True).removed_at = None


def pages_in(collection_id: uuid.UUID) -> list[Page]:
    """Pages of a collection whose right was checked, in order."""
    query = select(Page).filter_by(collection_id=collection_id).where(Page.removed_at.is_(None))
    return list(session().scalars(query.order_by(Page.position, Page.created_at)))


def order_pages(actor: Actor, collection_id: uuid.UUID, page_ids: Sequence[uuid.UUID]) -> None:
    """Put the pages of a collection into an order. Raises NotFound."""
    get_collection(actor, collection_id)
    place = {page_id: number for number, page_id in enumerate(page_ids)}
    for number, page in enumerate(
        sorted(pages_in(collection_id), key=lambda each: place.get(each.id, len(place)))
    ):
        page.position = number


def move_page(actor: Actor, page_id: uuid.UUID, *, up: bool) -> Page:
    """Move a page in its collection. Raises NotFound, Forbidden for a page in none."""
    page = get_page(actor, page_id)
    if page.collection_id is None:
        raise Forbidden(_("This page is in no collection."))
    ids = [each.id for each in pages_in(page.collection_id)]
    order_pages(actor, page.collection_id, moved(ids, page.id, up=up))
    return page


# --- templates of the office ----------------------------------------------------------


def find_templates(actor: Actor) -> list[Page]:
    """Pages that newcomers of the office get a copy of; for whoever keeps them. Raises Forbidden."""
    require(actor, TEMPLATES)
    return _templates()


def give_templates(user: Actor) -> int:
    """Copy to a newcomer each template that they do not have yet; returns how many. Twice is once."""
    have = set(session().scalars(select(Page.copied_from_id).filter_by(owner_id=user.user_id)))
    new = [template for template in _templates() if template.id not in have]
    for template in new:
        copy_page(user, template)
    return len(new)


def forget_removed() -> int:
    """Delete for good what was removed long ago, in the office in scope; returns how many."""
    old, gone = utcnow() - KEPT_FOR, 0
    for model in (Page, Collection):
        gone += len(session().scalars(delete(model).where(model.removed_at < old).returning(model.id)).all())
    return gone


def page_ref(page: Page) -> Ref:
    """The ref of a page."""
    return Ref.of("portfolio", "page", page.id)


def _templates() -> list[Page]:
    query = select(Page).filter_by(is_template=True).where(Page.removed_at.is_(None))
    return list(session().scalars(query.order_by(Page.created_at)))


def _place(page: Page, ids: Sequence[uuid.UUID]) -> None:
    place = {block_id: number for number, block_id in enumerate(ids)}
    for block in find_blocks(page.id):
        block.position = place[block.id]
    page.updated_at = utcnow()


def _touched(page: Page, block: Block) -> Block:
    page.updated_at = utcnow()
    return block
