"""CVs from elsewhere and to elsewhere: nothing lost, nothing believed."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter
from sqlalchemy import select

from lms.plugin import Invalid, NotFound, PdfAttachment, World, session
from lms.testing import SignIn
from plugins.portfolio.cv import exchange, service, tailoring
from plugins.portfolio.cv.composing import compose_cv
from plugins.portfolio.cv.documents import cv_pdf
from plugins.portfolio.cv.formats import europass_xml, json_resume
from plugins.portfolio.cv.formats.candidate import Candidate
from plugins.portfolio.cv.formats.europass_pdf import ATTACHMENT, read_attached_xml
from plugins.portfolio.cv.formats.europass_reading import read_europass
from plugins.portfolio.cv.models import Import
from plugins.portfolio.cv.sections import BY_NAME, CEFR, DIMENSIONS, SECTIONS

IMPORT = "/o/siena/portfolio/cv/import"
_words = st.text(st.characters(codec="utf-8", categories=("L", "N")), min_size=1, max_size=12)
_line = st.lists(_words, min_size=1, max_size=4).map(" ".join)
_date = st.one_of(
    st.integers(1950, 2030).map(str), st.tuples(st.integers(1950, 2030), st.integers(1, 12)).map(lambda pair: f"{pair[0]}-{pair[1]:02}")
)  # fmt: skip
OLD_EUROPASS = """<?xml version="1.0" encoding="UTF-8"?>
<SkillsPassport xmlns="http://europass.cedefop.europa.eu/Europass" locale="it"><LearnerInfo>
<Identification><PersonName><FirstName>Nina</FirstName><Surname>Testa</Surname></PersonName>
<ContactInfo><Address><Contact><AddressLine>Via Lunga 1</AddressLine><PostalCode>53100</PostalCode><Municipality>Siena</Municipality><Country><Code>IT</Code></Country></Contact></Address>
<Email><Contact>nina@example.org</Contact></Email><TelephoneList><Telephone><Contact>+39 1</Contact></Telephone></TelephoneList></ContactInfo>
<Demographics><Birthdate year="2001" month="--05" day="---31"/></Demographics></Identification>
<Headline><Type><Code>preferred_job</Code></Type><Description><Label>Cuoca</Label></Description></Headline>
<WorkExperienceList><WorkExperience><Period><From year="2020" month="--03"/><To year="2021"/></Period><Position><Label>Aiuto cuoca</Label></Position>
<Activities>&lt;p&gt;Preparavo i primi.&lt;/p&gt;&lt;ul&gt;&lt;li&gt;Pasta fresca&lt;/li&gt;&lt;/ul&gt;</Activities>
<Employer><Name>Trattoria Sole</Name><ContactInfo><Address><Contact><Municipality>Siena</Municipality><Country><Code>IT</Code></Country></Contact></Address></ContactInfo></Employer></WorkExperience></WorkExperienceList>
<EducationList><Education><Period><From year="2016"/><Current>true</Current></Period><Title>Alberghiero</Title><Organisation><Name>Istituto</Name></Organisation></Education></EducationList>
<Skills><Linguistic><MotherTongueList><MotherTongue><Description><Code>it</Code><Label>italiano</Label></Description></MotherTongue></MotherTongueList>
<ForeignLanguageList><ForeignLanguage><Description><Label>inglese</Label></Description><ProficiencyLevel><Listening>B1</Listening><Reading>B2</Reading><SpokenInteraction>A2</SpokenInteraction><SpokenProduction>A2</SpokenProduction><Writing>B1</Writing></ProficiencyLevel></ForeignLanguage></ForeignLanguageList></Linguistic>
<Driving><Description><Licence>B</Licence></Description></Driving></Skills></LearnerInfo></SkillsPassport>"""
OLD_EUROPASS_JSON: dict[str, Any] = {"SkillsPassport": {"Locale": "it", "LearnerInfo": {
    "Identification": {
        "PersonName": {"FirstName": "Nina", "Surname": "Testa"},
        "ContactInfo": {
            "Address": {"Contact": {"AddressLine": "Via Lunga 1", "PostalCode": "53100", "Municipality": "Siena", "Country": {"Code": "IT"}}},
            "Email": {"Contact": "nina@example.org"}, "Telephone": [{"Contact": "+39 1"}],
        },
        "Demographics": {"Birthdate": {"Year": 2001, "Month": 5, "Day": 31}},
    },
    "Headline": {"Type": {"Code": "preferred_job"}, "Description": {"Label": "Cuoca"}},
    "WorkExperience": [{
        "Period": {"From": {"Year": 2020, "Month": 3}, "To": {"Year": 2021}, "Current": False}, "Position": {"Label": "Aiuto cuoca"},
        "Activities": "<p>Preparavo i primi.</p><ul><li>Pasta fresca</li></ul>",
        "Employer": {"Name": "Trattoria Sole", "ContactInfo": {"Address": {"Contact": {"Municipality": "Siena", "Country": {"Code": "IT"}}}}},
    }],
    "Education": [{"Period": {"From": {"Year": 2016}, "Current": True}, "Title": "Alberghiero", "Organisation": {"Name": "Istituto"}}],
    "Skills": {
        "Linguistic": {
            "MotherTongue": [{"Description": {"Code": "it", "Label": "italiano"}}],
            "ForeignLanguage": {"Description": {"Label": "inglese"}, "ProficiencyLevel": {
                "Listening": "B1", "Reading": "B2", "SpokenInteraction": "A2", "SpokenProduction": "A2", "Writing": "B1",
            }},
        },
        "Driving": {"Description": ["B"]},
    },
}}}  # fmt: skip
BOMB = """<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><Candidate>&b;</Candidate>"""
READS_FILES = """<?xml version="1.0"?><!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]><Candidate>&x;</Candidate>"""


@st.composite
def candidates(draw: st.DrawFn) -> Candidate:
    """A CV with any number of entries of any section, as the forms would accept them."""
    made = Candidate()
    made.set_person(
        given_name=draw(_words),
        family_name=draw(_words),
        summary=draw(_line),
        city=draw(_words),
        email="a@example.org",
    )
    for number in range(draw(st.integers(0, 6))):
        section = draw(st.sampled_from([each.name for each in SECTIONS]))
        values: dict[str, object] = {}
        for field in BY_NAME[section].fields:
            if field.name in {"starts", "ends"}:
                values[field.name] = draw(st.one_of(st.just(""), _date))
            elif field.name in DIMENSIONS:
                values[field.name] = draw(st.sampled_from(["", *CEFR]))
            elif field.name == "url":
                values[field.name] = draw(st.sampled_from(["", "https://www.example.org/a"]))
            elif field.name in {"country", "email"}:
                values[field.name] = ""
            elif field.name.startswith("is_"):
                values[field.name] = False
            else:
                values[field.name] = draw(_line) if draw(st.booleans()) else ""
        made.add(
            section,
            **{
                **values,
                "title": f"{draw(_line)} {number}",
                "heading": "Altro" if section == "custom" else "",
            },
        )
    return made


def told(candidate: Candidate) -> list[tuple[str, dict[str, object]]]:
    """Entries without what is empty, in an order that does not depend on the format."""
    return sorted(
        ((entry.section, {name: value for name, value in entry.values.items() if value}) for entry in candidate.entries), key=str
    )  # fmt: skip


@given(candidates())
@settings(max_examples=60)
def test_json_resume_brings_back_every_field(candidate: Candidate) -> None:
    again = json_resume.read_json_resume(json_resume.write_json_resume(candidate))
    assert again.person == candidate.person
    assert told(again) == told(candidate)
    assert again.notes == []


@given(candidates())
@settings(max_examples=60)
def test_europass_brings_back_every_field(candidate: Candidate) -> None:
    again = read_europass(europass_xml.write_europass(candidate, "it"))
    assert again.person == candidate.person
    assert told(again) == told(candidate)


def test_a_europass_pdf_carries_its_data_and_is_read_back(sign_in: SignIn, world: World) -> None:
    with world.inside("siena"):
        cv = tailoring.find_cvs(world.actor("trainee"))[0]
        wanted, cv_id = told(exchange.candidate_of_cv(cv)), cv.id
    body = sign_in("trainee").get(f"/o/siena/portfolio/cvs/{cv_id}/europass.pdf").data
    assert told(read_europass(read_attached_xml(body))) == wanted
    assert [each.name for each in PdfReader(io.BytesIO(body)).attachment_list] == [
        ATTACHMENT
    ] or "/" + ATTACHMENT


def test_the_older_europass_is_read() -> None:
    found = read_europass(OLD_EUROPASS)
    assert found.person == {
        "given_name": "Nina", "family_name": "Testa", "email": "nina@example.org", "phone": "+39 1", "street": "Via Lunga 1", "postcode": "53100",
        "city": "Siena", "country": "IT", "birth_date": "2001-05-31", "headline": "Cuoca",
    }  # fmt: skip
    by_section = {section: values for section, values in told(found) if section != "languages"}
    assert by_section["work"] == {
        "title": "Aiuto cuoca", "organisation": "Trattoria Sole", "place": "Siena", "country": "IT", "starts": "2020-03", "ends": "2021",
        "summary": "Preparavo i primi.", "highlights": "Pasta fresca",
    }  # fmt: skip
    assert by_section["education"]["is_current"] is True
    assert by_section["driving"] == {"title": "B"}
    english = next(
        values for section, values in told(found) if section == "languages" and values["title"] == "inglese"
    )
    assert english["reading"] == "B2"


def test_json_resume_of_another_program_is_read_and_its_odd_parts_are_told() -> None:
    text = json.dumps(
        {
            "basics": {"name": "Ana Maria Pop", "email": "no address", "location": {"countryCode": "ROU", "city": "Iași"}, "profiles": [{"network": "Web", "url": "javascript:alert(1)"}]},
            "work": [{"name": "Fabrica", "position": "Operator", "startDate": "2020-01-15", "highlights": ["a", "b"]}, "nonsense", {"startDate": "2019"}],
            "languages": [{"language": "English", "fluency": "Fluent (C1)"}], "skills": [{"name": "Excel", "keywords": ["pivot"]}], "unknown": [1, 2],
        }
    )  # fmt: skip
    found = json_resume.read_json_resume(text)
    assert found.person == {"given_name": "Ana", "family_name": "Maria Pop", "city": "Iași"}
    assert (
        "work",
        {
            "title": "Operator",
            "organisation": "Fabrica",
            "starts": "2020-01-15",
            "is_current": True,
            "highlights": "a\nb",
        },
    ) in told(found)
    assert len(found.notes) == 3
    assert all("javascript" not in str(entry.values) for entry in found.entries)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (BOMB.encode(), "hostile_xml"), (READS_FILES.encode(), "hostile_xml"), (b"<Candidate><broken", "damaged"), (b"<html><body>CV</body></html>", "wrong_format"),
        (b"{not json", "damaged"), (b"{}", "wrong_format"), (b'{"basics": {}}', "empty"), (b"%PDF-1.7 nonsense", "damaged"), (b"\xff\xd8\xff\xe0 a picture", "wrong_format"),
        (b"PK\x03\x04 a zip", "wrong_format"), (b"plain words", "wrong_format"), (b"<" + b"a" * 5_000_001, "too_large"),
        (b"[" * 100_000, "wrong_format"), (b'{"basics":' + b"[" * 100_000, "damaged"),
    ],
)  # fmt: skip
def test_what_is_no_cv_is_refused_in_words_and_nothing_is_kept(world: World, body: bytes, code: str) -> None:
    with world.inside("siena"):
        actor = world.actor("trainee9")
        with pytest.raises(Invalid) as refusal:
            exchange.read_import(actor, "cv", body)
        assert refusal.value.code == code
        assert refusal.value.message
        assert session().scalar(select(Import).filter_by(owner_id=actor.user_id)) is None


def test_a_pdf_without_data_says_so(world: World) -> None:
    out = io.BytesIO()
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.add_attachment("notes.txt", b"<not xml by name>")
    writer.write(out)
    with world.inside("siena"), pytest.raises(Invalid) as refusal:
        exchange.read_import(world.actor("trainee9"), "scan.pdf", out.getvalue())
    assert refusal.value.code == "no_attachment"


def test_a_hostile_xml_inside_a_pdf_is_refused_too(world: World) -> None:
    with world.inside("siena"):
        cv = tailoring.find_cvs(world.actor("trainee"))[0]
        attachment = PdfAttachment(ATTACHMENT, READS_FILES.encode(), "application/xml", "data")
        body = cv_pdf(compose_cv(cv), attachments=[attachment])
        with pytest.raises(Invalid) as refusal:
            exchange.read_import(world.actor("trainee9"), "cv.pdf", body)
    assert refusal.value.code == "hostile_xml"


def test_nothing_changes_before_the_choice_and_then_only_what_was_chosen(
    sign_in: SignIn, world: World
) -> None:
    browser = sign_in("trainee9")
    sent = browser.post(IMPORT, data={"file": (io.BytesIO(OLD_EUROPASS.encode()), "vecchio.xml")})
    assert sent.status_code == 303
    page = browser.get(sent.location)
    assert "Aiuto cuoca" in page.text
    with world.inside("siena"):
        actor = world.actor("trainee9")
        assert service.find_entries(actor.user_id) == []
        numbers = {
            line.entry.values["title"]: line.number
            for line in exchange.get_preview(
                actor, session().scalars(select(Import.id).filter_by(owner_id=actor.user_id)).one()
            ).lines
        }
    chosen = {
        f"entry-{number}": "add" if title == "Aiuto cuoca" else "ignore" for title, number in numbers.items()
    }
    assert browser.post(sent.location, data=chosen | {"person": ["headline"]}).status_code == 303
    with world.inside("siena"):
        actor = world.actor("trainee9")
        assert [entry.title for entry in service.find_entries(actor.user_id)] == ["Aiuto cuoca"]
        person = service.get_person(actor)
        assert (person.headline, person.birth_date) == ("Cuoca", "")
    assert browser.get(sent.location).status_code == 404


def test_what_is_there_already_is_found_and_can_be_replaced(world: World) -> None:
    with world.inside("siena"):
        actor = world.actor("trainee9")
        service.add_entry(
            actor,
            "work",
            {"title": "aiuto CUOCA", "organisation": "Trattoria Sole", "starts": "2020", "keywords": ""},
        )
        service.add_entry(actor, "driving", {"title": "B"})
        import_id = exchange.read_import(actor, "x.xml", OLD_EUROPASS.encode())
        lines = {line.entry.section: line for line in exchange.get_preview(actor, import_id).lines}
        assert (lines["work"].suggested, lines["driving"].suggested, lines["education"].suggested) == (
            "replace",
            "ignore",
            "add",
        )
        assert lines["driving"].is_same
        outcome = exchange.apply_import(
            actor, import_id, {line.number: line.suggested for line in lines.values()}, []
        )
        assert (outcome.added, outcome.replaced) == (2, 1)
        job = next(entry for entry in service.find_entries(actor.user_id) if entry.section == "work")
        assert (job.title, job.starts) == ("Aiuto cuoca", "2020-03")


def test_importing_ones_own_export_finds_everything_there(world: World) -> None:
    with world.inside("siena"):
        actor = world.actor("trainee")
        text = json_resume.write_json_resume(exchange.candidate_of_store(actor.user_id))
        preview = exchange.get_preview(actor, exchange.read_import(actor, "me.json", text.encode()))
        assert preview.lines
        assert all(line.is_same and line.suggested == "ignore" for line in preview.lines)
        assert preview.person_changes == ()


def test_nobody_sees_the_import_of_another_person(world: World) -> None:
    with world.inside("siena"):
        import_id = exchange.read_import(world.actor("trainee9"), "x.xml", OLD_EUROPASS.encode())
        with pytest.raises(NotFound):
            exchange.get_preview(world.actor("trainee"), import_id)


def test_exports_of_one_cv_hold_only_what_it_shows(world: World) -> None:
    with world.inside("siena"):
        actor = world.actor("trainee")
        cv = tailoring.find_cvs(actor)[0]
        job = next(entry for entry in service.find_entries(actor.user_id) if entry.title == "Pasticciera")
        tailoring.hide_entry(actor, cv.id, job.id, is_hidden=True)
        cv.is_anonymous = True
        candidate = exchange.candidate_of_cv(cv)
        for text in (
            json_resume.write_json_resume(candidate),
            europass_xml.write_europass(candidate, "it").decode(),
        ):
            for secret in ("Benali", "aicha", "2002", "Forno Il Grano", "galleria.example.org"):
                assert secret not in text


def test_what_a_format_cannot_hold_is_told(world: World) -> None:
    with world.inside("siena"):
        entries = exchange.candidate_of_store(world.people["trainee"].id).entries
        assert any("driving" in each for each in json_resume.losses(entries))
        assert europass_xml.losses(entries)


@pytest.mark.parametrize("data", [OLD_EUROPASS_JSON, OLD_EUROPASS_JSON["SkillsPassport"]])
def test_the_json_of_the_older_europass_says_the_same_as_its_xml(world: World, data: Any) -> None:
    with world.inside("siena"):
        actor = world.actor("trainee2")
        found = [
            exchange.get_preview(actor, exchange.read_import(actor, name, body)).candidate
            for name, body in (("cv.xml", OLD_EUROPASS.encode()), ("cv.json", json.dumps(data).encode()))
        ]
    assert found[0].person["birth_date"] == "2001-05-31"
    assert {each.section for each in found[0].entries} == {"work", "education", "languages", "driving"}
    assert found[0] == found[1]


@pytest.mark.parametrize(
    "body",
    [
        '{"SkillsPassport": {"LearnerInfo": ' + '{"a": ' * 300 + "1" + "}" * 302, '{"SkillsPassport": []}', '{"SkillsPassport": {}}', '{"LearnerInfo": {"x y": 1, "<b>": {}}}',
        '{"SkillsPassport": {"LearnerInfo": {"WorkExperience": [1, null, [[]], {"Period": {"From": {"Year": []}}}]}}}', '{"LearnerInfo": 1e999999}', "{" * 100_000,
    ],
)  # fmt: skip
def test_json_of_europass_that_is_damaged_is_refused_and_nothing_is_kept(world: World, body: str) -> None:
    with world.inside("siena"):
        actor = world.actor("trainee2")
        with pytest.raises(Invalid):
            exchange.read_import(actor, "cv.json", body.encode())
        assert session().query(Import).filter_by(owner_id=actor.user_id).count() == 0


def test_signs_that_xml_cannot_hold_are_left_out_of_json(world: World) -> None:
    data = {
        "LearnerInfo": {
            "Identification": {"PersonName": {"FirstName": "Ni\x00\x0b\ufffena", "Surname": "]]><x>&amp;"}}
        }
    }
    with world.inside("siena"):
        actor = world.actor("trainee2")
        preview = exchange.get_preview(
            actor, exchange.read_import(actor, "cv.json", json.dumps(data).encode())
        )
    assert (preview.candidate.person["given_name"], preview.candidate.person["family_name"]) == (
        "Nina",
        "]]><x>&amp;",
    )
