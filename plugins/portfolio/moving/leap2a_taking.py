"""Taking over a Leap2A feed: beside what is there, entry by entry; what was chosen comes whole or not at all."""

from __future__ import annotations

import hashlib
import io
import re
import uuid
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Any, BinaryIO, Literal
from urllib.parse import unquote

from lms.plugin import (
    Actor,
    Invalid,
    PreparedFile,
    StoredFile,
    _,
    clean_html,
    new_id,
    plain_text,
    prepare_file,
    record_file,
    session,
    unit_of_work,
)
from plugins.portfolio.cv import exchange
from plugins.portfolio.cv.formats.candidate import CandidateEntry
from plugins.portfolio.cv.service import find_entries
from plugins.portfolio.evidence import plans
from plugins.portfolio.evidence import service as evidence
from plugins.portfolio.evidence.forms import AddTask, NewThing
from plugins.portfolio.evidence.models import Item, Task
from plugins.portfolio.evidence.tags import set_tags
from plugins.portfolio.films.service import PURPOSE, find_films
from plugins.portfolio.moving.leap2a_films import take_film
from plugins.portfolio.moving.leap2a_reading import (
    MOST_FEED_BYTES,
    Feed,
    LeapEntry,
    Offer,
    OfferKind,
    read_feed,
)
from plugins.portfolio.moving.reading import BLOCK, checked_zip, refused
from plugins.portfolio.moving.taking import ACCEPTED, Progress
from plugins.portfolio.pages import service as pages
from plugins.portfolio.pages.forms import NewPage
from plugins.portfolio.refs import Kind, ref_of

FEED = "leap2a.xml"
Action = Literal["ignore", "add", "replace"]
ACTIONS: tuple[Action, ...] = ("ignore", "add", "replace")
_ADDRESS = re.compile(r"\b(?:src|href)=\"([^\"]+)\"")


@dataclass(frozen=True, slots=True)
class OfferLine:
    """An offer of a feed beside what is there. ``is_missing`` means that its file did not come along."""

    number: int
    offer: Offer
    twin: uuid.UUID | None
    is_same: bool
    suggested: Action
    is_missing: bool = False


@dataclass(frozen=True, slots=True)
class FeedPreview:
    """What a feed holds, beside what is there."""

    feed: Feed
    lines: tuple[OfferLine, ...]


