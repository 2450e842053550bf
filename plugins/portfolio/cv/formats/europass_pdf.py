"""Europass PDF: an ordinary PDF with the Europass XML attached (PDF 32000-1, 7.11.4)."""

from __future__ import annotations

import io
from typing import Any

from lms.plugin import Invalid, _
from plugins.portfolio.cv.formats.candidate import MOST_BYTES

ATTACHMENT = "europass-cv.xml"
_MOST_ATTACHMENTS = 20


def read_attached_xml(body: bytes) -> str:
    """The Europass XML inside a PDF. Raises Invalid if there is none or the PDF cannot be read."""
    # Loaded when somebody brings a PDF: a quarter of a second that no start should wait for.
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(io.BytesIO(body))
        found = _candidates(reader)
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError, OSError) as problem:
        raise Invalid(_("This PDF is damaged and cannot be read."), code="damaged") from problem
    if not found:
        raise Invalid(
            _("There is no Europass data in this PDF. Only PDFs made by Europass (or by us) hold it; a scan or a PDF from a word processor does not."),
            code="no_attachment",
        )  # fmt: skip
    return found[0].decode("utf-8", "replace")


def _candidates(reader: Any) -> list[bytes]:
    found = []
    for number, each in enumerate(reader.attachment_list):
        if number >= _MOST_ATTACHMENTS:
            break
        name = each.name.casefold()
        size = each.size or 0
        if name.endswith(".xml") and size <= MOST_BYTES:
            content = each.content
            if len(content) <= MOST_BYTES and b"<" in content[:500]:
                found.append(content)
    return found
