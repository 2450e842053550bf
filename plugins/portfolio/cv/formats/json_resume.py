"""JSON Resume 1.0 (jsonresume.org/schema): both ways. What it cannot hold is said by ``losses``."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from lms.plugin import Invalid, _
from plugins.portfolio.cv.formats.candidate import PERSON_FIELDS, Candidate, CandidateEntry, partial_date
from plugins.portfolio.cv.sections import BY_NAME, DIMENSIONS

SCHEMA = "https://raw.githubusercontent.com/jsonresume/resume-schema/v1.0.0/schema.json"
_OWN = "x-contrada"
"""Where the schema allows more properties, ours stand under this name, so that nothing is lost between two of us."""


def read_json(text: str) -> Any:
    """What stands in a JSON file. Raises Invalid."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise Invalid(_("This JSON file is damaged and cannot be read."), code="damaged") from problem


def read_json_resume(text: str) -> Candidate:
    """Read a JSON Resume; wrong parts are left out and noted. Raises Invalid if it is no such file."""
    data = read_json(text)
    if not isinstance(data, dict) or not isinstance(data.get("basics"), dict):
        raise Invalid(_("This is not a CV in the format JSON Resume."), code="wrong_format")
    found = Candidate()
    _read_basics(found, data["basics"])
    for each in _objects(data, "work"):
        _read_job(found, "work", each, each.get("name"))
    for each in _objects(data, "volunteer"):
        _read_job(found, "volunteering", each, each.get("organization"))
    for each in _objects(data, "education"):
        _read_school(found, each)
    _read_rest(found, data)
    _read_own(found, data)
    return found


def write_json_resume(candidate: Candidate) -> str:
    """The candidate as JSON Resume."""
    by_section: dict[str, list[dict[str, Any]]] = {}
    for entry in candidate.entries:
        by_section.setdefault(entry.section, []).append(entry.values)
    data: dict[str, Any] = {
        "$schema": SCHEMA,
        "basics": _basics(candidate.person, by_section.get("profiles", [])),
    }
    writers = {
        "work": ("work", _job), "volunteering": ("volunteer", _volunteer), "education": ("education", _school), "projects": ("projects", _project),
        "awards": ("awards", _award), "certificates": ("certificates", _certificate), "publications": ("publications", _publication),
        "languages": ("languages", _language), "interests": ("interests", _interest), "references": ("references", _reference),
    }  # fmt: skip
    for section, (name, write) in writers.items():
        data[name] = [_tidy(write(values)) for values in by_section.get(section, [])]
    data["skills"] = [
        _tidy(_skill(values)) for name in ("skills", "digital") for values in by_section.get(name, [])
    ]
    data["meta"] = {"version": "v1.0.0", _OWN: _kept_aside(candidate)}
    return json.dumps(data, ensure_ascii=False, indent=2)


def losses(entries: Sequence[CandidateEntry]) -> list[str]:
    """What another program will not see of these entries in a JSON Resume."""
    used = {entry.section for entry in entries}
    names = {
        "driving": _("driving licences"),
        "memberships": _("memberships"),
        "custom": _("your own sections"),
    }
    told = [
        _("JSON Resume has no place for: %(what)s.", what=text)
        for name, text in names.items()
        if name in used
    ]
    if any(entry.values.get(name) for entry in entries for name in DIMENSIONS):
        told.append(_("JSON Resume knows one level for a language, not five."))
    return told


def _read_basics(found: Candidate, basics: dict[str, Any]) -> None:
    location = basics.get("location") if isinstance(basics.get("location"), dict) else {}
    given, _space, family = _text(basics, "name").partition(" ")
    found.set_person(
        given_name=given, family_name=family, headline=_text(basics, "label"), summary=_text(basics, "summary"), email=_text(basics, "email"),
        phone=_text(basics, "phone"), website=_text(basics, "url"), street=_text(location, "address"), postcode=_text(location, "postalCode"),
        city=_text(location, "city"), country=_text(location, "countryCode"),
    )  # fmt: skip
    for each in _objects(basics, "profiles"):
        found.add(
            "profiles", title=_text(each, "network"), field=_text(each, "username"), url=_text(each, "url")
        )


