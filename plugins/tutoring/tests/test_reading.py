"""A tutor who opens a session leaves a trace, once an hour; a trainee does not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lms.plugin import World, utcnow
from lms.testing import SignIn
from plugins.tutoring import reading
from plugins.tutoring.tests.test_booking import PAGE, take
from plugins.tutoring.tests.test_chat import two_of


def traces(sign_in: SignIn) -> int:
    """How often the audit says that a session was opened by its tutor."""
    return sign_in("head").get("/o/siena/admin/audit").text.count("Ha aperto un incontro con qualcuno")


def test_opening_a_session_is_audited_for_its_tutor_once_in_an_hour(
    sign_in: SignIn, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking_id = take(world)
    with world.inside("siena"):
        _trainee, _tutor, key = two_of(world, booking_id)
    before = traces(sign_in)
    assert sign_in("trainee5").get(f"{PAGE}/sessions/{booking_id}").status_code == 200
    assert sign_in("trainee6").get(f"{PAGE}/sessions/{booking_id}").status_code == 404
    assert traces(sign_in) == before
    for _turn in range(2):
        assert sign_in(key).get(f"{PAGE}/sessions/{booking_id}").status_code == 200
    assert traces(sign_in) == before + 1
    monkeypatch.setattr(reading, "utcnow", lambda: utcnow() + timedelta(hours=2))
    assert sign_in(key).get(f"{PAGE}/sessions/{booking_id}").status_code == 200
    assert traces(sign_in) == before + 2
