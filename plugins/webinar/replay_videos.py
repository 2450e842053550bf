"""When a recording shows which video, where that is, and whether it moves."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from lms.plugin import EventView
from plugins.webinar.models import Recording
from plugins.webinar.state import fold, new_state

KINDS = frozenset({"video.shown", "video.moved", "video.hidden", "room.ended"})


def video_moments(
    row: Recording, events: Iterable[EventView], second_of: Callable[[EventView], float]
) -> list[dict[str, Any]]:
    """Each change, with how the video stands after it; what plays when the recording begins is where it is then."""
    state = new_state()
    found: list[dict[str, Any]] = []
    for event in events:
        if event.kind not in KINDS:
            continue
        state = fold(state, event.as_message())
        video = state["video"]
        at = second_of(event)
        if found and found[-1]["at"] == at == 0:
            found.pop()  # of what was before the recording, only how it stood at last
        if video is None:
            found.append({"at": at, "video": None, "position": 0, "is_playing": False, "seconds": 0})
            continue
        gone = max(0.0, (row.started_at - event.at).total_seconds()) if video["is_playing"] else 0.0
        position = min(video["seconds"], video["position"] + gone)
        found.append(
            {
                "at": at,
                "video": video["id"],
                "title": video["title"],
                "seconds": video["seconds"],
                "has_captions": video["has_captions"],
                "position": round(position, 2),
                "is_playing": video["is_playing"],
            }
        )
    return found
