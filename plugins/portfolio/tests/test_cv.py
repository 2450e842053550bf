"""The store, the CVs made from it, and paper: who can do what, and what comes out."""

from __future__ import annotations

import io
import uuid
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader
from sqlalchemy import select

from lms.plugin import Actor, Forbidden, Invalid, NotFound, World, session
from lms.testing import SignIn, count_queries
from plugins.portfolio.cv import letters, service, tailoring
from plugins.portfolio.cv.composing import compose_cv
from plugins.portfolio.cv.dates import in_words, months_between, read_date, shown_in_field
from plugins.portfolio.cv.documents import cv_pdf
from plugins.portfolio.cv.forms import (
    EditChoice,
    EditCv,
    EditLetter,
    NewCv,
    NewLetter,
    SavePerson,
    entry_command,
)
from plugins.portfolio.cv.models import Cv, Entry
from plugins.portfolio.cv.reading import as_text, find_warnings
from plugins.portfolio.cv.sections import SECTIONS

CV = "/o/siena/portfolio/cv"


def add(actor: Actor, section: str = "work", **values: object) -> Entry:
    return service.add_entry(actor, section, {"title": "Barista"} | values)


def empty(world: World, key: str = "trainee9") -> Actor:
    """Somebody of Siena without a portfolio."""
    return world.actor(key)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("2024", "2024"), ("05/2024", "2024-05"), ("5.2024", "2024-05"), ("31/05/2024", "2024-05-31"), ("2024-5-1", "2024-05-01"), ("2024-05-31T10:00:00Z", "2024-05-31"), ("", "")],
)  # fmt: skip
def test_a_date_can_be_typed_in_the_ways_people_write_it(typed: str, kept: str) -> None:
    assert read_date(typed) == kept


@pytest.mark.parametrize("typed", ["31/02/2024", "13/2024", "1800", "soon", "2024-00-01", "1/2/3"])
def test_what_is_no_date_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="date"):
        read_date(typed)


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)), st.sampled_from([4, 7, 10]))
def test_a_kept_date_survives_being_shown_and_typed_again(day: date, length: int) -> None:
    kept = day.isoformat()[:length]
    assert read_date(shown_in_field(kept)) == kept
    assert in_words(kept, "it")


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)), st.integers(0, 400))
def test_months_between_two_dates_are_those_of_the_calendar(day: date, months: int) -> None:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    assert months_between(day.isoformat()[:7], f"{year:04}-{month + 1:02}") == months


def test_a_trainee_fills_a_section_without_a_script(sign_in: SignIn) -> None:
    browser = sign_in("trainee9")
    made = browser.post(f"{CV}/work/new", data={"title": "Barista"})
    assert made.status_code == 303
    answer = browser.post(
        made.location,
        data={"title": "Barista", "organisation": "Bar Nuovo", "starts": "03/2022", "is_current": "1"},
    )
    assert answer.status_code == 303
    page = browser.get(CV).text
    assert "Bar Nuovo" in page
    assert "2022" in page


def test_typing_saves_and_says_when_and_a_wrong_date_is_told_to_the_script(sign_in: SignIn) -> None:
    browser = sign_in("trainee9")
    path = browser.post(f"{CV}/work/new", data={"title": "Barista"}).location
    script = {"Accept": "application/json"}
    assert "saved_at" in browser.post(path, data={"title": "Barista", "place": "Siena"}, headers=script).json
    wrong = browser.post(path, data={"title": "Barista", "starts": "soon"}, headers=script)
    assert wrong.status_code == 422
    assert "05/2024" in wrong.json["error"]["message"]


def test_nobody_reaches_the_entries_of_another_person(world: World, sign_in: SignIn) -> None:
    with world.inside("siena"):
        entry_id = session().scalar(select(Entry.id).filter_by(owner_id=world.people["trainee"].id))
        cv_id = session().scalar(select(Cv.id).filter_by(owner_id=world.people["trainee"].id))
    for key in ("trainee2", "counsellor", "head"):
        browser = sign_in(key)
        assert browser.get(f"{CV}/entries/{entry_id}").status_code == 404
        assert browser.post(f"{CV}/entries/{entry_id}/remove").status_code == 404
        for path in ("", "/cv.pdf", "/text", "/resume.json", "/europass.xml", "/sheet"):
            assert browser.get(f"{CV}s/{cv_id}{path}").status_code == 404
    assert sign_in("trainee_vienna").get(f"/o/vienna/portfolio/cvs/{cv_id}").status_code == 404


def test_new_jobs_go_to_their_place_in_time(world: World) -> None:
    with world.inside("siena"):
        actor = empty(world)
        add(actor, title="Old", starts="2015", ends="2018")
        add(actor, title="Now", starts="2022-01", is_current=True)
        add(actor, title="Middle", starts="2019", ends="2021-12")
        assert [entry.title for entry in service.find_entries(actor.user_id)] == ["Now", "Middle", "Old"]


