"""What comes with a form: addresses of uploads and ticked things; from a page without scripts, the files themselves."""

from __future__ import annotations

from collections.abc import Sequence

from flask import request
from werkzeug.datastructures import FileStorage

from lms.plugin import Actor, StoredFile, attach_file, store_file
from plugins.tutoring.models import Booking
from plugins.tutoring.refs import ref_of

INTAKE = "tutoring.intake"


def received() -> dict[str, list[str]]:
    """Addresses of files that were uploaded before, and refs of things to show."""
    return {name: [each for each in request.form.getlist(name) if each] for name in ("files", "things")}


def sent_files() -> list[FileStorage]:
    """Files that came with the form itself."""
    return [each for each in request.files.getlist("files") if each.filename]


def keep_sent(actor: Actor, rows: Sequence[Booking], purpose: str = INTAKE) -> list[StoredFile]:
    """Store the files that came with the form, and attach them to these sessions. Raises Invalid."""
    found = [
        store_file(actor, each.stream, each.filename or "", purpose, declared=each.mimetype) for each in sent_files()
    ]  # fmt: skip
    for file in found:
        for row in rows:
            attach_file(file, ref_of(row))
    return found
