"""Pages of the CVs made from the store, and of letters: tailoring, preview, download."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from dataclasses import replace

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.plugin import (
    Form,
    NotFound,
    PdfAttachment,
    _,
    actor,
    requires,
    utcnow,
    wants_json,
)
from plugins.portfolio.cv import letters, tailoring
from plugins.portfolio.cv.composing import CvDocument, choose_entries, compose_cv, section_order
from plugins.portfolio.cv.documents import cv_pdf, letter_pdf
from plugins.portfolio.cv.exchange import candidate_of_cv
from plugins.portfolio.cv.formats import europass_xml, json_resume
from plugins.portfolio.cv.formats.europass_pdf import ATTACHMENT
from plugins.portfolio.cv.forms import EditChoice, EditCv, EditLetter, NewCv, NewLetter
from plugins.portfolio.cv.models import Cv, Letter
from plugins.portfolio.cv.photos import photo_of
from plugins.portfolio.cv.reading import as_text, find_warnings
from plugins.portfolio.cv.sections import BY_NAME
from plugins.portfolio.cv.service import KEEP, find_entries, get_entry
from plugins.portfolio.cv.views import ids_sent, refuse_to_scripts, saved_answer, trail
from plugins.portfolio.sharing.shares import find_shares_of

blueprint = Blueprint("portfolio_cvs", __name__)


@blueprint.route("/portfolio/cvs/new", methods=["GET", "POST"])
@requires(KEEP)
def new() -> ResponseReturnValue:
    """A CV for one purpose: its name, then the rest."""
    form = Form(NewCv, submit=_("Make the CV"))
    made: list[Cv] = []
    if form.run(lambda command: made.append(tailoring.add_cv(actor(), command))):
        return redirect(url_for("portfolio_cvs.edit", cv_id=made[0].id), 303)
    return render_template("portfolio/cv/new_cv.html", form=form, breadcrumb=trail(_("New CV"))), form.status


@blueprint.route("/portfolio/cvs/<uuid:cv_id>", methods=["GET", "POST"])
@requires(KEEP)
def edit(cv_id: uuid.UUID) -> ResponseReturnValue:
    """Choose, order, reword; with the sheet beside it."""
    cv = tailoring.get_cv(actor(), cv_id)
    form = Form(EditCv, values={name: getattr(cv, name) for name in EditCv.model_fields})
    if form.run(lambda command: tailoring.edit_cv(actor(), cv_id, command)):
        return saved_answer("portfolio_cvs.edit", cv_id=cv_id)
    refuse_to_scripts(form)
    entries = find_entries(cv.owner_id)
    chosen = choose_entries(cv, entries)
    shown = [entry for entry, choice in chosen if not (choice and choice.is_hidden)]
    document = compose_cv(cv)
    sections = [
        (BY_NAME[name], [pair for pair in chosen if pair[0].section == name])
        for name in section_order(cv)
        if any(entry.section == name for entry in entries)
    ]
    return render_template(
        "portfolio/cv/tailor.html", cv=cv, form=form, sections=sections, document=document,
        warnings=find_warnings(cv, document, shown, utcnow().date()), shares=find_shares_of(actor(), cv_id=cv.id), breadcrumb=trail(cv.title),
    ), form.status  # fmt: skip


@blueprint.get("/portfolio/cvs/<uuid:cv_id>/sheet")
@requires(KEEP)
def sheet(cv_id: uuid.UUID) -> ResponseReturnValue:
    """The sheet alone, for the live preview, and what to look at."""
    cv = tailoring.get_cv(actor(), cv_id)
    document = compose_cv(cv)
    shown = [
        entry
        for entry, choice in choose_entries(cv, find_entries(cv.owner_id))
        if not (choice and choice.is_hidden)
    ]
    warnings = find_warnings(cv, document, shown, utcnow().date())
    return render_template("portfolio/cv/preview.html", cv=cv, document=document, warnings=warnings)


@blueprint.get("/portfolio/cvs/<uuid:cv_id>/print")
@requires(KEEP)
def paper(cv_id: uuid.UUID) -> ResponseReturnValue:
    """The whole sheet as it will be on paper."""
    cv = tailoring.get_cv(actor(), cv_id)
    return render_template(
        "portfolio/cv/paper.html", cv=cv, document=compose_cv(cv),
        back_url=url_for("portfolio_cvs.edit", cv_id=cv_id), pdf_url=url_for("portfolio_cvs.download_pdf", cv_id=cv_id),
    )  # fmt: skip


@blueprint.get("/portfolio/cvs/<uuid:cv_id>/text")
@requires(KEEP)
def text(cv_id: uuid.UUID) -> ResponseReturnValue:
    """The CV as a machine reads it; ``?download`` hands it out as a file."""
    cv = tailoring.get_cv(actor(), cv_id)
    document = compose_cv(cv)
    words = as_text(document)
    if "download" in request.args:
        return attachment(words.encode(), "text/plain; charset=utf-8", file_name(document, "txt"))
    shown = [
        entry
        for entry, choice in choose_entries(cv, find_entries(cv.owner_id))
        if not (choice and choice.is_hidden)
    ]
    warnings = find_warnings(cv, document, shown, utcnow().date())
    return render_template(
        "portfolio/cv/text.html", cv=cv, text=words, warnings=warnings, breadcrumb=trail(cv.title)
    )


@blueprint.get("/portfolio/cvs/<uuid:cv_id>/cv.pdf")
@requires(KEEP)
def download_pdf(cv_id: uuid.UUID) -> ResponseReturnValue:
    """The PDF, tagged for screen readers."""
    return cv_as_pdf(tailoring.get_cv(actor(), cv_id))


@blueprint.get("/portfolio/cvs/<uuid:cv_id>/europass.pdf")
@requires(KEEP)
def download_europass_pdf(cv_id: uuid.UUID) -> ResponseReturnValue:
    """The PDF with the Europass data inside."""
    cv = tailoring.get_cv(actor(), cv_id)
    document = compose_cv(cv)
    photo = photo_of(document)
    xml = europass_xml.write_europass(candidate_of_cv(cv), cv.language, photo=photo)
    data = PdfAttachment(ATTACHMENT, xml, "application/xml", _("The CV as Europass data"), "alternative")
    body = cv_pdf(document, photo=photo, attachments=[data])
    return attachment(body, "application/pdf", file_name(document, "europass.pdf"))


@blueprint.get("/portfolio/cvs/<uuid:cv_id>/europass.xml")
@requires(KEEP)
def download_europass_xml(cv_id: uuid.UUID) -> ResponseReturnValue:
    """The Europass data alone."""
    cv = tailoring.get_cv(actor(), cv_id)
    document = compose_cv(cv)
    body = europass_xml.write_europass(candidate_of_cv(cv), cv.language, photo=photo_of(document))
    return attachment(body, "application/xml", file_name(document, "europass.xml"))


@blueprint.get("/portfolio/cvs/<uuid:cv_id>/resume.json")
@requires(KEEP)
def download_json(cv_id: uuid.UUID) -> ResponseReturnValue:
    """JSON Resume."""
    cv = tailoring.get_cv(actor(), cv_id)
    body = json_resume.write_json_resume(candidate_of_cv(cv)).encode()
    return attachment(body, "application/json", file_name(compose_cv(cv), "json"))


@blueprint.get("/portfolio/cvs/<uuid:cv_id>/downloads")
@requires(KEEP)
def downloads(cv_id: uuid.UUID) -> ResponseReturnValue:
    """All formats, and what each cannot hold."""
    cv = tailoring.get_cv(actor(), cv_id)
    entries = candidate_of_cv(cv).entries
    return render_template(
        "portfolio/cv/downloads.html", cv=cv, europass_losses=europass_xml.losses(entries), json_losses=json_resume.losses(entries),
        breadcrumb=trail(cv.title),
    )  # fmt: skip


@blueprint.post("/portfolio/cvs/<uuid:cv_id>/copy")
@requires(KEEP)
def copy(cv_id: uuid.UUID) -> ResponseReturnValue:
    """A second one like it."""
    made = tailoring.copy_cv(actor(), cv_id)
    flash(_("This is a copy. Give it a name of its own."), "success")
    return redirect(url_for("portfolio_cvs.edit", cv_id=made.id), 303)


@blueprint.post("/portfolio/cvs/<uuid:cv_id>/remove")
@requires(KEEP)
def remove(cv_id: uuid.UUID) -> ResponseReturnValue:
    """Put it away; the page offers to undo it."""
    tailoring.remove_cv(actor(), cv_id)
    return redirect(url_for("portfolio_cv.store", removed_cv=cv_id), 303)


@blueprint.post("/portfolio/cvs/<uuid:cv_id>/restore")
@requires(KEEP)
def restore(cv_id: uuid.UUID) -> ResponseReturnValue:
    """Bring it back."""
    tailoring.restore_cv(actor(), cv_id)
    return redirect(url_for("portfolio_cvs.edit", cv_id=cv_id), 303)


@blueprint.post("/portfolio/cvs/<uuid:cv_id>/order")
@requires(KEEP)
def order(cv_id: uuid.UUID) -> ResponseReturnValue:
    """An order that was made by dragging."""
    tailoring.order_cv(actor(), cv_id, ids_sent("order"))
    return saved_answer("portfolio_cvs.edit", cv_id=cv_id)


@blueprint.post("/portfolio/cvs/<uuid:cv_id>/entries/<uuid:entry_id>/<action>")
@requires(KEEP)
def change_entry(cv_id: uuid.UUID, entry_id: uuid.UUID, action: str) -> ResponseReturnValue:
    """Hide, show, up, down: one entry in one CV."""
    if action in {"hide", "show"}:
        tailoring.hide_entry(actor(), cv_id, entry_id, is_hidden=action == "hide")
    elif action in {"up", "down"}:
        tailoring.move_in_cv(actor(), cv_id, entry_id, up=action == "up")
    else:
        raise NotFound(_("There is no such page."))
    if wants_json():
        return saved_answer("portfolio_cvs.edit", cv_id=cv_id)
    return redirect(url_for("portfolio_cvs.edit", cv_id=cv_id, _anchor=f"entry-{entry_id}"), 303)


@blueprint.post("/portfolio/cvs/<uuid:cv_id>/sections/<section>/<direction>")
@requires(KEEP)
def move_section(cv_id: uuid.UUID, section: str, direction: str) -> ResponseReturnValue:
    """A section up or down."""
    tailoring.move_section(actor(), cv_id, section, up=direction == "up")
    return redirect(url_for("portfolio_cvs.edit", cv_id=cv_id, _anchor=f"section-{section}"), 303)


@blueprint.route("/portfolio/cvs/<uuid:cv_id>/entries/<uuid:entry_id>/words", methods=["GET", "POST"])
@requires(KEEP)
def words(cv_id: uuid.UUID, entry_id: uuid.UUID) -> ResponseReturnValue:
    """Other words for one entry in one CV, such as in another language."""
    cv, entry = tailoring.get_cv(actor(), cv_id), get_entry(actor(), entry_id)
    choice = tailoring.get_choice(actor(), cv_id, entry_id)
    form = Form(
        EditChoice, values={name: getattr(choice, name) for name in EditChoice.model_fields} if choice else {}
    )
    if form.run(lambda command: tailoring.reword_entry(actor(), cv_id, entry_id, command)):
        return saved_answer("portfolio_cvs.edit", cv_id=cv_id)
    refuse_to_scripts(form)
    used = {field.name for field in BY_NAME[entry.section].fields}
    return render_template(
        "portfolio/cv/words.html", form=form, cv=cv, entry=entry, used=used, breadcrumb=trail(cv.title)
    ), form.status


@blueprint.route("/portfolio/letters/new", methods=["GET", "POST"])
@requires(KEEP)
def new_letter() -> ResponseReturnValue:
    """A letter for a job: the job, then the rest."""
    form = Form(NewLetter, submit=_("Begin the letter"))
    made: list[Letter] = []
    if form.run(lambda command: made.append(letters.add_letter(actor(), command))):
        return redirect(url_for("portfolio_cvs.letter", letter_id=made[0].id), 303)
    return render_template(
        "portfolio/cv/new_letter.html", form=form, breadcrumb=trail(_("New letter"))
    ), form.status


@blueprint.route("/portfolio/letters/<uuid:letter_id>", methods=["GET", "POST"])
@requires(KEEP)
def letter(letter_id: uuid.UUID) -> ResponseReturnValue:
    """A letter, with the advertisement it answers."""
    row = letters.get_letter(actor(), letter_id)
    form = Form(EditLetter, values={name: getattr(row, name) for name in EditLetter.model_fields})
    if form.run(lambda command: letters.edit_letter(actor(), letter_id, command)):
        return saved_answer("portfolio_cvs.letter", letter_id=letter_id)
    refuse_to_scripts(form)
    return render_template(
        "portfolio/cv/letter.html", letter=row, fields=_with_cvs(form, tailoring.find_cvs(actor())), form=form,
        missing=letters.missing_in_letter(actor(), row), breadcrumb=trail(row.title),
    ), form.status  # fmt: skip


@blueprint.get("/portfolio/letters/<uuid:letter_id>/letter.pdf")
@requires(KEEP)
def letter_alone(letter_id: uuid.UUID) -> ResponseReturnValue:
    """The letter as PDF; ``?with=cv`` puts the CV behind it."""
    row = letters.get_letter(actor(), letter_id)
    document, as_set = letters.letter_document(actor(), row), letters.letter_as_set(actor(), row)
    if request.args.get("with") == "cv" and row.cv_id:
        body = cv_pdf(document, photo=photo_of(document), letter=as_set)
    else:
        body = letter_pdf(as_set, document)
    return attachment(body, "application/pdf", file_name(replace(document, headline=row.title), "pdf"))


@blueprint.post("/portfolio/letters/<uuid:letter_id>/remove")
@requires(KEEP)
def remove_letter(letter_id: uuid.UUID) -> ResponseReturnValue:
    """Put it away; the page offers to undo it."""
    letters.remove_letter(actor(), letter_id)
    return redirect(url_for("portfolio_cv.store", removed_letter=letter_id), 303)


@blueprint.post("/portfolio/letters/<uuid:letter_id>/restore")
@requires(KEEP)
def restore_letter(letter_id: uuid.UUID) -> ResponseReturnValue:
    """Bring it back."""
    letters.restore_letter(actor(), letter_id)
    return redirect(url_for("portfolio_cvs.letter", letter_id=letter_id), 303)


def cv_as_pdf(cv: Cv) -> Response:
    """The PDF of a CV, for whoever may see it."""
    document = compose_cv(cv)
    return attachment(
        cv_pdf(document, photo=photo_of(document)), "application/pdf", file_name(document, "pdf")
    )


def attachment(body: bytes, media_type: str, name: str) -> Response:
    """A file to download."""
    response = Response(body, content_type=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def file_name(document: CvDocument, ending: str) -> str:
    """A name that an employer finds again: plain letters only."""
    words = re.sub(r"[^A-Za-z0-9]+", "-", f"{document.name} {document.headline}".translate(_PLAIN)).strip("-")
    return f"CV-{words[:80] or 'Contrada'}.{ending}"


_PLAIN = str.maketrans(
    "àáâäãåèéêëìíîïòóôöõùúûüçñýÿšžÀÁÂÄÈÉÊËÌÍÎÏÒÓÔÖÙÚÛÜÇÑ",
    "aaaaaaeeeeiiiiooooouuuucnyyszAAAAEEEEIIIIOOOOUUUUCN",
)


def _with_cvs(form: Form[EditLetter], cvs: Sequence[Cv]) -> list[object]:
    """The form's fields, with the person's CVs as choices."""
    fields = []
    for field in form.fields:
        if field.name == "cv_id":
            field.choices = [("", _("No CV")), *((str(cv.id), cv.title) for cv in cvs)]
        fields.append(field)
    return list(fields)
