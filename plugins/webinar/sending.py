"""What people in a room may send, told to the media engine; and their connections to it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import structlog
from sqlalchemy import select

from lms.plugin import Actor, NotFound, Unavailable, after_commit, session
from plugins.webinar import media, recording
from plugins.webinar.engine import Direction
from plugins.webinar.media_commands import WishCommand
from plugins.webinar.models import Participant, Room
from plugins.webinar.senders import get_sender, rights_to_send

log = structlog.get_logger(__name__)


def connect(actor: Actor, room_id: uuid.UUID, sid: str, direction: Direction, offer: str) -> dict[str, Any]:
    """Answer an offer of somebody inside. Raises Forbidden, Unavailable, Invalid."""
    me = get_sender(actor, room_id, sid)
    answer = media.connect_media(str(room_id), me.person, sid, direction, offer, me.rights)
    if not me.is_in_call:
        recording.go_on(room_id)
    return answer


def restart(actor: Actor, room_id: uuid.UUID, sid: str, peer: str, offer: str) -> dict[str, Any]:
    """Let one's own connection go on over another network. Raises NotFound, Forbidden, Unavailable."""
    _check_own(actor, room_id, peer)
    return media.restart_media(peer, sid, offer)


def bind(actor: Actor, room_id: uuid.UUID, sid: str, peer: str) -> bool:
    """The socket is new, the connection the same; False when it is gone."""
    _check_own(actor, room_id, peer)
    return media.bind_media(peer, sid)


def end(actor: Actor, room_id: uuid.UUID, peer: str) -> None:
    """End one's own connection."""
    _check_own(actor, room_id, peer)
    media.leave_media(peer)


def wish(actor: Actor, room_id: uuid.UUID, command: WishCommand) -> None:
    """What one's page shows."""
    _check_own(actor, room_id, command.peer)
    media.wish_media(command.peer, command)


def tell_rights(row: Participant) -> None:
    """Once this is committed, the engine drops what the person may not send (any more), whatever their client does."""
    room, person, rights = (
        str(row.room_id),
        str(row.id),
        rights_to_send(row.sent_rights, leads=row.leads_media),
    )
    if row.state == "inside":
        _afterwards(lambda: media.change_media_rights(room, person, rights))
    else:
        _afterwards(lambda: media.remove_from_media(room, person))


def tell_all_rights(room: Room) -> None:
    """The same for everybody who is inside, when something was locked or unlocked for all."""
    for row in session().scalars(
        select(Participant).filter_by(room_id=room.activity_id, state="inside", role="participant")
    ):
        tell_rights(row)


def tell_end(room: Room) -> None:
    """Once this is committed, nothing is sent in the room any more."""
    tell_over(room.activity_id)


def tell_over(room_id: uuid.UUID) -> None:
    """Once this is committed, nothing is sent in the meeting or call of this id any more."""
    _afterwards(lambda: media.close_media(str(room_id)))


def tell_gone(room_id: uuid.UUID, person_id: uuid.UUID) -> None:
    """Once this is committed, somebody sends and receives nothing there any more."""
    _afterwards(lambda: media.remove_from_media(str(room_id), str(person_id)))


def _check_own(actor: Actor, room_id: uuid.UUID, peer: str) -> None:
    media.check_peer(peer, str(room_id), get_sender(actor, room_id).person)


def _afterwards(work: Callable[[], None]) -> None:
    def run() -> None:
        try:
            work()
        except (Unavailable, NotFound) as problem:
            # Where no engine runs nobody is heard; every later connection comes with the rights of that moment.
            log.info("webinar.engine_not_told", reason=problem.message)

    after_commit(run)
