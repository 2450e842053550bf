"""Kinds of meetings: bundles of rights and limits from which a room begins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lms.plugin import Text, _l

PresetName = Literal["webinar", "class", "meeting", "interview", "confidential"]
Layout = Literal["speaker", "gallery", "slides_speaker", "slides"]

LAYOUT_NAMES: dict[Layout, Text] = {
    "speaker": _l("Who speaks, large"),
    "gallery": _l("Everybody, the same size"),
    "slides_speaker": _l("Slides and who speaks"),
    "slides": _l("Slides only"),
}


@dataclass(frozen=True, slots=True)
class Preset:
    """What a kind of meeting means: who may do what, and how many fit. ``capacity`` is people."""

    name: PresetName
    title: Text
    summary: Text
    rights: frozenset[str]
    capacity: int
    layout: Layout
    has_lobby: bool = False
    may_record: bool = True
    private_chat: bool = False


PRESETS: dict[str, Preset] = {
    each.name: each
    for each in (
        Preset(
            "webinar", _l("Webinar"), _l("One or a few present; many listen, write, ask and vote. Who raises a hand can be given the floor."),
            frozenset({"chat", "vote", "ask"}), 500, "slides_speaker",
        ),
        Preset(
            "class", _l("Class"), _l("A group that works together: everybody can speak and be seen."),
            frozenset({"speak", "camera", "chat", "vote", "ask"}), 40, "gallery",
        ),
        Preset(
            "meeting", _l("Meeting"), _l("Colleagues among themselves: everybody can speak, be seen and share the screen."),
            frozenset({"speak", "camera", "share", "chat", "vote", "ask"}), 25, "gallery", private_chat=True,
        ),
        Preset(
            "interview", _l("Interview"), _l("A few people; who comes waits in the lobby until they are let in."),
            frozenset({"speak", "camera", "share", "chat"}), 6, "gallery", has_lobby=True,
        ),
        Preset(
            "confidential", _l("Confidential talk"), _l("Two people. Nobody comes in unasked, and it cannot be recorded."),
            frozenset({"speak", "camera", "chat"}), 2, "gallery", has_lobby=True, may_record=False,
        ),
    )
}  # fmt: skip
