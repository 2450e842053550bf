"""Tables that leave the product as files which a spreadsheet opens without running anything."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal

Cell = str | int | float | date | datetime | None
TableFormat = Literal["csv", "xlsx"]
_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
_NOT_IN_TITLES = str.maketrans(dict.fromkeys("[]:*?/\\", " "))
_LONGEST_TITLE = 31
_WIDEST = 60


@dataclass(frozen=True, slots=True)
class Table:
    """A heading, the names of the columns, and rows of as many cells. Moments are written in UTC."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def to_csv(table: Table) -> bytes:
    """UTF-8 with a byte order mark (spreadsheets look for it); no cell is taken for a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(as_text(name) for name in table.columns)
    writer.writerows([as_text(_written(cell)) for cell in row] for row in table.rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def to_xlsx(table: Table) -> bytes:
    """An Excel workbook with one sheet; texts stay texts, the first row stays in sight."""
    # Loaded when somebody wants a workbook: a quarter of a second that no start should wait for.
    from openpyxl import Workbook
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    sheet = book.create_sheet(table.title.translate(_NOT_IN_TITLES)[:_LONGEST_TITLE] or None)
    sheet.freeze_panes = "A2"
    for number, name in enumerate(table.columns, start=1):
        longest = max([len(name), *(len(_written(row[number - 1])) for row in table.rows)])
        sheet.column_dimensions[get_column_letter(number)].width = min(longest + 2, _WIDEST)
    sheet.append([_cell(sheet, name, is_bold=True) for name in table.columns])
    for row in table.rows:
        sheet.append([_cell(sheet, cell) for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_text(cell: str) -> str:
    """The cell with an apostrophe before what a spreadsheet would compute; numbers stay as they are."""
    is_number = cell[:1] in {"+", "-"} and cell[1:].replace(" ", "").replace(".", "", 1).isdigit()
    return f"'{cell}" if cell.startswith(_STARTS_FORMULA) and not is_number else cell


def _written(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.astimezone(UTC).strftime("%Y-%m-%d %H:%M")
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _cell(sheet: object, value: Cell, *, is_bold: bool = False) -> Any:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    if isinstance(value, datetime):
        value = value.astimezone(UTC).replace(tzinfo=None)
    made = WriteOnlyCell(sheet, _printable(value) if isinstance(value, str) else value)
    if isinstance(value, str):
        made.data_type = "s"
    if is_bold:
        made.font = Font(bold=True)
    return made


def _printable(text: str) -> str:
    """Without the control characters that XML 1.0 cannot hold."""
    return "".join(letter for letter in text if letter >= " " or letter in "\t\n")
