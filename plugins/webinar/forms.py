"""What is asked when a room is set up."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from lms.plugin import Command, Ui, _l
from plugins.webinar.models import LinkRule
from plugins.webinar.presets import LAYOUT_NAMES, PRESETS, Layout, PresetName
from plugins.webinar.rights import OPEN_RIGHTS, RIGHT_NAMES

TITLE = Annotated[str, Field(min_length=2, max_length=200), Ui(_l("Title"))]
DURATIONS = (("30", _l("30 minutes")), ("45", _l("45 minutes")), ("60", _l("1 hour")), ("90", _l("1 hour 30 minutes")),
             ("120", _l("2 hours")), ("180", _l("3 hours")), ("240", _l("4 hours")))  # fmt: skip
GUESTS = (("none", _l("Nobody: members of the office only")), ("link", _l("People to whom we send a personal link")),
          ("registration", _l("Everybody who registers on a public page")))  # fmt: skip

SLOW = (("0", _l("As often as they like")), ("10", _l("Every 10 seconds")), ("30", _l("Every 30 seconds")),
        ("60", _l("Every minute")))  # fmt: skip
LINKS = (("all", _l("Everybody")), ("leaders", _l("Those who lead or present")))


class CreateRoom(Command):
    """A title and a date are enough."""

    title: TITLE
    starts_at: Annotated[datetime | None, Ui(_l("Begins"), hint=_l("Leave empty to decide later."))] = None
    duration: Annotated[int, Field(ge=5, le=720), Ui(_l("Lasts"), kind="select", choices=DURATIONS)] = 60
    preset: Annotated[
        PresetName,
        Ui(
            _l("Kind of meeting"),
            kind="radio",
            choices=tuple((each.name, each.title) for each in PRESETS.values()),
        ),
    ] = "webinar"


class EditRoom(Command):
    """Everything about a room that can be written in one form."""

    title: TITLE
    summary: Annotated[str | None, Field(max_length=2000), Ui(_l("What it is about"), kind="textarea")] = None
    starts_at: Annotated[datetime | None, Ui(_l("Begins"))] = None
    duration: Annotated[int, Field(ge=5, le=720), Ui(_l("Lasts, in minutes"))] = 60
    capacity: Annotated[int | None, Field(ge=2, le=500), Ui(_l("Number of places"))] = None
    rights: Annotated[
        list[Literal["speak", "camera", "share", "chat", "vote", "ask"]],
        Ui(
            _l("What everybody may do"),
            hint=_l("In the room you can give more to single people, or lock it for all."),
            kind="checkboxes",
            choices=tuple((name, RIGHT_NAMES[name]) for name in OPEN_RIGHTS),
        ),
    ] = []
    slow_seconds: Annotated[
        int, Field(ge=0, le=600), Ui(_l("How often one writes in the chat"), kind="select", choices=SLOW)
    ] = 0
    links: Annotated[LinkRule, Ui(_l("Who may write links in the chat"), kind="select", choices=LINKS)] = (
        "all"
    )
    private_chat: Annotated[
        bool,
        Ui(
            _l("People may write to one another alone"),
            hint=_l("Nobody else reads private messages, not even those who lead."),
        ),
    ] = False
    layout: Annotated[
        Layout, Ui(_l("How the stage looks at first"), kind="select", choices=tuple(LAYOUT_NAMES.items()))
    ] = "slides_speaker"
    has_lobby: Annotated[bool, Ui(_l("People wait in the lobby until they are let in"))] = False
    guests: Annotated[
        Literal["none", "link", "registration"],
        Ui(_l("Who may come without an account"), kind="radio", choices=GUESTS),
    ] = "none"
    present_percent: Annotated[
        int,
        Field(ge=1, le=100),
        Ui(_l("Present from"), hint=_l("Per cent of the duration from which it counts as attended.")),
    ] = 75
    replay_percent: Annotated[
        int,
        Field(ge=0, le=100),
        Ui(
            _l("Watching the recording counts up to"),
            hint=_l(
                "Per cent of the duration that count towards completion for what somebody missed. 0: it does not count. Presence stays as it was."
            ),
        ),
    ] = 0


class AddHelper(Command):
    """Somebody who leads or presents."""

    user_id: Annotated[uuid.UUID, Ui(_l("Person"), kind="select")]
    role: Annotated[
        Literal["cohost", "presenter"],
        Ui(_l("As"), kind="select", choices=(("cohost", _l("Co-host")), ("presenter", _l("Presenter")))),
    ] = "presenter"
