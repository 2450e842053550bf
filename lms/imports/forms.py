"""What one gives to an import."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from werkzeug.datastructures import FileStorage

from lms.commands import Command, Ui
from lms.text import lazy_gettext as _l


class UploadPeople(Command):
    """A file, or the same pasted."""

    file: Annotated[
        FileStorage | None,
        Ui(
            _l("CSV file"),
            _l("From a spreadsheet: “Save as”, then CSV. Up to 2 MB."),
            kind="file",
            attrs={"accept": ".csv,.txt,text/csv"},
        ),
    ] = None
    text: Annotated[
        str | None,
        Field(max_length=1_000_000),
        Ui(
            _l("Or paste the rows"),
            _l("The first row names the columns: name, email, roles, function, groups."),
            kind="textarea",
        ),
    ] = None
