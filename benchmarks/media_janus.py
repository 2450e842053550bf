"""Janus beside our engine: started with a configuration of ours in a temporary folder, spoken to over a unix socket.

Its API is that socket alone. It gathers no candidates on the loopback interface, so its media have the machine's own address;
what is sent there comes back through loopback, and only who knows the credentials of a connection is answered.
"""

from __future__ import annotations

import itertools
import json
import re
import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

from benchmarks.media_desks import Invitation, Joined, describe, read
from plugins.webinar.engine_embedded.worker import own_addresses

ROOM = 1
API = "api"
PATIENCE = 20.0
LIBRARIES = "/usr/lib"
VERSION = re.compile(r"\((\d+(?:\.\d+)+)\)")


def find_janus() -> str | None:
    """The installed program."""
    return shutil.which("janus")


def version() -> str:
    """What it says it is."""
    said = subprocess.run([find_janus() or "janus", "--help"], capture_output=True, text=True, check=False)
    found = VERSION.search(said.stdout + said.stderr)
    return found.group(1) if found else "of unknown version"


def own_address() -> str:
    """The machine's own address: Janus passes the loopback interface over. What is sent there does not leave the machine."""
    return own_addresses("0.0.0.0")[0]  # noqa: S104 - asked for, not listened at


def write_configuration(folder: Path, event_loops: int) -> list[str]:
    """Write what it needs; returns the command. ``event_loops`` 0 is its default: a thread for each connection."""
    modules = next(Path(LIBRARIES).glob("*/janus"))
    loops = f"event_loops = {event_loops}" if event_loops else ""
    (folder / "janus.jcfg").write_text(
        f"""general: {{
    configs_folder = "{folder}"
    plugins_folder = "{modules}/plugins"
    transports_folder = "{modules}/transports"
    events_folder = "{modules}/events"
    loggers_folder = "{modules}/loggers"
    debug_level = 2
    session_timeout = 0
    {loops}
}}
nat: {{
    ice_lite = true
    ice_enforce_list = "{own_address()}"
}}
plugins: {{ disable = "{_all_but(modules / "plugins", "videoroom")}" }}
transports: {{ disable = "{_all_but(modules / "transports", "pfunix")}" }}
""",
        encoding="utf-8",
    )
    (folder / "janus.transport.pfunix.jcfg").write_text(
        f'general: {{ enabled = true\n json = "compact"\n path = "{folder / API}" }}\n', encoding="utf-8"
    )
    (folder / "janus.plugin.videoroom.jcfg").write_text(
        f'room-{ROOM}: {{ publishers = 20\n bitrate = 4000000\n audiocodec = "opus"\n videocodec = "vp8" }}\n',
        encoding="utf-8",
    )
    return [find_janus() or "janus", "-C", str(folder / "janus.jcfg"), "-F", str(folder)]


def _all_but(folder: Path, kept: str) -> str:
    return ",".join(sorted(each.name for each in folder.glob("*.so") if kept not in each.name))


class JanusApi:
    """Requests and events, one connection, one session."""

    def __init__(self, folder: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket.settimeout(PATIENCE)
        self._socket.connect(str(folder / API))
        self._numbers = itertools.count(1)
        self.session = int(self._request({"janus": "create"})["data"]["id"])

    def attach(self) -> int:
        """A handle with the video room."""
        order = {"janus": "attach", "plugin": "janus.plugin.videoroom"}
        return int(self._request(order)["data"]["id"])

    def message(
        self, handle: int, body: dict[str, Any], jsep: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Send a message; returns the event that answers it. Raises RuntimeError."""
        order: dict[str, Any] = {"janus": "message", "handle_id": handle, "body": body}
        if jsep:
            order["jsep"] = jsep
        event = self._request(order, ends={"event", "success"})
        data = event["plugindata"]["data"]
        if "error" in data:
            raise RuntimeError(f"Janus refuses {body['request']}: {data['error']}")
        return event

    def close(self) -> None:
        """Let go."""
        self._socket.close()

    def _request(
        self, order: dict[str, Any], ends: frozenset[str] | set[str] = frozenset({"success"})
    ) -> dict[str, Any]:
        number = str(next(self._numbers))
        order |= {"transaction": number}
        if order["janus"] != "create":
            order |= {"session_id": self.session}
        self._socket.send(json.dumps(order).encode())
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            answer: dict[str, Any] = json.loads(self._socket.recv(65_535))
            if answer.get("transaction") != number:
                continue
            if answer["janus"] == "error":
                raise RuntimeError(f"Janus refuses: {answer['error']}")
            if answer["janus"] in ends:
                return answer
        raise RuntimeError("Janus does not answer")


class JanusDesk:
    """The video room of a Janus that runs."""

    pictures: list[list[bytes]] = []
    sounds: list[bytes] = []
    speaks_ice = False
    video_numbers = frozenset({96})

    def __init__(self, folder: Path) -> None:
        self.host = own_address()
        self._api = JanusApi(folder)
        self._publisher = 0

    def join(self, client: Invitation) -> Joined:
        """Publish, or subscribe to the publisher."""
        handle = self._api.attach()
        if client.direction == "send":
            return self._publish(handle, client)
        asked = {
            "request": "join",
            "ptype": "subscriber",
            "room": ROOM,
            "streams": [{"feed": self._publisher}],
        }
        offered = self._api.message(handle, asked)["jsep"]["sdp"]
        answer = {"type": "answer", "sdp": answering(describe(client), offered)}
        self._api.message(handle, {"request": "start", "room": ROOM}, answer)
        return read(offered, str(handle))

    def show(self, joined: Joined) -> None:
        """It sends by itself."""

    def _publish(self, handle: int, client: Invitation) -> Joined:
        joined = self._api.message(
            handle, {"request": "join", "ptype": "publisher", "room": ROOM, "display": client.person}
        )
        self._publisher = joined["plugindata"]["data"]["id"]
        offer = {"type": "offer", "sdp": describe(client)}
        answer = self._api.message(handle, {"request": "publish"}, offer)
        return read(answer["jsep"]["sdp"], str(handle))


def answering(ours: str, offer: str) -> str:
    """Our description with the mids and the payload types of an offer."""
    for mine, theirs in zip(_sections(ours), _sections(offer), strict=True):
        changed = mine.replace(f"a=mid:{_mid(mine)}", f"a=mid:{_mid(theirs)}")
        ours = ours.replace(mine, changed)
    mids = " ".join(_mid(each) for each in _sections(offer))
    return re.sub(r"a=group:BUNDLE .*?\r\n", f"a=group:BUNDLE {mids}\r\n", ours)


def _sections(sdp: str) -> list[str]:
    return ["m=" + each for each in re.split(r"^m=", sdp, flags=re.MULTILINE)[1:]]


def _mid(section: str) -> str:
    found = re.search(r"a=mid:(\S+)", section)
    return found.group(1) if found else "0"
