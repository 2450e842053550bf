"""What a browser may ask about its media, over the socket of its room."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from lms.plugin import Command

Sdp = Annotated[str, Field(min_length=20, max_length=200_000)]
PeerName = Annotated[str, Field(min_length=3, max_length=200)]


class OfferCommand(Command):
    """``media.offer``: connect in one direction."""

    model_config = {"str_strip_whitespace": False}

    direction: Literal["send", "receive"]
    sdp: Sdp


class RestartCommand(Command):
    """``media.restart``: new ICE credentials for a connection that goes on."""

    model_config = {"str_strip_whitespace": False}

    peer: PeerName
    sdp: Sdp


class PeerCommand(Command):
    """``media.bind`` and ``media.leave``: one's own connection."""

    peer: PeerName


class WishedVideoCommand(Command):
    """A camera on the page, and how tall it is there."""

    person: Annotated[str, Field(max_length=64)]
    height: Annotated[int, Field(ge=0, le=4320)]


class WishCommand(Command):
    """``media.wish``: what the page shows now."""

    peer: PeerName
    videos: Annotated[list[WishedVideoCommand], Field(max_length=49)] = []
    speakers: Annotated[int, Field(ge=0, le=49)] = 0
    screen: bool = True
    sound: bool = True
