"""Who is here: each person once, however many tabs; a short absence is no absence."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from flask import Flask

from lms.clock import utcnow
from lms.live import presence
from lms.store.scope import office_scope
from lms.store.uow import unit_of_work
from tests.lms.live.site import actor_for, clients

Ids = dict[str, uuid.UUID]


@pytest.fixture
def inside(site: Flask, ids: Ids) -> Iterator[None]:
    with site.app_context(), office_scope(ids["siena"]):
        yield


class Later:
    """A clock that can be put forward."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return utcnow() + self.ahead


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Later:
    clock = Later()
    monkeypatch.setattr(presence, "utcnow", clock)
    return clock


def arrive(who: str, connection: str) -> bool:
    with unit_of_work():
        return presence.arrive(actor_for(who), connection, "lounge")


def depart(connection: str) -> None:
    with unit_of_work():
        presence.depart(connection, ["lounge"])


def here() -> list[str]:
    return [person.name for person in presence.who_is_here("lounge")]


def test_a_person_with_two_tabs_is_counted_once(inside: None) -> None:
    assert arrive("trainer", "tab-1") is True
    assert arrive("trainer", "tab-2") is False
    assert here() == ["Tommaso Dell’Acqua"]
    depart("tab-1")
    assert here() == ["Tommaso Dell’Acqua"]


def test_a_reconnect_within_the_grace_is_no_news(inside: None, later: Later) -> None:
    arrive("trainer", "tab-1")
    depart("tab-1")
    later.ahead = timedelta(seconds=10)
    assert here() == ["Tommaso Dell’Acqua"]
    assert arrive("trainer", "tab-2") is False
    assert presence.take_departures() == []


def test_after_the_grace_the_departure_is_told_once(inside: None, later: Later, ids: Ids) -> None:
    arrive("trainer", "tab-1")
    depart("tab-1")
    later.ahead = timedelta(seconds=16)
    assert here() == []
    assert [each.user_id for each in presence.take_departures()] == [ids["trainer"]]
    assert presence.take_departures() == []


def test_connections_of_a_killed_process_fade(inside: None, later: Later) -> None:
    arrive("trainer", "tab-1")
    later.ahead = timedelta(seconds=51)
    assert here() == []
    assert len(presence.take_departures()) == 1


def test_connections_that_are_renewed_stay(inside: None, later: Later) -> None:
    arrive("trainer", "tab-1")
    for _round in range(5):
        later.ahead += timedelta(seconds=20)
        presence.renew(["tab-1"])
    assert here() == ["Tommaso Dell’Acqua"]


def test_those_who_listen_see_who_comes(site: Flask, url: str, ids: Ids) -> None:
    with clients(url, ids["trainee"], ids["trainer"]) as (trainee, trainer):
        people = trainee.join()["people"]
        assert [person["name"] for person in people] == ["Aïcha Benali"]
        assert trainer.join()["people_count"] == 2
        trainee.wait(lambda: trainee.got("presence"))
        assert trainee.got("presence")[0]["joined"]["name"] == "Tommaso Dell’Acqua"
