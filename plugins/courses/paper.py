"""The certificate as a PDF that assistive technology can read, with a code that a telephone can."""

from __future__ import annotations

import io
from pathlib import Path

import segno

from lms.plugin import _, format_date, locale, ngettext, render_pdf
from plugins.courses.models import Certificate

TEMPLATE = Path(__file__).parent / "documents" / "certificate.typ"


def certificate_pdf(row: Certificate, address: str) -> bytes:
    """The PDF; ``address`` is the public page that verifies it."""
    with locale(row.locale):
        data = {
            "lang": row.locale,
            "title": _("Certificate: %(course)s", course=row.course_title),
            "kicker": _("Certificate of completion"),
            "certifies": _("%(office)s certifies that", office=row.office_name),
            "holder": row.holder,
            "completed": _("has completed the course"),
            "course": row.course_title,
            "when": _("on %(date)s", date=format_date(row.completed_at, "long")),
            "effort": _effort(row.minutes),
            "parts_title": _("Parts of the course"),
            "parts": [part for part in row.parts.split("\n") if part],
            "office": row.office_name,
            "issued": _("Issued on %(date)s", date=format_date(row.issued_at, "long")),
            "verify": _("Anybody can verify this certificate with the code"),
            "code": row.code,
            "address": address,
            "qr_alt": _("QR code with the address at which the certificate is verified"),
            "revoked": _("This certificate was revoked.") if row.revoked_at else "",
        }
    return render_pdf(TEMPLATE, data, files={"code.svg": qr_svg(address)})


def qr_svg(address: str) -> bytes:
    """The address as a QR code (ISO/IEC 18004), drawn as SVG."""
    out = io.BytesIO()
    segno.make(address, error="m").save(out, kind="svg", border=2, xmldecl=True, svgns=True, dark="#241C15")
    return out.getvalue()


def _effort(minutes: int) -> str:
    if not minutes:
        return ""
    hours = round(minutes / 60)
    if hours < 2:
        return ngettext("%(num)d minute of learning", "%(num)d minutes of learning", minutes)
    return ngettext("about %(num)d hour of learning", "about %(num)d hours of learning", hours)
