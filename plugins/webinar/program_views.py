"""The page on which programs are managed, and the endpoints that they speak to: WHIP (RFC 9725) and WHEP (draft-ietf-wish-whep)."""

from __future__ import annotations

import uuid
from typing import Literal

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.plugin import Form, Invalid, _, actor, knock, member, public, slow
from plugins.webinar import programs, rooms, whip
from plugins.webinar.engine import Direction
from plugins.webinar.program_models import Program
from plugins.webinar.programs import AddProgram, Connected
from plugins.webinar.views import as_uuid, trail

blueprint = Blueprint("webinar_programs", __name__, url_prefix="/webinar/<uuid:activity_id>")

Protocol = Literal["whip", "whep"]
DIRECTIONS: dict[str, Direction] = {"whip": "send", "whep": "receive"}


@blueprint.route("/programs", methods=["GET", "POST"])
@member
def index(activity_id: uuid.UUID) -> ResponseReturnValue:
    """Which programs may connect, their addresses and keys."""
    who = actor()
    meeting = rooms.get_managed_room(who, activity_id)
    form = Form(AddProgram, submit=_("Make a key"))
    if form.run(lambda command: programs.add_program(who, activity_id, command)):
        return redirect(url_for("webinar_programs.index", activity_id=activity_id), 303)
    show = url_for("webinar.show", activity_id=activity_id)
    page = render_template(
        "webinar/programs.html", meeting=meeting, form=form, found=programs.find_programs(who, activity_id), uses=dict(programs.USES),
        key_of=programs.key_of, address_of=_address_of, breadcrumb=trail(meeting.activity.title, show, _("Programs")),
    )  # fmt: skip
    return page, form.status


@blueprint.post("/programs/change")
@member
def change(activity_id: uuid.UUID) -> ResponseReturnValue:
    """A new key, or none any more."""
    chosen = as_uuid(request.form.get("id", ""))
    match request.form.get("do"):
        case "renew":
            programs.renew_key(actor(), activity_id, chosen)
            flash(_("This is a new key. The old one opens nothing any more."), "success")
        case "remove":
            programs.remove_program(actor(), activity_id, chosen)
            flash(_("This program cannot connect any more."), "success")
        case _:
            raise Invalid(_("Please choose what to do."))
    return redirect(url_for("webinar_programs.index", activity_id=activity_id), 303)


def _address_of(row: Program) -> str:
    protocol = "whip" if row.direction == "send" else "whep"
    return url_for("webinar_programs.endpoint", activity_id=row.room_id, protocol=protocol, _external=True)


# --- what programs call -----------------------------------------------------------------


@blueprint.route("/<any(whip, whep):protocol>", methods=["POST", "OPTIONS"])
@slow(public)
def endpoint(activity_id: uuid.UUID, protocol: Protocol) -> ResponseReturnValue:
    """Begin a session with an offer (RFC 9725, section 4.2)."""
    if request.method == "OPTIONS":
        return "", 204, {"Allow": "OPTIONS, POST", "Accept-Post": whip.SDP}
    row = _program(activity_id)
    if row is None:
        return _who_are_you()
    made = programs.connect(row, DIRECTIONS[protocol], _body(whip.SDP))
    address = url_for(
        "webinar_programs.one_session", activity_id=activity_id, protocol=protocol, name=made.name
    )
    return _answer(made, 201, whip.SDP, {"Location": address, "Accept-Patch": whip.FRAGMENT})


@blueprint.route("/<any(whip, whep):protocol>/<name>", methods=["PATCH", "OPTIONS"])
@slow(public)
def one_session(activity_id: uuid.UUID, protocol: Protocol, name: str) -> ResponseReturnValue:
    """Change ICE of a session (RFC 9725, section 4.3)."""
    if request.method == "OPTIONS":
        return "", 204, {"Allow": "DELETE, OPTIONS, PATCH", "Accept-Patch": whip.FRAGMENT}
    row = _program(activity_id)
    if row is None:
        return _who_are_you()
    condition = request.headers.get("If-Match", "")
    if not condition:
        return _plain(_("Say with If-Match which connection is meant."), 428)
    made = programs.change_ice(row, name, _body(whip.FRAGMENT), condition)
    return ("", 204) if made is None else _answer(made, 200, whip.FRAGMENT, {})


@blueprint.delete("/<any(whip, whep):protocol>/<name>")
@public
def end_session(activity_id: uuid.UUID, protocol: Protocol, name: str) -> ResponseReturnValue:
    """End a session (RFC 9725, section 4.2)."""
    row = _program(activity_id)
    if row is None:
        return _who_are_you()
    programs.leave(row, name)
    return "", 200


def _program(room_id: uuid.UUID) -> Program | None:
    """Who speaks (RFC 6750, section 2.1). Raises TooMany after too many wrong keys."""
    given = request.authorization
    key = given.token if given is not None and given.type == "bearer" else None
    row = programs.find_by_key(room_id, key) if key else None
    if row is None:
        knock("secret_link", str(room_id), request.remote_addr or "")
    return row


def _who_are_you() -> Response:
    answer = _plain(_("This key opens nothing here. Copy it again from the page of the meeting."), 401)
    answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def _body(media_type: str) -> str:
    if request.mimetype != media_type:
        raise UnknownType(_("Send it as %(type)s.", type=media_type))
    return request.get_data(as_text=True)


def _plain(text: str, status: int) -> Response:
    """For somebody who reads the log of a program."""
    return Response(text, status, mimetype="text/plain")


def _answer(made: Connected, status: int, media_type: str, headers: dict[str, str]) -> Response:
    answer = Response(made.text, status, headers, mimetype=media_type)
    answer.set_etag(made.ice)
    return answer


class UnknownType(Invalid):
    """The body is of another type than this address takes."""

    status = 415
