"""Switching off what people send: the engine drops it at once, whatever their page does, until they switch it on again themselves.

It takes no right away: who may speak or be seen may go on when they choose to. To prevent that, lock it.
"""

from __future__ import annotations

import uuid
from typing import Literal

from sqlalchemy import select

from lms.plugin import Actor, session
from plugins.webinar import log, sending
from plugins.webinar.entering import get_self, require_right
from plugins.webinar.log import Stoppable, Stopped
from plugins.webinar.models import Participant
from plugins.webinar.rights import read_names, write_names

ASKED: dict[str, Stoppable] = {"mute": "speak", "camera_off": "camera", "share_off": "share"}
"""What a page is asked to do, and what is stopped with it."""


def stop_all(actor: Actor, room_id: uuid.UUID, right: Literal["speak", "camera"]) -> None:
    """Switch off all microphones or cameras but those of who leads or presents, and of programs. Raises Forbidden."""
    me = require_right(actor, room_id, "moderate")
    query = select(Participant).filter_by(
        room_id=room_id, state="inside", role="participant", is_program=False
    )
    for row in session().scalars(query).all():
        stop(row, right)
    log.write(me.room, "room.stopped", Stopped(right=right))


def stop(row: Participant, right: Stoppable) -> None:
    """Switch off what one person sends."""
    row.stopped = write_names(read_names(row.stopped) | {right})
    session().flush()
    sending.tell_rights(row)


def let_go_on(row: Participant, right: str) -> None:
    """Nobody sits at a program to switch it on again: it goes on when it is given the right."""
    if row.is_program:
        row.stopped = write_names(read_names(row.stopped) - {right})
        session().flush()


def go_on(actor: Actor, room_id: uuid.UUID, right: Stoppable) -> None:
    """Somebody switched it on again themselves; whether they may is a matter of their rights. Raises Forbidden."""
    me = get_self(actor, room_id)
    stopped = read_names(me.stopped)
    if right in stopped:
        me.stopped = write_names(stopped - {right})
        session().flush()
        sending.tell_rights(me)
