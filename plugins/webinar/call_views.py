"""The room of a talk, as markup for the page of the part that holds it."""

from __future__ import annotations

from flask import render_template
from markupsafe import Markup

from lms.plugin import Actor, LiveRoom, Talk, _l, find_members, utcnow
from plugins.webinar import calls

SCRIPTS = ("webinar/js/call.js",)
STYLES = ("webinar/css/call.css",)


def room_of_talk(actor: Actor, talk: Talk) -> LiveRoom | None:
    """The room for one of the talk's two people, while it is open; None for anybody else."""
    others = [each for each in talk.people if each != actor.user_id]
    if actor.user_id not in talk.people or len(others) != 1 or talk.open_until <= utcnow():
        return None
    other = find_members(actor, others).get(others[0])
    if other is None:
        return None
    markup = render_template("webinar/_call.html", talk=calls.write_pass(actor, talk), other=other)
    return LiveRoom(talk.url, _l("Talk by voice and video"), Markup(markup), SCRIPTS, STYLES)  # noqa: S704 - our own template
