"""Resumable uploads over HTTP: the tus protocol 1.0.0 with creation, deferred length,
termination, checksum and expiration.

https://tus.io/protocols/resumable-upload names the headers and status codes used here.
Refusals are always JSON with words for a person, which the page shows as they are.
"""

from __future__ import annotations

import base64
import binascii
import uuid
from email.utils import format_datetime
from http import HTTPStatus

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue

from lms.errors import AppError, Conflict, Invalid
from lms.files import uploads
from lms.files.accepting import max_upload_bytes
from lms.files.forms import StartUpload
from lms.files.uploads import Piece, UploadState
from lms.store.base import session
from lms.text import gettext as _
from lms.web.errors import error_body
from lms.web.guard import actor, member, requires, slow

blueprint = Blueprint("uploads", __name__)
VERSION = "1.0.0"
BYTES = "application/offset+octet-stream"
_STATUS = {
    "too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "wrong_version": HTTPStatus.PRECONDITION_FAILED,
    "wrong_content_type": HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "bad_header": HTTPStatus.BAD_REQUEST,
    "locked": HTTPStatus.LOCKED, "wrong_length": HTTPStatus.BAD_REQUEST, "checksum_mismatch": 460,
}  # fmt: skip


@blueprint.errorhandler(AppError)
def refuse(problem: AppError) -> ResponseReturnValue:
    """A refusal in the words that the page will show."""
    session().rollback()
    return error_body(problem), _STATUS.get(problem.code, problem.status), {"Tus-Resumable": VERSION}


@blueprint.route("/files/uploads", methods=["OPTIONS"])
@member
def capabilities() -> ResponseReturnValue:
    """What this server can do."""
    headers = {
        "Tus-Resumable": VERSION, "Tus-Version": VERSION, "Tus-Max-Size": str(max_upload_bytes()),
        "Tus-Extension": "creation,creation-defer-length,termination,checksum,expiration", "Tus-Checksum-Algorithm": "sha256",
    }  # fmt: skip
    return Response(status=HTTPStatus.NO_CONTENT, headers=headers)


@blueprint.post("/files/uploads")
@requires(uploads.UPLOAD)
def create() -> ResponseReturnValue:
    """Announce a file; ``?kinds=image,document`` narrows what is accepted, ``?passing=1`` is for what becomes no file."""
    _check_version()
    told = _read_metadata(request.headers.get("Upload-Metadata", ""))
    command = StartUpload.read(
        {
            "name": told.get("filename") or _("File"), "length": None if _is_deferred() else _number("Upload-Length"),
            "media_type": told.get("filetype", "")[:200], "families": request.args.get("kinds", ""),
            "is_passing": request.args.get("passing") == "1",
        }
    )  # fmt: skip
    state = uploads.create_upload(actor(), command)
    response = _answer(state, HTTPStatus.CREATED)
    response.headers["Location"] = url_for("uploads.look", upload_id=state.id)
    return response


@blueprint.route("/files/uploads/<uuid:upload_id>", methods=["HEAD"])
@member
def look(upload_id: uuid.UUID) -> ResponseReturnValue:
    """How far it is."""
    _check_version()
    state = uploads.get_upload(actor(), upload_id)
    response = _answer(state, HTTPStatus.OK)
    if state.length is None:
        response.headers["Upload-Defer-Length"] = "1"
    else:
        response.headers["Upload-Length"] = str(state.length)
    return response


@blueprint.patch("/files/uploads/<uuid:upload_id>")
@slow(requires(uploads.UPLOAD))
def add(upload_id: uuid.UUID) -> ResponseReturnValue:
    """A piece."""
    _check_version()
    if request.mimetype != BYTES:
        raise Invalid(_("A piece of a file is sent as %(kind)s.", kind=BYTES), code="wrong_content_type")
    request.max_content_length = max_upload_bytes()
    checksum = _read_checksum(request.headers.get("Upload-Checksum"))
    length = _number("Upload-Length") if "Upload-Length" in request.headers else None
    piece = Piece(_number("Upload-Offset"), request.stream, checksum, length)
    state = uploads.add_piece(actor(), upload_id, piece)
    return _answer(state, HTTPStatus.NO_CONTENT)


@blueprint.delete("/files/uploads/<uuid:upload_id>")
@requires(uploads.UPLOAD)
def cancel(upload_id: uuid.UUID) -> ResponseReturnValue:
    """Give it up."""
    _check_version()
    uploads.cancel_upload(actor(), upload_id)
    return Response(status=HTTPStatus.NO_CONTENT, headers={"Tus-Resumable": VERSION})


def _answer(state: UploadState, status: HTTPStatus) -> Response:
    headers = {
        "Tus-Resumable": VERSION, "Upload-Offset": str(state.offset), "Cache-Control": "no-store",
        "Upload-Expires": format_datetime(state.expires_at, usegmt=True),
    }  # fmt: skip
    if state.file_id is not None:
        headers["Upload-File"] = str(state.file_id)
    return Response(status=status, headers=headers)


def _check_version() -> None:
    if request.headers.get("Tus-Resumable") != VERSION:
        raise Conflict(_("This site speaks version 1.0.0 of the upload protocol."), code="wrong_version")


def _is_deferred() -> bool:
    """Whether the size is told later, with the last piece."""
    return request.headers.get("Upload-Defer-Length") == "1"


def _number(name: str) -> int:
    text = request.headers.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        raise Invalid(_("The header %(name)s needs a whole number.", name=name), code="bad_header")
    return int(text)


def _read_metadata(text: str) -> dict[str, str]:
    """``name base64,name base64``; values that cannot be read are refused."""
    told = {}
    for pair in filter(None, (part.strip() for part in text.split(","))):
        name, _space, value = pair.partition(" ")
        try:
            told[name] = base64.b64decode(value, validate=True).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError):
            raise Invalid(
                _("The header %(name)s cannot be read.", name="Upload-Metadata"), code="bad_header"
            ) from None
    return told


def _read_checksum(text: str | None) -> bytes | None:
    if text is None:
        return None
    algorithm, _space, value = text.partition(" ")
    try:
        digest = base64.b64decode(value, validate=True)
    except binascii.Error:
        digest = b""
    if algorithm != "sha256" or len(digest) != 32:
        raise Invalid(_("The header %(name)s cannot be read.", name="Upload-Checksum"), code="bad_header")
    return digest
