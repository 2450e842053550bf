"""What WHIP (RFC 9725) and WHEP (draft-ietf-wish-whep) say beyond plain offers and answers: fragments that change ICE alone."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lms.plugin import Invalid, _

SDP, FRAGMENT = "application/sdp", "application/trickle-ice-sdpfrag"
LARGEST = 200_000
_CREDENTIAL = re.compile(r"^a=ice-(ufrag|pwd):([A-Za-z0-9+/]{4,256})\r?$", re.MULTILINE)
_MEDIA = re.compile(r"^m=(audio|video) .*\r?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Credentials:
    """Of an ICE session (RFC 8839, section 5.4)."""

    ufrag: str
    password: str


def credentials_in(text: str) -> Credentials:
    """The first credentials in a description or fragment. Raises Invalid."""
    found: dict[str, str] = {}
    for name, value in _CREDENTIAL.findall(text):
        found.setdefault(name, value)
    if len(text) > LARGEST or set(found) != {"ufrag", "pwd"}:
        raise Invalid(_("The description of the connection lacks its ICE credentials."), code="bad_offer")
    return Credentials(found["ufrag"], found["pwd"])


def with_credentials(offer: str, new: Credentials) -> str:
    """The same offer after an ICE restart: nothing else is negotiated again (RFC 9725, section 4.3.3)."""
    values = {"ufrag": new.ufrag, "pwd": new.password}
    return _CREDENTIAL.sub(lambda found: f"a=ice-{found[1]}:{values[found[1]]}\r", offer)


def as_screen(offer: str) -> str:
    """The same offer, its media named as slides (RFC 4796), by which the engine knows a shared screen."""
    return _MEDIA.sub(lambda found: f"{found[0].rstrip()}\r\na=content:slides\r", offer)


def fragment_of(answer: str) -> str:
    """What an answer says of ICE, as a fragment (RFC 8840, section 9)."""
    lines = answer.splitlines()
    first = next((number for number, line in enumerate(lines) if line.startswith("m=")), len(lines))
    section = lines[first:]
    end = next((number for number, line in enumerate(section[1:], 1) if line.startswith("m=")), len(section))
    kept = ("m=", "a=mid:", "a=candidate:", "a=end-of-candidates")
    of_ice = credentials_in(answer)
    head = [f"a=ice-ufrag:{of_ice.ufrag}", f"a=ice-pwd:{of_ice.password}"]
    return "\r\n".join(head + [line for line in section[:end] if line.startswith(kept)]) + "\r\n"
