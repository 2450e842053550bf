"""The office in the address: ``/o/<office>/...``.

A WSGI shim moves the prefix to SCRIPT_NAME, so every route exists once and
``url_for`` keeps people inside their office.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from flask import g, request

from lms.errors import NotFound
from lms.offices.directory import OfficeView, directory
from lms.text import gettext as _

_PREFIX = re.compile(r"/o/([a-z0-9][a-z0-9-]{0,39})(?=/|$)")
SLUG_KEY = "lms.office_slug"

WsgiApp = Callable[[dict[str, Any], Any], Iterable[bytes]]


class OfficeShim:
    """Moves ``/o/<office>`` from the path to the mount point."""

    def __init__(self, inner: WsgiApp) -> None:
        self._inner = inner

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """WSGI (PEP 3333)."""
        match = _PREFIX.match(environ.get("PATH_INFO", ""))
        if match:
            environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + match.group(0)
            environ["PATH_INFO"] = environ["PATH_INFO"][match.end() :] or "/"
            environ[SLUG_KEY] = match.group(1)
        return self._inner(environ, start_response)


def resolve_office() -> OfficeView | None:
    """Find the office that the request names; raises NotFound if there is none of that name."""
    slug = request.environ.get(SLUG_KEY)
    g.office = directory().by_slug(slug) if slug else None
    if slug and g.office is None:
        raise NotFound(_("There is no office at this address."), code="no_office")
    return current_office()


def current_office() -> OfficeView | None:
    """The office of this request."""
    office: OfficeView | None = g.get("office")
    return office


def office_url(slug: str, path: str = "/") -> str:
    """The address of a page inside an office, from outside it."""
    return f"/o/{slug}{path}"
