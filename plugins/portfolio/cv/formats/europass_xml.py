"""Europass Candidate XML, the format of today's Europass (Candidate 1.0 over HR Open 3.0): written here, read in ``europass_reading``."""

from __future__ import annotations

import mimetypes
from base64 import b64encode
from collections.abc import Sequence
from html import escape
from typing import Any
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from lms.plugin import _
from plugins.portfolio.cv.documents import Photo
from plugins.portfolio.cv.formats.candidate import Candidate, CandidateEntry
from plugins.portfolio.cv.formats.languages import code_of
from plugins.portfolio.cv.sections import DIMENSIONS

EUROPASS, HR = "http://www.europass.eu/1.0", "http://www.hr-xml.org/3"
OA, EURES = "http://www.openapplications.org/oagis/9", "http://www.europass_eures.eu/1.0"
DIMENSION_CODES = {
    "listening": "CEF-Understanding-Listening", "reading": "CEF-Understanding-Reading", "interaction": "CEF-Speaking-Interaction",
    "production": "CEF-Speaking-Production", "writing": "CEF-Writing-Production",
}  # fmt: skip
for _prefix, _uri in (("", EUROPASS), ("hr", HR), ("oa", OA), ("eures", EURES)):
    register_namespace(_prefix, _uri)

Values = dict[str, Any]
_CONTAINER: Any = object()
_ALWAYS = frozenset({"DocumentID", "PartyID"})
_URIS = {"hr": HR, "oa": OA, "eures": EURES}


def write_europass(candidate: Candidate, language: str, *, photo: Photo | None = None) -> bytes:
    """The candidate as a Europass Candidate document in UTF-8, with the photo of the CV if it shows one."""
    root = Element(f"{{{EUROPASS}}}Candidate")
    person = candidate.person
    _write_supplier(root, person)
    _write_person(root, candidate)
    profile = _add(root, "CandidateProfile")
    profile.set("languageCode", language)
    _add(profile, "hr:ExecutiveSummary", _html(person.get("summary", "")))
    if person.get("headline"):
        _add(profile, "Headline", person["headline"])
    writers = (
        ("work", "EmploymentHistory", _job), ("education", "EducationHistory", _school), ("driving", "eures:Licenses", _licence),
        ("certificates", "Certifications", _certificate), ("publications", "PublicationHistory", _publication),
    )  # fmt: skip
    for section, list_name, write in writers:
        _write_list(profile, list_name, _of(candidate, section), write)
    _write_competencies(profile, candidate)
    _write_list(profile, "EmploymentReferences", _of(candidate, "references"), _reference)
    for section, list_name, item in (
        ("interests", "HobbiesAndInterests", "HobbyOrInterest"), ("projects", "Projects", "Project"), ("digital", "DigitalSkills", "DigitalSkill"),
        ("memberships", "NetworksAndMemberships", "NetworkAndMembership"), ("volunteering", "VoluntaryWorks", "VoluntaryWork"),
        ("awards", "HonorsAndAwards", "HonorAndAward"), ("custom", "Others", "Other"),
    ):  # fmt: skip
        _write_list(
            profile,
            list_name,
            _of(candidate, section),
            lambda parent, values, item=item: _titled(parent, item, values),
        )
    if photo is not None:
        _write_photo(profile, photo)
    body: bytes = tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + body


def _write_photo(profile: Element, photo: Photo) -> None:
    """The profile picture: Europass keeps it as base64 of a data address, itself in base64."""
    kind = mimetypes.types_map.get(photo.suffix, "image/jpeg")
    address = f"data:{kind};base64,{b64encode(photo.body).decode()}"
    node = _add(profile, "eures:Attachment")
    _add(node, "oa:EmbeddedData", b64encode(address.encode()).decode())
    _add(node, "oa:FileType", "photo")
    _add(node, "hr:Instructions", "ProfilePicture")


