"""Somebody with a socket of their own names conversations, places, calls, people and offices that are not theirs."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import socketio
from socketio.exceptions import ConnectionError as Refused
from sqlalchemy import select

from lms.accounts.sessions import COOKIE
from lms.live.models import LiveEvent
from lms.store.base import session
from lms.store.scope import all_offices
from lms.store.uow import unit_of_work
from plugins.tutoring import chat
from plugins.tutoring.chat import Say
from plugins.tutoring.desk import colleagues, queue
from plugins.tutoring.desk.colleagues import Whisper
from plugins.tutoring.desk.forms import JoinQueue
from plugins.tutoring.sockets import TutoringNamespace
from plugins.tutoring.tests.desk import open_all_week
from tests.serving import Installation, Serving, wait_until

pytestmark = pytest.mark.fault
SECRET = "Questo è soltanto per noi due"
TUTORING, WEBINAR = "/tutoring", "/webinar"
STRANGERS = ("trainee6", "counsellor", "head")
REFUSED = {
    "forbidden",
    "not_found",
    "no_channel",
    "not_joined",
    "unknown_kind",
    "invalid",
    "unknown",
    "not_yours",
}


class Socket:
    """A person's own client of the socket server; keeps all that it hears."""

    def __init__(self, site: Installation, url: str, key: str, *, office: str = "siena") -> None:
        self.heard: list[tuple[str, Any]] = []
        self._client = socketio.Client(reconnection=False, handle_sigint=False)
        for namespace in (TUTORING, WEBINAR):
            self._client.on(
                "*", lambda event, data=None: self.heard.append((event, data)), namespace=namespace
            )
        headers = {"Cookie": f"{COOKIE}={site.cookie_for(key)}"}
        self._client.connect(
            url,
            headers=headers,
            auth={"office": office},
            namespaces=[TUTORING, WEBINAR],
            transports=["websocket"],
        )

    def ask(self, event: str, namespace: str = TUTORING, **data: Any) -> dict[str, Any]:
        """Send an event; returns the answer."""
        answer: dict[str, Any] = self._client.call(event, data, namespace=namespace, timeout=20)
        return answer

    def close(self) -> None:
        """Go."""
        self._client.disconnect()


@dataclass(frozen=True, slots=True)
class Scene:
    """Two conversations, one of them a stranger's own, and somebody who waits."""

    site: Installation
    url: str
    theirs: str
    own: str
    place: str


@pytest.fixture
def scene(installed: Installation) -> Iterator[Scene]:
    """A scene that a test may change."""
    yield from play(installed)


