"""Files that come with a form: sent in pieces before (a script), or with the form itself (none)."""

from __future__ import annotations

import uuid

from flask import request

from lms.plugin import Actor, Family, claim_upload, max_upload_bytes, store_file, unit_of_work

_OVERHEAD = 1_000_000


def received_files(actor: Actor, name: str, purpose: str, allowed: frozenset[Family]) -> list[uuid.UUID]:
    """Ids of the files sent under a name, each accepted; for views that are ``slow``. Raises Invalid, Unavailable."""
    request.max_content_length = max_upload_bytes() + _OVERHEAD
    found = []
    for each in request.files.getlist(name):
        if each.filename:
            file = store_file(
                actor, each.stream, each.filename, purpose, allowed=allowed, declared=each.mimetype
            )
            found.append(file.id)
    for address in request.form.getlist(name):
        if address:
            with unit_of_work():
                found.append(claim_upload(actor, address, purpose, allowed=allowed).id)
    return found
