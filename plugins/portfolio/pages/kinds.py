"""What a kind of block is, and which there are in an office."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from lms.plugin import Actor, Command, StoredFile, Text, hooks
from plugins.portfolio.evidence.models import Item

Content = Mapping[str, Any]
Group = Literal["write", "show", "about", "more"]


@dataclass
class Showing:
    """A page being shown to somebody: what a kind of block may need, loaded once for all blocks.

    ``address`` says where a file is for this reader, ``captions`` where the captions of one are;
    ``items`` are the owner's files on this page.
    """

    owner_id: uuid.UUID
    office_id: uuid.UUID
    page_id: uuid.UUID
    address: Callable[[uuid.UUID], str]
    message_url: str = ""
    navigation: Sequence[tuple[str, str, bool]] = ()
    is_editing: bool = False
    has_comments: bool = False
    """True where what people say about the page is shown with it."""
    items: dict[uuid.UUID, tuple[Item, StoredFile]] = field(default_factory=dict)
    captions: Callable[[uuid.UUID], str] = lambda _file_id: ""


def _nothing_more(contents: Sequence[Content], showing: Showing) -> Sequence[Mapping[str, Any]]:
    return [{} for _content in contents]


def _no_items(content: Content) -> Sequence[uuid.UUID]:
    return ()


def _no_files(contents: Sequence[Content], showing: Showing) -> Sequence[uuid.UUID]:
    return ()


def _no_choices(actor: Actor) -> Mapping[str, Sequence[tuple[str, Text]]]:
    return {}


def _as_it_is(actor: Actor, content: dict[str, Any]) -> dict[str, Any]:
    return content


@dataclass(frozen=True, slots=True)
class BlockType:
    """A kind of block.

    ``template`` gets ``content`` (what the command holds) and what ``load`` found for it. ``load``
    is asked once for all blocks of the kind and needs a constant number of queries. ``items`` names
    the owner's files in a content; ``files`` other stored files that it shows. ``choices`` fills
    selects of the form with the actor's own things; ``clean`` checks that they are the actor's own
    (raises Invalid or NotFound).
    """

    name: str
    title: Text
    icon: str
    template: str
    command: type[Command]
    group: Group = "more"
    load: Callable[[Sequence[Content], Showing], Sequence[Mapping[str, Any]]] = _nothing_more
    items: Callable[[Content], Sequence[uuid.UUID]] = _no_items
    files: Callable[[Sequence[Content], Showing], Sequence[uuid.UUID]] = _no_files
    choices: Callable[[Actor], Mapping[str, Sequence[tuple[str, Text]]]] = _no_choices
    clean: Callable[[Actor, dict[str, Any]], dict[str, Any]] = _as_it_is


def block_types(office_id: uuid.UUID) -> dict[str, BlockType]:
    """The kinds of blocks of an office, by name, in the order in which they are offered."""
    found = hooks().extra("portfolio_blocks", office_id, block_type=BlockType)  # noqa: S610 - a hook caller, not a query
    return {kind.name: kind for kind in found if isinstance(kind, BlockType)}