class OpenFeed:
    """A feed with its files; use ``open_feed``."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._zip = archive
        names = [each.filename for each in archive.infolist() if not each.is_dir()]
        found = sorted(
            (name for name in names if name.rpartition("/")[2] == FEED), key=lambda name: name.count("/")
        )
        found = found or [name for name in names if name.endswith(".xml") and "/" not in name]
        if not found:
            raise Invalid(_("There is no Leap2A feed (leap2a.xml) in this archive."), code="wrong_format")
        self._folder = found[0].rpartition("/")[0]
        self._names = set(names)
        if archive.getinfo(found[0]).file_size > MOST_FEED_BYTES:
            raise refused(_("its feed is far too long"), "too_large")
        self.feed = read_feed(archive.read(found[0]))

    def member(self, href: str) -> str:
        """The member that an address in the feed names; empty if it is not there."""
        base = f"{self._folder}/" if self._folder else ""
        tried = (href, unquote(href), f"files/{unquote(href)}")
        return next((base + name for name in tried if base + name in self._names), "")

    @contextmanager
    def open(self, member: str) -> Iterator[Any]:
        """The bytes of a member."""
        with self._zip.open(member) as stream:
            yield stream

    def size_and_hash(self, member: str, sizes: set[int]) -> str:
        """The SHA-256 of a member, if it is of one of the sizes; else nothing (it is not read then)."""
        if self._zip.getinfo(member).file_size not in sizes:
            return ""
        with self._zip.open(member) as stream:
            digest = hashlib.sha256()
            while block := stream.read(BLOCK):
                digest.update(block)
            return digest.hexdigest()


@contextmanager
def open_feed(source: BinaryIO) -> Iterator[OpenFeed]:
    """Open a feed in its archive, which is checked as every archive is. Raises Invalid."""
    with checked_zip(source, with_folders=True) as archive:
        yield OpenFeed(archive)


def wrap_feed(body: bytes) -> io.BytesIO:
    """A feed that came without an archive, in one. Raises Invalid if it is none."""
    read_feed(body)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(FEED, body)
    made.seek(0)
    return made


def preview_feed(actor: Actor, source: BinaryIO) -> FeedPreview:
    """What a feed offers, each beside what the actor has. Raises Forbidden, Invalid."""
    with open_feed(source) as opened:
        return FeedPreview(opened.feed, tuple(_compare(actor, opened)))


def take_feed(
    actor: Actor,
    source: BinaryIO,
    choices: Mapping[str, Any],
    progress: Progress,
    *,
    and_then: Callable[[], None],
) -> None:
    """Do what was chosen (numbers of offers to actions), in one transaction in which ``and_then`` is called as well. Raises Invalid."""
    with open_feed(source) as opened:
        lines = [
            line
            for line in _compare(actor, opened)
            if choices.get(str(line.number), "ignore") in {"add", "replace"} and not line.is_missing
        ]
        prepared = _prepare(actor, opened, lines, progress)
        session().rollback()
        with unit_of_work():
            and_then()
            titles = {line.offer.key: line.offer.title for line in lines}
            taking = _Taking(actor, _recorded(actor, prepared), titles)
            for line in lines:
                wants_replacing = choices[str(line.number)] == "replace" and line.twin is not None
                taking.take(line.offer, line.twin if wants_replacing else None)


# --- beside what is there ---------------------------------------------------------------


def _compare(actor: Actor, opened: OpenFeed) -> Iterator[OfferLine]:
    entries = find_entries(actor.user_id)
    here = {
        kind: {_plain(title): row_id for row_id, title in _titles(actor, kind)}
        for kind in ("file", "journal", "plan", "link", "note", "skill", "goal", "page", "film")
    }
    stored = {file.sha256: item.id for item, file in _files(actor)}
    sizes = {file.size for _item, file in _files(actor)}
    for number, offer in enumerate(opened.feed.offers):
        member = opened.member(offer.member) if offer.kind == "file" else ""
        twin, is_same = None, False
        if offer.kind == "cv":
            entry = CandidateEntry(offer.section, dict(offer.values))
            row = exchange.twin_of(entry, entries)
            twin, is_same = (row.id, exchange.is_same(entry, row)) if row is not None else (None, False)
        elif offer.kind != "person":
            twin = here[offer.kind].get(_plain(offer.title))
            if member and (known := stored.get(opened.size_and_hash(member, sizes))):
                twin, is_same = known, True
        suggested: Action = "ignore" if twin is not None or (offer.kind == "person" and entries) else "add"
        yield OfferLine(
            number, offer, twin, is_same, suggested, is_missing=offer.kind == "file" and not member
        )


def _titles(actor: Actor, kind: str) -> list[tuple[uuid.UUID, str]]:
    rows: Sequence[Any]
    if kind == "journal":
        rows = [row for row, _count in evidence.find_journals(actor)]
    elif kind == "plan":
        rows = [row for row, _tasks in plans.find_plans(actor)]
    elif kind == "page":
        rows = pages.find_pages(actor)
    elif kind == "film":
        rows = find_films(actor)
    else:
        rows = evidence.find_items(actor, kind)  # type: ignore[arg-type]  # the rest are kinds of items
    return [(row.id, row.title) for row in rows]


def _files(actor: Actor) -> list[tuple[Item, Any]]:
    items = evidence.find_items(actor, "file")
    files = evidence.files_by_id(actor, items)
    return [
        (item, files[item.file_id]) for item in items if item.file_id is not None and item.file_id in files
    ]


def _plain(title: str) -> str:
    return " ".join(title.casefold().split())


# --- taking -----------------------------------------------------------------------------


def _prepare(
    actor: Actor, opened: OpenFeed, lines: Sequence[OfferLine], progress: Progress
) -> dict[str, PreparedFile]:
    """The bytes of the chosen files, by the key of their entry. Raises Invalid, Unavailable."""
    found, wanted = {}, list(_files_of(opened, lines))
    for number, (key, title, member, purpose) in enumerate(wanted, start=1):
        name = member.rpartition("/")[2]
        with opened.open(member) as stream:
            try:
                found[key] = prepare_file(actor, stream, name, purpose, allowed=ACCEPTED)
            except Invalid as problem:
                raise Invalid(
                    _("“%(name)s”: %(reason)s", name=title, reason=problem.message), code=problem.code
                ) from problem
        progress(number * 1024, len(wanted) * 1024)
    return found


def _files_of(opened: OpenFeed, lines: Sequence[OfferLine]) -> Iterator[tuple[str, str, str, str]]:
    """Key, title, member and purpose of each file that the offers bring; what did not come along is left out."""
    for offer in (line.offer for line in lines):
        if offer.kind == "file":
            yield offer.key, offer.title, opened.member(offer.member), "portfolio.file"
        for part in offer.parts if offer.kind == "film" else ():
            if member := opened.member(part.enclosure):
                yield part.key, part.title, member, PURPOSE


def _recorded(actor: Actor, prepared: Mapping[str, PreparedFile]) -> dict[str, uuid.UUID]:
    return {key: record_file(actor, each, file_id=new_id()).id for key, each in prepared.items()}


@dataclass(frozen=True, slots=True)
class _Taking:
    actor: Actor
    files: Mapping[str, uuid.UUID]
    titles: Mapping[str, str]

    def take(self, offer: Offer, twin: uuid.UUID | None) -> None:
        """Add an offer, or put it in the place of what is there."""
        takers: Mapping[OfferKind, Callable[[Offer, uuid.UUID | None], None]] = {
            "person": self._person, "cv": self._cv, "file": self._file, "journal": self._journal, "plan": self._plan, "link": self._item, "note": self._item, "skill": self._item,
            "goal": self._item, "page": self._page, "film": self._film,
        }  # fmt: skip
        takers[offer.kind](offer, twin)

    def _person(self, offer: Offer, twin: uuid.UUID | None) -> None:
        exchange.take_person(self.actor, {name: str(value) for name, value in offer.values.items()})

    def _cv(self, offer: Offer, twin: uuid.UUID | None) -> None:
        exchange.take_entry(self.actor, CandidateEntry(offer.section, dict(offer.values)), twin)

    def _file(self, offer: Offer, twin: uuid.UUID | None) -> None:
        file_id = self.files[offer.key]
        if twin is not None:
            row = evidence.get_item(self.actor, twin)
            row.file_id = file_id
        else:
            row = evidence.add_file(self.actor, file_id, offer.folder)
        row.title, row.body = offer.title[:200], (offer.detail or row.body)[:500]
        self._tag("item", row.id, offer.tags)

    def _item(self, offer: Offer, twin: uuid.UUID | None) -> None:
        kind: Any = offer.kind
        row = (
            evidence.get_item(self.actor, twin)
            if twin
            else evidence.add_item(self.actor, kind, NewThing(title=offer.title[:160]))
        )
        row.body = self._html(offer.html) if kind == "note" else plain_text(clean_html(offer.html))[:500]
        if kind == "link":
            row.url = str(offer.values["url"])
        if kind == "goal":
            evidence.reach_goal(self.actor, row.id, is_done=offer.is_done)
        self._tag("item", row.id, offer.tags)

    def _journal(self, offer: Offer, twin: uuid.UUID | None) -> None:
        journal = (
            evidence.get_journal(self.actor, twin)
            if twin
            else evidence.add_journal(self.actor, NewThing(title=offer.title[:160]))
        )
        journal.description = offer.detail[:500]
        self._tag("journal", journal.id, offer.tags)
        here = {_plain(row.title): row for row in evidence.find_entries(self.actor, journal.id)}
        for part in offer.parts:
            row = here.get(_plain(part.title)) or evidence.add_entry(
                self.actor, journal.id, NewThing(title=part.title[:160])
            )
            attached = [key for key in part.related("has_attachment") if key in self.files]
            links = "".join(
                f'<p><a data-file="{self.files[key]}">{escape(self.titles[key])}</a></p>' for key in attached
            )
            row.body, row.is_draft = self._html(part.html) + clean_html(links), part.is_draft
            self._tag("entry", row.id, part.tags)

    def _plan(self, offer: Offer, twin: uuid.UUID | None) -> None:
        plan = (
            plans.get_plan(self.actor, twin)
            if twin
            else plans.add_plan(self.actor, NewThing(title=offer.title[:160]))
        )
        plan.description = offer.detail[:500]
        self._tag("plan", plan.id, offer.tags)
        here = {_plain(task.title): task for task in _tasks_of(self.actor, plan.id)}
        for part in offer.parts:
            task = here.get(_plain(part.title)) or plans.add_task(
                self.actor,
                plan.id,
                AddTask(title=part.title[:160], starts_on=_day(part, "start"), due_on=_day(part, "target")),
            )
            plans.tick_task(self.actor, task.id, is_done=part.stage == "completed")

    def _page(self, offer: Offer, twin: uuid.UUID | None) -> None:
        page = (
            pages.get_page(self.actor, twin)
            if twin
            else pages.add_page(self.actor, NewPage(title=offer.title[:160]))
        )
        for block in pages.find_blocks(page.id) if twin else ():
            pages.remove_block(self.actor, block.id)
        pages.add_block(self.actor, page.id, "text", {"html": self._html(offer.html)})
        self._tag("page", page.id, offer.tags)

    def _film(self, offer: Offer, twin: uuid.UUID | None) -> None:
        parts = [
            (part.film, session().get_one(StoredFile, self.files[part.key]))
            for part in offer.parts
            if part.film is not None and part.key in self.files
        ]
        if offer.film is not None:
            take_film(self.actor, offer.title, offer.film, parts, twin)

    def _html(self, html: str) -> str:
        """Markup of elsewhere, cleaned; pictures that came along are shown, others are left out."""

        def own(match: re.Match[str]) -> str:
            key = next((key for key in self.files if match[1] == key or match[1].endswith(key)), "")
            return f'data-file="{self.files[key]}"' if key else match[0]

        return clean_html(_ADDRESS.sub(own, html))

    def _tag(self, kind: Kind, thing_id: uuid.UUID, tags: Sequence[str]) -> None:
        if tags:
            set_tags(self.actor, ref_of(kind, thing_id), ",".join(tags))


def _tasks_of(actor: Actor, plan_id: uuid.UUID) -> list[Task]:
    return next((tasks for plan, tasks in plans.find_plans(actor) if plan.id == plan_id), [])


def _day(part: LeapEntry, point: str) -> date | None:
    try:
        return date.fromisoformat(part.dates.get(point, "")[:10])
    except ValueError:
        return None
