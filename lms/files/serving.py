"""Answers that carry a file's bytes: ranges, conditions, and headers that keep it from harming anybody."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from flask import Response, request
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.wsgi import wrap_file

from lms.files.accepting import file_store
from lms.files.kinds import SHOWN_INLINE
from lms.store.files import StoredFile

SANDBOX = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"


def serve_file(file: StoredFile, *, as_download: bool, is_public: bool = False) -> Response:
    """The file, or the part that was asked for (RFC 9110, 14); 304 if the browser has it."""
    stream = file_store().open(file.sha256)
    response = _stream(stream, file.size, file.media_type, file.sha256)
    inline = file.media_type in SHOWN_INLINE and not as_download
    response.headers["Content-Disposition"] = _disposition(file.name, inline=inline)
    response.headers["Cache-Control"] = (
        "public, max-age=31536000, immutable" if is_public else "private, no-cache"
    )
    return response


def serve_preview(path: Path, file: StoredFile) -> Response:
    """The small picture of a file."""
    response = _stream(path.open("rb"), path.stat().st_size, "image/webp", f"{file.sha256}-preview")
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response


def _stream(stream: BinaryIO, size: int, media_type: str, etag: str) -> Response:
    response = Response(wrap_file(request.environ, stream), mimetype=media_type, direct_passthrough=True)
    response.call_on_close(stream.close)
    response.content_length = size
    response.set_etag(etag)
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    # A server may ignore a Range header (RFC 9110, 14.2); several ranges at once are not worth a multipart answer.
    is_single = request.range is None or len(request.range.ranges) == 1
    try:
        response.make_conditional(request, accept_ranges=is_single, complete_length=size)
    except RequestedRangeNotSatisfiable:
        stream.close()
        return Response(status=416, headers={"Content-Range": f"bytes */{size}"})  # RFC 9110, 15.5.17
    return response


def _disposition(name: str, *, inline: bool) -> str:
    """RFC 6266: a plain name for old browsers, and the real one in UTF-8."""
    plain = "".join(
        each if each.isascii() and each.isprintable() and each not in '"\\' else "_" for each in name
    )
    kind = "inline" if inline else "attachment"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
