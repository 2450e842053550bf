"""Channels: numbers without holes, once for each key, only for those who may."""

from __future__ import annotations

import contextlib
import threading
import uuid

import pytest
from flask import Flask

from lms.errors import Conflict, Forbidden, Invalid, NotFound
from lms.live.channels import PAGE, append, catch_up, forget_events, read_heads, read_since
from lms.store.scope import office_scope
from lms.store.uow import unit_of_work
from tests.lms.live.site import actor_for

POSTED = "announcement.posted"


def post(key: str, who: str = "trainer", text: str = "Hello", channel: str = "lounge") -> tuple[int, bool]:
    actor = actor_for(who)
    assert actor.office_id
    with office_scope(actor.office_id), unit_of_work():
        done = append(actor, channel, POSTED, {"text": text}, key)
    return done.seq, done.is_new


def test_events_are_numbered_from_one_without_holes(site: Flask) -> None:
    with site.app_context():
        assert [post(f"key-{n}")[0] for n in range(5)] == [1, 2, 3, 4, 5]


def test_the_same_key_again_is_the_same_event(site: Flask) -> None:
    with site.app_context():
        assert post("key-1") == (1, True)
        assert post("key-1") == (1, False)
        assert post("key-2") == (2, True)


def test_nobody_can_answer_for_the_key_of_somebody_else(site: Flask) -> None:
    with site.app_context():
        post("key-1", "trainer")
        with pytest.raises(Conflict):
            post("key-1", "head")


def test_a_trainee_cannot_announce_and_hears_why(site: Flask) -> None:
    with site.app_context(), pytest.raises(Forbidden, match="role"):
        post("key-1", "trainee")


@pytest.mark.parametrize("text", ["", "x" * 2001])
def test_an_empty_or_endless_message_is_refused(site: Flask, text: str) -> None:
    with site.app_context(), pytest.raises(Invalid):
        post("key-1", text=text)


def test_unknown_channels_and_kinds_are_refused(site: Flask, ids: dict[str, uuid.UUID]) -> None:
    with site.app_context():
        with pytest.raises(NotFound):
            post("key-1", channel="cellar")
        actor = actor_for("trainer")
        with office_scope(ids["siena"]), unit_of_work(), pytest.raises(Invalid):
            append(actor, "lounge", "party.started", {}, "key-1")


def test_a_refused_message_leaves_no_hole(site: Flask, ids: dict[str, uuid.UUID]) -> None:
    with site.app_context():
        post("key-1")
        actor = actor_for("trainer")
        with contextlib.suppress(RuntimeError), office_scope(ids["siena"]), unit_of_work():
            append(actor, "lounge", POSTED, {"text": "lost"}, "key-2")
            raise RuntimeError
        assert post("key-3") == (2, True)


def test_offices_do_not_hear_each_other(site: Flask, ids: dict[str, uuid.UUID]) -> None:
    with site.app_context():
        post("key-1")
        other = actor_for("other")
        with office_scope(ids["vienna"]):
            assert read_since(other, "lounge", 0) == []
            assert read_heads(["lounge"]) == {"lounge": 0}


def test_a_long_absence_is_made_up_for_in_pages(site: Flask, ids: dict[str, uuid.UUID]) -> None:
    with site.app_context():
        actor = actor_for("trainer")
        with office_scope(ids["siena"]):
            with unit_of_work():
                for number in range(PAGE + 20):
                    append(actor, "lounge", POSTED, {"text": str(number)}, f"key-{number}")
            first = catch_up(actor, "lounge", 0)
            assert (len(first.events), first.has_more, first.head) == (PAGE, True, PAGE + 20)
            rest = catch_up(actor, "lounge", first.events[-1].seq)
            assert (len(rest.events), rest.has_more) == (20, False)


def test_a_newcomer_gets_the_latest_events_only(site: Flask, ids: dict[str, uuid.UUID]) -> None:
    with site.app_context():
        actor = actor_for("trainer")
        with office_scope(ids["siena"]):
            with unit_of_work():
                for number in range(450):
                    append(actor, "lounge", POSTED, {"text": str(number)}, f"key-{number}")
            assert catch_up(actor, "lounge", None).events[0].seq == 51


def test_eight_writers_at_once_lose_and_repeat_nothing(site: Flask, ids: dict[str, uuid.UUID]) -> None:
    def write(writer: int) -> None:
        with site.app_context():
            for number in range(25):
                post(f"writer-{writer}-{number}")

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with site.app_context(), office_scope(ids["siena"]):
        events = read_since(actor_for("trainer"), "lounge", 0)
        assert [event.seq for event in events] == list(range(1, 201))
        assert len({event.key for event in events}) == 200


def test_what_is_forgotten_is_gone_and_numbers_go_on(site: Flask) -> None:
    with site.app_context():
        for number in range(3):
            post(f"key-{number}")
        actor = actor_for("trainer")
        assert actor.office_id
        with office_scope(actor.office_id), unit_of_work():
            assert forget_events("lounge") == 3
            assert forget_events("lounge:nobody-wrote") == 0
            assert read_since(actor, "lounge", 0) == []
        assert post("key-3")[0] == 4