def _read_job(found: Candidate, section: str, each: dict[str, Any], organisation: Any) -> None:
    found.add(
        section, title=_text(each, "position"), organisation=str(organisation or ""), place=_text(each, "location"), url=_text(each, "url"),
        summary=_text(each, "summary"), highlights=_joined(each, "highlights", "\n"), **_period(each),
    )  # fmt: skip


def _read_school(found: Candidate, each: dict[str, Any]) -> None:
    title = _text(each, "studyType") or _text(each, "area")
    found.add(
        "education", title=title, organisation=_text(each, "institution"), field=_text(each, "area") if _text(each, "studyType") else "",
        grade=_text(each, "score"), url=_text(each, "url"), highlights=_joined(each, "courses", "\n"), **_period(each),
    )  # fmt: skip


def _read_rest(found: Candidate, data: dict[str, Any]) -> None:
    for each in _objects(data, "projects"):
        found.add(
            "projects", title=_text(each, "name"), organisation=_text(each, "entity"), field=_joined(each, "roles", ", "), url=_text(each, "url"),
            summary=_text(each, "description"), highlights=_joined(each, "highlights", "\n"), keywords=_joined(each, "keywords", ", "), **_period(each),
        )  # fmt: skip
    for each in _objects(data, "awards"):
        found.add(
            "awards",
            title=_text(each, "title"),
            organisation=_text(each, "awarder"),
            starts=_date(each, "date"),
            summary=_text(each, "summary"),
        )
    for each in _objects(data, "certificates"):
        found.add(
            "certificates",
            title=_text(each, "name"),
            organisation=_text(each, "issuer"),
            starts=_date(each, "date"),
            url=_text(each, "url"),
        )
    for each in _objects(data, "publications"):
        found.add(
            "publications", title=_text(each, "name"), organisation=_text(each, "publisher"), starts=_date(each, "releaseDate"),
            url=_text(each, "url"), summary=_text(each, "summary"),
        )  # fmt: skip
    for each in _objects(data, "skills"):
        found.add(
            "skills",
            title=_text(each, "name"),
            level=_text(each, "level"),
            keywords=_joined(each, "keywords", ", "),
        )
    for each in _objects(data, "languages"):
        _read_language(found, each)
    for each in _objects(data, "interests"):
        found.add("interests", title=_text(each, "name"), keywords=_joined(each, "keywords", ", "))
    for each in _objects(data, "references"):
        found.add("references", title=_text(each, "name"), summary=_text(each, "reference"))


def _read_language(found: Candidate, each: dict[str, Any]) -> None:
    fluency = _text(each, "fluency")
    level = next((code for code in ("A1", "A2", "B1", "B2", "C1", "C2") if code in fluency.upper()), "")
    is_native = any(
        word in fluency.casefold() for word in ("native", "mother", "madrelingua", "muttersprach")
    )
    found.add(
        "languages",
        title=_text(each, "language"),
        is_native=is_native,
        grade="" if level or is_native else fluency,
        **dict.fromkeys(DIMENSIONS, level),
    )


def _read_own(found: Candidate, data: dict[str, Any]) -> None:
    """Our own file: what the format has no place for comes back as it was."""
    meta = data.get("meta")
    own = meta.get(_OWN) if isinstance(meta, dict) else None
    if not isinstance(own, dict):
        return
    found.person, found.entries, found.notes = {}, [], []
    person = own.get("person")
    if isinstance(person, dict):
        found.set_person(**{name: str(value) for name, value in person.items() if name in PERSON_FIELDS})
    for each in _objects(own, "entries"):
        values = each.get("values")
        section = str(each.get("section"))
        if isinstance(values, dict) and section in BY_NAME:
            found.add(section, **values)


def _kept_aside(candidate: Candidate) -> dict[str, Any]:
    return {
        "person": candidate.person,
        "entries": [{"section": entry.section, "values": entry.values} for entry in candidate.entries],
    }


