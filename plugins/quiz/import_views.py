"""Pages that bring files of questions in and take them out."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.plugin import Form, Invalid, NotFound, Table, Text, _, _l, actor, requires, send_table, slow
from plugins.quiz import bank, importing
from plugins.quiz.formats import MOST_BYTES
from plugins.quiz.forms import UploadQuestions
from plugins.quiz.models import BankImport
from plugins.quiz.showing import TYPE_TITLES

blueprint = Blueprint("quiz_import", __name__, url_prefix="/quiz/import")
SHOWN = 200
FORM_OVERHEAD = 1_000_000
FILES = {
    "gift": ("questions.gift.txt", "text/plain; charset=utf-8"),
    "moodle": ("questions.xml", "application/xml; charset=utf-8"),
}
LOST: dict[str, Text] = {
    "hints": _l("hints (as a comment, which comes back here but which other programs do not read)"), "penalty": _l("what a wrong try costs"),
    "is_shuffled": _l("that answers keep their order"), "translations": _l("other languages"), "grader_notes": _l("notes for who grades"),
    "most_words": _l("the number of words"), "template": _l("the text to begin with"),
}  # fmt: skip
"""What the fields of a question are called that GIFT has no place for."""
REASONS: dict[str, Text] = {
    "unknown_type": _l("This kind of question is not known here"), "incomplete": _l("Something is missing or does not fit"),
    "no_answers": _l("It has no answers"), "nothing_right": _l("No answer is right"), "bad_weight": _l("A share is not between -100 and 100"),
    "bad_number": _l("A number cannot be read"), "open_brace": _l("A closing } is missing"), "stray_brace": _l("There is a } without a {"),
    "many_braces": _l("There are more { } than one pair; leave an empty line between questions, and put a \\ before those that are text"), "open_name": _l("The name has no :: at its end"),
    "text_before_answers": _l("There is text before the first answer"), "pair_without_answer": _l("A pair has no -> with something behind it"),
    "too_long": _l("The question is too long"), "no_gaps": _l("It has no gap"), "unknown_gap": _l("This kind of gap is not known here"),
    "gap_without_answer": _l("A gap has no answer"), "file_missing": _l("A picture is not in the file"), "bad_file": _l("A picture cannot be read"),
    "file_too_large": _l("A picture is too large"), "refused": _l("It was not accepted"),
}  # fmt: skip
PROBLEMS: dict[str, Text] = {
    "no_xml": _l("The file is not well-formed XML. The mistake is at line and column"), "no_quiz": _l("This XML file holds no questions. It begins with"),
    "hostile_xml": _l("The file declares entities or document types, which question files do not need. It was not read."),
    "too_deep": _l("The file is nested too deeply. The most is"), "too_large": _l("The file is too large."),
    "too_many": _l("The file has too many questions. The most is"), "no_text": _l("The file is not text."),
    "no_questions": _l("No question was found in this file."),
}  # fmt: skip


@blueprint.route("", methods=["GET", "POST"])
@slow(requires(bank.KEEP))
def begin() -> ResponseReturnValue:
    """Choose a file."""
    request.max_content_length = MOST_BYTES + FORM_OVERHEAD
    form = Form(UploadQuestions, submit=_("Look at it first"))
    made: list[uuid.UUID] = []
    if form.run(lambda command: made.append(_begin(command))):
        return redirect(url_for("quiz_import.show", import_id=made[0]), 303)
    page = render_template(
        "quiz/import.html", form=form, categories=bank.find_categories(actor()), imports=importing.find_imports(actor()),
        breadcrumb=_trail(),
    )  # fmt: skip
    return page, form.status


@blueprint.get("/<uuid:import_id>")
@requires(bank.KEEP)
def show(import_id: uuid.UUID) -> ResponseReturnValue:
    """What is in the file, and what became of it."""
    row = importing.get_import(actor(), import_id)
    lines = importing.lines_of(row)
    if request.args.get("form") == "csv":
        return send_table(_table(row, lines), "csv", _("report"))
    code, _colon, detail = row.problem.partition(":")
    return render_template(
        "quiz/import_report.html", row=row, lines=lines[:SHOWN], total=len(lines), job=importing.job_of(actor(), row),
        reasons=REASONS, titles=TYPE_TITLES, problem=PROBLEMS.get(code, ""), detail=detail, breadcrumb=_trail(),
    )  # fmt: skip


@blueprint.post("/<uuid:import_id>/confirm")
@requires(bank.KEEP)
def confirm(import_id: uuid.UUID) -> ResponseReturnValue:
    """Put the questions into the bank."""
    importing.confirm_import(actor(), import_id)
    return redirect(url_for("quiz_import.show", import_id=import_id), 303)


@blueprint.post("/<uuid:import_id>/discard")
@requires(bank.KEEP)
def discard(import_id: uuid.UUID) -> ResponseReturnValue:
    """Forget the file."""
    importing.discard_import(actor(), import_id)
    flash(_("Nothing was imported."), "success")
    return redirect(url_for("quiz_bank.index"), 303)


@blueprint.get("/export")
@requires(bank.KEEP)
def export() -> ResponseReturnValue:
    """Choose what to take along, and as what; questions that GIFT cannot hold are named first."""
    category_id = request.args.get("category", type=uuid.UUID)
    return render_template(
        "quiz/export.html", categories=bank.find_categories(actor()), category_id=category_id,
        report=importing.report_gift(actor(), category_id), fields=LOST, breadcrumb=_trail(_("Export")),
    )  # fmt: skip


@blueprint.get("/export/<form>")
@requires(bank.KEEP)
def download(form: str) -> Response:
    """The bank, or ``?category=``, as ``gift`` or ``moodle``."""
    if form not in FILES:
        raise NotFound(_("There is no such page."))
    name, kind = FILES[form]
    body = importing.export_bank(actor(), request.args.get("category", type=uuid.UUID), form)
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return Response(body, content_type=kind, headers=headers)


def _begin(command: UploadQuestions) -> uuid.UUID:
    if command.file is None or not command.file.filename:
        text = _("Choose a file first.")
        raise Invalid(text, fields={"file": text})
    content = command.file.stream.read(MOST_BYTES + 1)
    command.file.close()
    if len(content) > MOST_BYTES:
        text = _("This file is too large.")
        raise Invalid(text, fields={"file": text})
    return importing.begin_import(actor(), content, command.file.filename, command.category_id)


def _table(row: BankImport, lines: list[importing.Line]) -> Table:
    columns = [_("Line or number"), _("Name"), _("Category"), _("Kind"), _("Result"), _("Reason")]
    rows = [
        (
            line.place, line.name, line.category, str(TYPE_TITLES.get(line.type, "")), _("left out") if line.code else _("comes through"),
            f"{REASONS.get(line.code, line.code)}: {line.detail}" if line.code else "",
        )
        for line in lines
    ]  # fmt: skip
    return Table(row.file_name, columns, rows)


def _trail(title: str = "") -> list[tuple[str, Any]]:
    return [(_("Question bank"), url_for("quiz_bank.index")), (title or _("Import"), None)]
