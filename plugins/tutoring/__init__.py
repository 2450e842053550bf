"""Tutoring by appointment: tutors offer hours, trainees take half hours, both know what came of it."""

from __future__ import annotations

from lms.plugin import Manifest, _l

manifest = Manifest(
    name="tutoring",
    title=_l("Tutoring"),
    summary=_l(
        "Tutors offer hours; people book half an hour with them, move it, cancel it and wait for the next free one."
    ),
    version="0.1.0",
    core=">=0.1,<0.2",
    icon="chat-dots",
)
