"""Documents for paper: PDF made by typst, tagged for assistive technology (PDF/UA-1, ISO 14289-1).

A template is a ``.typ`` file; it may import other ``.typ`` files of its folder. It reads its
data by ``#let data = json(bytes(sys.inputs.data))`` and must set the title of the document.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import typst

FONTS = Path(__file__).resolve().parent / "static" / "vendor" / "print"


class DocumentFault(RuntimeError):
    """A template cannot be set. A fault in the code, with the place in the message."""


@dataclass(frozen=True, slots=True)
class PdfAttachment:
    """A file inside a PDF. ``relation`` says what it is to the document (ISO 32000-2, AFRelationship)."""

    name: str
    body: bytes
    media_type: str
    description: str
    relation: Literal["source", "data", "alternative", "supplement"] = "alternative"


def render_pdf(
    template: Path,
    data: Mapping[str, Any],
    *,
    attachments: Sequence[PdfAttachment] = (),
    files: Mapping[str, bytes] | None = None,
) -> bytes:
    """The PDF of a template and its data. ``files`` (pictures by name) can be read by the template.

    With attachments it also keeps PDF/A-3a (ISO 19005-3), which allows them. Raises DocumentFault.
    """
    with tempfile.TemporaryDirectory(prefix="lms-document-") as scratch:
        folder = Path(scratch)
        for source in template.parent.glob("*.typ"):
            shutil.copyfile(source, folder / source.name)
        for name, body in (files or {}).items():
            (folder / Path(name).name).write_bytes(body)
        main = folder / "main-of-document.typ"
        main.write_text(_main(template.name, attachments), "utf-8")
        for number, each in enumerate(attachments):
            (folder / f"attachment-{number}.bin").write_bytes(each.body)
        return _compile(main, data, with_attachments=bool(attachments))


def _main(template: str, attachments: Sequence[PdfAttachment]) -> str:
    """Attach, then the template itself; names are quoted as JSON, which typst reads alike."""
    lines = [
        f"#pdf.attach({_quoted('/' + each.name)}, read({_quoted(f'attachment-{number}.bin')}, encoding: none), "
        f"relationship: {_quoted(each.relation)}, mime-type: {_quoted(each.media_type)}, description: {_quoted(each.description)})"
        for number, each in enumerate(attachments)
    ]
    return "\n".join([*lines, f"#include {_quoted(template)}"])


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _compile(main: Path, data: Mapping[str, Any], *, with_attachments: bool) -> bytes:
    try:
        made: bytes = typst.compile(
            main,
            root=main.parent,
            font_paths=_fonts(),
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
            pdf_standards=["a-3a", "ua-1"] if with_attachments else ["ua-1"],
        )
    except typst.TypstError as problem:
        raise DocumentFault(f"{problem.message}\n{problem.diagnostic}") from problem
    return made


@cache
def _fonts() -> typst.Fonts:
    """Read once: the product's typeface, and what typst brings for other scripts; never the system's."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[FONTS])
