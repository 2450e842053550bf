"""Who is let in: deny by default, office by office, and never for another site."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.access.policy import Policy
from lms.demo import World
from lms.testing import SignIn
from lms.web.guard import (
    UndeclaredPolicy,
    called_from_anywhere,
    guest_or_actor,
    install_guard,
    public,
    uses_devices,
)


def test_a_route_without_a_policy_stops_development_at_start(app: Flask) -> None:
    careless = Flask("careless")
    careless.extensions.update(app.extensions)
    careless.add_url_rule("/forgotten", "forgotten", lambda: "open to all")
    with pytest.raises(UndeclaredPolicy, match="forgotten"):
        install_guard(careless)


def test_a_view_cannot_state_two_policies() -> None:
    with pytest.raises(TypeError, match="two policies"):
        public(public(lambda: "x"))


def test_every_route_states_its_policy(app: Flask) -> None:
    missing = [
        name
        for name, view in app.view_functions.items()
        if not isinstance(getattr(view, "lms_policy", None), Policy)
    ]
    assert missing == []


def test_a_guest_is_sent_to_the_sign_in_page_and_back(client: FlaskClient) -> None:
    answer = client.get("/o/siena/activities/")
    assert answer.status_code == 302
    assert answer.location == "/o/siena/sign-in?next=/o/siena/activities/"


def test_a_program_without_sign_in_gets_a_plain_401(client: FlaskClient) -> None:
    answer = client.get("/o/siena/activities/", headers={"Accept": "application/json"})
    assert answer.status_code == 401
    assert answer.json["error"]["code"] == "sign_in_needed"


def test_a_member_of_one_office_is_no_member_of_another_and_is_told_so(sign_in: SignIn) -> None:
    answer = sign_in("trainee").get("/o/vienna/activities/?lang=en")
    assert answer.status_code == 403
    assert "not a member of this office" in answer.text


def test_a_regional_head_is_head_in_the_offices_below(sign_in: SignIn) -> None:
    assert sign_in("regional_head").get("/o/siena/admin/roles").status_code == 200
    assert sign_in("regional_head").get("/o/vienna/admin/roles").status_code == 403


def test_a_trainee_cannot_open_administration_and_an_operator_page_is_for_operators(sign_in: SignIn) -> None:
    assert sign_in("trainee").get("/o/siena/admin/brand").status_code == 403
    assert sign_in("head").get("/operator/").status_code == 403
    assert sign_in("operator").get("/operator/").status_code == 200


def test_an_office_that_does_not_exist_is_a_helpful_404(client: FlaskClient) -> None:
    answer = client.get("/o/atlantis/")
    assert answer.status_code == 404
    assert "<h1" in answer.text


def test_another_host_name_is_refused(client: FlaskClient) -> None:
    answer = client.get("/", headers={"Host": "evil.example.net"})
    assert answer.status_code == 422


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example.net"},
        {"Origin": "null"},
    ],
)
def test_a_change_started_by_another_site_is_refused(
    sign_in: SignIn, world: World, headers: dict[str, str]
) -> None:
    answer = sign_in("head").post(
        "/o/siena/admin/roles", data={"right": "trainee:activities.manage", "do": "grant"}, headers=headers
    )
    assert answer.status_code == 403
    assert not world.actor("trainee").can("activities.manage")


def test_every_answer_carries_strict_headers(client: FlaskClient) -> None:
    headers = client.get("/o/siena/").headers
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "camera=(), microphone=()" in headers["Permissions-Policy"]


def test_only_a_page_that_says_so_may_ask_for_camera_and_microphone(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    devices = "camera=(self), microphone=(self)"
    assert devices not in client.get("/o/siena/sign-in").headers["Permissions-Policy"]
    endpoint, _arguments = app.url_map.bind("localhost").match("/sign-in")
    monkeypatch.setitem(app.view_functions, endpoint, uses_devices(public(lambda: "a room")))
    assert devices in client.get("/o/siena/sign-in").headers["Permissions-Policy"]
    assert devices not in client.get("/o/siena/no-such-page").headers["Permissions-Policy"]


def test_a_page_of_another_site_calls_only_what_says_so_and_its_cookie_means_nothing_there(
    app: Flask, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = {"Sec-Fetch-Site": "cross-site", "Origin": "https://elsewhere.example"}
    trainee = sign_in("trainee")
    assert trainee.post("/o/siena/sign-in", headers=elsewhere).status_code == 403
    endpoint, _arguments = app.url_map.bind("localhost").match("/sign-in")
    view = called_from_anywhere(public(lambda: repr(guest_or_actor())))
    monkeypatch.setitem(app.view_functions, endpoint, view)
    answer = trainee.post("/o/siena/sign-in", headers=elsewhere)
    assert (answer.status_code, answer.text) == (200, "None")


def test_an_id_of_another_office_is_not_found_in_any_page_of_activities(
    sign_in: SignIn, world: World
) -> None:
    foreign = world.things["event.vienna.0"]
    head = sign_in("head")
    for page in ("", "/edit", "/rules", "/people", "/join"):
        assert head.get(f"/o/siena/activities/{foreign}{page}").status_code == 404, page
    for page in ("/leave", "/people", "/state", "/join"):
        assert (
            head.post(
                f"/o/siena/activities/{foreign}{page}", data={"state": "archived", "do": "add"}
            ).status_code
            == 404
        ), page


@pytest.mark.parametrize(
    "path",
    [
        "/files/01981f0e-0000-7000-8000-000000000000/x",
        "/files/01981f0e-0000-7000-8000-000000000000/preview",
        "/o/siena/files?page=99999999999999999999",
        "/o/siena/notifications?page=99999999999999999999",
        "/o/siena/people?page=-1",
        "/o/siena/people?q=%00",
        "/o/siena/search?q=%00a",
        "/o/siena/admin/audit?before=99999999999999999999",
    ],
)
def test_an_odd_address_is_answered_and_breaks_nothing(sign_in: SignIn, path: str) -> None:
    assert sign_in("head").get(path).status_code < 500


def test_an_odd_moment_to_undo_is_refused(sign_in: SignIn) -> None:
    for moment in ("nan", "1e30", "-1", "x"):
        assert (
            sign_in("head").post("/notifications/undo-read-all", data={"moment": moment}).status_code == 422
        )


def test_numbers_about_the_site_are_not_for_visitors_that_a_proxy_speaks_for(
    client: FlaskClient, sign_in: SignIn
) -> None:
    assert client.get("/metrics").status_code == 200
    forwarded = {"X-Forwarded-For": "203.0.113.9"}
    assert client.get("/metrics", headers=forwarded).status_code in {302, 403}
    assert sign_in("operator").get("/metrics", headers=forwarded).status_code == 200


def test_what_was_written_when_the_session_ended_is_kept_in_the_page_and_can_be_sent_again(
    client: FlaskClient, sign_in: SignIn
) -> None:
    written = {"title": 'Open <day> "at last"', "password": "never shown", "form_id": "createactivity"}
    answer = client.post("/o/siena/activities/new?type=event&lang=en", data=written)
    assert answer.status_code == 401
    assert 'value="Open &lt;day&gt; &#34;at last&#34;"' in answer.text
    assert 'action="/o/siena/activities/new?type=event&amp;lang=en"' in answer.text
    assert "never shown" not in answer.text
    assert sign_in("trainer").post("/o/siena/activities/new?type=event", data=written).status_code == 302


def test_an_empty_form_without_a_session_leads_to_the_sign_in_page(client: FlaskClient) -> None:
    assert client.post("/o/siena/notifications/read-all", data={}).status_code in {302, 404}
    assert client.post("/profile/sessions/end").location.startswith("/sign-in")
