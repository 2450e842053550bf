"""What is found, by whom, on whichever database the suite runs."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, select

from lms.access.actor import system_actor
from lms.calendar.forms import SaveItem
from lms.calendar.service import create_item, delete_item
from lms.clock import utcnow
from lms.demo import World
from lms.hooks.contributions import SearchDocument
from lms.offices.directory import directory
from lms.offices.models import Office
from lms.refs import Ref
from lms.search.cli import reindex
from lms.search.hooks import health_checks, on_plugin_disabled
from lms.search.service import index_office
from lms.store.base import session
from lms.store.scope import all_offices
from lms.store.search import Hit, Query, SearchState, find, put_documents, remove_plugin, snippet
from lms.store.words import fold, index_forms, query_forms
from lms.testing import SignIn, count_queries
from lms.work.worker import run_due_jobs

LANGUAGES = ("it", "en", "de")


def document(
    world: World, number: int, title: str, body: str, language: str = "it", plugin: str = "demo"
) -> SearchDocument:
    return SearchDocument(
        Ref(plugin, "thing", str(number)), world.office("siena").id, title, body, language, utcnow()
    )


def titles(typed: str) -> list[str]:
    query = Query.read(typed, LANGUAGES)
    return [hit.title for hit in find(query, limit=50)] if query else []


def own_titles(typed: str) -> list[str]:
    """Only the texts that these tests put there; the demo world has others with the same words."""
    query = Query.read(typed, LANGUAGES)
    return [hit.title for hit in find(query, limit=200) if hit.ref.kind == "thing"] if query else []


@pytest.fixture
def indexed(world: World) -> World:
    texts = [
        ("Università per stranieri", "Corsi di lingua italiana per chi lavora", "it"),
        ("Career fair", "Companies are meeting people who are looking for work", "en"),
        ("Straßenfest", "Die Öffnungszeiten der Bücherei ändern sich", "de"),
        ("Łódź", "Un viaggio nella città polacca", "it"),
    ]
    with world.inside("siena"):
        put_documents(document(world, number, *each) for number, each in enumerate(texts))
    return world


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("universita", "Università per stranieri"),
        ("UNIVERSITÀ", "Università per stranieri"),
        ("univ", "Università per stranieri"),
        ("straniero corso", "Università per stranieri"),
        ("lavorare lingua", "Università per stranieri"),
        ("company meets", "Career fair"),
        ("strasse", "Straßenfest"),
        ("oeffnung bücher", ""),
        ("offnungszeit bucherei", "Straßenfest"),
        ("lodz", "Łódź"),
        ("lodz treno", ""),
        ('"lingua" AND NOT (x* OR \':', ""),
        ("'; DROP TABLE search_index; --", ""),
    ],
)
def test_words_are_found_without_accents_and_endings(indexed: World, typed: str, title: str) -> None:
    with indexed.inside("siena"):
        assert own_titles(typed) == ([title] if title else [])


def test_the_title_counts_more_than_the_text(indexed: World) -> None:
    with indexed.inside("siena"):
        put_documents(
            [
                document(indexed, 10, "Altro", "zirconio " + "parola " * 30),
                document(indexed, 11, "Zirconio", "altro"),
            ]
        )
        assert titles("zirconio") == ["Zirconio", "Altro"]


def test_a_changed_text_is_found_by_its_new_words_only(indexed: World) -> None:
    with indexed.inside("siena"):
        put_documents([document(indexed, 1, "Fiera", "zirconi")])
        assert own_titles("career") == []
        assert titles("zirconio") == ["Fiera"]


def test_no_office_finds_what_another_one_holds(indexed: World) -> None:
    with indexed.inside("vienna"):
        assert titles("universita") == []


def test_a_plugin_that_is_removed_leaves_nothing(indexed: World) -> None:
    with indexed.inside("siena"):
        remove_plugin("demo")
        assert titles("universita") == []


def test_the_snippet_marks_the_words_and_escapes_the_rest() -> None:
    hit = Hit(Ref("a", "b", "1"), "it", "t", "<b>Prima</b> " + "parola " * 40 + "i corsi <script>")
    query = Query.read("corso", LANGUAGES)
    assert query is not None
    shown = str(snippet(hit, query))
    assert "<mark>corsi</mark>" in shown
    assert "<script>" not in shown
    assert shown.startswith("…")


@given(st.text(max_size=40), st.sampled_from(["it", "en", "de", "xx"]))
def test_every_word_is_found_by_itself(word: str, language: str) -> None:
    for form in index_forms(word, language):
        assert form.isalnum()
    assert set(index_forms(word, language)[:1]) <= set(query_forms(word, [language]))
    assert fold(fold(word)) == fold(word) or not word.isascii()


def test_the_page_shows_a_person_only_what_they_may_see(world: World, sign_in: SignIn) -> None:
    owner, other = sign_in("trainee"), sign_in("trainee2")
    assert b"Lettera di presentazione" in owner.get("/o/siena/search?q=lettera").data
    assert b"Lettera di presentazione" not in other.get("/o/siena/search?q=lettera").data
    assert b"<mark>" in other.get("/o/siena/search?q=aula").data


@pytest.mark.parametrize(
    "typed", ["", "a", "%20", "zzzzqqq", "%00", "%22", "a" * 400, "x&kind=nonsense&page=99"]
)
def test_an_odd_query_is_answered_kindly(sign_in: SignIn, typed: str) -> None:
    assert sign_in("trainee").get(f"/o/siena/search?q={typed}").status_code == 200


def test_strangers_cannot_search(client: FlaskClient, sign_in: SignIn) -> None:
    assert client.get("/o/siena/search?q=aula").status_code == 302
    assert sign_in("trainee_vienna").get("/o/siena/search?q=aula").status_code == 403


def test_the_page_asks_the_same_number_of_questions_however_much_is_found(
    world: World, sign_in: SignIn
) -> None:
    browser = sign_in("trainee")
    browser.get("/o/siena/search?q=quarzo")
    counts = []
    for size in (1, 12):
        with world.inside("siena") as office:
            for _number in range(size):
                create_item(system_actor(office.id), SaveItem(title="Quarzo", day=world.now.date()))
        with world.inside("siena") as office:
            index_office(office.id)
        with count_queries() as counted:
            assert b"Quarzo" in browser.get("/o/siena/search?q=quarzo").data
        counts.append(len(counted))
    assert counts[0] == counts[1]


def test_what_is_gone_leaves_the_index_with_the_next_complete_run(world: World) -> None:
    with world.inside("siena") as office:
        root = system_actor(office.id)
        item = create_item(root, SaveItem(title="Meteorite", day=world.now.date()))
        index_office(office.id)
        assert titles("meteorite") == ["Meteorite"]
        delete_item(root, item.id)
        index_office(office.id, complete=True)
        assert titles("meteorite") == []


def test_a_part_that_is_switched_off_is_no_longer_found(world: World, app: Flask) -> None:
    run_due_jobs(app)
    with world.inside("siena") as office:
        on_plugin_disabled(office.id, "calendar")
    run_due_jobs(app)
    with world.inside("siena"):
        assert "Ufficio chiuso" not in titles("ufficio chiuso")


def test_the_command_makes_the_index_anew(world: World) -> None:
    done = CliRunner().invoke(reindex, ["--office", "siena"])
    assert done.exit_code == 0
    assert done.output.startswith("siena: ")
    assert CliRunner().invoke(reindex, ["--office", "nowhere"]).exit_code == 2


def test_an_index_is_missed_only_where_there_is_something_to_find(world: World) -> None:
    def statuses() -> list[str]:
        return [check.status for check in health_checks()]

    with all_offices("a site before its first day"):
        assert statuses() == ["ok"]
        session().execute(delete(SearchState))
        assert statuses() == ["warning"]
        for office in session().scalars(select(Office)):
            office.is_active = False
        session().flush()
        directory().forget()
        assert statuses() == ["ok"]
