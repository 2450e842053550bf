"""The socket server as clients meet it: real server, real WebSocket."""

from __future__ import annotations

import contextlib
import time
import uuid
from typing import Any

import pytest
import requests
import websocket
from flask import Flask
from socketio.exceptions import ConnectionError as Refused
from sqlalchemy import select
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from lms.accounts.models import Membership
from lms.live.channels import append
from lms.live.hub import EXTENSION, Hub, hub, recheck_person
from lms.live.models import LivePresence
from lms.store.base import session
from lms.store.scope import office_scope
from lms.store.uow import unit_of_work
from tests.lms.live.site import Client, actor_for, clients

Ids = dict[str, uuid.UUID]


def test_an_announcement_reaches_everybody_who_listens(site: Flask, url: str, ids: Ids) -> None:
    with clients(url, ids["trainer"], ids["trainee"]) as (trainer, trainee):
        assert trainer.join()["ok"]
        trainee.join()
        assert trainer.announce("Lunch is ready", "key-00000001") == {"ok": True, "seq": 1, "is_new": True}
        trainee.wait(lambda: trainee.events)
        assert trainee.events[0]["payload"] == {"text": "Lunch is ready"}
        assert trainee.events[0]["by"]["name"] == "Tommaso Dell’Acqua"


def test_sending_again_after_a_lost_answer_writes_once(site: Flask, url: str, ids: Ids) -> None:
    with clients(url, ids["trainer"]) as (trainer,):
        trainer.join()
        trainer.announce("Once", "key-00000001")
        assert trainer.announce("Once", "key-00000001") == {"ok": True, "seq": 1, "is_new": False}


def test_while_all_connections_with_the_database_are_in_use_nothing_is_lost_in_silence(
    site: Flask, url: str, ids: Ids, monkeypatch: pytest.MonkeyPatch
) -> None:
    def find_none(*_: object, **__: object) -> None:
        raise NoConnectionFree("all connections are in use")

    with clients(url, ids["trainer"]) as (trainer,):
        trainer.join()
        with monkeypatch.context() as crowded:
            crowded.setattr(Hub, "refresh", find_none)
            assert trainer.announce("Again", "key-00000001")["error"]["code"] == "unavailable"
        assert trainer.announce("Again", "key-00000001")["ok"]


def test_a_trainee_hears_why_they_cannot_announce(site: Flask, url: str, ids: Ids) -> None:
    with clients(url, ids["trainee"]) as (trainee,):
        trainee.join()
        answer = trainee.announce("Free pizza", "key-00000001")
        assert answer["error"]["code"] == "forbidden"
        assert "role" in answer["error"]["message"]


@pytest.mark.parametrize(
    ("event", "data", "code"),
    [
        ("append", {"channel": "lounge", "kind": "announcement.posted", "payload": {}, "key": "key-00000001"}, "invalid"),
        ("append", {"channel": "lounge", "kind": "announcement.withdrawn", "payload": {"target": 1}, "key": "key-00000001"}, "unknown_kind"),
        ("append", {"channel": "lounge"}, "invalid"),
        ("join", {"channel": "cellar"}, "no_channel"),
        ("join", {"channel": "lounge", "since": -1}, "invalid"),
        ("hint", {"channel": "lounge", "kind": "typing", "payload": {}}, "not_joined"),
        ("open_sesame", {}, "unknown_event"),
        ("trigger_event", {}, "unknown_event"),
    ],
)  # fmt: skip
def test_bad_input_is_answered_with_a_code(
    site: Flask, url: str, ids: Ids, event: str, data: Any, code: str
) -> None:
    with clients(url, ids["trainer"]) as (trainer,):
        assert trainer.call(event, **data)["error"]["code"] == code


def test_who_is_not_signed_in_or_not_a_member_is_refused(site: Flask, url: str, ids: Ids) -> None:
    for client in (
        Client(url, uuid.uuid4()),
        Client(url, ids["other"]),
        Client(url, ids["trainee"], office="nowhere"),
    ):
        with pytest.raises(Refused):
            client.connect()
        assert client.refusal["data"]["code"] in {"sign_in_needed", "forbidden"}
        client.close()


def test_a_page_of_another_site_is_refused(site: Flask, url: str, ids: Ids) -> None:
    address = url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"
    with pytest.raises(websocket.WebSocketBadStatusException):
        websocket.create_connection(address, origin="https://evil.example", cookie=f"user={ids['trainer']}")
    own = websocket.create_connection(address, origin=url, cookie=f"user={ids['trainer']}")
    assert own.recv().startswith("0")
    own.close()


def test_long_polling_is_refused(site: Flask, url: str, ids: Ids) -> None:
    answer = requests.get(f"{url}/socket.io/?EIO=4&transport=polling", timeout=10)
    assert answer.status_code == 400


