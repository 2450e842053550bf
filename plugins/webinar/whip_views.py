"""What programs call: WHIP (RFC 9725) and WHEP (draft-ietf-wish-whep). Pages of other sites may call it too: they have a key."""

from __future__ import annotations

import uuid
from typing import Literal

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue

from lms.plugin import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    TooMany,
    Unavailable,
    _,
    called_from_anywhere,
    knock,
    public,
    slow,
)
from plugins.webinar import programs, whip
from plugins.webinar.engine import Direction
from plugins.webinar.program_models import Program
from plugins.webinar.programs import Connected

blueprint = Blueprint("webinar_whip", __name__, url_prefix="/webinar/<uuid:activity_id>")

Protocol = Literal["whip", "whep"]
Refusal = Invalid | Forbidden | NotFound | Conflict | TooMany | Unavailable
DIRECTIONS: dict[str, Direction] = {"whip": "send", "whep": "receive"}
SHOWN = "Accept-Patch, Accept-Post, Allow, ETag, Location, Retry-After, WWW-Authenticate"
RETRY_SECONDS = 5
"""When to try again while the media engine starts anew."""


@blueprint.route("/<any(whip, whep):protocol>", methods=["POST", "OPTIONS"])
@called_from_anywhere
@slow(public)
def endpoint(activity_id: uuid.UUID, protocol: Protocol) -> ResponseReturnValue:
    """Begin a session with an offer (RFC 9725, section 4.2)."""
    if request.method == "OPTIONS":
        return _options("OPTIONS, POST", {"Accept-Post": whip.SDP})
    row = _program(activity_id)
    if row is None:
        return _who_are_you()
    _check_wanted(whip.SDP)
    made = programs.connect(row, DIRECTIONS[protocol], _body(whip.SDP))
    address = url_for("webinar_whip.one_session", activity_id=activity_id, protocol=protocol, name=made.name)
    return _answer(made, 201, whip.SDP, {"Location": address, "Accept-Patch": whip.FRAGMENT})


@blueprint.route("/<any(whip, whep):protocol>/<name>", methods=["PATCH", "OPTIONS"])
@called_from_anywhere
@slow(public)
def one_session(activity_id: uuid.UUID, protocol: Protocol, name: str) -> ResponseReturnValue:
    """Change ICE of a session (RFC 9725, section 4.3)."""
    if request.method == "OPTIONS":
        return _options("DELETE, OPTIONS, PATCH", {"Accept-Patch": whip.FRAGMENT})
    row = _program(activity_id)
    if row is None:
        return _who_are_you()
    condition = request.headers.get("If-Match", "")
    if not condition:
        return _plain(_("Say with If-Match which connection is meant."), 428)
    made = programs.change_ice(row, name, _body(whip.FRAGMENT), condition)
    return ("", 204) if made is None else _answer(made, 200, whip.FRAGMENT, {})


@blueprint.delete("/<any(whip, whep):protocol>/<name>")
@called_from_anywhere
@public
def end_session(activity_id: uuid.UUID, protocol: Protocol, name: str) -> ResponseReturnValue:
    """End a session (RFC 9725, section 4.2)."""
    row = _program(activity_id)
    if row is None:
        return _who_are_you()
    programs.leave(row, name)
    return "", 200


@blueprint.errorhandler(Invalid)
@blueprint.errorhandler(Forbidden)
@blueprint.errorhandler(NotFound)
@blueprint.errorhandler(Conflict)
@blueprint.errorhandler(TooMany)
@blueprint.errorhandler(Unavailable)
def refuse(error: Refusal) -> ResponseReturnValue:
    """Why not, for somebody who reads the log of a program."""
    answer = _plain(error.message, error.status)
    if isinstance(error, TooMany):
        answer.headers["Retry-After"] = str(error.retry_after)
    elif isinstance(error, Unavailable):
        answer.headers["Retry-After"] = str(RETRY_SECONDS)
    return answer


@blueprint.after_request
def open_to_pages(answer: Response) -> Response:
    """Any page may read the answers (CORS): without a key they say nothing, and cookies are not looked at."""
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Access-Control-Expose-Headers"] = SHOWN
    return answer


def _options(methods: str, headers: dict[str, str]) -> ResponseReturnValue:
    """What can be sent here, and that a page may do so (RFC 9725, section 4.2; Fetch, section 3.2)."""
    allowed = {
        "Allow": methods, "Access-Control-Allow-Methods": methods, "Access-Control-Max-Age": "86400",
        "Access-Control-Allow-Headers": "Authorization, Content-Type, If-Match",
    }  # fmt: skip
    return "", 200, allowed | headers


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


def _check_wanted(media_type: str) -> None:
    """A program that says what it reads must read this (RFC 9110, section 12.5.1)."""
    if request.accept_mimetypes and request.accept_mimetypes.best_match([media_type]) is None:
        raise NotWanted(_("This address answers with %(type)s alone.", type=media_type))


def _body(media_type: str) -> str:
    if request.mimetype != media_type:
        raise UnknownType(_("Send it as %(type)s.", type=media_type))
    return request.get_data(as_text=True)


def _plain(text: str, status: int) -> Response:
    return Response(text, status, mimetype="text/plain")


def _answer(made: Connected, status: int, media_type: str, headers: dict[str, str]) -> Response:
    answer = Response(made.text, status, headers, mimetype=media_type)
    answer.set_etag(made.ice)
    return answer


class NotWanted(Invalid):
    """The caller does not read what this address answers with."""

    status = 406


class UnknownType(Invalid):
    """The body is of another type than this address takes."""

    status = 415
