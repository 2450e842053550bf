"""The product on a home screen: each office under its own name, and nothing of a person kept on the device."""

from __future__ import annotations

import json
import re

from flask.testing import FlaskClient

from lms.testing import SignIn


def test_each_office_goes_to_the_home_screen_under_its_own_name(client: FlaskClient) -> None:
    siena, vienna = (
        json.loads(client.get(f"/o/{slug}/app.webmanifest").text) for slug in ("siena", "vienna")
    )
    assert siena["name"] == "Centro per l’impiego di Siena"
    assert (siena["start_url"], siena["scope"]) == ("/o/siena/", "/o/siena/")
    assert vienna["name"] != siena["name"]
    for icon in siena["icons"]:
        assert client.get(icon["src"]).status_code == 200


def test_every_page_leads_to_the_manifest_of_its_office(client: FlaskClient, sign_in: SignIn) -> None:
    link = '<link rel="manifest" href="/o/siena/app.webmanifest">'
    assert link in client.get("/o/siena/").text
    assert link in sign_in("trainee").get("/o/siena/").text


def test_all_that_the_worker_keeps_exists_and_is_public(client: FlaskClient) -> None:
    answer = client.get("/service-worker.js")
    assert answer.headers["Cache-Control"] == "no-cache"
    found = re.match(r"const SHELL = (\[.*\]);\n", answer.text)
    assert found is not None
    shell = json.loads(found[1])
    assert "/offline" in shell
    assert {path: client.get(path).status_code for path in shell} == dict.fromkeys(shell, 200)


def test_the_page_without_a_connection_names_nobody(sign_in: SignIn) -> None:
    page = sign_in("trainee").get("/o/siena/offline").text
    assert "Centro per l’impiego di Siena" in page
    assert "Aïcha" not in page
