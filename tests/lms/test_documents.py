"""Documents for paper."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from lms.documents import DocumentFault, PdfAttachment, render_pdf

TEMPLATE = """#let data = json(bytes(sys.inputs.data))
#set document(title: data.title)
#set text(lang: data.language, font: "Atkinson Hyperlegible Next")
= #data.title
#data.name
"""


@pytest.fixture
def template(tmp_path: Path) -> Path:
    path = tmp_path / "letter.typ"
    path.write_text(TEMPLATE, "utf-8")
    return path


def test_a_document_is_tagged_titled_and_holds_its_words(template: Path) -> None:
    reader = PdfReader(
        BytesIO(render_pdf(template, {"title": "Attestato", "language": "it", "name": "Žofie Ängström #[1]"}))
    )
    assert reader.metadata is not None
    assert reader.metadata.title == "Attestato"
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert reader.trailer["/Root"]["/Lang"].startswith("it")
    assert "Žofie Ängström #[1]" in reader.pages[0].extract_text()


def test_a_document_is_set_in_the_typeface_of_the_product(template: Path) -> None:
    fonts = PdfReader(BytesIO(render_pdf(template, {"title": "A", "language": "en", "name": "b"}))).pages[0][
        "/Resources"
    ]["/Font"]
    names = {str(font.get_object()["/BaseFont"]) for font in fonts.values()}
    assert all("AtkinsonHyperlegibleNext" in name for name in names)


def test_a_file_inside_a_document_comes_out_as_it_went_in(template: Path) -> None:
    inside = PdfAttachment("cv.xml", b"<cv/>", "text/xml", "The CV as data")
    body = render_pdf(template, {"title": "CV", "language": "en", "name": "n"}, attachments=[inside])
    assert PdfReader(BytesIO(body)).attachments["cv.xml"] == [b"<cv/>"]


def test_a_fault_in_a_template_names_its_place(template: Path) -> None:
    template.write_text("#nothing-of-that-name", "utf-8")
    with pytest.raises(DocumentFault, match=r"letter\.typ"):
        render_pdf(template, {})
