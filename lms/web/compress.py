"""Pages and JSON travel compressed. Static files are compressed once, by ``lms.web.assets``."""

from __future__ import annotations

import gzip

from flask import Flask, Response, request

SMALLEST = 1_000
"""Bytes below which compression costs more than it saves."""

LEVEL = 4
_TYPES = frozenset({"text/html", "application/json", "text/calendar", "text/csv", "text/plain"})


def install_compression(app: Flask) -> None:
    """Compress answers for callers that accept gzip (RFC 9110, 12.5.3)."""

    @app.after_request
    def compress(response: Response) -> Response:
        if response.mimetype not in _TYPES or response.direct_passthrough or response.is_streamed:
            return response
        response.vary.add("Accept-Encoding")
        is_wanted = request.accept_encodings["gzip"] > 0 and "Content-Encoding" not in response.headers
        body = response.get_data() if is_wanted and response.status_code == 200 else b""
        if len(body) >= SMALLEST:
            response.set_data(gzip.compress(body, LEVEL, mtime=0))
            response.headers["Content-Encoding"] = "gzip"
        return response