def losses(entries: Sequence[CandidateEntry]) -> list[str]:
    """What a Europass file cannot hold of these entries."""
    told = []
    if any(entry.section == "languages" and not code_of(str(entry.values["title"])) for entry in entries):
        told.append(_("Europass has no code for one of your languages; it is written as text."))
    if any(entry.values.get("keywords") for entry in entries):
        told.append(_("Keywords become part of the description."))
    return told


def _write_supplier(root: Element, person: dict[str, str]) -> None:
    """Who sends it: here the person in question."""
    document = _add(root, "hr:DocumentID", "")
    document.attrib.update(
        {
            "schemeID": "Contrada-0001",
            "schemeName": "DocumentIdentifier",
            "schemeAgencyName": "EUROPASS",
            "schemeVersionID": "4.0",
        }
    )
    supplier = _add(root, "CandidateSupplier")
    party = _add(supplier, "hr:PartyID", "")
    party.attrib.update(
        {
            "schemeID": "Contrada-0001",
            "schemeName": "PartyID",
            "schemeAgencyName": "EUROPASS",
            "schemeVersionID": "1.0",
        }
    )
    _add(supplier, "hr:PartyName", "Owner")
    contact = _add(supplier, "PersonContact")
    _write_name(contact, person)
    _write_channel(contact, "Email", person.get("email", ""))
    _add(supplier, "hr:PrecedenceCode", "1")


def _write_person(root: Element, candidate: Candidate) -> None:
    person, node = candidate.person, _add(root, "CandidatePerson")
    _write_name(node, person)
    _write_channel(node, "Email", person.get("email", ""))
    if person.get("phone"):
        channel = _add(node, "Communication")
        _add(channel, "ChannelCode", "Telephone")
        _add(channel, "UseCode", "mobile")
        _add(channel, "oa:DialNumber", person["phone"])
    _write_channel(node, "Web", person.get("website", ""))
    for values in _of(candidate, "profiles"):
        channel = _add(node, "Communication")
        _add(channel, "ChannelCode", "SocialMedia")
        _add(channel, "ChannelName", values["title"])
        _add(channel, "oa:URI", values.get("url") or values.get("field"))
        _add(channel, "UserName", values.get("field"))
    if any(person.get(name) for name in ("street", "postcode", "city", "country")):
        channel = _add(node, "Communication")
        _add(channel, "UseCode", "home")
        _write_address(
            channel,
            person.get("city", ""),
            person.get("country", ""),
            person.get("street", ""),
            person.get("postcode", ""),
        )
    _add(node, "NationalityCode", person.get("nationality"))
    _add(node, "hr:BirthDate", person.get("birth_date"))
    _add(node, "GenderCode", person.get("gender"))
    _add(node, "MaritalStatusCode", person.get("marital_status"))
    for values in _of(candidate, "languages"):
        if values.get("is_native"):
            _language_code(
                _add(node, "PrimaryLanguageCode", code_of(values["title"]) or values["title"]),
                values["title"],
            )


def _write_name(parent: Element, person: dict[str, str]) -> None:
    name = _add(parent, "PersonName")
    _add(name, "oa:GivenName", person.get("given_name"))
    _add(name, "hr:FamilyName", person.get("family_name"))


def _write_channel(parent: Element, code: str, address: str) -> None:
    if address:
        channel = _add(parent, "Communication")
        _add(channel, "ChannelCode", code)
        _add(channel, "oa:URI", address)


def _write_address(parent: Element, city: str, country: str, street: str = "", postcode: str = "") -> None:
    address = _add(parent, "Address")
    address.set("type", "home")
    _add(address, "oa:AddressLine", street)
    _add(address, "oa:CityName", city)
    _add(address, "CountryCode", country.lower())
    _add(address, "oa:PostalCode", postcode)


def _job(parent: Element, values: Values) -> None:
    employer = _add(parent, "EmployerHistory")
    _add(employer, "hr:OrganizationName", values.get("organisation"))
    _write_contact(employer, values)
    position = _add(employer, "PositionHistory")
    _add(position, "PositionTitle", values["title"]).set("typeCode", "FREETEXT")
    _write_period(position, "eures:EmploymentPeriod", "eures", values)
    _add(position, "oa:Description", _described(values))
    _add(position, "City", values.get("place"))
    _add(position, "Country", str(values.get("country") or "").lower())


