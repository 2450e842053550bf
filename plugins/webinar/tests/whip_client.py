"""A client of WHIP (RFC 9725) and WHEP: what a studio program sends over HTTP, and what a fixed offer of one looks like."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

HEAD = [
    "v=0", "o=rtc 3877212184 0 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE 0 1", "a=group:LS 0 1",
    "a=msid-semantic:WMS *", "a=setup:actpass", "a=ice-ufrag:nxcM", "a=ice-pwd:ezjAjgSSLLvbRhUA1zc6Se",
    "a=ice-options:ice2,trickle",
    "a=fingerprint:sha-256 " + ":".join(["4E"] * 32),
]  # fmt: skip
SOUND = [
    "m=audio 57249 UDP/TLS/RTP/SAVPF 111", "c=IN IP4 192.168.188.53", "a=mid:0", "a=sendonly", "a=ssrc:3388068600 cname:studio",
    "a=rtcp-mux", "a=rtpmap:111 opus/48000/2", "a=fmtp:111 minptime=10;stereo=1;useinbandfec=1",
]  # fmt: skip
PICTURE = [
    "m=video 57249 UDP/TLS/RTP/SAVPF 96", "c=IN IP4 192.168.188.53", "a=mid:1", "a=sendonly", "a=ssrc:3388068601 cname:studio",
    "a=rtcp-mux", "a=rtpmap:96 H264/90000", "a=rtcp-fb:96 nack", "a=rtcp-fb:96 nack pli",
    "a=fmtp:96 profile-level-id=42e01f;packetization-mode=1;level-asymmetry-allowed=1",
]  # fmt: skip
STUDIO_OFFER = "\r\n".join(HEAD + SOUND + PICTURE) + "\r\n"
"""As a studio program describes itself: transport attributes above all sections, one codec each."""
IN_LAYERS = [
    "a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid", "a=extmap:2 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
    "a=rid:0 send", "a=rid:1 send", "a=rid:2 send", "a=simulcast:send 0;1;2",
]  # fmt: skip
LAYERED_OFFER = (
    "\r\n".join(
        [each for each in HEAD + SOUND + PICTURE + IN_LAYERS if not each.startswith("a=ssrc:3388068601")]
    )
    .replace("57249", "9")
    .replace("192.168.188.53", "0.0.0.0")  # noqa: S104  # an unset address of an offer (RFC 8829), bound by nobody
    + "\r\n"
)
"""As a newer one does: it has not looked for its addresses yet, and sends the picture in three sizes."""
WATCH_OFFER = STUDIO_OFFER.replace("a=sendonly", "a=recvonly")
SDP, FRAGMENT = "application/sdp", "application/trickle-ice-sdpfrag"
NEW_ICE = (
    "a=ice-ufrag:mNew\r\na=ice-pwd:aNewPasswordOfTheRestart\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n"
)


@dataclass
class WhipClient:
    """One session of one program."""

    http: FlaskClient
    endpoint: str
    key: str
    location: str = ""
    tag: str = ""
    answers: list[TestResponse] = field(default_factory=list)

    def begin(self, offer: str) -> str:
        """POST an offer; returns the answer."""
        answer = self.post(offer)
        assert (answer.status_code, answer.mimetype) == (201, SDP), answer.get_data(as_text=True)
        self.location, self.tag = answer.headers["Location"], answer.headers["ETag"]
        return answer.get_data(as_text=True)

    def post(self, offer: str, media_type: str = SDP) -> TestResponse:
        """The same, whatever comes back."""
        return self._send(self.http.post, self.endpoint, offer, media_type)

    def patch(self, fragment: str, condition: str | None) -> TestResponse:
        """Candidates, or an ICE restart."""
        headers = {"If-Match": condition} if condition is not None else {}
        return self._send(self.http.patch, self.location, fragment, FRAGMENT, headers)

    def end(self) -> TestResponse:
        """DELETE the session."""
        return self._send(self.http.delete, self.location)

    def _send(
        self,
        method: Callable[..., TestResponse],
        url: str,
        data: str = "",
        media_type: str = "",
        headers: dict[str, str] | None = None,
    ) -> TestResponse:
        known = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        return method(url, data=data, content_type=media_type or None, headers=known | (headers or {}))
