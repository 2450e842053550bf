"""The live side of sessions: the core's own events on the channel of a session are enough."""

from __future__ import annotations

from lms.plugin import LiveNamespace
from plugins.tutoring.chat import CHAT
from plugins.tutoring.desk.colleagues import COLLEAGUES
from plugins.tutoring.desk.telling import DESK_CHANNEL, PLACE_CHANNEL


class TutoringNamespace(LiveNamespace):
    """Conversations of sessions, the drop-in queue, one's place in it, tutors among themselves."""

    path = "/tutoring"
    channels = (CHAT, DESK_CHANNEL, PLACE_CHANNEL, COLLEAGUES)
