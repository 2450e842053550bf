"""Real browsers at the media engine, with others at the level of packets in the same room: how soon they see, what a bad network does.

Chromium with invented devices. Loss is made by a piece of network of our own (``media_network``), on loopback.
"""

from __future__ import annotations

import shutil
import statistics
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from benchmarks.media_janus import JanusApi, find_janus
from benchmarks.media_network import between
from benchmarks.media_pages import FRAMES, MEASURE, QUALITY, WISH, JanusPage, wait_in
from benchmarks.media_servers import JANUS_ONE, OURS, Clients, serving
from benchmarks.tables import Table, machine, percentile
from plugins.webinar.remote import RemoteEngine
from plugins.webinar.tests.media.conftest import ARGUMENTS
from plugins.webinar.tests.media.engines import EngineProcess
from plugins.webinar.tests.media.pages import MediaPage
from plugins.webinar.tests.media.test_cuts import without_udp

IN_ROOM, BROWSERS, JOINS, BLOCKED_JOINS, RESTARTS = 20, 5, 20, 5, 3
LOSS, DELAY, VIEWERS, WINDOWS, WINDOW_SECONDS = 0.05, 0.02, 2, 2, 20.0


def run(folder: Path, is_smoke: bool) -> None:
    """Print the tables."""
    with sync_playwright() as playwright:
        path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        with ExitStack() as stack:
            stack.callback(browser.close)
            _joins(folder / "joins", browser, is_smoke)
            lossy = {"this engine": _own_loss(folder / "loss", browser, is_smoke)}
            if find_janus() is not None and not is_smoke:
                lossy["Janus"] = _janus_loss(folder / "janus", browser)
    _print_loss(lossy, is_smoke)


class Room:
    """An engine with pages."""

    def __init__(self, folder: Path, browser: Browser, stack: ExitStack) -> None:
        self.engine = RemoteEngine(folder)
        stack.callback(self.engine.close)
        self.pid = stack.enter_context(serving(OURS, folder))
        self._browser = browser
        self._events = EngineProcess(folder)
        self.engine.listen(self._events.events.put)
        self.pages: list[MediaPage] = []

    def enter(self, person: str, way: Callable[[str], str] = lambda sdp: sdp) -> MediaPage:
        """A page in the room."""
        page = MediaPage(self._browser, self.engine, self._events, person)
        page.way = way
        self.pages.append(page)
        return page

    def leave(self, page: MediaPage) -> None:
        """Close it."""
        self.pages.remove(page)
        page.page.evaluate("link.close()")
        page.close()

    def watch(
        self, person: str, way: Callable[[str], str] = lambda sdp: sdp
    ) -> tuple[MediaPage, dict[str, float]]:
        """A page that looks at Ada: the page, and after how many milliseconds it was connected and saw her."""
        page = self.enter(person, way)
        page.page.evaluate(MEASURE.replace("WISH", str(WISH).replace("True", "true")))
        wait_in(page.page, self.hand_on, "times.first !== undefined && times.connected !== undefined")
        times: dict[str, float] = page.page.evaluate("times")
        return page, times

    def hand_on(self) -> None:
        """Each page gets what its socket would bring."""
        for each in self.pages:
            each.hand_on()


@contextmanager
def _room(folder: Path, browser: Browser) -> Iterator[Room]:
    """A room in which Ada shows herself."""
    with ExitStack() as stack:
        room = Room(folder, browser, stack)
        ada = room.enter("ada")
        ada.page.evaluate("startSending(['microphone', 'camera'])")
        wait_in(ada.page, room.hand_on, "link.state === 'connected'")
        yield room
        for each in list(room.pages):
            room.leave(each)


def _joins(folder: Path, browser: Browser, is_smoke: bool) -> None:
    on = machine()
    browsers, joins = (1, 1) if is_smoke else (BROWSERS, JOINS)
    packets = 2 if is_smoke else IN_ROOM - BROWSERS
    with _room(folder, browser) as room, ExitStack() as stack:
        others = Clients(OURS, folder, room.pid, stack)
        others.join(packets)
        others.begin_measuring(3600)
        times = []
        for number in range(joins):
            page, took = room.watch(f"viewer{number}")
            times.append(took)
            if len(room.pages) > browsers:
                room.leave(page if number == joins - 1 else room.pages[1])
        blocked = []
        for number in range(1 if is_smoke else BLOCKED_JOINS):
            page, took = room.watch(f"blocked{number}", without_udp)
            blocked.append(took["connected"])
            room.leave(page)
        gaps = _restarts(room, 1 if is_smoke else RESTARTS)
    table = Table(
        f"Chromium in a room of {packets + browsers} ({browsers} browsers, the others at the level of packets)",
        on,
    )
    table.add(
        "join to connected p95", percentile([each["connected"] for each in times], 0.95), "ms", at_most=150
    )
    table.add(
        "join to first frame p95", percentile([each["first"] for each in times], 0.95), "ms", at_most=600
    )
    table.add("join to first frame, median", statistics.median(each["first"] for each in times), "ms")
    table.add("UDP blocked: connected, worst", max(blocked), "ms", at_most=1000)
    table.add("ICE restart: longest gap between frames", max(gaps), "ms", at_most=1000)
    table.print()


