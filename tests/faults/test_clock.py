"""A clock that jumps: after a wrong battery, a restored machine, summer time done by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from flask import current_app

import lms.accounts.secondstep
import lms.accounts.sessions
import lms.work.jobs
import lms.work.runner
import lms.work.worker
from lms.access.actor import system_actor
from lms.accounts import secondstep
from lms.demo import World
from lms.errors import Invalid
from lms.store.base import session
from lms.store.uow import unit_of_work
from lms.testing import SignIn
from lms.work.jobs import find_jobs
from lms.work.worker import sweep

pytestmark = pytest.mark.fault
CLOCKS = (lms.accounts.secondstep, lms.accounts.sessions, lms.work.jobs, lms.work.runner, lms.work.worker)


@pytest.fixture
def jump(monkeypatch: pytest.MonkeyPatch) -> object:
    """``jump(timedelta)``: from now on it is that much later (or earlier)."""

    def by(distance: timedelta) -> None:
        for module in CLOCKS:
            if hasattr(module, "utcnow"):
                monkeypatch.setattr(module, "utcnow", lambda: datetime.now(UTC) + distance)

    return by


def test_a_session_survives_a_small_jump_and_ends_after_its_time(sign_in: SignIn, jump: object) -> None:
    assert callable(jump)
    browser = sign_in("trainee")
    jump(-timedelta(hours=3))
    assert browser.get("/o/siena/lounge").status_code == 200
    jump(timedelta(hours=3))
    assert browser.get("/o/siena/lounge").status_code == 200
    jump(timedelta(days=40))
    assert browser.get("/o/siena/lounge").status_code == 302


def test_a_code_that_was_used_does_not_open_again_when_the_clock_goes_back(
    world: World, jump: object
) -> None:
    assert callable(jump)
    secret, person = secondstep.new_secret(), world.people["trainee"].id
    with unit_of_work():
        secondstep.switch_on(world.actor("trainee"), secret, pyotp.TOTP(secret).now())
    later = datetime.now(UTC) + timedelta(minutes=10)
    jump(timedelta(minutes=10))
    code = pyotp.TOTP(secret).at(later)
    with unit_of_work():
        secondstep.check_second_step(person, code)
    jump(timedelta(minutes=9, seconds=30))
    with pytest.raises(Invalid), unit_of_work():
        secondstep.check_second_step(person, code)


def test_a_turn_that_was_taken_is_not_taken_again_when_the_clock_goes_back(
    world: World, jump: object
) -> None:
    assert callable(jump)
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # werkzeug's documented proxy access
    jump(timedelta(days=3))
    sweep(app)
    taken = sorted(row.name for row in find_jobs(system_actor(), limit=500))
    assert taken
    session().rollback()
    jump(timedelta(days=3, minutes=-1))
    sweep(app)
    assert sorted(row.name for row in find_jobs(system_actor(), limit=500)) == taken
