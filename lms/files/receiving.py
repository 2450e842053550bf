"""The files of a form: sent in pieces before (a script did), or with the form itself (none did)."""

from __future__ import annotations

from flask import request

from lms.access.actor import Actor
from lms.files.accepting import EVERYTHING, OWN, accept_stream, max_upload_bytes
from lms.files.kinds import Family
from lms.files.uploads import claim_upload
from lms.store.files import StoredFile
from lms.store.uow import unit_of_work

FORM_OVERHEAD = 1_000_000
"""Bytes that the other fields of a form with files may have."""


def received_files(
    actor: Actor, name: str, purpose: str = OWN, *, allowed: frozenset[Family] = EVERYTHING
) -> list[StoredFile]:
    """The files of the form's field ``name``, each accepted as the actor's; none where it is empty.

    Two things are the same here: addresses of finished uploads, and files in the request, which may
    be as long as the largest file where nothing has read the form yet. Each file has a transaction of
    its own in a view that is ``slow``; in another it is part of the view's, and goes with it.
    Attach them with ``attach_file``. Raises Invalid, NotFound (an upload that is not there), Unavailable.
    """
    request.max_content_length = max_upload_bytes() + FORM_OVERHEAD
    found = []
    for address in filter(None, request.form.getlist(name)):
        with unit_of_work():
            found.append(claim_upload(actor, address, purpose, allowed=allowed))
    sent = [each for each in request.files.getlist(name) if each.filename]
    return found + [
        accept_stream(
            actor, each.stream, each.filename or "", purpose, allowed=allowed, declared=each.mimetype
        )
        for each in sent
    ]
