"""The lounge over sockets: the core's own events on one channel are enough."""

from __future__ import annotations

from lms.live.namespaces import LiveNamespace
from lms.lounge.service import LOUNGE


class LoungeNamespace(LiveNamespace):
    """Announcements and presence of an office."""

    path = "/lounge"
    channels = (LOUNGE,)
