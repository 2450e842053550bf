"""What of a portfolio is carried from one installation to another: which tables, which columns, what points where.

Left behind is what is about other people or only true here: shares and their links, who looked, what others
said, what advisers confirmed, that somebody agreed to be recorded here. It stands in the person's general archive ("Your data"), which is for reading.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy import Column, Select, inspect, select

from plugins.portfolio.cv.models import ACCENTS, Choice, Cv, Entry, Letter, Person
from plugins.portfolio.cv.models import TEMPLATES as LOOKS
from plugins.portfolio.cv.sections import BY_NAME
from plugins.portfolio.evidence.models import (
    ITEM_KINDS,
    Item,
    Journal,
    JournalEntry,
    LinkPreview,
    Plan,
    Tag,
    Task,
)
from plugins.portfolio.films.models import TEXT_SIZES, VARIANTS, Film, Take
from plugins.portfolio.frameworks.career import CAREER
from plugins.portfolio.frameworks.models import Mark
from plugins.portfolio.pages.models import THEMES, WIDTHS, Block, Card, Page, Version
from plugins.portfolio.pages.models import Collection as PageCollection
from plugins.portfolio.sharing.models import Message

FILE = "stored_file"
_NEVER = frozenset({"office_id", "owner_id", "removed_at"})
_LEVELS = range(1, 5)


@dataclass(frozen=True)
class Carried:
    """A table that is carried. ``links`` are columns that point at rows of other carried tables or at files.

    ``parent`` names the link through which a row belongs to its owner, where it has no owner of its own.
    ``allowed`` bounds what a column may hold. ``html`` are rich texts. Archives
    of older versions lack the columns that were ``added``, and mean these values.
    """

    model: type[Any]
    links: Mapping[str, str] = field(default_factory=dict)
    parent: str = ""
    html: Collection[str] = ()
    allowed: Mapping[str, Collection[Any]] = field(default_factory=dict)
    left_out: frozenset[str] = frozenset()
    added: Mapping[str, Any] = field(default_factory=dict)
    unique: tuple[str, ...] = ()
    is_single: bool = False
    """True if a person has one at most."""

    @property
    def name(self) -> str:
        """The name of the table, and of its file in the archive."""
        return str(self.model.__tablename__)

    @cached_property
    def columns(self) -> dict[str, Column[Any]]:
        """The columns that are carried, by name."""
        every = inspect(self.model).columns
        return {each.key: each for each in every if each.key not in _NEVER | self.left_out}

    def owned_by(self, owner_id: uuid.UUID) -> Select[tuple[uuid.UUID]]:
        """Ids of the rows of a person that are not put away."""
        query: Select[tuple[uuid.UUID]] = select(self.model.id)
        if self.parent:
            above = BY_TABLE[self.links[self.parent]].model
            query = query.join(above, above.id == getattr(self.model, self.parent)).where(
                above.owner_id == owner_id
            )
        else:
            query = query.where(self.model.owner_id == owner_id)
        return query.where(self.model.removed_at.is_(None)) if self.is_removable else query

    @property
    def is_removable(self) -> bool:
        """True if rows can be put away; those stay behind."""
        return "removed_at" in inspect(self.model).columns


CARRIED: tuple[Carried, ...] = (
    Carried(Person, {"photo_id": FILE}, is_single=True),
    Carried(Entry, allowed={"section": frozenset(BY_NAME)}),
    Carried(Cv, allowed={"template": LOOKS, "accent": ACCENTS}),
    Carried(Choice, {"cv_id": "portfolio_cv", "entry_id": "portfolio_cv_entry"}, parent="cv_id", unique=("cv_id", "entry_id")),
    Carried(Letter, {"cv_id": "portfolio_cv"}),
    Carried(Item, {"file_id": FILE}, html=("body",), allowed={"kind": ITEM_KINDS, "level": (None, *_LEVELS)}, added={"url": None}),
    Carried(
        LinkPreview, {"item_id": "portfolio_item", "picture_id": FILE}, allowed={"state": ("ready",)}, left_out=frozenset({"problem"}), unique=("item_id",),
    ),
    Carried(Journal),
    Carried(JournalEntry, {"journal_id": "portfolio_journal"}, html=("body",)),
    Carried(Plan, left_out=frozenset({"is_template", "copied_from_id"})),
    Carried(Task, {"plan_id": "portfolio_plan"}, added={"starts_on": None}),
    Carried(PageCollection, {"cover_id": FILE}, added={"cover_id": None, "shows_progress": False}),
    Carried(
        Page, {"collection_id": "portfolio_collection", "cover_id": FILE}, allowed={"theme": THEMES},
        left_out=frozenset({"is_template", "copied_from_id"}),
    ),
    Carried(Tag, unique=("subject", "name")),
    Carried(
        Film, {"poster_id": FILE}, allowed={"variant": VARIANTS, "text_size": TEXT_SIZES}, left_out=frozenset({"consented_at"}),
    ),
    Carried(Take, {"film_id": "portfolio_film", "file_id": FILE}, unique=("film_id", "key")),
    Carried(Block, {"page_id": "portfolio_page"}, parent="page_id", allowed={"width": WIDTHS}),
    Carried(Version, {"page_id": "portfolio_page"}, parent="page_id", unique=("page_id", "number")),
    Carried(
        Card, {"page_id": "portfolio_page", "film_id": "portfolio_film"}, left_out=frozenset({"is_public"}), added={"film_id": None}, is_single=True,
    ),
    Carried(
        Mark, {"page_id": "portfolio_page"}, allowed={"framework": (CAREER.key,), "element": frozenset(CAREER.elements), "level": _LEVELS},
        left_out=frozenset({"confirmed_level", "confirmed_at", "confirmed_by_id", "answer"}), unique=("page_id", "framework", "element"),
    ),
    Carried(Message),
)  # fmt: skip
"""In the order in which rows can be put in."""
BY_TABLE: Mapping[str, Carried] = {each.name: each for each in CARRIED}
