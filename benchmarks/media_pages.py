"""Pages in Chromium for the benchmarks of media: what is measured happens in the page, by its own clock."""

from __future__ import annotations

import re
import time
from typing import Any

from playwright.sync_api import Browser, Page, Route

from benchmarks.media_janus import ROOM, JanusApi

ADDRESS = "http://localhost:8598"
PATIENCE = 30.0
WISH = {"videos": [{"person": "ada", "height": 360}], "speakers": 0, "screen": True, "sound": True}
MEASURE = """() => {
  window.times = {};
  const begun = performance.now(), note = (name) => (times[name] ??= performance.now() - begun);
  link.addEventListener("state", (e) => e.detail === "connected" && note("connected"));
  new MutationObserver(() => {
    for (const video of document.querySelectorAll("video")) video.requestVideoFrameCallback(() => note("first"));
  }).observe(document.body, { childList: true });
  link.wish(WISH);
  void link.listen({ audio: 2, video: 2, screen: 1 });
}"""
FRAMES = """() => {
  window.gap = 0;
  const video = document.querySelector("video");
  let last = performance.now();
  const next = () => {
    gap = Math.max(gap, performance.now() - last);
    last = performance.now();
    video.requestVideoFrameCallback(next);
  };
  video.requestVideoFrameCallback(next);
}"""
QUALITY = """async () => {
  const all = window.pc ? [...(await pc.getStats()).values()] : await link.stats("receive");
  const of = (kind) => all.filter((each) => each.type === "inbound-rtp" && each.kind === kind);
  const sum = (list, name) => list.reduce((total, each) => total + (each[name] ?? 0), 0);
  return {
    at: performance.now() / 1000, frozen: sum(of("video"), "totalFreezesDuration"), frames: sum(of("video"), "framesDecoded"),
    concealed: sum(of("audio"), "concealedSamples") - sum(of("audio"), "silentConcealedSamples"),
    samples: sum(of("audio"), "totalSamplesReceived"), lost: sum(of("video"), "packetsLost"),
    again: sum(of("video"), "retransmittedPacketsReceived"), received: sum(of("video"), "packetsReceived"),
  };
}"""
JANUS_HTML = """<!doctype html><title>Media</title><script type="module">
window.pc = new RTCPeerConnection();
pc.ontrack = ({ track }) => {
  const element = document.createElement(track.kind);
  Object.assign(element, { autoplay: true, srcObject: new MediaStream([track]) });
  document.body.append(element);
};
const only = (kind, names) => RTCRtpSender.getCapabilities(kind).codecs.filter((each) => names.includes(each.mimeType));
window.publish = async () => {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 640, height: 360 } });
  for (const track of stream.getTracks()) {
    const sends = pc.addTransceiver(track, { direction: "sendonly", streams: [stream] });
    const names = track.kind === "audio" ? ["audio/opus"] : ["video/VP8", "video/rtx"];
    sends.setCodecPreferences(only(track.kind, names));
  }
  await pc.setLocalDescription();
  await pc.setRemoteDescription({ type: "answer", sdp: await askJanus("publish", pc.localDescription.sdp) });
};
window.view = async (feed) => {
  await pc.setRemoteDescription({ type: "offer", sdp: await askJanus("view", String(feed)) });
  await pc.setLocalDescription();
  await askJanus("start", pc.localDescription.sdp);
};
window.ready = true;
</script>"""


class JanusPage:
    """A browser at the video room of a Janus."""

    def __init__(self, browser: Browser, api: JanusApi) -> None:
        self._api, self._handle = api, api.attach()
        self._context = browser.new_context()
        self.page: Page = self._context.new_page()
        self.feed = 0
        self.address: tuple[str, int] = ("", 0)
        self.port = 0
        """Where media go instead, if anywhere."""
        self.page.route(f"{ADDRESS}/**", self._serve)
        self.page.expose_function("askJanus", self._ask)
        self.page.goto(ADDRESS + "/")
        self.page.wait_for_function("() => window.ready")

    def close(self) -> None:
        """Close the browser's window."""
        self._context.close()

    def publish(self) -> int:
        """Send the invented camera and microphone; returns the name of the feed."""
        self.page.evaluate("publish()")
        return self.feed

    def look_at(self, feed: int, through: Any) -> None:
        """See and hear a feed; ``through`` gives the port to use instead of Janus's."""
        self._through = through
        self.page.evaluate("(feed) => view(feed)", feed)

    def _ask(self, what: str, value: str) -> str:
        if what == "publish":
            self.feed = self._api.message(
                self._handle, {"request": "join", "ptype": "publisher", "room": ROOM, "display": "ada"}
            )["plugindata"]["data"]["id"]
            offer = {"type": "offer", "sdp": value}
            return str(self._api.message(self._handle, {"request": "publish"}, offer)["jsep"]["sdp"])
        if what == "view":
            asked = {
                "request": "join",
                "ptype": "subscriber",
                "room": ROOM,
                "streams": [{"feed": int(value)}],
            }
            return self._led(str(self._api.message(self._handle, asked)["jsep"]["sdp"]))
        self._api.message(self._handle, {"request": "start", "room": ROOM}, {"type": "answer", "sdp": value})
        return ""

    def _led(self, sdp: str) -> str:
        found = re.search(r"a=candidate:\S+ 1 udp \d+ (\d+\.\d+\.\d+\.\d+) (\d+) typ", sdp)
        if found is None:
            raise RuntimeError("Janus names no address")
        port = self._through((found.group(1), int(found.group(2))))
        lines = [line for line in sdp.split("\r\n") if not line.startswith("a=candidate")]
        candidate = f"a=candidate:1 1 udp 2015363327 127.0.0.1 {port} typ host"
        return "\r\n".join(
            f"{candidate}\r\n{line}" if line == "a=end-of-candidates" else line for line in lines
        )

    def _serve(self, route: Route) -> None:
        route.fulfill(content_type="text/html", body=JANUS_HTML)


def wait_in(page: Page, hand_on: Any, expression: str, seconds: float = PATIENCE) -> None:
    """Wait until something is true in a page, handing on what its socket would bring. Raises RuntimeError."""
    end = time.monotonic() + seconds
    while not page.evaluate(expression):
        hand_on()
        if time.monotonic() > end:
            raise RuntimeError(f"never true in the page: {expression}")
        page.wait_for_timeout(2)