def _school(parent: Element, values: Values) -> None:
    school = _add(parent, "EducationOrganizationAttendance")
    _add(school, "hr:OrganizationName", values.get("organisation"))
    _write_contact(school, values)
    _add(school, "EducationLevelCode", values.get("level"))
    period = _write_period(school, "AttendancePeriod", "", values)
    if period is not None:
        _add(period, "Ongoing", "true" if values.get("is_current") else "false")
    degree = _add(school, "EducationDegree")
    _add(degree, "hr:DegreeName", values["title"])
    _add(degree, "FieldOfStudy", values.get("field"))
    if values.get("grade"):
        _add(_add(degree, "FinalGrade"), "hr:ScoreText", values["grade"])
    _add(degree, "OccupationalSkillsCovered", _described(values))


def _write_contact(parent: Element, values: Values) -> None:
    contact = _add(parent, "OrganizationContact")
    _write_channel(contact, "Web", str(values.get("url") or ""))
    if values.get("place") or values.get("country"):
        _write_address(
            _add(contact, "Communication"), str(values.get("place") or ""), str(values.get("country") or "")
        )


def _write_period(parent: Element, name: str, prefix: str, values: Values) -> Element | None:
    if not values.get("starts") and not values.get("ends"):
        return None
    own = f"{prefix}:" if prefix else ""
    period = _add(parent, name)
    for part, column in (("StartDate", "starts"), ("EndDate", "ends")):
        if values.get(column):
            _add(_add(period, f"{own}{part}"), "hr:FormattedDateTime", values[column])
    if prefix:
        _add(period, "hr:CurrentIndicator", "true" if values.get("is_current") else "false")
    return period


def _licence(parent: Element, values: Values) -> None:
    licence = _add(parent, "eures:License")
    _add(licence, "hr:LicenseTypeCode", values["title"])
    _add(licence, "hr:LicenseName", values["title"])
    if values.get("starts"):
        _add(_add(licence, "eures:FirstIssuedDate"), "hr:FormattedDateTime", values["starts"])
    if values.get("ends"):
        _add(
            _add(_add(licence, "eures:FreeFormPeriod"), "eures:EndDate"),
            "hr:FormattedDateTime",
            values["ends"],
        )


def _certificate(parent: Element, values: Values) -> None:
    certificate = _add(parent, "Certification")
    _add(certificate, "hr:CertificationTypeCode", values.get("field"))
    _add(certificate, "hr:CertificationName", values["title"])
    if values.get("starts"):
        _add(_add(certificate, "FirstIssuedDate"), "hr:FormattedDateTime", values["starts"])
    if values.get("ends"):
        _add(
            _add(_add(certificate, "FreeFormEffectivePeriod"), "EndDate"),
            "hr:FormattedDateTime",
            values["ends"],
        )
    if values.get("organisation"):
        _add(_add(certificate, "IssuingAuthority"), "hr:Name", values["organisation"])
    _add(certificate, "oa:Description", _described(values))
    _add(certificate, "Link", values.get("url"))


def _publication(parent: Element, values: Values) -> None:
    publication = _add(parent, "Publication")
    _add(publication, "hr:FormattedPublicationDescription", _described(values))
    _add(publication, "Title", values["title"])
    _add(publication, "Year", values.get("starts"))
    _add(publication, "Reference", values.get("organisation"))
    _add(publication, "Link", values.get("url"))


