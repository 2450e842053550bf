"""From writing to talking: where the office has rooms for it, for the two of a conversation, until it ends."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta

import pytest
from flask import Flask
from markupsafe import Markup

from lms.plugin import Actor, LiveRoom, Ref, Talk, World, hooks, session
from lms.testing import SignIn
from plugins.tutoring import booking, calling
from plugins.tutoring.after import forgetting
from plugins.tutoring.desk import passing
from plugins.tutoring.hooks import on_talk_spoken
from plugins.tutoring.models import Booking
from plugins.tutoring.tests.desk import DESK
from plugins.tutoring.tests.test_desk import SESSIONS, ask, begin

OFFERED = LiveRoom("/", "Talk", Markup("<p>a room for two</p>"), ("tutoring/js/chat.js",))


@pytest.fixture
def asked(app: Flask, monkeypatch: pytest.MonkeyPatch) -> list[Talk]:
    """What a part that has rooms was asked; it answers with one."""
    found: list[Talk] = []

    def answer(_activity_id: uuid.UUID | None, _actor: Actor, talk: Talk | None = None) -> LiveRoom | None:
        if talk is not None:
            found.append(talk)
        return OFFERED if talk is not None else None

    with app.app_context():
        monkeypatch.setattr(hooks(), "live_room", answer)
    return found


@pytest.fixture
def facts(app: Flask, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Ref]]:
    """Which talks were said to be over or forgotten."""
    told: list[tuple[str, Ref]] = []
    with app.app_context():
        monkeypatch.setattr(hooks(), "on_talk_ended", lambda _office, ref: told.append(("ended", ref)))
        monkeypatch.setattr(
            hooks(), "on_talk_forgotten", lambda _office, ref: told.append(("forgotten", ref))
        )
    return told


def test_the_room_stands_in_the_page_of_both(sign_in: SignIn, world: World, asked: Sequence[Talk]) -> None:
    (talk,) = begin(world, "trainee5")
    for answer in (
        sign_in("trainee5").get(f"{SESSIONS}/{talk}"),
        sign_in("tutor").get(f"{DESK}?chat={talk}"),
    ):
        assert OFFERED.markup in answer.text
        assert "camera=(self), microphone=(self)" in answer.headers["Permissions-Policy"]
    people = (world.people["trainee5"].id, world.people["tutor"].id)
    assert {(each.ref, each.people) for each in asked} == {(Ref.of("tutoring", "booking", talk), people)}


def test_without_a_part_that_has_rooms_there_is_no_button(
    sign_in: SignIn, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    (talk,) = begin(world, "trainee5")
    monkeypatch.setattr(hooks(), "_enabled_in", lambda _office: frozenset({"tutoring"}))
    for key, path in (("trainee5", f"{SESSIONS}/{talk}"), ("tutor", f"{DESK}?chat={talk}")):
        page = sign_in(key).get(path)
        assert page.status_code == 200
        assert 'data-part="call"' not in page.text


def test_a_conversation_that_is_over_has_no_room(
    world: World, asked: list[Talk], facts: list[tuple[str, Ref]]
) -> None:
    (talk,) = begin(world, "trainee5")
    with world.inside("siena"):
        row = booking.get_booking(world.actor("trainee5"), talk)
        assert calling.room_of(world.actor("trainee5"), row) is OFFERED
        calling.end_call(row)
        row.state = "done"
        assert calling.room_of(world.actor("trainee5"), row) is None
    assert facts == [("ended", Ref.of("tutoring", "booking", talk))]


def test_the_end_and_another_tutor_end_the_call(
    sign_in: SignIn, world: World, facts: list[tuple[str, Ref]]
) -> None:
    first, second = begin(world, "trainee5", "trainee6")
    ask(sign_in, world, first)
    facts.clear()
    with world.inside("siena"):
        passing.agree(world.actor("trainee5"), first)
    assert facts == [("ended", Ref.of("tutoring", "booking", first))]

    data = {"form_id": "noteoutcome", "result": "Fatto", "next_step": ""}
    assert sign_in("tutor").post(f"{DESK}?chat={second}", data=data).status_code == 303
    assert ("ended", Ref.of("tutoring", "booking", second)) in facts


def test_what_is_known_of_calls_goes_with_the_words(
    world: World, monkeypatch: pytest.MonkeyPatch, facts: list[tuple[str, Ref]]
) -> None:
    (talk,) = begin(world, "trainee5")
    with world.inside("siena") as office:
        row = session().get_one(Booking, talk)
        monkeypatch.setattr(forgetting, "_limit", lambda _actor: row.slot.ends_at.replace(year=2999))
        while forgetting.forget_due(Actor(uuid.uuid4(), "", office_id=office.id)):
            pass
    assert ("forgotten", Ref.of("tutoring", "booking", talk)) in facts


def test_what_was_spoken_is_time_used_in_whatever_order_it_is_heard(world: World) -> None:
    (talk,) = begin(world, "trainee5")
    with world.inside("siena"):
        row = session().get_one(Booking, talk)
        row.state, row.first_said_at, row.last_said_at = "done", None, None
        start, ref = row.slot.starts_at, Ref.of("tutoring", "booking", talk)
        minutes = [timedelta(minutes=each) for each in (20, 5, 5, 12)]
        for each in minutes:
            on_talk_spoken(ref, start + each)
        assert (row.first_said_at, row.last_said_at) == (start + minutes[1], start + minutes[0])
        for stranger in (Ref.of("tutoring", "booking", uuid.uuid4()), Ref.of("webinar", "room", talk)):
            on_talk_spoken(stranger, start)
        assert row.first_said_at == start + minutes[1]
