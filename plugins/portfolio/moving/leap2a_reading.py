"""Reading Leap2A feeds, as Mahara and others write them, leniently: by what an entry is, not by how exactly it is written.

Facts: Leap2A 2010-07 (terms of entry types, categories, relations); older feeds name the same terms under other prefixes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Literal
from xml.etree.ElementTree import Element, tostring

from lms.plugin import Invalid, _, clean_html, plain_text
from plugins.portfolio.cv.dates import read_worded
from plugins.portfolio.cv.formats.candidate import Candidate, parse_xml
from plugins.portfolio.cv.formats.europass_reading import local
from plugins.portfolio.cv.sections import BY_NAME
from plugins.portfolio.moving.leap2a_films import OWN, LeapFilm, read_own_film
from plugins.portfolio.moving.leap2a_pages import LeapBlock, attribute, blocks_html, read_blocks, shown_html
from plugins.portfolio.moving.leap2a_writing import PERSON_FIELDS

MOST_FEED_BYTES = 20_000_000
MOST_ENTRIES = 5_000
OfferKind = Literal[
    "person", "cv", "file", "journal", "plan", "link", "note", "skill", "goal", "page", "film"
]
_TAIL = re.compile(r"([\w.-]+)[#/]*$")
_POINTS = re.compile(r"<li[^>]*>(.*?)</li>", re.IGNORECASE | re.DOTALL)
_GENDERS = {"0": "", "1": "male", "2": "female", "9": ""}
"""Codes of ISO/IEC 5218, which Leap2A uses."""
_GOALS = frozenset({"personalgoal", "academicgoal", "careergoal"})
"""Goals in a CV of Mahara are entries like others; what they are says ``mahara:type`` alone."""
_FILMS = frozenset({f"{{{OWN}}}film", f"{{{OWN}}}take", f"{{{OWN}}}poster"})
_AREAS = {"work": "work", "education": "education", "community": "volunteering"}
_PERSON = {other: own for own, other in PERSON_FIELDS.items()} | {
    "preferred_given_name": "given_name", "preferred_family_name": "family_name", "mobile": "phone", "workphone": "phone", "phone": "phone",
}  # fmt: skip


@dataclass
class LeapEntry:
    """An entry of a feed. ``kind`` is its type without prefix; ``categories`` are terms by the name of their scheme."""

    key: str
    title: str
    kind: str
    html: str = ""
    summary: str = ""
    tags: list[str] = field(default_factory=list)
    categories: dict[str, str] = field(default_factory=dict)
    links: list[tuple[str, str]] = field(default_factory=list)
    dates: dict[str, str] = field(default_factory=dict)
    person: dict[str, str] = field(default_factory=dict)
    own: Mapping[str, str] = field(default_factory=dict)
    stage: str = ""
    organisation: str = ""
    role: str = ""
    origin: str = ""
    blocks: list[LeapBlock] = field(default_factory=list)
    film: LeapFilm | None = None

    def related(self, *relations: str) -> list[str]:
        """Ids (or addresses) that it points at by one of the relations."""
        return [href for rel, href in self.links if rel in relations]

    @property
    def is_draft(self) -> bool:
        """What its writer had not published yet (Mahara says so by a category), so that nobody sees it here."""
        return self.stage == "planned" or self.categories.get("readiness", "").casefold() == "unready"

    @property
    def enclosure(self) -> str:
        """The name of its file, if it is one."""
        return next(iter(self.related("enclosure")), "")


@dataclass(frozen=True, slots=True)
class Offer:
    """Something of a feed that can be taken over by itself; ``parts`` come with it."""

    key: str
    kind: OfferKind
    title: str
    detail: str = ""
    section: str = ""
    values: Mapping[str, object] = field(default_factory=dict)
    html: str = ""
    tags: tuple[str, ...] = ()
    parts: tuple[LeapEntry, ...] = ()
    member: str = ""
    folder: str = ""
    is_done: bool = False
    film: LeapFilm | None = None


@dataclass
class Feed:
    """A feed as read: whose, and what it offers. ``notes`` say what was left out."""

    owner: str
    program: str
    offers: list[Offer]
    notes: list[str]


def read_feed(body: bytes) -> Feed:
    """Read a feed. Raises Invalid for what is no feed, has too much in it, or tries to do more than hold text."""
    if len(body) > MOST_FEED_BYTES:
        raise Invalid(
            _(
                "This feed is too large. The most we can read is %(limit)d MB.",
                limit=MOST_FEED_BYTES // 1_000_000,
            ),
            code="too_large",
        )
    root = parse_xml(body)
    if local(root) != "feed":
        raise Invalid(_("This XML file is not a Leap2A feed."), code="wrong_format")
    entries: dict[str, LeapEntry] = {}
    for node in root:
        if local(node) == "entry":
            entry = _read_entry(node)
            entries.setdefault(entry.key, entry)
        if len(entries) > MOST_ENTRIES:
            raise Invalid(
                _("This file has more than %(count)d entries.", count=MOST_ENTRIES), code="too_many"
            )
    author = next((child for child in root if local(child) == "author"), None)
    feed = Feed(_child(author, "name") if author is not None else "", _child(root, "generator"), [], [])
    _offer(feed, entries)
    if not feed.offers:
        raise Invalid(_("There is nothing in this feed that a portfolio could hold."), code="empty")
    return feed


# --- one entry --------------------------------------------------------------------------


def _read_entry(node: Element) -> LeapEntry:
    kind = next((_tail(attribute(child, "resource")) for child in node if local(child) == "type"), "entry")
    entry = LeapEntry(_child(node, "id") or f"#{id(node)}", _child(node, "title")[:200] or "–", kind)
    for child in node:
        name = local(child)
        reader = _READERS.get(name)
        if child.tag in _FILMS:
            entry.film = read_own_film(child)
        elif reader is not None:
            reader(entry, child)
    return entry


def _read_content(entry: LeapEntry, node: Element) -> None:
    entry.html = _markup(node)


def _read_summary(entry: LeapEntry, node: Element) -> None:
    entry.summary = plain_text(_markup(node))


def _read_category(entry: LeapEntry, node: Element) -> None:
    scheme, term = attribute(node, "scheme"), attribute(node, "term")
    if scheme:
        entry.categories[_tail(scheme)] = term
    elif term:
        entry.tags.append(term[:40])


def _read_link(entry: LeapEntry, node: Element) -> None:
    entry.links.append((_tail(attribute(node, "rel")), attribute(node, "href")))


def _read_date(entry: LeapEntry, node: Element) -> None:
    entry.dates[attribute(node, "point")] = " ".join((node.text or "").split()) or attribute(node, "label")


def _read_persondata(entry: LeapEntry, node: Element) -> None:
    name, text = attribute(node, "field"), " ".join((node.text or "").split())
    own = _PERSON.get(name) or (attribute(node, "label") if name == "other" else "")
    if own == "gender":
        text = _GENDERS.get(text, text)
    if own and text:
        entry.person.setdefault(own, text)


def _read_spatial(entry: LeapEntry, node: Element) -> None:
    lines = [" ".join((child.text or "").split()) for child in node if local(child) == "addressline"]
    own = {
        "street": lines[0] if lines else "",
        "city": lines[1] if len(lines) > 1 else "",
        "postcode": _child(node, "postcode"),
        "country": _child(node, "country"),
    }
    entry.person |= {name: value for name, value in own.items() if value}


def _read_own(entry: LeapEntry, node: Element) -> None:
    entry.own = dict(node.attrib)


def _read_organisation(entry: LeapEntry, node: Element) -> None:
    entry.organisation = entry.organisation or " ".join((node.text or "").split())


def _read_status(entry: LeapEntry, node: Element) -> None:
    entry.stage = attribute(node, "stage")


def _read_origin(entry: LeapEntry, node: Element) -> None:
    entry.origin = attribute(node, "type").removeprefix("pseudo:")


def _read_role(entry: LeapEntry, node: Element) -> None:
    entry.role = " ".join((node.text or "").split())


def _read_view(entry: LeapEntry, node: Element) -> None:
    entry.blocks += read_blocks(node)


_READERS = {
    "content": _read_content, "summary": _read_summary, "category": _read_category, "link": _read_link, "date": _read_date, "persondata": _read_persondata,
    "spatial": _read_spatial, "cv": _read_own, "orgdata": _read_organisation, "status": _read_status, "artefactplugin": _read_origin, "view": _read_view, "myrole": _read_role,
}  # fmt: skip


def _markup(node: Element) -> str:
    """The content as HTML, whichever of its three types (RFC 4287, 3.1) it has; not cleaned yet."""
    kind = attribute(node, "type")
    if kind == "xhtml":
        text = "".join(tostring(child, encoding="unicode") for child in node)
        return re.sub(r"(</?)\w+:", r"\1", re.sub(r"\sxmlns(:\w+)?=\"[^\"]*\"", "", text))
    if kind == "html":
        return node.text or ""
    text = (node.text or "").strip()
    return f"<p>{text.replace('&', '&amp;').replace('<', '&lt;')}</p>" if text else ""


def _child(node: Element, name: str) -> str:
    return next((" ".join((child.text or "").split()) for child in node if local(child) == name), "")


def _tail(text: str) -> str:
    """The last word of a term, a prefixed name or an address."""
    match = _TAIL.search(text.rpartition(":")[2] if not text.startswith("http") else text)
    return match[1] if match else ""


# --- what it offers ---------------------------------------------------------------------


def _offer(feed: Feed, entries: Mapping[str, LeapEntry]) -> None:
    candidate = Candidate()
    taken = _parts_of_others(entries)
    for entry in entries.values():
        if entry.key in taken:
            continue
        if offer := _as_cv(entry, entries, candidate) or _as_thing(entry, entries):
            feed.offers.append(offer)
    feed.notes = candidate.notes


def _parts_of_others(entries: Mapping[str, LeapEntry]) -> set[str]:
    """Entries that come with another one: of a journal, of a plan, employers, qualifications of a school."""
    taken = set()
    for entry in entries.values():
        parents = [entries[key] for key in entry.related("is_part_of") if key in entries]
        if (
            any(_is_journal(parent) or parent.kind == "plan" or _is_film(parent) for parent in parents)
            or entry.kind == "organization"
        ):
            taken.add(entry.key)
        if entry.kind == "activity":
            taken |= {
                key
                for key in entry.related("supports")
                if key in entries and entries[key].kind == "achievement"
            }
        elif _is_book(entry):
            taken |= {key for key in entry.related("related") if _is_of_book(entries.get(key))}
    return taken


def _as_cv(entry: LeapEntry, entries: Mapping[str, LeapEntry], candidate: Candidate) -> Offer | None:
    if entry.kind == "person":
        before = dict(candidate.person)
        candidate.set_person(
            **{
                name: value
                for name, value in (entry.person | {"summary": plain_text(clean_html(entry.html))}).items()
                if value
            }
        )
        found = {name: value for name, value in candidate.person.items() if name not in before}
        return (
            Offer(entry.key, "person", entry.title, ", ".join(found.values())[:160], values=found)
            if found
            else None
        )
    section = _section_of(entry, entries)
    if not section or entry.enclosure:
        return None
    organisation = entry.organisation or next(
        (entries[key].title for key in entry.related("is_supported_by") if key in entries), ""
    )
    html = clean_html(entry.html)
    points = [" ".join(plain_text(each).split()) for each in _POINTS.findall(html)]
    own = {
        name: value
        for name, value in entry.own.items()
        if name in {field.name for field in BY_NAME[section].fields}
    }
    title = own.pop("title", "") or entry.title
    if _is_book(entry):
        part = next((entries[key] for key in entry.related("related") if _is_of_book(entries.get(key))), None)
        said = [part.title, plain_text(clean_html(part.html))] if part else [entry.role]
        html += "".join(f"<p>{escape(each)}</p>" for each in said if each)
    grouped = len(candidate.entries)
    candidate.add(
        section, title=title, organisation=organisation, summary=plain_text(_POINTS.sub("", html)), highlights="\n".join(points), starts=_day(entry, "start"),
        ends=_day(entry, "end"), url=_web_address(entry),
        **{name: value == "1" if name.startswith("is_") else value for name, value in own.items()},
    )  # fmt: skip
    if len(candidate.entries) == grouped:
        return None
    values = candidate.entries[-1].values
    when = " – ".join(str(values[name]) for name in ("starts", "ends") if values.get(name))
    return Offer(
        entry.key,
        "cv",
        title,
        " · ".join(part for part in (organisation, when) if part),
        section=section,
        values=values,
    )


def _section_of(entry: LeapEntry, entries: Mapping[str, LeapEntry]) -> str:
    """The section of a CV that an entry belongs to; empty if it is something else."""
    if entry.own.get("section") in BY_NAME:
        return entry.own["section"]
    parents = {entries[key].origin for key in entry.related("is_part_of") if key in entries} | {entry.origin}
    if entry.kind == "affiliation" or "membership" in parents:
        return "memberships"
    if entry.kind == "activity":
        return _AREAS.get(entry.categories.get("life_area", "").casefold(), "projects")
    if entry.kind == "achievement":
        return "certificates"
    return "publications" if _is_book(entry) else ""


def _is_book(entry: LeapEntry) -> bool:
    return entry.kind == "resource" and entry.categories.get("resource_type") == "Printed"


def _is_of_book(entry: LeapEntry | None) -> bool:
    """What somebody did for a book is an achievement beside it."""
    return entry is not None and entry.kind == "achievement" and entry.origin in {"", "book"}


def _page_html(entry: LeapEntry, entries: Mapping[str, LeapEntry]) -> str:
    """A page as one text: what is said of it, then its blocks with what they show."""
    known = {key: entries[key] for block in entry.blocks for key in block.shows if key in entries}
    shown = {key: shown_html(each.key, each.title, each.enclosure, each.html) for key, each in known.items()}
    return entry.html + blocks_html(entry.blocks, shown)


def _as_thing(entry: LeapEntry, entries: Mapping[str, LeapEntry]) -> Offer | None:
    html, tags = entry.html, tuple(entry.tags)
    words = plain_text(clean_html(html))
    if _is_film(entry):
        parts = tuple(part for part in _parts(entry, entries) if part.film and part.enclosure)
        return Offer(entry.key, "film", entry.title, words[:160], parts=parts, film=entry.film)
    if entry.enclosure:
        folder = next(
            (
                entries[key].title
                for key in entry.related("is_part_of")
                if key in entries and _selection(entries[key]) == "Folder"
            ),
            "",
        )
        return Offer(
            entry.key, "file", entry.title, entry.summary[:160] or words[:160], html=html, tags=tags, member=entry.enclosure, folder=folder[:80],
        )  # fmt: skip
    if entry.kind == "selection":
        if _is_journal(entry):
            parts = tuple(_parts(entry, entries))
            return Offer(entry.key, "journal", entry.title, words[:160], html=html, tags=tags, parts=parts)
        return (
            Offer(entry.key, "page", entry.title, words[:160], html=_page_html(entry, entries), tags=tags)
            if _selection(entry) == "Webpage"
            else None
        )
    if entry.kind == "plan":
        parts = tuple(_parts(entry, entries))
        is_goal = bool(entry.stage) and not parts
        return Offer(
            entry.key, "goal" if is_goal else "plan", entry.title, words[:160], html=html, tags=tags, parts=parts, is_done=entry.stage == "completed",
        )  # fmt: skip
    if entry.kind == "resource" and (address := _web_address(entry)):
        return Offer(
            entry.key, "link", entry.title, words[:160], html=html, tags=tags, values={"url": address}
        )
    kind: OfferKind = "skill" if entry.kind == "ability" else "goal" if entry.origin in _GOALS else "note"
    return (
        Offer(entry.key, kind, entry.title, words[:160], html=html, tags=tags)
        if entry.kind in {"ability", "entry", "resource", "meeting", "publication"}
        else None
    )


def _parts(entry: LeapEntry, entries: Mapping[str, LeapEntry]) -> Iterator[LeapEntry]:
    """Its parts, in its order; also those that only say themselves where they belong."""
    named = [key for key in entry.related("has_part") if key in entries]
    named += [
        each.key
        for each in entries.values()
        if entry.key in each.related("is_part_of") and each.key not in named
    ]
    yield from (entries[key] for key in dict.fromkeys(named))


def _web_address(entry: LeapEntry) -> str:
    return next((href for href in entry.related("related") if href.startswith(("http://", "https://"))), "")[
        :500
    ]


def _is_film(entry: LeapEntry) -> bool:
    return entry.film is not None and entry.film.kind == "film"


def _is_journal(entry: LeapEntry) -> bool:
    return entry.kind == "selection" and _selection(entry) == "Blog"


def _selection(entry: LeapEntry) -> str:
    return entry.categories.get("selection_type", "")


def _day(entry: LeapEntry, point: str) -> str:
    return read_worded(entry.dates.get(point, ""))
