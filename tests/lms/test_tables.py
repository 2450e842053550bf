"""Tables that leave the product."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from io import BytesIO

import pytest
from openpyxl import load_workbook

from lms.tables import Table, as_text, to_csv, to_xlsx

TABLE = Table(
    "Who / when: 2026",
    ("name", "score", "at"),
    [
        ("=HYPERLINK(1)", 7, datetime(2026, 3, 1, 12, 0, tzinfo=timezone(timedelta(hours=2)))),
        ("Zoë\x01", 8.5, None),
    ],
)


@pytest.mark.parametrize(
    ("cell", "written"),
    [("=1+1", "'=1+1"), ("@SUM(A1)", "'@SUM(A1)"), ("+39 0577 000000", "+39 0577 000000"), ("-12.5", "-12.5"), ("-cmd|x", "'-cmd|x"), ("plain", "plain")],
)  # fmt: skip
def test_no_cell_is_taken_for_a_formula(cell: str, written: str) -> None:
    assert as_text(cell) == written


def test_a_csv_opens_in_a_spreadsheet_with_accents_and_times_in_utc() -> None:
    text = to_csv(TABLE).decode("utf-8-sig")
    assert to_csv(TABLE).startswith(b"\xef\xbb\xbf")
    assert text.split("\r\n")[:2] == ["name,score,at", "'=HYPERLINK(1),7,2026-03-01 10:00"]


def test_a_workbook_keeps_texts_as_texts_and_numbers_as_numbers() -> None:
    sheet = load_workbook(BytesIO(to_xlsx(TABLE))).active
    assert sheet is not None
    rows = list(sheet.iter_rows())
    assert [cell.value for cell in rows[0]] == ["name", "score", "at"]
    assert (rows[1][0].value, rows[1][0].data_type) == ("=HYPERLINK(1)", "s")
    assert rows[1][1].value == 7
    assert rows[1][2].value == datetime(2026, 3, 1, 10, 0, tzinfo=UTC).replace(tzinfo=None)
    assert rows[2][0].value == "Zoë"
