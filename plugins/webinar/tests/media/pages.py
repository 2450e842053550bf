"""A page with a MediaLink in a real browser, whose socket is the test itself."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, Route

from plugins.webinar.engine import EngineError, Kind, Rights
from plugins.webinar.engine_embedded.wire import wish_in
from plugins.webinar.engines import number_of
from plugins.webinar.remote import RemoteEngine
from plugins.webinar.tests.media.engines import EngineProcess

SCRIPTS = Path(__file__).resolve().parent.parent.parent / "static" / "js"
ADDRESS = "http://localhost:8599"
PATIENCE = 20.0
EVERYTHING = Rights(frozenset(Kind))

HTML = """<!doctype html><title>Media</title><script type="module">
import { MediaLink } from "/media.js";
window.link = new MediaLink({ ask: async (event, data) => {
  const answer = await window.askEngine(event, data);
  if (answer.error) throw answer.error;
  return answer;
} });
window.seen = { states: [], slots: [], speaking: [], failed: [] };
link.addEventListener("state", (e) => seen.states.push(e.detail));
link.addEventListener("failed", (e) => seen.failed.push(e.detail));
link.addEventListener("speaking", (e) => (seen.speaking = e.detail));
link.addEventListener("slots", (e) => {
  seen.slots = e.detail.map(({ person, kind }) => ({ person, kind }));
  for (const { track } of e.detail) {
    if (document.getElementById(track.id)) continue;
    const element = document.createElement(track.kind);
    Object.assign(element, { id: track.id, autoplay: true, srcObject: new MediaStream([track]) });
    document.body.append(element);
  }
});
window.startSending = async (kinds, height = 360) => {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: (height * 16) / 9, height } });
  const tracks = { microphone: stream.getAudioTracks()[0], camera: stream.getVideoTracks()[0] };
  for (const kind of kinds) await link.publish(kind, tracks[kind]);
};
window.ready = true;
</script>"""


class MediaPage:
    """A browser in a room."""

    def __init__(self, browser: Browser, engine: RemoteEngine, process: EngineProcess, person: str) -> None:
        self.engine = engine
        self.person = person
        self.is_online = True
        self.way: Callable[[str], str] = lambda sdp: sdp
        self.asked: list[str] = []
        self.peers: dict[str, str] = {}
        self._process = process
        self._taken = 0
        self._context = browser.new_context()
        self.page: Page = self._context.new_page()
        self.problems: list[str] = []
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on(
            "console", lambda line: self.problems.append(line.text) if line.type == "error" else None
        )
        self.page.route(f"{ADDRESS}/**", self._serve)
        self.page.expose_function("askEngine", self._ask)
        self.page.goto(ADDRESS + "/")
        self.page.wait_for_function("() => window.ready")

    def close(self) -> None:
        """Close the browser's window."""
        self._context.close()

    def wait_until(self, expression: str, patience: float = PATIENCE) -> float:
        """Wait for something to be true in the page, handing on the engine's messages; returns the seconds it took."""
        begun = time.monotonic()
        while time.monotonic() < begun + patience:
            self.hand_on()
            if self.page.evaluate(expression):
                return time.monotonic() - begun
            self.page.wait_for_timeout(25)
        state = self.page.evaluate("JSON.stringify([window.seen, window.link.state])")
        raise AssertionError(f"never true: {expression}; {state}; {self.problems}; asked {self.asked}")

    def hand_on(self) -> None:
        """What the socket would do with the engine's events."""
        while not self._process.events.empty():
            self._process.seen.append(self._process.events.get())
        events = self._process.seen[self._taken :]
        self._taken += len(events)
        for event in events if self.is_online else ():
            if event.type == "restarted":
                engine = event.data.get("engine")
                for peer in [each for each in self.peers.values() if engine in {None, number_of(each)}]:
                    self.page.evaluate("m => link.handle(m)", {"type": "restarted", "peer": peer})
            elif event.person in {"", self.person}:
                self.page.evaluate("m => link.handle(m)", {"type": event.type, **event.data})

    def stat(self, direction: str, kind: str, name: str) -> float:
        """The sum of a number over all streams of a kind (getStats)."""
        kind_of_report = "inbound-rtp" if direction == "receive" else "outbound-rtp"
        return float(
            self.page.evaluate(
                """async ([direction, type, kind, name]) => (await link.stats(direction))
                .filter((each) => each.type === type && each.kind === kind)
                .reduce((sum, each) => sum + (each[name] ?? 0), 0)""",
                [direction, kind_of_report, kind, name],
            )
        )

    def wait_for_stat(self, direction: str, kind: str, name: str, more_than: float) -> float:
        """Wait until the number is greater; returns it."""
        end = time.monotonic() + PATIENCE
        while (value := self.stat(direction, kind, name)) <= more_than:
            self.hand_on()
            assert time.monotonic() < end, f"{kind} {name} stays {value}: {self.problems}"
            self.page.wait_for_timeout(50)
        return value

    def _serve(self, route: Route) -> None:
        path = route.request.url.removeprefix(ADDRESS).partition("?")[0]
        if path == "/":
            route.fulfill(content_type="text/html", body=HTML)
        elif path == "/favicon.ico":
            route.fulfill(status=204)
        else:
            route.fulfill(content_type="text/javascript", body=(SCRIPTS / path[1:]).read_text("utf-8"))

    def _ask(self, event: str, data: dict[str, Any]) -> dict[str, Any]:
        self.asked.append(event)
        if not self.is_online:
            return {"error": {"code": "offline", "message": "the socket is away"}}
        try:
            return self._orders[event](data)
        except EngineError as problem:
            return {"error": {"code": problem.code, "message": str(problem)}}

    @property
    def _orders(self) -> dict[str, Callable[[dict[str, Any]], dict[str, Any]]]:
        return {
            "media.offer": self._offer,
            "media.restart": lambda data: {
                "sdp": self.way(self.engine.restart(data["peer"], data["sdp"]).sdp)
            },
            "media.bind": lambda data: {"bound": self.engine.has(data["peer"])},
            "media.leave": self._leave,
            "media.wish": self._wish,
        }

    def _leave(self, data: dict[str, Any]) -> dict[str, Any]:
        self.engine.leave(data["peer"])
        return {}

    def _offer(self, data: dict[str, Any]) -> dict[str, Any]:
        answer = self.engine.join("room", self.person, data["direction"], data["sdp"], EVERYTHING)
        self.peers[data["direction"]] = answer.peer
        return {"peer": answer.peer, "sdp": self.way(answer.sdp), "mids": dict(answer.mids)}

    def _wish(self, data: dict[str, Any]) -> dict[str, Any]:
        videos = [[video["person"], video["height"]] for video in data["videos"]]
        self.engine.set_wish(data["peer"], wish_in(data | {"videos": videos}))
        return {}
