"""People as CSV that a spreadsheet opens without running anything."""

from __future__ import annotations

from collections.abc import Iterable

from lms.accounts.people import PersonView
from lms.tables import Table, to_csv

COLUMNS = ("name", "email", "roles", "function", "phone", "joined")


def people_csv(people: Iterable[PersonView]) -> str:
    """Members in the columns that the import reads, with a byte order mark for spreadsheets."""
    rows = [
        (
            each.name, each.email, ", ".join(each.roles), each.function, each.phone,
            each.joined_at.date().isoformat() if each.joined_at else "",
        )
        for each in people
    ]  # fmt: skip
    return to_csv(Table("people", COLUMNS, rows)).decode()
