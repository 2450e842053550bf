"""The first page: whose office is it, and what is the one next step."""

from __future__ import annotations

import gzip

from flask.testing import FlaskClient

from lms.demo import World
from lms.testing import SignIn, count_queries

MOST_QUERIES = 12


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


def test_the_dashboard_costs_few_queries(world: World, sign_in: SignIn) -> None:
    browser = sign_in("trainee")
    browser.get("/o/siena/")
    with count_queries() as counted:
        assert browser.get("/o/siena/").status_code == 200
    assert len(counted) <= MOST_QUERIES, "\n".join(counted.statements)


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
