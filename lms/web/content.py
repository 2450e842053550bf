"""What a page shows or hands out that is neither a form nor a template: rich text, and tables as files."""

from __future__ import annotations

import uuid
from urllib.parse import quote

from flask import Flask, Response, request
from markupsafe import Markup

from lms.richtext import fill_addresses
from lms.tables import Table, TableFormat, to_csv, to_xlsx

_TYPES: dict[TableFormat, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def show_richtext(html: str | None) -> Markup:
    """A cleaned text (``lms.richtext.clean_html``) with the addresses of its files in this office."""
    return Markup(fill_addresses(html or "", _address))  # noqa: S704 - cleaned when it came in


def send_table(table: Table, form: TableFormat, name: str) -> Response:
    """The table as a file to download; ``name`` is without ending."""
    body = to_csv(table) if form == "csv" else to_xlsx(table)
    response = Response(body, content_type=_TYPES[form])
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(f'{name}.{form}')}"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def install_content(app: Flask) -> None:
    """Give templates the filter ``richtext``."""
    app.jinja_env.filters["richtext"] = show_richtext


def _address(file_id: uuid.UUID) -> str:
    return f"{request.script_root}/files/{file_id}/content"