def _reference(parent: Element, values: Values) -> None:
    referee = _add(parent, "Referee")
    given, _space, family = str(values["title"]).rpartition(" ")
    _write_name(referee, {"given_name": given, "family_name": family})
    _write_channel(referee, "Email", str(values.get("email") or ""))
    if values.get("phone"):
        channel = _add(referee, "Communication")
        _add(channel, "ChannelCode", "Telephone")
        _add(channel, "oa:DialNumber", values["phone"])
    _add(referee, "Comment", _html(str(values.get("summary") or "")))
    _add(referee, "Role", values.get("field"))
    _add(referee, "OrganizationName", values.get("organisation"))


def _titled(parent: Element, name: str, values: Values) -> None:
    item = _add(parent, name)
    _add(item, "Heading", values.get("heading"))
    _add(item, "Title", values["title"])
    _add(item, "Role", values.get("field"))
    _add(item, "OrganizationName", values.get("organisation"))
    _add(item, "Location", ", ".join(str(values[key]) for key in ("place", "country") if values.get(key)))
    period = _write_period(item, "Period", "", values)
    if period is not None and values.get("is_current"):
        _add(period, "Ongoing", "true")
    _add(item, "Level", values.get("level"))
    _add(item, "oa:Description", _described(values))
    _add(item, "Link", values.get("url"))


def _write_competencies(profile: Element, candidate: Candidate) -> None:
    spoken = [values for values in _of(candidate, "languages") if not values.get("is_native")]
    others = _of(candidate, "skills")
    if not spoken and not others:
        return
    qualifications = _add(profile, "PersonQualifications")
    for values in spoken:
        competency = _add(qualifications, "PersonCompetency")
        _language_code(
            _add(competency, "CompetencyID", code_of(values["title"]) or values["title"]), values["title"]
        )
        _add(competency, "hr:TaxonomyID", "language")
        _add(competency, "hr:CompetencyName", values.get("grade"))
        for name in DIMENSIONS:
            if values.get(name):
                dimension = _add(competency, "eures:CompetencyDimension")
                _add(dimension, "hr:CompetencyDimensionTypeCode", DIMENSION_CODES[name])
                _add(_add(dimension, "eures:Score"), "hr:ScoreText", values[name])
    for values in others:
        competency = _add(qualifications, "PersonCompetency")
        _add(competency, "CompetencyID", values["title"])
        _add(competency, "hr:TaxonomyID", "other")
        _add(competency, "hr:CompetencyName", _described(values))
        if values.get("level"):
            _add(_add(competency, "eures:ProficiencyLevel"), "hr:ScoreText", values["level"])


def _language_code(node: Element, title: str) -> None:
    node.set(
        "schemeName" if node.tag.endswith("CompetencyID") else "name",
        "NORMAL" if code_of(title) else "FREETEXT",
    )


def _write_list(profile: Element, name: str, rows: Sequence[Values], write: Any) -> None:
    if rows:
        parent = _add(profile, name)
        for values in rows:
            write(parent, values)


def _of(candidate: Candidate, section: str) -> list[Values]:
    return [entry.values for entry in candidate.entries if entry.section == section]


def _described(values: Values) -> str:
    """Summary, points and keywords as the HTML that Europass puts into descriptions."""
    points = "".join(
        f"<li>{escape(line.strip())}</li>"
        for line in str(values.get("highlights") or "").splitlines()
        if line.strip()
    )
    words = str(values.get("keywords") or "")
    return (
        _html(str(values.get("summary") or ""))
        + (f"<ul>{points}</ul>" if points else "")
        + (f"<p><em>{escape(words)}</em></p>" if words else "")
    )


def _html(text: str) -> str:
    return "".join(f"<p>{escape(part.strip())}</p>" for part in text.split("\n") if part.strip())


def _add(parent: Element, name: str, text: Any = _CONTAINER) -> Element:
    """A child element that holds others, or a text; one whose text is empty is made but not attached."""
    prefix, _colon, local = name.rpartition(":")
    tag = f"{{{_URIS.get(prefix, EUROPASS)}}}{local}"
    if text is _CONTAINER:
        return SubElement(parent, tag)
    child = Element(tag)
    child.text = str(text or "")
    if text or local in _ALWAYS:
        parent.append(child)
    return child
