"""Pages of the store: the person, the entries, and CVs from elsewhere."""

from __future__ import annotations

import io
import uuid
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.plugin import (
    Form,
    Invalid,
    NotFound,
    Text,
    _,
    accept_attribute,
    actor,
    format_time,
    get_file,
    hooks,
    max_upload_bytes,
    ngettext,
    received_files,
    requires,
    serve_preview,
    slow,
    store_file,
    unit_of_work,
    utcnow,
    wants_json,
)
from plugins.portfolio.cv import exchange, service, tailoring
from plugins.portfolio.cv.dates import shown_in_field
from plugins.portfolio.cv.exchange import ACTIONS
from plugins.portfolio.cv.formats.candidate import MOST_BYTES
from plugins.portfolio.cv.forms import SavePerson, SavePrivate, entry_command, new_entry_command
from plugins.portfolio.cv.letters import find_letters
from plugins.portfolio.cv.models import Entry
from plugins.portfolio.cv.sections import BY_NAME, DIMENSIONS, SECTIONS, Section

blueprint = Blueprint("portfolio_cv", __name__)
DATES = ("starts", "ends")


def saved_answer(endpoint: str, **values: Any) -> ResponseReturnValue:
    """After a change: the time for a script that saves as one types, else back to a page."""
    if wants_json():
        return {"saved_at": format_time(utcnow())}
    flash(_("Saved."), "success")
    return redirect(url_for(endpoint, **values), 303)


@blueprint.get("/portfolio/cv")
@requires(service.KEEP)
def store() -> ResponseReturnValue:
    """Everything the person ever put into a CV, and the CVs made from it."""
    entries = service.find_entries(actor().user_id)
    return render_template(
        "portfolio/cv/store.html", person=service.get_person(actor()), sections=SECTIONS, entries=service.entries_by_section(entries),
        has_entries=bool(entries), cvs=tailoring.find_cvs(actor()), letters=find_letters(actor()), removed=request.args.get("removed", type=uuid.UUID),
    )  # fmt: skip


@blueprint.route("/portfolio/cv/person", methods=["GET", "POST"])
@requires(service.KEEP)
def person() -> ResponseReturnValue:
    """Name, contact, what one says of oneself."""
    found = service.get_person(actor())
    main = Form(SavePerson, values={name: getattr(found, name) for name in SavePerson.model_fields})
    private = Form(
        SavePrivate, values=_typed({name: getattr(found, name) for name in SavePrivate.model_fields})
    )
    for form in (main, private):
        is_sent = form.is_submitted and request.form.get("form_id", main.id) == form.id
        if is_sent and form.run(lambda command: service.save_person(actor(), command)):
            return saved_answer("portfolio_cv.person")
    refuse_to_scripts(main, private)
    status = max(main.status, private.status)
    return render_template(
        "portfolio/cv/person.html", form=main, private=private, person=found, breadcrumb=trail(_("About you")),
        accept=accept_attribute(["image"]), max_bytes=max_upload_bytes(),
    ), status  # fmt: skip


@blueprint.post("/portfolio/cv/photo")
@slow(requires(service.KEEP))
def photo() -> ResponseReturnValue:
    """Put up a photo, or take it away."""
    if "remove" in request.form:
        with unit_of_work():
            service.set_photo(actor(), None)
        return redirect(url_for("portfolio_cv.person"), 303)
    files = received_files(actor(), "photo", "portfolio.photo", allowed=frozenset({"image"}))
    if not files:
        raise Invalid(_("Choose a picture first."))
    with unit_of_work():
        service.set_photo(actor(), files[0].id)
    flash(_("The photo is there. Each CV decides whether it shows it."), "success")
    return redirect(url_for("portfolio_cv.person"), 303)