def _restarts(room: Room, count: int) -> list[float]:
    page, _times = room.watch("restarting")
    gaps = []
    for _ in range(count):
        page.page.evaluate(FRAMES)
        _pass(room, page, 0.3)
        page.page.evaluate("link.restartAll()")
        _pass(room, page, 1.5)
        gaps.append(float(page.page.evaluate("gap")))
    room.leave(page)
    return gaps


def _pass(room: Room, page: MediaPage, seconds: float) -> None:
    for _ in range(max(1, round(seconds * 20))):
        room.hand_on()
        page.page.wait_for_timeout(50)


def _own_loss(folder: Path, browser: Browser, is_smoke: bool) -> list[dict[str, float]]:
    with ExitStack() as stack:
        room = stack.enter_context(_room(folder, browser))
        port = int((folder / "log").read_text().split()[-1])
        pages = []
        for number in range(1 if is_smoke else VIEWERS):
            led = stack.enter_context(between(("127.0.0.1", port), LOSS, DELAY, number))
            page, _times = room.watch(f"lossy{number}", _leads_to(led))
            pages.append(page.page)
        return _windows(pages, room.hand_on, is_smoke)


def _janus_loss(folder: Path, browser: Browser) -> list[dict[str, float]]:
    with ExitStack() as stack:
        stack.enter_context(serving(JANUS_ONE, folder))
        api = JanusApi(folder)
        stack.callback(api.close)
        sender = JanusPage(browser, api)
        stack.callback(sender.close)
        feed, pages = sender.publish(), []
        for number in range(VIEWERS):
            page = JanusPage(browser, api)
            stack.callback(page.close)
            page.look_at(
                feed, lambda target, seed=number: stack.enter_context(between(target, LOSS, DELAY, seed))
            )
            pages.append(page.page)
        return _windows(pages, lambda: None, is_smoke=False)


def _windows(pages: list[Any], hand_on: Callable[[], None], is_smoke: bool) -> list[dict[str, float]]:
    """What the pages see and hear, one window after the other; the first seconds do not count."""
    seconds = 0.5 if is_smoke else WINDOW_SECONDS
    found = []
    _let_go_on(pages[0], hand_on, seconds / 4)
    for _ in range(1 if is_smoke else WINDOWS):
        before = [page.evaluate(QUALITY) for page in pages]
        _let_go_on(pages[0], hand_on, seconds)
        for page, begun in zip(pages, before, strict=True):
            now = page.evaluate(QUALITY)
            found.append({name: now[name] - begun[name] for name in now})
    return found


def _let_go_on(page: Any, hand_on: Callable[[], None], seconds: float) -> None:
    for _ in range(max(1, round(seconds * 10))):
        hand_on()
        page.wait_for_timeout(100)


def _leads_to(port: int) -> Callable[[str], str]:
    def way(sdp: str) -> str:
        lines = [
            line for line in sdp.split("\r\n") if not (line.startswith("a=candidate") and " tcp " in line)
        ]
        return "\r\n".join(
            " ".join([*line.split()[:5], str(port), *line.split()[6:]])
            if line.startswith("a=candidate")
            else line
            for line in lines
        )

    return way


def _print_loss(found: dict[str, list[dict[str, float]]], is_smoke: bool) -> None:
    count = len(found["this engine"])
    seconds = 0.5 if is_smoke else WINDOW_SECONDS
    table = Table(
        f"Chromium with {LOSS:.0%} random loss downwards, round trip {DELAY * 2000:g} ms: median of {count} windows of {seconds:g} s"
    )
    for name, windows in found.items():
        goals: tuple[float | None, float | None] = (2, 1) if name == "this engine" else (None, None)
        frozen = [100 * each["frozen"] / each["at"] for each in windows]
        concealed = [100 * each["concealed"] / max(1, each["samples"]) for each in windows]
        table.add(f"{name}: time frozen", statistics.median(frozen), "%", at_most=goals[0])
        table.add(f"{name}: time frozen, worst", max(frozen), "%")
        table.add(f"{name}: sound concealed", statistics.median(concealed), "%", at_most=goals[1])
        table.add(f"{name}: sound concealed, worst", max(concealed), "%")
        table.add(
            f"{name}: frames", statistics.median(each["frames"] / each["at"] for each in windows), "a second"
        )
    table.print()
