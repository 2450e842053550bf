"""Offers as browsers make them, and what is wrong with others."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.webinar.engine_embedded import sdp

FINGERPRINT = "sha-256 " + ":".join(["AB"] * 32)
OFFER = "\r\n".join([
    "v=0", "o=- 1 2 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE 0 1",
    "m=audio 9 UDP/TLS/RTP/SAVPF 111 63", "c=IN IP4 0.0.0.0", "a=mid:0", "a=sendonly", "a=rtcp-mux",
    "a=ice-ufrag:abcd", "a=ice-pwd:0123456789012345678901", f"a=fingerprint:{FINGERPRINT}", "a=setup:actpass",
    "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level", "a=rtpmap:111 opus/48000/2",
    "a=fmtp:111 minptime=10;useinbandfec=1", "a=rtpmap:63 red/48000/2", "a=fmtp:63 111/111",
    "m=video 9 UDP/TLS/RTP/SAVPF 96 97", "a=mid:1", "a=sendonly", "a=rtcp-mux", "a=content:slides",
    "a=rtpmap:96 VP8/90000", "a=rtpmap:97 rtx/90000", "a=fmtp:97 apt=96", "a=rid:l send", "a=rid:h send",
    "a=simulcast:send l;h", "a=ssrc-group:FID 11 12", "a=ssrc:11 cname:x", "a=ssrc:12 cname:x", "",
])  # fmt: skip
TRANSPORT = sdp.Transport("uuuu", "p" * 24, "AB:CD", [sdp.Candidate("192.0.2.7", 8430, "udp")])


def test_an_offer_is_read() -> None:
    offer = sdp.parse(OFFER)
    assert (offer.ufrag, offer.setup, list(offer.fingerprints)) == ("abcd", "actpass", ["sha-256"])
    audio, video = offer.sections
    assert audio.codecs[111].parameters == {"minptime": "10", "useinbandfec": "1"}
    assert audio.extensions == {"urn:ietf:params:rtp-hdrext:ssrc-audio-level": 1}
    assert (video.rids, video.content, video.repairs) == (["l", "h"], "slides", {12: 11})


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("v=0", "v=1", "no session description"),
        ("a=setup:actpass", "a=setup:passive", "passive"),
        ("a=ice-pwd:0123456789012345678901", "a=ice-pwd:short", "ICE"),
        (f"a=fingerprint:{FINGERPRINT}", "a=x:y", "fingerprint"),
        ("a=mid:1", "a=mid:0", "mid"),
        ("a=rtcp-mux", "a=x", "share a port"),
        ("a=rtpmap:111 opus/48000/2", "a=rtpmap:400 opus/48000/2", "rtpmap"),
        ("a=extmap:1 urn", "a=extmap:one urn", "extmap"),
        ("m=audio 9 UDP/TLS/RTP/SAVPF 111 63", "m=audio 9", "media line"),
    ],
)
def test_a_bad_offer_is_refused_with_the_reason(old: str, new: str, reason: str) -> None:
    with pytest.raises(sdp.BadOffer, match=reason):
        sdp.parse(OFFER.replace(old, new))


def test_a_description_of_ten_thousand_sections_is_refused() -> None:
    with pytest.raises(sdp.BadOffer):
        sdp.parse(OFFER + "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:x\r\n" * 5000)


@given(st.lists(st.sampled_from(OFFER.split("\r\n")), max_size=40), st.text(max_size=40))
def test_any_text_is_an_offer_or_a_bad_offer(lines: list[str], noise: str) -> None:
    for text in (
        "\r\n".join(["v=0", *lines]),
        "v=0\r\n" + noise,
        "v=0\r\nm=" + noise,
        "v=0\r\nm=a 9 b c\r\na=" + noise,
    ):
        with contextlib.suppress(sdp.BadOffer):
            sdp.parse(text)


def test_an_answer_says_what_is_sent_where() -> None:
    offer = sdp.parse(OFFER)
    audio, video = offer.sections
    text = sdp.answer(
        TRANSPORT,
        [
            sdp.AnswerSection(audio, "recvonly", [audio.codecs[111]], list(audio.extensions)),
            sdp.AnswerSection(video, "inactive"),
        ],
        1,
    )
    lines = text.split("\r\n")
    assert "a=ice-lite" in lines
    assert "a=group:BUNDLE 0" in lines
    assert "m=audio 9 UDP/TLS/RTP/SAVPF 111" in lines
    assert "m=video 0 UDP/TLS/RTP/SAVPF 96 97" in lines  # RFC 3264, section 6: refused
    assert "a=candidate:1 1 udp 2130706431 192.0.2.7 8430 typ host" in lines
    again = sdp.parse(
        text.replace("setup:passive", "setup:active")
        .replace("m=video 0", "m=video 9")
        .replace("a=mid:1", "a=mid:1\r\na=rtcp-mux")
    )
    assert [section.mid for section in again.sections] == ["0", "1"]


def test_a_restart_is_answered_with_the_next_version() -> None:
    assert "o=- 1 3 IN IP4" in sdp.answer(TRANSPORT, [], 3)
