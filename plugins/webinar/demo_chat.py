"""What invented people wrote to one another alone, and the signs that they put on messages."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from lms.plugin import session
from plugins.webinar import log
from plugins.webinar.chat_events import ChatSigned, Whispered
from plugins.webinar.chat_models import ChatSign, SignName
from plugins.webinar.models import Participant
from plugins.webinar.rooms import Meeting
from plugins.webinar.whispering import KIND

SIGNED: tuple[SignName, ...] = ("thumb", "thumb", "heart", "thumb")


def sign_and_whisper(meeting: Meeting, begins: datetime) -> None:
    """The first message of a meeting that is over got signs; two people wrote to each other."""
    meeting.room.private_chat = True
    rows = list(
        session().scalars(
            select(Participant)
            .filter_by(room_id=meeting.activity.id, role="participant")
            .order_by(Participant.name)
        )
    )
    target = log.read_state(meeting.room)[1]["chat"][0]["seq"]
    session().add_all(
        ChatSign(room_id=meeting.activity.id, target=target, participant_id=row.id, name=name)
        for row, name in zip(rows, SIGNED, strict=False)
    )
    session().flush()
    counts = {name: SIGNED.count(name) for name in SIGNED}
    signed = ChatSigned(target=target, signs={str(name): number for name, number in counts.items()})
    log.write(meeting.room, "chat.signed", signed, at=begins + timedelta(minutes=22))
    for by, to, text in ((rows[0], rows[1], "Vieni anche tu domani?"), (rows[1], rows[0], "Sì, alle dieci.")):
        said = Whispered(by=by.id, to=to.id, text=text)
        for row in (by, to):
            log.write_person(row, KIND, said)