@pytest.fixture(scope="module")
def kept_scene(kept_site: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """A scene in which nobody gets anywhere, so that many tests can try."""
    copy = kept_site.copy(tmp_path_factory.mktemp("forged") / "instance")
    yield from play(copy)
    copy.close()


def play(installed: Installation) -> Iterator[Scene]:
    """trainee5 talks with the tutor, trainee6 with the counsellor, trainee7 waits; the tutors whisper."""
    with installed.app.app_context(), installed.world.inside("siena"), unit_of_work():
        open_all_week()
        actor = installed.world.actor
        queue.join(actor("trainee5"), JoinQueue(topic="Una domanda"))
        theirs = queue.take(actor("tutor"))
        chat.say(actor("trainee5"), theirs.id, Say(text=SECRET))
        queue.join(actor("trainee6"), JoinQueue(topic="Un’altra"))
        own = queue.take(actor("counsellor"))
        place = queue.join(actor("trainee7"), JoinQueue(topic="Aspetto"))
        colleagues.whisper(actor("tutor"), Whisper(text=SECRET))
        names = chat.channel_of(theirs), chat.channel_of(own), f"tutoring_place:{place.id}"
    with Serving(installed) as serving:
        yield Scene(installed, serving.url, *names)


def channels_of(scene: Scene) -> dict[str, str]:
    """A channel of each kind of the namespace that is not for a trainee who talks elsewhere, and names that are none."""
    return {
        "tutoring": scene.theirs, "tutoring_place": scene.place, "tutoring_desk": "tutoring_desk", "tutoring_colleagues": "tutoring_colleagues",
        "unknown": f"tutoring:{uuid.uuid4()}", "crooked": "tutoring:../1", "kind": f"nothing:{uuid.uuid4()}",
    }  # fmt: skip


def asked(event: str, channel: str) -> Iterator[dict[str, Any]]:
    """All that one event of the namespace can carry to a channel: each fact and each hint of each kind."""
    kinds = TutoringNamespace.channels
    payload = {"text": "Falso", "target": 1, "name": "Falso", "state": "taken", "seq": 1}
    match event:
        case "join":
            yield from ({"channel": channel, "since": since} for since in (None, 0, 1))
        case "append":
            for name in sorted({name for kind in kinds for name in kind.events}):
                yield {"channel": channel, "kind": name, "payload": payload, "key": f"forged-{name}"}
        case "hint":
            for name in sorted({name for kind in kinds for name in kind.hints}):
                yield {"channel": channel, "kind": name, "payload": payload}
        case _:
            yield {"channel": channel}


@pytest.mark.parametrize(
    "target",
    ["tutoring", "tutoring_place", "tutoring_desk", "tutoring_colleagues", "unknown", "crooked", "kind"],
)
@pytest.mark.parametrize("event", sorted(TutoringNamespace().policies()))
def test_no_event_of_the_namespace_reaches_what_is_not_ones_own(
    event: str, target: str, kept_scene: Scene
) -> None:
    """By who has a conversation of their own, by who is of another office, and with the ids of others in it."""
    channel = channels_of(kept_scene)[target]
    victim = str(kept_scene.site.user_id("trainee5"))
    forged_ids = {
        "user_id": victim,
        "actor_id": victim,
        "by": victim,
        "office": "siena",
        "office_id": str(uuid.uuid4()),
    }
    for key, office in (("trainee6", "siena"), ("trainee_vienna", "vienna")):
        stranger = Socket(kept_scene.site, kept_scene.url, key, office=office)
        for data in asked(event, channel):
            for more in ({}, forged_ids):
                answer = stranger.ask(event, **(data | more))
                if event in {
                    "leave",
                    "ping",
                }:  # to leave what one is not in is nothing; a ping says what one hears
                    assert answer.get("heads", {}) == {}, answer
                    continue
                assert not answer["ok"], (key, event, data, more)
                assert answer["error"]["code"] in REFUSED, answer
                assert SECRET not in str(answer)
        stranger.close()
        assert [name for name, _data in stranger.heard if name in {"event", "hint", "presence"}] == []
    with kept_scene.site.app.app_context(), all_offices("looking for what was forged"):
        session().rollback()
        assert session().scalars(select(LiveEvent).where(LiveEvent.key.contains("forged-"))).all() == []


def test_every_kind_of_channel_is_tried(kept_scene: Scene) -> None:
    assert {kind.name for kind in TutoringNamespace.channels} <= set(channels_of(kept_scene))


def forgeries(channel: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """All that can be tried on a conversation."""
    yield "join", {"channel": channel, "since": None}
    yield "join", {"channel": channel, "since": 0}
    for kind, payload in (
        ("message.sent", {"text": "Falso"}), ("message.changed", {"target": 1, "text": "Falso"}), ("message.withdrawn", {"target": 1}),
        ("file.shared", {"file_id": str(uuid.uuid4()), "name": "x", "media_type": "text/plain", "size": 1}),
        ("tutor.changed", {"name": "Falso"}), ("conversation.ended", {}),
    ):  # fmt: skip
        yield "append", {"channel": channel, "kind": kind, "payload": payload, "key": f"forged-{kind}"}
    yield "hint", {"channel": channel, "kind": "typing", "payload": {"text": "Falso"}}
    yield "hint", {"channel": channel, "kind": "seen", "payload": {"seq": 1}}


def test_nobody_hears_or_writes_a_conversation_of_others_and_nothing_leaks(scene: Scene) -> None:
    trainee, tutor = (Socket(scene.site, scene.url, key) for key in ("trainee5", "tutor"))
    for each in (trainee, tutor):
        assert each.ask("join", channel=scene.theirs, since=None)["ok"]
    for key in STRANGERS:
        stranger = Socket(scene.site, scene.url, key)
        for event, data in forgeries(scene.theirs):
            answer = stranger.ask(event, **data)
            assert not answer["ok"], (key, event, data)
            assert answer["error"]["code"] in REFUSED, answer
            assert SECRET not in str(answer)
        stranger.close()
        assert [event for event, _data in stranger.heard if event in {"event", "hint", "presence"}] == []
    # the two hear each other and nobody else
    assert tutor.ask(
        "append", channel=scene.theirs, kind="message.sent", payload={"text": "Sono qui"}, key="real-one-1"
    )["ok"]
    wait_until(lambda: any(event == "event" for event, _data in trainee.heard), what="the tutor's message")
    assert "Falso" not in str(trainee.heard + tutor.heard)
    assert [data["event"]["payload"]["text"] for event, data in trainee.heard if event == "event"] == [
        "Sono qui"
    ]
    for each in (trainee, tutor):
        each.close()


def test_being_in_one_conversation_opens_no_other_and_no_other_name(scene: Scene) -> None:
    stranger = Socket(scene.site, scene.url, "trainee6")
    assert stranger.ask("join", channel=scene.own, since=None)["ok"]
    for event, data in forgeries(scene.theirs):
        assert not stranger.ask(event, **data)["ok"], (event, data)
    victim = str(scene.site.user_id("trainee5"))
    forged = {"text": "Firmato da altri", "by": victim, "actor_id": victim, "user_id": victim}
    stranger.ask("append", channel=scene.own, kind="message.sent", payload=forged, key="forged-name")
    answer = stranger.ask("join", channel=scene.own, since=0)
    assert {each["by"]["id"] for each in answer["events"] if each["by"]} <= {
        str(scene.site.user_id("trainee6"))
    }
    for channel in (
        "tutoring_desk",
        "tutoring_colleagues",
        scene.place,
        f"tutoring:{uuid.uuid4()}",
        "tutoring:",
        "lounge",
    ):
        assert not stranger.ask("join", channel=channel, since=0)["ok"], channel
    whisper = {
        "channel": "tutoring_colleagues",
        "kind": "whisper.sent",
        "payload": {"text": "Falso"},
        "key": "forged-whisper",
    }
    assert not stranger.ask("append", **whisper)["ok"]
    stranger.close()
    assert SECRET not in str(stranger.heard)


def test_another_office_gets_nothing_by_its_own_door_and_no_other_door(scene: Scene) -> None:
    outsider = next(
        key
        for key, person in scene.site.world.people.items()
        if person.office not in {"siena", None} and "trainee" in key
    )
    office = scene.site.world.people[outsider].office
    with pytest.raises(Refused):
        Socket(scene.site, scene.url, outsider, office="siena")
    stranger = Socket(scene.site, scene.url, outsider, office=office)
    for event, data in forgeries(scene.theirs):
        answer = stranger.ask(event, **data)
        assert not answer["ok"], (event, data)
        assert SECRET not in str(answer)
    stranger.close()


def test_a_call_lets_nobody_in_by_its_id_or_by_a_pass_of_ones_own_making(scene: Scene) -> None:
    page = (
        scene.site.browser_of("trainee5")
        .get(f"{scene.url}/o/siena/tutoring/sessions/{scene.theirs.partition(':')[2]}")
        .text
    )
    sealed = page.partition('data-talk="')[2].partition('"')[0]
    assert sealed
    owner, stranger = Socket(scene.site, scene.url, "trainee5"), Socket(scene.site, scene.url, "trainee6")
    call = owner.ask("call.open", WEBINAR, talk=sealed, page="page-of-trainee5")["call"]
    for talk in (sealed, sealed[:-2] + "xx", "{}", "x" * 40):
        assert not stranger.ask("call.open", WEBINAR, talk=talk, page="page-of-trainee6")["ok"]
    of_call = {"call": call, "page": "page-of-trainee6"}
    for event, data in (
        ("call.ring", of_call | {"medium": "voice"}), ("call.accept", of_call), ("call.decline", of_call), ("call.leave", of_call),
        ("call.here", of_call), ("media.offer", {"room": call, "direction": "receive", "sdp": "v=0"}),
        ("join", {"channel": f"webinar_call:{call}", "since": 0}),
    ):  # fmt: skip
        answer = stranger.ask(event, WEBINAR, **data)
        assert not answer["ok"], (event, answer)
    for each in (owner, stranger):
        each.close()
