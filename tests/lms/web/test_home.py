"""The first page: whose office is it, and what is the one next step."""

from __future__ import annotations

import gzip
from collections import deque

import pytest
from flask.testing import FlaskClient

from lms.access.actor import system_actor
from lms.demo import World
from lms.hooks.callers import Hooks, hooks
from lms.hooks.contributions import DashboardCard
from lms.hooks.watch import Failure
from lms.offices.service import switch_plugin
from lms.store.uow import unit_of_work
from lms.testing import SignIn, count_queries


@pytest.fixture
def failures(world: World) -> deque[Failure]:
    """What plugins failed at in this test."""
    return hooks().watch.failures


def test_a_guest_chooses_an_office_and_sees_its_own_words(client: FlaskClient) -> None:
    assert "Wiener Arbeitsberatung" in client.get("/").text
    page = client.get("/o/vienna/").text
    assert "Find out what you can do" in page
    assert "/o/vienna/sign-in" in page


def test_a_person_with_one_office_goes_straight_there(sign_in: SignIn) -> None:
    answer = sign_in("trainee").get("/")
    assert (answer.status_code, answer.location) == (302, "/o/siena/")


def test_the_dashboard_opens_with_one_next_step(sign_in: SignIn) -> None:
    page = sign_in("trainee").get("/o/siena/?lang=en").text
    assert page.count('class="ui-next"') == 1
    assert "Job day: turismo e accoglienza" in page


@pytest.mark.parametrize(
    "role", ["trainee", "practitioner", "tutor", "trainer", "counsellor", "head", "head_vienna"]
)
def test_every_card_of_everybodys_dashboard_can_be_drawn(
    role: str, sign_in: SignIn, failures: deque[Failure]
) -> None:
    office = "vienna" if "vienna" in role else "siena"
    assert sign_in(role).get(f"/o/{office}/").status_code == 200
    assert list(failures) == []


def test_a_card_that_cannot_be_drawn_is_left_out_and_named(
    sign_in: SignIn, failures: deque[Failure], monkeypatch: pytest.MonkeyPatch
) -> None:
    cards = [DashboardCard("links/no_such_card.html", {}, 1), DashboardCard("links/card.html", {}, 2)]
    monkeypatch.setattr(Hooks, "dashboard_cards", lambda _self, _actor: cards)
    assert sign_in("trainee").get("/o/siena/").status_code == 200
    assert {(each.plugin, each.hook) for each in failures} == {("links", "dashboard_cards")}


@pytest.mark.parametrize(
    ("plugins", "most"), [({"links"}, 12), (None, 12)], ids=["the house", "everything switched on"]
)
def test_the_dashboard_costs_few_queries(
    plugins: set[str] | None, most: int, world: World, sign_in: SignIn
) -> None:
    siena = world.office("siena")
    with unit_of_work():
        for name in siena.plugins - plugins if plugins else ():
            switch_plugin(system_actor(siena.id), siena.id, name, is_enabled=False)
    browser = sign_in("trainee")
    browser.get("/o/siena/")
    with count_queries() as counted:
        assert browser.get("/o/siena/").status_code == 200
    assert len(counted) <= most, "\n".join(counted.statements)


def test_the_language_can_be_chosen_before_signing_in_and_stays(client: FlaskClient) -> None:
    assert '<html lang="it"' in client.get("/o/vienna/?lang=it").text
    assert '<html lang="it"' in client.get("/o/vienna/").text


def test_live_ready_and_metrics_answer(client: FlaskClient) -> None:
    assert client.get("/live").json == {"status": "ok"}
    assert client.get("/ready").json == {"status": "ok"}
    assert "lms_requests_total" in client.get("/metrics").text
    assert client.get("/metrics", environ_overrides={"REMOTE_ADDR": "192.0.2.7"}).status_code == 403


def test_pages_travel_compressed_to_those_who_can_read_it(client: FlaskClient) -> None:
    plain = client.get("/o/siena/")
    packed = client.get("/o/siena/", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.data) < len(plain.data) / 2
    assert gzip.decompress(packed.data).startswith(b"<!doctype html>")