@blueprint.route("/portfolio/cv/<section>/new", methods=["GET", "POST"])
@requires(service.KEEP)
def new(section: str) -> ResponseReturnValue:
    """Add an entry: its title, then the rest."""
    kind = _section(section)
    form = Form(new_entry_command(section), submit=_("Go on"))
    made: list[Entry] = []
    if form.run(lambda command: made.append(service.add_entry(actor(), section, command.model_dump()))):
        return redirect(url_for("portfolio_cv.entry", entry_id=made[0].id), 303)
    return render_template(
        "portfolio/cv/new.html", form=form, kind=kind, breadcrumb=trail(kind.add)
    ), form.status


@blueprint.route("/portfolio/cv/entries/<uuid:entry_id>", methods=["GET", "POST"])
@requires(service.KEEP)
def entry(entry_id: uuid.UUID) -> ResponseReturnValue:
    """One entry; saved as one types."""
    row = service.get_entry(actor(), entry_id)
    kind = BY_NAME[row.section]
    command = entry_command(row.section)
    form = Form(command, values=_typed({name: getattr(row, name) for name in command.model_fields}))
    if form.run(lambda wanted: service.edit_entry(actor(), entry_id, wanted)):
        return saved_answer("portfolio_cv.store", _anchor=row.section)
    refuse_to_scripts(form)
    return render_template(
        "portfolio/cv/entry.html", form=form, entry=row, kind=kind, pairs=PAIRS, dimensions=DIMENSIONS, breadcrumb=trail(row.title)
    ), form.status  # fmt: skip


PAIRS = {"starts": "ends", "place": "country", "email": "phone"}
"""Fields that stand side by side."""


@blueprint.post("/portfolio/cv/entries/<uuid:entry_id>/move")
@requires(service.KEEP)
def move(entry_id: uuid.UUID) -> ResponseReturnValue:
    """A place up or down."""
    row = service.get_entry(actor(), entry_id)
    service.move_entry(actor(), entry_id, up=request.form.get("direction") == "up")
    return redirect(url_for("portfolio_cv.store", _anchor=row.section), 303)


@blueprint.post("/portfolio/cv/<section>/order")
@requires(service.KEEP)
def order(section: str) -> ResponseReturnValue:
    """An order that was made by dragging."""
    service.order_entries(actor(), _section(section).name, ids_sent("order"))
    return saved_answer("portfolio_cv.store")


@blueprint.post("/portfolio/cv/entries/<uuid:entry_id>/remove")
@requires(service.KEEP)
def remove(entry_id: uuid.UUID) -> ResponseReturnValue:
    """Take an entry out; the page offers to undo it."""
    service.remove_entry(actor(), entry_id)
    return redirect(url_for("portfolio_cv.store", removed=entry_id), 303)


@blueprint.post("/portfolio/cv/entries/<uuid:entry_id>/restore")
@requires(service.KEEP)
def restore(entry_id: uuid.UUID) -> ResponseReturnValue:
    """Bring an entry back."""
    service.restore_entry(actor(), entry_id)
    flash(_("The entry is back."), "success")
    return redirect(url_for("portfolio_cv.store"), 303)


@blueprint.route("/portfolio/cv/import", methods=["GET", "POST"])
@requires(service.KEEP)
def read_file() -> ResponseReturnValue:
    """Choose a CV from elsewhere."""
    problem = ""
    if request.method == "POST":
        sent = request.files.get("file")
        body = sent.stream.read(MOST_BYTES + 1) if sent and sent.filename else b""
        try:
            if not body:
                raise Invalid(_("Choose a file first."))
            import_id = exchange.read_import(actor(), sent.filename or "" if sent else "", body)
            return redirect(url_for("portfolio_cv.preview_import", import_id=import_id), 303)
        except Invalid as refusal:
            problem = refusal.message
    body_html = render_template(
        "portfolio/cv/import.html", problem=problem, breadcrumb=trail(_("Bring a CV with you"))
    )
    return body_html, 422 if problem else 200


