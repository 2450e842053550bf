"""How close the person who shows a slide looks at it: an event of the room, so that who follows sees the same, and the replay too."""

from __future__ import annotations

import uuid

from lms.plugin import Actor, Conflict, _, session
from plugins.webinar import log, sharpening
from plugins.webinar.entering import require_right
from plugins.webinar.models import Slide
from plugins.webinar.slide_events import SlideZoomed
from plugins.webinar.talking import own_key


def zoom(actor: Actor, room_id: uuid.UUID, command: SlideZoomed, key: str) -> None:
    """Show a part of the slide of now to who follows. A slide that is not shown any more changes nothing.

    Raises Forbidden, Conflict for one who does not show this slide: only who turned to it leads the eyes of the others.
    """
    me = require_right(actor, room_id, "present")
    slide = log.read_state(me.room)[1]["slide"]
    if slide is None or (slide["deck"], slide["number"]) != (str(command.deck), command.number):
        return
    if slide.get("by") not in {None, str(me.id)}:
        raise Conflict(_("Somebody else shows this slide."))
    log.write(me.room, "slide.zoomed", command, own_key(me, key))
    page = session().get(Slide, (command.deck, command.number))
    if page is not None and command.scale >= sharpening.FROM_SCALE:
        sharpening.want(me.office_id, page)
