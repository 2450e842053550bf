"""Reading Europass: Candidate XML of today, and the XML of the older Europass (version 3). Lenient: by the names of elements alone."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

from lms.plugin import Invalid, _, plain_text
from plugins.portfolio.cv.formats.candidate import Candidate, parse_xml, partial_date
from plugins.portfolio.cv.formats.europass_xml import DIMENSION_CODES
from plugins.portfolio.cv.formats.languages import name_of
from plugins.portfolio.cv.sections import CEFR

_POINT = re.compile(r"<li[^>]*>(.*?)</li>", re.IGNORECASE | re.DOTALL)
_WORDS = re.compile(r"<p>\s*<em>(.*?)</em>\s*</p>\s*$", re.IGNORECASE | re.DOTALL)
_TITLED = {
    "HobbyOrInterest": "interests", "Project": "projects", "DigitalSkill": "digital", "NetworkAndMembership": "memberships",
    "VoluntaryWork": "volunteering", "HonorAndAward": "awards", "Other": "custom", "ConferenceAndSeminar": "custom",
    "SocialAndPoliticalActivity": "custom", "CreativeWork": "custom", "CommunicationAndInterpersonalSkill": "skills",
    "ManagementAndLeadershipSkill": "skills", "OrganisationalSkill": "skills",
}  # fmt: skip
_V3_DIMENSIONS = {
    "Listening": "listening", "Reading": "reading", "SpokenInteraction": "interaction", "SpokenProduction": "production", "Writing": "writing",
}  # fmt: skip


def read_europass(text: str | bytes) -> Candidate:
    """Read a Europass XML file, whichever of its two families. Raises Invalid."""
    root = parse_xml(text)
    kind = local(root)
    if kind == "Candidate":
        return _read_candidate(root)
    if kind in {"SkillsPassport", "Europass"} or find(root, "LearnerInfo") is not None:
        return _read_version_3(root)
    raise Invalid(_("This XML file is not a Europass CV."), code="wrong_format")


def read_photo(text: str | bytes) -> bytes | None:
    """The photo in a Europass XML file, as it is; None if there is none that can be read. Raises Invalid for broken XML."""
    root = parse_xml(text)
    for node in find_all(root, "Attachment"):
        if said(node, "FileType") == "photo" or said(node, "Instructions") == "ProfilePicture":
            return _decoded(_raw(node, "EmbeddedData"))
    return _decoded(_raw(root, "Identification", "Photo", "Data"))


def _decoded(text: str) -> bytes | None:
    """Bytes from base64, or from a data address in base64, or from one that is base64 once more."""
    for _layer in range(3):
        text = text.rpartition(";base64,")[2]
        try:
            body = b64decode("".join(text.split()), validate=True)
        except ValueError:
            return None
        if not body.startswith(b"data:image/"):
            return body or None
        text = body.decode("ascii", "replace")
    return None


def local(node: Element) -> str:
    """The name of an element without its namespace."""
    return str(node.tag).rpartition("}")[2]


def find(node: Element | None, *path: str) -> Element | None:
    """The first descendant along a path of names, each at any depth below the one before."""
    for name in path:
        node = (
            next((each for each in node.iter() if each is not node and local(each) == name), None)
            if node is not None
            else None
        )
    return node


def find_all(node: Element | None, name: str) -> Iterator[Element]:
    """All descendants of a name."""
    return (each for each in (node.iter() if node is not None else ()) if local(each) == name)


def said(node: Element | None, *path: str) -> str:
    """The text at the end of a path."""
    found = find(node, *path) if path else node
    return " ".join((found.text or "").split()) if found is not None else ""


def _raw(node: Element | None, *path: str) -> str:
    found = find(node, *path)
    return (found.text or "") if found is not None else ""


def described(html: str) -> dict[str, str]:
    """Europass keeps HTML in descriptions: its sentences, its points, and our own line of keywords."""
    words = _WORDS.search(html)
    rest = _WORDS.sub("", html)
    points = "\n".join(" ".join(plain_text(each).split()) for each in _POINT.findall(rest))
    return {
        "summary": plain_text(_POINT.sub("", rest)), "highlights": points,
        "keywords": plain_text(words.group(1)) if words else "",
    }  # fmt: skip


def _read_candidate(root: Element) -> Candidate:
    found = Candidate()
    _read_person(found, find(root, "CandidatePerson"))
    profile = find(root, "CandidateProfile")
    found.set_person(
        summary=plain_text(_raw(profile, "ExecutiveSummary")), headline=said(profile, "Headline")
    )
    for employer in find_all(profile, "EmployerHistory"):
        for position in find_all(employer, "PositionHistory"):
            _read_job(found, employer, position)
    for school in find_all(profile, "EducationOrganizationAttendance"):
        _read_school(found, school)
    _read_competencies(found, profile)
    _read_papers(found, profile)
    for node in profile.iter() if profile is not None else ():
        if local(node) in _TITLED:
            _read_titled(found, _TITLED[local(node)], node)
    return found


def _read_person(found: Candidate, person: Element | None) -> None:
    values = {
        "given_name": said(person, "PersonName", "GivenName"), "family_name": said(person, "PersonName", "FamilyName"),
        "birth_date": said(person, "BirthDate"), "gender": said(person, "GenderCode"),
        "nationality": said(person, "NationalityCode"), "marital_status": said(person, "MaritalStatusCode"),
    }  # fmt: skip
    for channel in find_all(person, "Communication"):
        _read_channel(found, values, channel)
    found.set_person(**values)
    for node in find_all(person, "PrimaryLanguageCode"):
        if said(node):
            found.add("languages", title=name_of(said(node)), is_native=True)


def _read_channel(found: Candidate, values: dict[str, str], channel: Element) -> None:
    code, address = said(channel, "ChannelCode").casefold(), find(channel, "Address")
    if address is not None:
        values |= {
            "street": ", ".join(said(each) for each in find_all(address, "AddressLine")), "city": said(address, "CityName"),
            "postcode": said(address, "PostalCode"), "country": said(address, "CountryCode").upper()[:2],
        }  # fmt: skip
    elif code == "email":
        values["email"] = said(channel, "URI")
    elif code == "telephone":
        dialing = said(channel, "CountryDialing")
        values["phone"] = (
            f"+{dialing} {said(channel, 'DialNumber')}" if dialing else said(channel, "DialNumber")
        )
    elif code == "web":
        values["website"] = said(channel, "URI")
    elif said(channel, "URI") or said(channel, "ChannelName"):
        uri, own = said(channel, "URI"), said(channel, "UserName")
        is_address = "." in uri and " " not in uri and uri != own
        title = said(channel, "ChannelName") or said(channel, "OtherTitle") or code
        found.add("profiles", title=title, field=own, url=uri if is_address else "")


def _read_job(found: Candidate, employer: Element, position: Element) -> None:
    found.add(
        "work", title=said(position, "PositionTitle"), organisation=said(employer, "OrganizationName"),
        place=said(position, "City") or said(employer, "OrganizationContact", "CityName"), country=_country(position, employer),
        url=_web(find(employer, "OrganizationContact")), **_period(find(position, "EmploymentPeriod")), **_about(position, "Description"),
    )  # fmt: skip


def _read_school(found: Candidate, school: Element) -> None:
    degree = find(school, "EducationDegree")
    found.add(
        "education", title=said(degree, "DegreeName") or said(school, "OrganizationName"), organisation=said(school, "OrganizationName"),
        field=said(degree, "FieldOfStudy"), grade=said(degree, "FinalGrade", "ScoreText"), level=said(school, "EducationLevelCode"),
        place=said(school, "OrganizationContact", "CityName"), country=_country(school, school), url=_web(find(school, "OrganizationContact")),
        **_period(find(school, "AttendancePeriod")), **_about(degree, "OccupationalSkillsCovered"),
    )  # fmt: skip


def _read_competencies(found: Candidate, profile: Element | None) -> None:
    dimensions = {code.casefold(): name for name, code in DIMENSION_CODES.items()}
    for competency in find_all(find(profile, "PersonQualifications"), "PersonCompetency"):
        title = said(competency, "CompetencyID")
        if said(competency, "TaxonomyID").casefold() != "language":
            found.add(
                "skills",
                title=title,
                level=said(competency, "ProficiencyLevel", "ScoreText"),
                **_about(competency, "CompetencyName"),
            )
            continue
        levels = {}
        for each in find_all(competency, "CompetencyDimension"):
            name = dimensions.get(said(each, "CompetencyDimensionTypeCode").casefold())
            level = said(each, "ScoreText").upper()
            if name and level in CEFR:
                levels[name] = level
        found.add("languages", title=name_of(title), grade=said(competency, "CompetencyName"), **levels)


def _read_papers(found: Candidate, profile: Element | None) -> None:
    for node in find_all(profile, "License"):
        found.add(
            "driving", title=said(node, "LicenseTypeCode") or said(node, "LicenseName"),
            starts=partial_date(said(node, "FirstIssuedDate", "FormattedDateTime")), ends=partial_date(said(node, "EndDate", "FormattedDateTime")),
        )  # fmt: skip
    for node in find_all(profile, "Certification"):
        found.add(
            "certificates", title=said(node, "CertificationName"), field=said(node, "CertificationTypeCode"),
            organisation=said(node, "IssuingAuthority", "Name"), starts=partial_date(said(node, "FirstIssuedDate", "FormattedDateTime")),
            ends=partial_date(said(node, "EndDate", "FormattedDateTime")), url=said(node, "Link"), **_about(node, "Description"),
        )  # fmt: skip
    for node in find_all(profile, "Publication"):
        found.add(
            "publications", title=said(node, "Title"), organisation=said(node, "Reference"), starts=partial_date(said(node, "Year")),
            url=said(node, "Link"), **_about(node, "FormattedPublicationDescription"),
        )  # fmt: skip
    for node in find_all(profile, "Referee"):
        found.add(
            "references", title=f"{said(node, 'GivenName')} {said(node, 'FamilyName')}".strip(), field=said(node, "Role"),
            organisation=said(node, "OrganizationName"), email=said(node, "URI"), phone=said(node, "DialNumber"), summary=plain_text(_raw(node, "Comment")),
        )  # fmt: skip


def _read_titled(found: Candidate, section: str, node: Element) -> None:
    place, _comma, country = said(node, "Location").rpartition(", ")
    is_code = len(country) == 2 and country.isupper()
    values: dict[str, Any] = {
        "heading": said(node, "Heading"), "title": said(node, "Title"), "field": said(node, "Role"), "organisation": said(node, "OrganizationName"),
        "place": place if is_code else said(node, "Location"), "country": country if is_code else "", "level": said(node, "Level"), "url": said(node, "Link"),
    }  # fmt: skip
    found.add(section, **values, **_period(find(node, "Period")), **_about(node, "Description"))


def _country(first: Element, second: Element) -> str:
    code = said(first, "Country") or said(second, "OrganizationContact", "CountryCode")
    return code.upper() if len(code) == 2 else ""


def _web(contact: Element | None) -> str:
    for channel in find_all(contact, "Communication"):
        if said(channel, "ChannelCode").casefold() == "web":
            return said(channel, "URI")
    return ""


def _about(node: Element | None, name: str) -> dict[str, str]:
    return described(_raw(node, name))


def _period(period: Element | None) -> dict[str, Any]:
    is_current = said(period, "CurrentIndicator") == "true" or said(period, "Ongoing") == "true"
    starts, ends = (
        partial_date(said(period, name, "FormattedDateTime") or said(period, name))
        for name in ("StartDate", "EndDate")
    )
    return {"starts": starts, "ends": "" if is_current else ends, "is_current": is_current}


# --- version 3 ----------------------------------------------------------------------


def _read_version_3(root: Element) -> Candidate:
    found, learner = Candidate(), find(root, "LearnerInfo")
    _read_identification(found, find(learner, "Identification"))
    found.set_person(headline=said(learner, "Headline", "Description", "Label"))
    for node in find_all(find(learner, "WorkExperienceList"), "WorkExperience"):
        found.add(
            "work", title=said(node, "Position", "Label"), organisation=said(node, "Employer", "Name"), url=said(node, "Employer", "Website", "Contact"),
            **_v3_place(node), **_v3_period(node), **described(_raw(node, "Activities")),
        )  # fmt: skip
    for node in find_all(find(learner, "EducationList"), "Education"):
        found.add(
            "education", title=said(node, "Title"), organisation=said(node, "Organisation", "Name"), field=said(node, "Field", "Label"),
            level=said(node, "Level", "Code"), **_v3_place(node), **_v3_period(node), **described(_raw(node, "Activities")),
        )  # fmt: skip
    _read_v3_skills(found, find(learner, "Skills"))
    for node in find_all(find(learner, "AchievementList"), "Achievement"):
        found.add(
            "custom",
            heading=said(node, "Title", "Label")[:80],
            title=said(node, "Title", "Label"),
            **described(_raw(node, "Description")),
        )
    return found


def _read_identification(found: Candidate, node: Element | None) -> None:
    contact = find(node, "ContactInfo")
    found.set_person(
        given_name=said(node, "FirstName"), family_name=said(node, "Surname"), email=said(contact, "Email", "Contact"),
        phone=said(contact, "TelephoneList", "Contact"), website=said(contact, "WebsiteList", "Contact"), street=said(contact, "AddressLine"),
        postcode=said(contact, "PostalCode"), city=said(contact, "Municipality"), country=_v3_code(find(contact, "Country")),
        birth_date=_v3_date(find(node, "Birthdate")), gender=said(node, "Gender", "Label"), nationality=said(node, "NationalityList", "Label"),
    )  # fmt: skip


def _read_v3_skills(found: Candidate, skills: Element | None) -> None:
    for node in find_all(find(skills, "MotherTongueList"), "MotherTongue"):
        found.add("languages", title=_v3_language(node), is_native=True)
    for node in find_all(find(skills, "ForeignLanguageList"), "ForeignLanguage"):
        levels = {name: said(node, "ProficiencyLevel", part).upper() for part, name in _V3_DIMENSIONS.items()}
        found.add(
            "languages",
            title=_v3_language(node),
            **{name: level for name, level in levels.items() if level in CEFR},
        )
    for code in find_all(find(skills, "Driving"), "Licence"):
        found.add("driving", title=said(code))
    titles = {
        "Communication": _("Communication"), "Organisational": _("Organisation"), "JobRelated": _("Job-related skills"),
        "Computer": _("Computer skills"), "Other": _("Other skills"),
    }  # fmt: skip
    for name, title in titles.items():
        text = described(_raw(find(skills, name), "Description"))
        if text["summary"] or text["highlights"]:
            summary = "\n".join(part for part in (text["summary"], text["highlights"]) if part)
            found.add("digital" if name == "Computer" else "skills", title=title, summary=summary)


def _v3_language(node: Element) -> str:
    return said(node, "Description", "Label") or name_of(said(node, "Description", "Code"))


def _v3_place(node: Element) -> dict[str, str]:
    return {"place": said(node, "Municipality"), "country": _v3_code(find(node, "Country"))}


def _v3_code(country: Element | None) -> str:
    code = said(country, "Code").upper()
    return code if len(code) == 2 else ""


def _v3_period(node: Element) -> dict[str, Any]:
    period = find(node, "Period")
    is_current = said(period, "Current") == "true"
    return {
        "starts": _v3_date(find(period, "From")),
        "ends": "" if is_current else _v3_date(find(period, "To")),
        "is_current": is_current,
    }


def _v3_date(node: Element | None) -> str:
    """Attributes ``year="2006" month="--08" day="---31"``."""
    if node is None or not node.get("year"):
        return ""
    parts = [node.get("year", ""), node.get("month", "").strip("-"), node.get("day", "").strip("-")]
    return partial_date("-".join(part for part in parts if part))