def _basics(person: dict[str, str], profiles: Sequence[dict[str, Any]]) -> dict[str, Any]:
    name = f"{person.get('given_name', '')} {person.get('family_name', '')}".strip()
    location = {
        "address": person.get("street"),
        "postalCode": person.get("postcode"),
        "city": person.get("city"),
        "countryCode": person.get("country"),
    }
    return _tidy(
        {
            "name": name, "label": person.get("headline"), "email": person.get("email"), "phone": person.get("phone"), "url": person.get("website"),
            "summary": person.get("summary"), "location": _tidy(location),
            "profiles": [_tidy({"network": each.get("title"), "username": each.get("field"), "url": each.get("url")}) for each in profiles],
        }
    )  # fmt: skip


def _job(values: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": values.get("organisation"), "position": values.get("title"), "location": _place(values), "url": values.get("url"),
        **_dates(values), "summary": values.get("summary"), "highlights": _split(values, "highlights", "\n"),
    }  # fmt: skip


def _volunteer(values: dict[str, Any]) -> dict[str, Any]:
    job = _job(values)
    return {"organization": job.pop("name"), **job}


def _school(values: dict[str, Any]) -> dict[str, Any]:
    return {
        "institution": values.get("organisation"), "area": values.get("field"), "studyType": values.get("title"), "url": values.get("url"),
        **_dates(values), "score": values.get("grade"), "courses": _split(values, "highlights", "\n"),
    }  # fmt: skip


def _project(values: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": values.get("title"), "description": values.get("summary"), "entity": values.get("organisation"), "url": values.get("url"),
        **_dates(values), "roles": _split(values, "field", ","), "highlights": _split(values, "highlights", "\n"), "keywords": _split(values, "keywords", ","),
    }  # fmt: skip


def _award(values: dict[str, Any]) -> dict[str, Any]:
    return {
        "title": values.get("title"),
        "awarder": values.get("organisation"),
        "date": values.get("starts"),
        "summary": values.get("summary"),
    }


def _certificate(values: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": values.get("title"),
        "issuer": values.get("organisation"),
        "date": values.get("starts"),
        "url": values.get("url"),
    }


def _publication(values: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": values.get("title"), "publisher": values.get("organisation"), "releaseDate": values.get("starts"),
        "url": values.get("url"), "summary": values.get("summary"),
    }  # fmt: skip


def _language(values: dict[str, Any]) -> dict[str, Any]:
    levels = [str(values[name]) for name in DIMENSIONS if values.get(name)]
    fluency = (
        "Native speaker"
        if values.get("is_native")
        else min(levels)
        if levels
        else str(values.get("grade") or "")
    )
    return {"language": values.get("title"), "fluency": fluency}


def _skill(values: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": values.get("title"),
        "level": values.get("level"),
        "keywords": _split(values, "keywords", ","),
    }


def _interest(values: dict[str, Any]) -> dict[str, Any]:
    return {"name": values.get("title"), "keywords": _split(values, "keywords", ",")}


def _reference(values: dict[str, Any]) -> dict[str, Any]:
    return {"name": values.get("title"), "reference": values.get("summary")}


def _objects(data: dict[str, Any], name: str) -> Iterator[dict[str, Any]]:
    rows = data.get(name)
    return (each for each in (rows if isinstance(rows, list) else []) if isinstance(each, dict))


def _text(data: dict[str, Any] | None, name: str) -> str:
    value = (data or {}).get(name)
    return str(value).strip() if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""


def _joined(data: dict[str, Any], name: str, by: str) -> str:
    rows = data.get(name)
    return by.join(
        str(each).strip()
        for each in (rows if isinstance(rows, list) else [])
        if isinstance(each, (str, int, float))
    )


def _split(values: dict[str, Any], name: str, by: str) -> list[str]:
    return [part.strip() for part in str(values.get(name) or "").split(by) if part.strip()]


def _date(data: dict[str, Any], name: str) -> str:
    return partial_date(_text(data, name))


def _period(each: dict[str, Any]) -> dict[str, Any]:
    starts, ends = _date(each, "startDate"), _date(each, "endDate")
    return {"starts": starts, "ends": ends, "is_current": bool(starts and not _text(each, "endDate"))}


def _dates(values: dict[str, Any]) -> dict[str, Any]:
    return {"startDate": values.get("starts"), "endDate": values.get("ends")}


def _place(values: dict[str, Any]) -> str:
    return ", ".join(str(values[name]) for name in ("place", "country") if values.get(name))


def _tidy(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if value not in (None, "", [], {})}
