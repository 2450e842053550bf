"""From the bytes of a file to rows: encoding, delimiter, columns. Pure; nothing is asked of the database."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lms.errors import Invalid
from lms.text import gettext as _

MAX_BYTES = 2_000_000
MAX_ROWS = 2_000
MAX_CELL = 1_000
DELIMITERS = (";", ",", "\t", "|")
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "name": ("name", "full name", "first and last name", "nome", "nome e cognome", "nominativo", "nombre", "vor- und nachname"),
    "first_name": ("first name", "firstname", "given name", "vorname", "nome proprio"),
    "last_name": ("last name", "lastname", "surname", "family name", "cognome", "nachname", "familienname"),
    "email": ("email", "e-mail", "mail", "e-mail address", "email address", "posta elettronica", "indirizzo e-mail", "e-mail-adresse"),
    "roles": ("roles", "role", "ruolo", "ruoli", "rolle", "rollen"),
    "function": ("function", "job title", "funzione", "funktion"),
    "groups": ("groups", "group", "cohort", "gruppo", "gruppi", "gruppe", "gruppen"),
    "phone": ("phone", "telephone", "mobile", "telefono", "cellulare", "telefon"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the file; ``line`` counts from 1 and includes the row of names."""

    line: int
    name: str
    email: str
    roles: str = ""
    function: str = ""
    groups: str = ""
    phone: str = ""


def decode(data: bytes) -> str:
    """The text of a file, whatever a spreadsheet saved it as. Raises Invalid."""
    if len(data) > MAX_BYTES:
        raise Invalid(
            _("This file is too large. Up to 2 MB are accepted; please split it."), code="too_large"
        )
    for encoding in _likely_encodings(data):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not any(unicodedata.category(sign) == "Cc" and sign not in "\t\r\n" for sign in text):
            return text
    raise Invalid(_("This is not a text file. Please save it as CSV in your spreadsheet."), code="not_text")


def read_rows(text: str) -> list[Row]:
    """Rows with anything in them. Raises Invalid when columns are missing, or there are too many rows."""
    text = text.removeprefix("\ufeff")
    table = list(_read_table(text))
    if not table:
        raise Invalid(_("There is nothing in this file."), code="empty")
    _line, header = table[0]
    places = _places(header)
    rows = [_row(line, cells, places) for line, cells in table[1:]]
    if not rows:
        raise Invalid(_("There are no rows below the names of the columns."), code="empty")
    if len(rows) > MAX_ROWS:
        raise Invalid(_("Up to %(count)s rows are accepted at once; please split the file.", count=MAX_ROWS))
    return rows


def find_delimiter(text: str) -> str:
    """The sign between cells: the one that splits the first row into most parts."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    unquoted = "".join(part for place, part in enumerate(first.split('"')) if place % 2 == 0)
    return max(DELIMITERS, key=unquoted.count)


def _likely_encodings(data: bytes) -> tuple[str, ...]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ("utf-16",)
    if data[1:2] == b"\x00":
        return ("utf-16-le",)
    if data[:1] == b"\x00":
        return ("utf-16-be",)
    return ("utf-8-sig", "cp1252")


def _read_table(text: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=find_delimiter(text), strict=True)
    try:
        for number, cells in enumerate(reader, start=1):
            if any(cell.strip() for cell in cells):
                yield number, [_clean(cell) for cell in cells]
    except csv.Error:
        raise Invalid(
            _("Row %(line)s cannot be read. Is a quotation mark missing?", line=reader.line_num),
            code="bad_csv",
        ) from None


def _clean(cell: str) -> str:
    return unicodedata.normalize("NFC", cell).strip()[:MAX_CELL]


def _places(header: list[str]) -> dict[str, int]:
    known = {alias: column for column, aliases in COLUMNS.items() for alias in aliases}
    found: dict[str, int] = {}
    for place, title in enumerate(header):
        column = known.get(" ".join(title.lower().replace("_", " ").split()))
        if column is not None:
            found.setdefault(column, place)
    has_name = "name" in found or {"first_name", "last_name"} <= found.keys()
    if "email" not in found or not has_name:
        raise Invalid(
            _("The first row must name the columns. At least “name” and “email” are needed; found: %(names)s.",
              names=", ".join(title for title in header if title)[:200]),
            code="no_columns",
        )  # fmt: skip
    return found


def _row(line: int, cells: list[str], places: Mapping[str, int]) -> Row:
    def cell(column: str) -> str:
        place = places.get(column)
        return cells[place] if place is not None and place < len(cells) else ""

    name = cell("name") or " ".join(part for part in (cell("first_name"), cell("last_name")) if part)
    return Row(line, name, cell("email"), cell("roles"), cell("function"), cell("groups"), cell("phone"))
