"""Leap2A (2010-07, an Atom profile, RFC 4287): a portfolio as other portfolio programs read it.

The words of the format: person, activity, ability, achievement, affiliation, resource, plan, selection, entry.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from lms.plugin import Actor, fill_addresses, kind_of, utcnow
from plugins.portfolio.cv.models import Entry
from plugins.portfolio.cv.service import find_entries, get_person
from plugins.portfolio.evidence import plans
from plugins.portfolio.evidence import service as evidence
from plugins.portfolio.evidence.tags import tags_of_all
from plugins.portfolio.moving.collecting import Collected
from plugins.portfolio.moving.leap2a_films import OWN, film_entries
from plugins.portfolio.pages.service import find_blocks, find_pages

ATOM, RDF = "http://www.w3.org/2005/Atom", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
LEAP, CATEGORIES = "http://terms.leapspecs.org/", "http://terms.leapspecs.org/categories/"
VERSION = "http://www.leapspecs.org/2010-07/2A/"
for _prefix, _uri in (("", ATOM), ("rdf", RDF), ("leap2", LEAP), ("contrada", OWN)):
    register_namespace(_prefix, _uri)

LEAP_TYPES: Mapping[str, tuple[str, str]] = {
    "work": ("activity", "Work"), "education": ("activity", "Education"), "volunteering": ("activity", "Community"), "projects": ("activity", ""),
    "memberships": ("affiliation", ""), "certificates": ("achievement", ""), "awards": ("achievement", ""), "publications": ("resource", "Printed"),
    "skills": ("ability", ""), "digital": ("ability", ""), "languages": ("ability", ""), "driving": ("achievement", ""),
}  # fmt: skip
"""For each section of a CV the type of its entries, and the area of life or kind of resource."""
PERSON_FIELDS = {
    "given_name": "legal_given_name", "family_name": "legal_family_name", "email": "email", "phone": "homephone", "website": "website", "birth_date": "dob",
    "gender": "gender",
}  # fmt: skip


def write_leap2a(actor: Actor, owner: str, found: Collected) -> bytes:
    """The whole portfolio as one feed; files are named by their members in the archive. Raises Forbidden."""
    feed = Element(f"{{{ATOM}}}feed")
    _text(feed, ATOM, "id", f"urn:uuid:{actor.user_id}")
    _text(feed, ATOM, "title", owner or "Portfolio")
    _text(feed, ATOM, "updated", utcnow().isoformat())
    _text(feed, ATOM, "generator", "Contrada")
    _text(_sub(feed, ATOM, "author"), ATOM, "name", owner or "-")
    _text(feed, LEAP, "version", VERSION)
    members = found.members
    _write_person(feed, actor, owner)
    for row in find_entries(actor.user_id):
        _write_cv_entry(feed, row)
    _write_items(feed, actor, found)
    _write_journals(feed, actor, members)
    _write_plans(feed, actor)
    _write_films(feed, actor, found)
    for page in find_pages(actor):
        node = _entry(feed, page.id, page.title, "selection", page.updated_at, page.created_at)
        texts = [str(block.content.get("html") or "") for block in find_blocks(page.id)]
        _html(
            node,
            _with_files(f"<p>{_escaped(page.description)}</p>" if page.description else "", texts, members),
        )
        _category(node, "selection_type", "Webpage")
    _write_tags(feed, actor)
    body: bytes = tostring(feed, encoding="utf-8")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + body


def _write_person(feed: Element, actor: Actor, owner: str) -> None:
    person = get_person(actor)
    node = _entry(feed, actor.user_id, owner or "-", "person", utcnow())
    _html(node, person.summary or "", is_plain=True)
    for name, field in PERSON_FIELDS.items():
        if getattr(person, name):
            _persondata(node, field, getattr(person, name))
    for name in ("headline", "nationality", "marital_status"):
        if getattr(person, name):
            _persondata(node, "other", getattr(person, name), label=name)
    parts = (
        ("addressline", person.street),
        ("addressline", person.city),
        ("postcode", person.postcode),
        ("country", person.country),
    )
    if any(value for _name, value in parts):
        spatial = _sub(node, LEAP, "spatial")
        for name, value in parts:
            if value:
                _text(spatial, LEAP, name, value)


def _persondata(node: Element, field: str, value: str, label: str = "") -> None:
    made = _text(node, LEAP, "persondata", value)
    made.set(f"{{{LEAP}}}field", field)
    if label:
        made.set(f"{{{LEAP}}}label", label)


def _write_cv_entry(feed: Element, row: Entry) -> None:
    kind, area = LEAP_TYPES.get(row.section, ("entry", ""))
    node = _entry(feed, row.id, row.title, kind, row.updated_at, row.created_at)
    points = "".join(f"<li>{_escaped(line)}</li>" for line in row.highlights.splitlines() if line.strip())
    _html(
        node,
        (f"<p>{_escaped(row.summary)}</p>" if row.summary else "") + (f"<ul>{points}</ul>" if points else ""),
    )
    if area:
        _category(node, "resource_type" if kind == "resource" else "life_area", area)
    for point, value in (("start", row.starts), ("end", row.ends)):
        if value:
            made = _text(node, LEAP, "date", value)
            made.set(f"{{{LEAP}}}point", point)
    if row.organisation:
        made = _sub(node, LEAP, "orgdata")
        made.text = row.organisation
        made.set(f"{{{LEAP}}}field", "legal_org_name")
    if row.url:
        _link(node, "related", row.url)
    own = _sub(node, OWN, "cv")
    own.set("section", row.section)
    for column in (
        "heading",
        "field",
        "place",
        "country",
        "email",
        "phone",
        "keywords",
        "level",
        "grade",
        "listening",
        "reading",
        "interaction",
        "production",
        "writing",
    ):
        if getattr(row, column):
            own.set(column, getattr(row, column))
    for column in ("is_current", "is_native"):
        if getattr(row, column):
            own.set(column, "1")


def _write_items(feed: Element, actor: Actor, found: Collected) -> None:
    files = {file.id: (file, member) for file, member in found.files}
    kinds: tuple[Any, ...] = ("file", "link", "note", "skill", "goal")
    items = [item for kind in kinds for item in evidence.find_items(actor, kind)]
    for item in items:
        leap_type = {
            "file": "resource",
            "link": "resource",
            "note": "entry",
            "skill": "ability",
            "goal": "plan",
        }[item.kind]
        node = _entry(feed, item.id, item.title, leap_type, item.updated_at, item.created_at)
        if item.kind == "note":
            _html(
                node, fill_addresses(item.body, lambda file_id: files[file_id][1] if file_id in files else "")
            )
        else:
            _html(node, item.body, is_plain=True)
        if item.kind == "file" and item.file_id in files:
            file, member = files[item.file_id]
            _category(node, "resource_type", "Offline", label=str(kind_of(file.media_type).title))
            _link(node, "enclosure", member, media_type=file.media_type)
        if item.kind == "link":
            _category(node, "resource_type", "Web")
            _link(node, "related", item.url or "")
        if item.kind == "goal":
            _status(node, is_done=item.done_at is not None)


def _write_journals(feed: Element, actor: Actor, members: Mapping[uuid.UUID, str]) -> None:
    for journal, _count in evidence.find_journals(actor):
        entries = evidence.find_entries(actor, journal.id)
        node = _entry(feed, journal.id, journal.title, "selection", journal.updated_at, journal.created_at)
        _html(node, journal.description, is_plain=True)
        _category(node, "selection_type", "Blog")
        for number, row in enumerate(entries, start=1):
            _link(node, "leap2:has_part", f"urn:uuid:{row.id}", order=number)
        for row in entries:
            made = _entry(feed, row.id, row.title, "entry", row.updated_at, row.created_at)
            _html(made, fill_addresses(row.body, lambda file_id: members.get(file_id, "")))
            _link(made, "leap2:is_part_of", f"urn:uuid:{journal.id}")
            if row.is_draft:
                _status(made, is_done=False)


def _write_plans(feed: Element, actor: Actor) -> None:
    for plan, tasks in plans.find_plans(actor):
        node = _entry(feed, plan.id, plan.title, "plan", plan.updated_at, plan.created_at)
        _html(node, plan.description, is_plain=True)
        for number, task in enumerate(tasks, start=1):
            _link(node, "leap2:has_part", f"urn:uuid:{task.id}", order=number)
        for task in tasks:
            made = _entry(feed, task.id, task.title, "plan", task.updated_at, task.created_at)
            _html(made, "")
            _link(made, "leap2:is_part_of", f"urn:uuid:{plan.id}")
            _status(made, is_done=task.done_at is not None)
            for point, day in (("start", task.starts_on), ("target", task.due_on)):
                if day:
                    _text(made, LEAP, "date", day.isoformat()).set(f"{{{LEAP}}}point", point)


def _write_films(feed: Element, actor: Actor, found: Collected) -> None:
    files = {file.id: file for file, _member in found.files}
    for each in film_entries(actor, files):
        node = _entry(feed, each.key, each.title, each.kind, utcnow())
        _html(node, each.html)
        for number, part in enumerate(each.parts, start=1):
            _link(node, "leap2:has_part", f"urn:uuid:{part}", order=number)
        if each.parent is not None:
            _link(node, "leap2:is_part_of", f"urn:uuid:{each.parent}")
        if each.file is not None:
            _category(node, "resource_type", "Offline", label=str(kind_of(each.file.media_type).title))
            _link(node, "enclosure", found.members[each.file.id], media_type=each.file.media_type)
        own = _sub(node, OWN, each.own.kind)
        for name, value in each.own.said.items():
            own.set(name, value)
        for name, text in each.own.texts.items():
            _text(own, OWN, name, text)


def _write_tags(feed: Element, actor: Actor) -> None:
    """A tag is a category without a scheme."""
    nodes = {node.findtext(f"{{{ATOM}}}id"): node for node in feed.iter(f"{{{ATOM}}}entry")}
    for thing_id, names in tags_of_all(actor).items():
        node = nodes.get(f"urn:uuid:{thing_id}")
        if node is not None:
            for name in names:
                _sub(node, ATOM, "category").set("term", name)


def _entry(
    feed: Element, key: uuid.UUID, title: str, kind: str, updated: datetime, published: datetime | None = None
) -> Element:
    node = _sub(feed, ATOM, "entry")
    _text(node, ATOM, "title", title)
    _text(node, ATOM, "id", f"urn:uuid:{key}")
    _text(node, ATOM, "updated", updated.isoformat())
    if published is not None:
        _text(node, ATOM, "published", published.isoformat())
    _sub(node, RDF, "type").set(f"{{{RDF}}}resource", f"leap2:{kind}")
    return node


def _html(node: Element, text: str, *, is_plain: bool = False) -> None:
    made = _text(node, ATOM, "content", text)
    if text and not is_plain:
        made.set("type", "html")


def _category(node: Element, scheme: str, term: str, label: str = "") -> None:
    made = _sub(node, ATOM, "category")
    made.set("term", term)
    made.set("scheme", f"{CATEGORIES}{scheme}#")
    if label:
        made.set("label", label)


def _link(node: Element, rel: str, href: str, *, media_type: str = "", order: int = 0) -> None:
    made = _sub(node, ATOM, "link")
    made.set("rel", rel)
    made.set("href", href)
    if media_type:
        made.set("type", media_type)
    if order:
        made.set(f"{{{LEAP}}}display_order", str(order))


def _status(node: Element, *, is_done: bool) -> None:
    _sub(node, LEAP, "status").set(f"{{{LEAP}}}stage", "completed" if is_done else "planned")


def _with_files(first: str, texts: Iterable[str], members: Mapping[uuid.UUID, str]) -> str:
    return first + "".join(fill_addresses(text, lambda file_id: members.get(file_id, "")) for text in texts)


def _sub(node: Element, space: str, name: str) -> Element:
    return SubElement(node, f"{{{space}}}{name}")


def _text(node: Element, space: str, name: str, text: str) -> Element:
    made = _sub(node, space, name)
    made.text = "".join(each for each in text if each in "\t\n" or each >= " ")
    return made


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