def test_a_removed_person_is_silent_within_two_seconds_and_then_disconnected(
    site: Flask, url: str, ids: Ids
) -> None:
    with clients(url, ids["trainer"]) as (trainer,):
        trainer.join()
        assert trainer.announce("Still here", "key-00000001")["ok"]
        removed_at = time.monotonic()
        with site.app_context(), unit_of_work():
            session().query(Membership).filter_by(user_id=ids["trainer"]).update({"state": "ended"})
        trainer.wait(lambda: trainer.got("disconnect"))
        assert trainer.got("goodbye") == [{"code": "forbidden"}]
        assert time.monotonic() - removed_at < 5


def test_a_removed_person_is_silent_at_once_when_told(site: Flask, url: str, ids: Ids) -> None:
    with clients(url, ids["trainer"]) as (trainer,):
        trainer.join()
        with site.app_context(), unit_of_work():
            session().query(Membership).filter_by(user_id=ids["trainer"]).update({"state": "ended"})
            recheck_person(ids["trainer"])
        assert trainer.announce("Am I here?", "key-00000001")["error"]["code"] == "forbidden"


def test_a_connection_is_ended_although_nobody_was_told_that_it_is_gone(
    site: Flask, url: str, ids: Ids, monkeypatch: pytest.MonkeyPatch
) -> None:
    with site.app_context():
        live = hub()

    def forget_to_tell(sid: str, namespace: str) -> None:
        raise KeyError(namespace)  # as when two clients leave a namespace in the same moment

    with clients(url, ids["trainer"], ids["trainee"]) as (trainer, trainee):
        for each in (trainer, trainee):
            each.join()
        monkeypatch.setattr(live._server.manager, "pre_disconnect", forget_to_tell)
        trainee.close()
        trainer.wait(lambda: {one.actor.user_id for one in live.all_connections()} == {ids["trainer"]})
        monkeypatch.undo()
    with site.app_context(), office_scope(ids["siena"]):
        left = session().scalars(select(LivePresence.left_at).filter_by(user_id=ids["trainee"])).all()
    assert left
    assert None not in left


def test_who_sends_too_often_is_slowed_down_not_thrown_out(site: Flask, url: str, ids: Ids) -> None:
    with clients(url, ids["trainer"]) as (trainer,):
        trainer.join()
        answers = [trainer.announce("Again", f"key-{number:08}") for number in range(14)]
        assert answers[0]["ok"]
        assert answers[-1]["error"]["code"] == "too_many"
        assert trainer.call("ping")["ok"]


def test_a_full_process_refuses_and_says_so(site: Flask, url: str, ids: Ids) -> None:
    with site.app_context():
        hub().capacity = 1
    with clients(url, ids["trainer"]):
        late = Client(url, ids["trainee"])
        with pytest.raises(Refused):
            late.connect()
        assert late.refusal["data"]["code"] == "full"
        late.close()


def test_what_services_append_reaches_sockets_after_the_commit_only(site: Flask, url: str, ids: Ids) -> None:
    with clients(url, ids["trainee"]) as (trainee,):
        trainee.join()
        with site.app_context(), office_scope(ids["siena"]):
            actor = actor_for("trainer")
            with contextlib.suppress(RuntimeError), unit_of_work():
                append(actor, "lounge", "announcement.posted", {"text": "taken back"}, "key-1")
                raise RuntimeError
            with unit_of_work():
                append(actor, "lounge", "announcement.posted", {"text": "kept"}, "key-2")
        trainee.wait(lambda: trainee.events)
        assert [event["payload"]["text"] for event in trainee.events] == ["kept"]


@pytest.mark.fault
def test_a_cut_link_with_a_thousand_messages_meanwhile_loses_and_repeats_none(
    site: Flask, url: str, ids: Ids
) -> None:
    with clients(url, ids["trainee"]) as (trainee,):
        trainee.join()
        trainee.close()
        with site.app_context(), office_scope(ids["siena"]), unit_of_work():
            actor = actor_for("trainer")
            for number in range(1000):
                append(actor, "lounge", "announcement.posted", {"text": f"n{number}"}, f"key-{number}")
        back = Client(url, ids["trainee"])
        started = time.monotonic()
        back.connect()
        last = 0
        while (answer := back.join(since=last))["has_more"]:
            last = answer["events"][-1]["seq"]
        assert time.monotonic() - started <= 3
        assert [event["seq"] for event in back.events] == list(range(1, 1001))
        back.close()


def test_one_connection_is_told_something_and_nobody_else(site: Flask, url: str, ids: Ids) -> None:
    with clients(url, ids["trainer"], ids["trainee"]) as (trainer, trainee):
        live = site.extensions[EXTENSION]
        (sid,) = [each.sid for each in live.all_connections() if each.actor.user_id == ids["trainer"]]
        assert live.tell(sid, "hint", {"kind": "told"})
        trainer.wait(lambda: trainer.got("hint"))
        assert trainer.got("hint") == [{"kind": "told"}]
        trainee.join()
        assert trainee.got("hint") == []
    assert not live.tell("nobody", "hint", {})
