"""People without an account: seen by whoever let them in, nobody everywhere else."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.access.actor import Actor
from lms.access.policy import Policy
from lms.accounts.visitors import (
    MOST_IN_SESSION,
    SESSION_KEY,
    admit_visitor,
    end_visit,
    greet_visitor,
    prune_visitors,
    visitor_in,
)
from lms.clock import utcnow
from lms.demo import World
from lms.refs import Ref

THING = Ref.of("webinar", "room", uuid.UUID(int=7))
VISITOR = Actor(uuid.UUID(int=9), "Guest", office_id=uuid.UUID(int=1), visitor_of="webinar")


def let_in(world: World, hours: float = 1) -> dict[str, Any]:
    """The web session of a browser in which a visitor of Siena is."""
    data: dict[str, Any] = {}
    with world.inside("siena"):
        greet_visitor(data, "webinar", admit_visitor(THING, "Olga", utcnow() + timedelta(hours=hours)))
    return data


@pytest.mark.parametrize("kind", ["signed_in", "member", "permission", "site", "namespace"])
def test_every_other_policy_refuses_a_visitor(kind: Any) -> None:
    assert not Policy(kind, "webinar").decide(VISITOR)


@given(st.text(max_size=12), st.text(max_size=12))
def test_only_the_plugin_that_let_them_in_sees_them(let_in_by: str, asked_by: str) -> None:
    who = Actor(uuid.UUID(int=9), "Guest", visitor_of=let_in_by)
    assert bool(Policy("visitor", asked_by).decide(who)) == (let_in_by == asked_by != "")


def test_a_member_needs_no_invitation_and_a_stranger_has_none(world: World) -> None:
    assert Policy("visitor", "webinar").decide(world.actor("trainee"))
    assert not Policy("visitor", "webinar").decide(None)
    assert not Policy("visitor", "webinar").decide(
        Actor(uuid.UUID(int=3), "Somebody with an account elsewhere")
    )


def test_a_visitor_has_no_roles_and_is_of_one_office(world: World) -> None:
    data = let_in(world)
    found = visitor_in(data, "webinar", world.office("siena"))
    assert found is not None
    assert (found.name, found.roles, found.permissions, found.is_member) == (
        "Olga",
        frozenset(),
        frozenset(),
        False,
    )
    assert visitor_in(data, "webinar", world.office("vienna")) is None
    assert visitor_in(data, "courses", world.office("siena")) is None


def test_a_visit_ends_by_time_or_by_word(world: World) -> None:
    assert visitor_in(let_in(world, hours=-1), "webinar", world.office("siena")) is None
    data = let_in(world)
    with world.inside("siena"):
        end_visit(uuid.UUID(data[SESSION_KEY]["webinar"]))
    assert visitor_in(data, "webinar", world.office("siena")) is None


def test_who_is_over_for_long_is_forgotten(world: World) -> None:
    data = let_in(world)
    with world.inside("siena"):
        prune_visitors(utcnow() + timedelta(hours=2))
    assert visitor_in(data, "webinar", world.office("siena")) is None


def test_a_browser_remembers_one_visitor_for_each_plugin() -> None:
    data: dict[str, Any] = {}
    for number in range(MOST_IN_SESSION * 2):
        greet_visitor(data, f"plugin{number}", uuid.UUID(int=number))
        greet_visitor(data, f"plugin{number}", uuid.UUID(int=number + 1))
    assert len(data[SESSION_KEY]) <= MOST_IN_SESSION + 1
    assert data[SESSION_KEY][f"plugin{number}"] == str(uuid.UUID(int=number + 1))
