"""What people may do in a room: by role, by the room's own rule, by what a moderator gave or took."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from lms.plugin import Text, _l

Right = Literal["speak", "camera", "share", "present", "chat", "vote", "ask", "record", "moderate"]
RoleName = Literal["host", "cohost", "presenter", "participant"]

RIGHTS: tuple[Right, ...] = (
    "speak", "camera", "share", "present", "chat", "vote", "ask", "record", "moderate",
)  # fmt: skip
ROLES: tuple[RoleName, ...] = ("host", "cohost", "presenter", "participant")
MODERATORS: frozenset[RoleName] = frozenset({"host", "cohost"})
OPEN_RIGHTS: tuple[Right, ...] = ("speak", "camera", "share", "chat", "vote", "ask")
"""What a room may give to everybody, and what may be locked for everybody."""
GIVEN: tuple[Right, ...] = (*OPEN_RIGHTS, "present")
"""What may be given to one person and taken from them."""

RIGHT_NAMES: dict[Right, Text] = {
    "speak": _l("Speak"),
    "camera": _l("Show the camera"),
    "share": _l("Share the screen"),
    "present": _l("Show slides"),
    "chat": _l("Write in the chat"),
    "vote": _l("Vote in polls"),
    "ask": _l("Ask questions"),
    "record": _l("Record"),
    "moderate": _l("Lead the room"),
}
ROLE_NAMES: dict[RoleName, Text] = {
    "host": _l("Host"),
    "cohost": _l("Co-host"),
    "presenter": _l("Presenter"),
    "participant": _l("Participant"),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """Somebody's role, and what was given to them or taken from them beyond it."""

    role: RoleName = "participant"
    granted: frozenset[str] = frozenset()
    revoked: frozenset[str] = frozenset()


def rights_of(standing: Standing, everybody: Iterable[str], locked: Iterable[str]) -> frozenset[str]:
    """What somebody may do now.

    Who leads the room is never locked out of anything. A lock holds for participants; what a
    moderator gave to one of them holds in spite of it; what was taken from somebody is gone.
    """
    if standing.role in MODERATORS:
        return frozenset(RIGHTS)
    base: frozenset[str] = frozenset(GIVEN)
    if standing.role == "participant":
        base = (frozenset(everybody) & frozenset(OPEN_RIGHTS)) - frozenset(locked)
    return (base | (standing.granted & frozenset(GIVEN))) - standing.revoked


def change(standing: Standing, right: str, *, is_given: bool) -> Standing:
    """The standing after a moderator gave or took one right."""
    if is_given:
        return Standing(standing.role, standing.granted | {right}, standing.revoked - {right})
    return Standing(standing.role, standing.granted - {right}, standing.revoked | {right})


def write_names(names: Iterable[str]) -> str:
    """Rights as a column keeps them."""
    return ",".join(sorted(names))


def read_names(text: str) -> frozenset[str]:
    """Rights as a column keeps them."""
    return frozenset(text.split(",")) - {""}
