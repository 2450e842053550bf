"""Webinar rooms: people meet live, and what happened can be proved and seen again."""

from __future__ import annotations

from lms.plugin import Manifest, _l

manifest = Manifest(
    name="webinar",
    title=_l("Webinar rooms"),
    summary=_l(
        "Trainers hold webinars in the browser; people see and hear, ask and vote, and their presence is proven."
    ),
    version="0.1.0",
    core=">=0.1,<0.2",
    icon="camera-video",
)
