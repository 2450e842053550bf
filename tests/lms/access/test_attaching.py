"""One's own things attached to those of others: by the plugin whose they are, and ended whatever is switched on."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from datetime import timedelta

import pytest
from flask import Flask

from lms.access.actor import Actor
from lms.access.attaching import attach_thing, attachable_refs, attached_refs, detach_things
from lms.clock import utcnow
from lms.errors import NotFound
from lms.hooks.attachable import Attachable, Showing
from lms.hooks.callers import hooks
from lms.refs import Ref

OFFICE, PERSON = uuid.UUID(int=1), uuid.UUID(int=3)
ACTOR = Actor(uuid.UUID(int=2), "Ada", office_id=OFFICE)
THING, SESSION = Ref("drawer", "letter", "1"), Ref("talks", "talk", "1")


def fail(*_given: object) -> Sequence[Ref]:
    raise RuntimeError("planted")


class Drawer:
    """A part that has one thing of everybody."""

    def __init__(self) -> None:
        self.shown: list[Showing] = []
        self.offer = Attachable(self.find, self.show, self.hide, self.find_shown)

    def find(self, _actor: Actor) -> Sequence[Ref]:
        return [THING]

    def show(self, _actor: Actor, showing: Showing) -> None:
        self.shown.append(showing)

    def hide(self, because: Ref, ref: Ref | None) -> None:
        self.shown = [each for each in self.shown if each.because != because or ref not in {None, each.ref}]

    def find_shown(self, because: Ref) -> Sequence[Ref]:
        return [each.ref for each in self.shown if each.because == because]


@pytest.fixture
def drawer(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Drawer]:
    """A part that is switched on in one office only, beside one that fails."""
    made = Drawer()
    broken = Attachable(fail, lambda _actor, _showing: None, lambda _because, _ref: None, fail)

    def offered(office_id: uuid.UUID | None = None) -> dict[str, Attachable]:
        return {"broken": broken, "drawer": made.offer} if office_id in {None, OFFICE} else {"broken": broken}

    with app.app_context():
        monkeypatch.setattr(hooks(), "attachable", offered)
        yield made


def test_a_thing_is_shown_until_it_is_taken_back_and_a_failing_part_is_passed_over(drawer: Drawer) -> None:
    assert attachable_refs(ACTOR) == [THING]
    attach_thing(ACTOR, THING, SESSION, PERSON, utcnow() + timedelta(days=1))
    assert attached_refs(OFFICE, SESSION) == [THING]
    assert attached_refs(OFFICE, Ref("talks", "talk", "2")) == []
    detach_things(SESSION, Ref("drawer", "letter", "2"))
    assert attached_refs(OFFICE, SESSION) == [THING]
    detach_things(SESSION, THING)
    assert attached_refs(OFFICE, SESSION) == []


def test_where_the_part_is_off_nothing_is_attached_but_everything_is_ended(drawer: Drawer) -> None:
    elsewhere = Actor(ACTOR.user_id, "Ada", office_id=uuid.UUID(int=9))
    with pytest.raises(NotFound):
        attach_thing(elsewhere, THING, SESSION, PERSON, utcnow())
    assert attachable_refs(elsewhere) == []
    attach_thing(ACTOR, THING, SESSION, PERSON, utcnow())
    detach_things(SESSION)
    assert drawer.shown == []