@blueprint.route("/portfolio/cv/import/<uuid:import_id>", methods=["GET", "POST"])
@slow(requires(service.KEEP))
def preview_import(import_id: uuid.UUID) -> ResponseReturnValue:
    """What the file holds, beside what is there; entry by entry one chooses."""
    if request.method == "POST":
        photo = (
            exchange.photo_in(exchange.get_preview(actor(), import_id).source)
            if "photo" in request.form
            else None
        )
        photo_id = store_photo(photo) if photo else None
        sent = {
            number: request.form.get(f"entry-{number}", "ignore")
            for number in range(1000)
            if f"entry-{number}" in request.form
        }
        actions = {number: action for number, action in sent.items() if action in ACTIONS}
        with unit_of_work():
            outcome = exchange.apply_import(actor(), import_id, actions, request.form.getlist("person"))
            if photo_id is not None:
                service.set_photo(actor(), photo_id)
        text = ngettext(
            "%(n)d entry was taken over.", "%(n)d entries were taken over.", outcome.added + outcome.replaced
        )
        flash(text, "success")
        return redirect(url_for("portfolio_cv.store"), 303)
    preview = exchange.get_preview(actor(), import_id)
    labels = {
        name: form.label
        for command in (SavePerson, SavePrivate)
        for name, form in ((each.name, each) for each in Form(command).fields)
    }
    return render_template(
        "portfolio/cv/import_preview.html", preview=preview, has_photo=service.get_person(actor()).photo_id is not None, sections=BY_NAME, labels=labels, breadcrumb=trail(_("Bring a CV with you"))
    )  # fmt: skip


@blueprint.post("/portfolio/cv/import/<uuid:import_id>/discard")
@requires(service.KEEP)
def discard_import(import_id: uuid.UUID) -> ResponseReturnValue:
    """Leave everything as it is."""
    exchange.discard_import(actor(), import_id)
    return redirect(url_for("portfolio_cv.store"), 303)


@blueprint.get("/portfolio/cv/photos/<uuid:file_id>")
@requires(service.KEEP)
def own_photo(file_id: uuid.UUID) -> ResponseReturnValue:
    """The person's own photo, small."""
    if service.get_person(actor()).photo_id != file_id:
        raise NotFound(_("There is no photo."))
    file = get_file(actor(), file_id)
    path = hooks().file_preview(file)
    if path is None:
        raise NotFound(_("There is no photo."))
    return serve_preview(path, file)


def store_photo(body: bytes) -> uuid.UUID:
    """Keep a photo that came inside a file, checked and drawn again as any other. Raises Invalid."""
    return store_file(actor(), io.BytesIO(body), "photo", "portfolio.photo", allowed=frozenset({"image"})).id


def refuse_to_scripts(*forms: Form[Any]) -> None:
    """A form that is saved as one types hears its first refusal as JSON. Raises Invalid."""
    for form in forms:
        if wants_json() and (form.errors or form.field_errors):
            message = next(iter([*form.field_errors.values(), *form.errors]))
            raise Invalid(message, fields=form.field_errors)


def ids_sent(name: str) -> list[uuid.UUID]:
    """Ids that a form carries, separated by commas. Raises Invalid."""
    try:
        return [uuid.UUID(part) for part in request.form.get(name, "").split(",") if part]
    except ValueError:
        raise Invalid(_("This answer cannot be used.")) from None


def trail(title: Text) -> list[tuple[Text, str | None]]:
    """The way here, below the store."""
    return [
        (_("Portfolio"), url_for("portfolio.home")),
        (_("My CV"), url_for("portfolio_cv.store")),
        (title, None),
    ]


def _section(name: str) -> Section:
    if name not in BY_NAME:
        raise NotFound(_("A CV has no such section."))
    return BY_NAME[name]


def _typed(values: dict[str, Any]) -> dict[str, Any]:
    """Kept values as a form shows them: dates as people type them."""
    return {
        name: shown_in_field(value or "") if name in {*DATES, "birth_date"} else value
        for name, value in values.items()
    }
