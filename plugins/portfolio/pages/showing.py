"""A page as a reader gets it: blocks loaded kind by kind, each rendered by its own template."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from flask import current_app
from markupsafe import Markup
from sqlalchemy import bindparam, select

from lms.plugin import NotFound, StoredFile, _, session
from plugins.portfolio.evidence.models import Item
from plugins.portfolio.pages.kinds import BlockType, Content, Showing, block_types
from plugins.portfolio.pages.models import Block, Page
from plugins.portfolio.pages.service import find_blocks


@dataclass(frozen=True, slots=True)
class ShownBlock:
    """A block with its markup. ``kind`` is None while the plugin that brought it is switched off."""

    block: Block
    kind: BlockType | None
    html: Markup

    @property
    def is_video(self) -> bool:
        """True if comments can point at a moment of it."""
        return self.block.kind in {"video", "audio", "film"}


def show_blocks(page: Page, showing: Showing, blocks: Sequence[Block] | None = None) -> list[ShownBlock]:
    """All blocks of a page whose right was checked (or those given), ready to be put on it.

    Placeholders and blocks with nothing to show are left out for everybody but the editor.
    """
    rows = list(find_blocks(page.id) if blocks is None else blocks)
    kinds = block_types(page.office_id)
    _load_items(rows, kinds, showing)
    found: dict[uuid.UUID, ShownBlock] = {}
    for name in dict.fromkeys(row.kind for row in rows):
        own = [row for row in rows if row.kind == name]
        kind = kinds.get(name)
        if kind is None:
            found |= {
                row.id: ShownBlock(row, None, _render("portfolio/blocks/missing.html", {}, showing))
                for row in own
            }
            continue
        loaded = kind.load([row.content for row in own], showing)
        for row, more in zip(own, loaded, strict=True):
            found[row.id] = ShownBlock(
                row, kind, _render(kind.template, {"content": row.content, **more}, showing)
            )
    shown = [found[row.id] for row in rows]
    return shown if showing.is_editing else [each for each in shown if each.html.strip()]


def find_shown_file(page: Page, file_id: uuid.UUID) -> StoredFile:
    """A file that stands on a page whose right was checked. Raises NotFound for any other."""
    rows = find_blocks(page.id)
    kinds = block_types(page.office_id)
    showing = Showing(page.owner_id, page.office_id, page.id, address=lambda _file_id: "")
    _load_items(rows, kinds, showing)
    allowed = {file.id for _item, file in showing.items.values()} | (
        {page.cover_id} if page.cover_id else set()
    )
    for name in dict.fromkeys(row.kind for row in rows):
        if file_id in allowed:
            break
        if name in kinds:
            allowed |= set(kinds[name].files([row.content for row in rows if row.kind == name], showing))
    file = session().get(StoredFile, file_id) if file_id in allowed else None
    if file is None or file.deleted_at is not None or file.owner_id != page.owner_id:
        raise NotFound(_("There is no such file on this page."))
    return file


_FILES = (
    select(Item, StoredFile)
    .join(StoredFile, StoredFile.id == Item.file_id)
    .where(Item.id.in_(bindparam("ids", expanding=True)), Item.owner_id == bindparam("owner"))
    .where(Item.removed_at.is_(None), StoredFile.deleted_at.is_(None))
)
"""Every shown page asks it, so it is built once."""


def _load_items(rows: Sequence[Block], kinds: dict[str, BlockType], showing: Showing) -> None:
    """The owner's files that the blocks name, in one query."""
    wanted = {key for row in rows if row.kind in kinds for key in _items_of(kinds[row.kind], row.content)}
    if not wanted:
        return
    asked = {"ids": list(wanted), "owner": showing.owner_id}
    showing.items = {item.id: (item, file) for item, file in session().execute(_FILES, asked)}


def _items_of(kind: BlockType, content: Content) -> Sequence[uuid.UUID]:
    return kind.items(content)


def _render(template: str, values: dict[str, object], showing: Showing) -> Markup:
    """Blocks know nothing of the request, so the template is rendered without its context."""
    text = current_app.jinja_env.get_template(template).render(**values, is_editing=showing.is_editing)
    return Markup(text)  # noqa: S704 - rendered by a template that escapes
