"""Camera and microphone: for the page that records, and for no other page of the portfolio."""

from __future__ import annotations

from flask import Response

WITHOUT_DEVICES = "geolocation=(), payment=(), usb=(), camera=(), microphone=()"
WITH_DEVICES = "geolocation=(), payment=(), usb=(), camera=(self), microphone=(self)"


def without_devices(response: Response) -> Response:
    """An answer that may use neither, unless its view said otherwise."""
    response.headers.setdefault("Permissions-Policy", WITHOUT_DEVICES)
    return response
