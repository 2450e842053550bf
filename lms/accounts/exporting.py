"""People as CSV that a spreadsheet opens without running anything."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from lms.accounts.people import PersonView

COLUMNS = ("name", "email", "roles", "function", "phone", "joined")
_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


def people_csv(people: Iterable[PersonView]) -> str:
    """Members in the columns that the import reads, with a byte order mark for spreadsheets."""
    rows = (
        (
            each.name, each.email, ", ".join(each.roles), each.function, each.phone,
            each.joined_at.date().isoformat() if each.joined_at else "",
        )
        for each in people
    )  # fmt: skip
    return write_csv(COLUMNS, rows)


def write_csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A CSV text in which no cell is taken for a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([as_text(cell) for cell in row] for row in rows)
    return "\ufeff" + out.getvalue()


def as_text(cell: str) -> str:
    """The cell with an apostrophe before what a spreadsheet would compute; telephone numbers stay as they are."""
    is_number = cell[:1] in {"+", "-"} and cell[1:].replace(" ", "").isdigit()
    return f"'{cell}" if cell.startswith(_STARTS_FORMULA) and not is_number else cell