def test_an_end_before_the_beginning_is_refused_but_an_unknown_month_is_not(world: World) -> None:
    with world.inside("siena"):
        actor = empty(world)
        entry = add(actor)
        command = entry_command("work")
        with pytest.raises(Invalid):
            service.edit_entry(
                actor, entry.id, command.read({"title": "Barista", "starts": "05/2024", "ends": "04/2024"})
            )
        service.edit_entry(
            actor, entry.id, command.read({"title": "Barista", "starts": "05/2024", "ends": "2024"})
        )


def test_removing_an_entry_can_be_undone(world: World) -> None:
    with world.inside("siena"):
        actor = empty(world)
        entry = add(actor)
        service.remove_entry(actor, entry.id)
        with pytest.raises(NotFound):
            service.get_entry(actor, entry.id)
        service.restore_entry(actor, entry.id)
        assert service.get_entry(actor, entry.id).title == "Barista"


def test_a_member_of_another_office_has_no_portfolio_here(world: World) -> None:
    with world.inside("siena"), pytest.raises(Forbidden):
        service.get_person(world.actor("trainee_vienna", "siena"))


def test_each_cv_chooses_orders_and_rewords_without_touching_the_others(world: World) -> None:
    with world.inside("siena"):
        actor = empty(world)
        first, second = add(actor, title="Barista"), add(actor, title="Cuoco")
        one, other = tailoring.add_cv(actor, NewCv(title="Uno")), tailoring.add_cv(actor, NewCv(title="Due"))
        tailoring.order_cv(actor, one.id, [first.id, second.id])
        tailoring.reword_entry(actor, one.id, first.id, EditChoice(title="Coffee maker"))
        tailoring.hide_entry(actor, one.id, second.id, is_hidden=True)
        assert [line.title for line in compose_cv(one).sections[0].entries] == ["Coffee maker"]
        assert {line.title for line in compose_cv(other).sections[0].entries} == {"Barista", "Cuoco"}
        tailoring.hide_entry(actor, one.id, second.id, is_hidden=False)
        assert [line.title for line in compose_cv(one).sections[0].entries] == ["Coffee maker", "Cuoco"]


def test_sections_move_in_one_cv(world: World) -> None:
    with world.inside("siena"):
        actor = empty(world)
        add(actor)
        add(actor, "languages", title="Arabo", is_native=True)
        cv = tailoring.add_cv(actor, NewCv(title="Uno"))
        tailoring.move_section(actor, cv.id, "languages", up=True)
        assert [section.name for section in compose_cv(cv).sections] == ["languages", "work"]


def test_private_details_stay_off_unless_a_cv_shows_them(world: World) -> None:
    with world.inside("siena"):
        actor = world.actor("trainee")
        cv = tailoring.find_cvs(actor)[0]
        assert "2002" not in as_text(compose_cv(cv))
        cv.shows_birth_date = True
        assert "2002" in as_text(compose_cv(cv))


def test_an_anonymous_cv_names_nobody_anywhere(world: World) -> None:
    with world.inside("siena"):
        actor = world.actor("trainee")
        cv = tailoring.find_cvs(actor)[0]
        cv.is_anonymous = cv.shows_birth_date = cv.shows_photo = True
        document = compose_cv(cv)
        words = as_text(document) + " ".join(
            page.extract_text() for page in PdfReader(io.BytesIO(cv_pdf(document))).pages
        )
        assert document.photo_id is None
        for secret in (
            "Benali",
            "Aïcha",
            "aicha",
            "333 000",
            "Via dei Rossi",
            "2002",
            "galleria.example.org",
        ):
            assert secret not in words


@pytest.mark.parametrize("template", ["clear", "modern", "compact"])
def test_the_pdf_is_tagged_has_a_language_page_numbers_and_all_words(world: World, template: str) -> None:
    with world.inside("siena"):
        actor = world.actor("trainee")
        cv = next(cv for cv in tailoring.find_cvs(actor) if cv.language == "it")
        cv.template = template
        reader = PdfReader(io.BytesIO(cv_pdf(compose_cv(cv))))
    root = reader.trailer["/Root"]
    words = " ".join(" ".join(page.extract_text().split()) for page in reader.pages)
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "it"
    assert "Aïcha Benali" in words
    assert f"1 / {len(reader.pages)}" in words
    for text in ("Forno Il Grano", "Esperienza di lavoro", "lingua madre", "HACCP"):
        assert text in words


