"""Former states of a page: kept before each change, compared, brought back."""

from __future__ import annotations

import difflib
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from sqlalchemy import delete, func, select

from lms.plugin import _, plain_text, session, utcnow
from plugins.portfolio.pages.models import Block, Page, Version

ONE_GO = timedelta(minutes=2)
"""Changes of the same kind to the same thing within this time are one version (typing saves many times)."""
MOST_VERSIONS = 200
_FIELDS = ("title", "description", "theme")
Change = Literal["added", "removed", "changed"]


@dataclass(frozen=True, slots=True)
class Difference:
    """A block (or the page's own words) that differs; ``lines`` are marked ``+``, ``-`` or blank."""

    change: Change
    kind: str
    lines: tuple[tuple[str, str], ...]


def snapshot(page: Page, blocks: Sequence[Block]) -> dict[str, Any]:
    """A page and its blocks as they are."""
    own = {name: getattr(page, name) for name in _FIELDS} | {
        "cover_id": str(page.cover_id) if page.cover_id else ""
    }
    return own | {
        "blocks": [
            {"id": str(block.id), "kind": block.kind, "width": block.width, "content": dict(block.content)}
            for block in blocks
        ]
    }


def remember(page: Page, change: str) -> None:
    """Keep the state of a page before a change; ``change`` is such as ``edit:<block id>``."""
    last = session().scalar(
        select(Version).filter_by(page_id=page.id).order_by(Version.number.desc()).limit(1)
    )
    is_going_on = last is not None and last.change == change and utcnow() - last.made_at < ONE_GO
    if is_going_on and change not in {"add", "remove", "restore"}:
        return
    number = (last.number if last else 0) + 1
    blocks = session().scalars(select(Block).filter_by(page_id=page.id).order_by(Block.position)).all()
    session().add(
        Version(
            page_id=page.id, number=number, change=change, made_at=utcnow(), content=snapshot(page, blocks)
        )
    )
    session().flush()
    if number > MOST_VERSIONS:
        session().execute(
            delete(Version).where(Version.page_id == page.id, Version.number <= number - MOST_VERSIONS)
        )


def apply_snapshot(page: Page, content: Mapping[str, Any]) -> None:
    """Make a page what it was: its words, its blocks, their order."""
    for name in _FIELDS:
        setattr(page, name, content[name])
    page.cover_id = uuid.UUID(content["cover_id"]) if content.get("cover_id") else None
    present = {block.id: block for block in session().scalars(select(Block).filter_by(page_id=page.id))}
    for position, each in enumerate(content["blocks"]):
        block_id = uuid.UUID(each["id"])
        block = present.pop(block_id, None)
        if block is None:
            block = Block(id=block_id, page_id=page.id)
            session().add(block)
        block.kind, block.width, block.content, block.position = (
            each["kind"],
            each["width"],
            dict(each["content"]),
            position,
        )
    for block in present.values():
        session().delete(block)
    page.updated_at = utcnow()
    session().flush()


def blocks_of(version: Version) -> list[Block]:
    """The blocks of a page as they were, to be shown: they are in no session and cannot be saved."""
    return [
        Block(id=uuid.UUID(each["id"]), page_id=version.page_id, kind=each["kind"], width=each["width"], content=dict(each["content"]), position=number)
        for number, each in enumerate(version.content["blocks"])
    ]  # fmt: skip


def count_versions(page_id: uuid.UUID) -> int:
    """How many former states there are."""
    return session().scalar(select(func.count()).select_from(Version).filter_by(page_id=page_id)) or 0


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Difference]:
    """What changed from one state of a page to another, block by block."""
    before = {each["id"]: each for each in old["blocks"]}
    after = {each["id"]: each for each in new["blocks"]}
    found = []
    own = tuple(_marked([str(old[name]) for name in _FIELDS], [str(new[name]) for name in _FIELDS]))
    if any(mark != " " for mark, _line in own):
        found.append(Difference("changed", "page", own))
    for block_id, each in after.items():
        if block_id not in before:
            found.append(Difference("added", each["kind"], tuple(_marked([], words_in(each["content"])))))
        elif before[block_id]["content"] != each["content"]:
            lines = tuple(_marked(words_in(before[block_id]["content"]), words_in(each["content"])))
            found.append(Difference("changed", each["kind"], lines))
    for block_id, each in before.items():
        if block_id not in after:
            found.append(Difference("removed", each["kind"], tuple(_marked(words_in(each["content"]), []))))
    return found


def words_in(content: Any) -> list[str]:
    """The words that stand in a content, line by line; ids are left out."""
    if isinstance(content, Mapping):
        return [line for value in content.values() for line in words_in(value)]
    if isinstance(content, (list, tuple)):
        return [line for value in content for line in words_in(value)]
    text = (
        plain_text(content) if isinstance(content, str) and content.lstrip().startswith("<") else str(content)
    )
    return (
        []
        if _is_id(text) or isinstance(content, bool)
        else [line for line in text.splitlines() if line.strip()]
    )


def change_in_words(change: str) -> str:
    """What a version came before, in words."""
    known = {
        "page": _("Title or look changed"), "add": _("Block added"), "edit": _("Block changed"), "width": _("Width changed"),
        "move": _("Order changed"), "remove": _("Block removed"), "restore": _("Version restored"), "import": _("Imported"),
    }  # fmt: skip
    return known.get(change.partition(":")[0], _("Changed"))


def _marked(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, str]]:
    for line in difflib.ndiff(list(old), list(new)):
        if line[0] in "+- ":
            yield line[0], line[2:]


def _is_id(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
