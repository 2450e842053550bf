"""What can happen to a video on the stage, and how it stands: where it is, and since when it moves."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from lms.plugin import Command

Position = Annotated[float, Field(ge=0, le=100_000)]
"""A moment of a video, in its seconds."""


class VideoShown(Command):
    """A video is on the stage, at its beginning and still."""

    video: uuid.UUID
    title: Annotated[str, Field(max_length=200)]
    seconds: Annotated[float, Field(gt=0)]
    has_captions: bool = False


class VideoMoved(Command):
    """From now on it plays from there, or stands still there."""

    position: Position
    is_playing: bool


def shown(payload: Mapping[str, Any], event: Mapping[str, Any]) -> dict[str, Any]:
    """The video of the stage after ``video.shown``."""
    return {
        "id": payload["video"],
        "title": payload["title"],
        "seconds": payload["seconds"],
        "has_captions": payload["has_captions"],
        "position": 0,
        "is_playing": False,
        "at": event["at"],
    }