@pytest.mark.parametrize("template", ["clear", "modern", "compact"])
def test_no_page_cuts_an_entry(world: World, template: str) -> None:
    with world.inside("siena"):
        actor = empty(world)
        for number in range(40):
            add(
                actor,
                title=f"Job{number:02}",
                highlights="\n".join(f"point {number:02}-{point}" for point in range(6)),
            )
        cv = tailoring.add_cv(actor, NewCv(title="Lungo"))
        cv.template = template
        pages = [page.extract_text() for page in PdfReader(io.BytesIO(cv_pdf(compose_cv(cv)))).pages]
    assert len(pages) >= 3
    for number in range(40):
        on = [index for index, text in enumerate(pages) if f"Job{number:02}" in text]
        assert len(on) == 1
        assert all(f"point {number:02}-{point}" in pages[on[0]] for point in range(6)), number


def test_the_preview_and_the_pdf_tell_the_same(sign_in: SignIn, world: World) -> None:
    with world.inside("siena"):
        cv_id = session().scalar(select(Cv.id).filter_by(owner_id=world.people["trainee"].id))
        document = compose_cv(session().get_one(Cv, cv_id))
        titles = [line.title for section in document.sections for line in section.entries]
    page = sign_in("trainee").get(f"{CV}s/{cv_id}/print").text
    assert all(title.replace("’", "’") in page for title in titles)


def test_a_cv_speaks_its_own_language_whoever_looks(sign_in: SignIn, world: World) -> None:
    with world.inside("siena"):
        cv_id = next(cv.id for cv in tailoring.find_cvs(world.actor("trainee")) if cv.language == "en")
    page = sign_in("trainee").get(f"{CV}s/{cv_id}/print").text
    assert "mother tongue" in page
    assert "lingua madre" not in page
    assert "Work experience" in page


def test_gaps_missing_contacts_and_missing_words_are_told(world: World) -> None:
    with world.inside("siena"):
        actor = empty(world)
        service.save_person(actor, SavePerson(given_name="Li"))
        add(actor, title="Barista", starts="2018-01", ends="2019-01")
        add(actor, title="Cuoco", starts="2021-01", ends="2022-01")
        cv = tailoring.add_cv(actor, NewCv(title="Uno"))
        tailoring.edit_cv(actor, cv.id, EditCv(title="Uno", target_job="Saldatore", language="en"))
        found = " ".join(
            each.text
            for each in find_warnings(
                cv, compose_cv(cv), service.find_entries(actor.user_id), date(2022, 2, 1)
            )
        )
    assert "24" in found
    assert "saldatore" in found.casefold()
    assert "e-mail" in found
    assert "Barista" in found


def test_a_letter_and_its_cv_leave_in_one_pdf(world: World, sign_in: SignIn) -> None:
    with world.inside("siena"):
        letter_id = letters.find_letters(world.actor("trainee"))[0].id
    browser = sign_in("trainee")
    path = f"/o/siena/portfolio/letters/{letter_id}/letter.pdf"
    alone, together = (PdfReader(io.BytesIO(browser.get(path + query).data)) for query in ("", "?with=cv"))
    assert len(together.pages) > len(alone.pages) == 1
    assert "Fiorentini" in alone.pages[0].extract_text()
    assert "Forno Il Grano" in together.pages[-1].extract_text() + together.pages[1].extract_text()


def test_a_letter_cannot_take_the_cv_of_somebody_else(world: World) -> None:
    with world.inside("siena"):
        foreign = tailoring.find_cvs(world.actor("trainee"))[0].id
        actor = empty(world)
        letter = letters.add_letter(actor, NewLetter(title="Cuoco"))
        with pytest.raises(NotFound):
            letters.edit_letter(actor, letter.id, EditLetter(title="Cuoco", cv_id=foreign))


def test_words_of_the_advertisement_that_are_missing_are_named(world: World) -> None:
    with world.inside("siena"):
        actor = world.actor("trainee")
        assert "cioccolato" not in letters.missing_in_letter(actor, letters.find_letters(actor)[0])
        letter = letters.add_letter(actor, NewLetter(title="Pasticciera"))
        letter.vacancy = "Cerchiamo esperienza nella laminazione automatica."
        assert "laminazione" in letters.missing_in_letter(actor, letter)


def test_the_store_asks_the_same_number_of_questions_for_few_and_many_entries(
    sign_in: SignIn, world: World
) -> None:
    browser = sign_in("trainee9")
    with world.inside("siena"):
        add(empty(world))
    browser.get(CV)
    with count_queries() as few:
        browser.get(CV)
    with world.inside("siena"):
        for number in range(60):
            add(empty(world), SECTIONS[number % len(SECTIONS)].name, title=f"Entry {number}")
    with count_queries() as many:
        browser.get(CV)
    assert len(many) == len(few)


def test_an_unknown_section_or_id_is_not_found(sign_in: SignIn) -> None:
    browser = sign_in("trainee")
    for path in ("/nonsense/new", f"/entries/{uuid.uuid4()}", f"/import/{uuid.uuid4()}"):
        assert browser.get(CV + path).status_code == 404
