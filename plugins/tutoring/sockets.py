"""The live side of sessions: the core's own events on the channel of a session are enough."""

from __future__ import annotations

from lms.plugin import LiveNamespace
from plugins.tutoring.chat import CHAT


class TutoringNamespace(LiveNamespace):
    """Conversations of sessions."""

    path = "/tutoring"
    channels = (CHAT,)
