"""Pages of the question bank."""

from __future__ import annotations

import random
import uuid
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.plugin import Form, NotFound, _, actor, hooks, page_asked, requires
from plugins.quiz import bank
from plugins.quiz.bank import CategoryView, Search
from plugins.quiz.editing import COMMANDS, SaveQuestion, draft_of
from plugins.quiz.fields import read_answers
from plugins.quiz.form_values import values_of
from plugins.quiz.forms import SaveCategory
from plugins.quiz.showing import TYPE_HINTS, TYPE_ICONS, TYPE_TITLES, preview_of
from plugins.quiz.translating import languages_of, name_of_language

blueprint = Blueprint("quiz_bank", __name__, url_prefix="/quiz/bank")
MORE_ROWS = 3


@blueprint.get("")
@requires(bank.KEEP)
def index() -> ResponseReturnValue:
    """Questions, by category, tag, type and words."""
    search, page = _search(), page_asked()
    questions, count = bank.find_questions(actor(), search, page)
    query = {
        name: value
        for name, value in request.args.items()
        if name in {"q", "category", "tag", "type"} and value
    }
    return render_template(
        "quiz/bank.html", questions=questions, total=count, page=page, pages=-(-count // bank.PAGE_SIZE), search=search,
        categories=bank.find_categories(actor()), tags=bank.find_tags(actor()), titles=TYPE_TITLES, icons=TYPE_ICONS,
        query=query, removed=request.args.get("removed", type=uuid.UUID), importers=hooks().importers("questions"),
        exporters=hooks().exporters("questions"),
    )  # fmt: skip


@blueprint.get("/new")
@requires(bank.KEEP)
def choose_type() -> ResponseReturnValue:
    """What kind of question it is to be."""
    return render_template(
        "quiz/choose_type.html", titles=TYPE_TITLES, hints=TYPE_HINTS, icons=TYPE_ICONS,
        query={name: value for name, value in request.args.items() if name in {"category", "quiz"}},
        breadcrumb=_trail(_("New question")),
    )  # fmt: skip


@blueprint.route("/new/<kind>", methods=["GET", "POST"])
@requires(bank.KEEP)
def new(kind: str) -> ResponseReturnValue:
    """Write a question."""
    command = _command(kind)
    categories = bank.find_categories(actor())
    first = request.args.get("category") or (categories[0].id if categories else bank.NEW_CATEGORY)
    form = Form(command, values={"category_id": first}, submit=_("Save question"))
    made: list[uuid.UUID] = []
    if _is_saved(form, lambda read: made.append(bank.add_question(actor(), draft_of(read)))):
        flash(_("The question is in the bank."), "success")
        return redirect(_after_saving(made[0]), 303)
    page = _editor(form, kind, categories, breadcrumb=_trail(_("New question")))
    return page, form.status


@blueprint.route("/questions/<uuid:question_id>", methods=["GET", "POST"])
@requires(bank.KEEP)
def edit(question_id: uuid.UUID) -> ResponseReturnValue:
    """Change a question; what changes its content makes a new version."""
    found = bank.get_question(actor(), question_id)
    values = values_of(found.content) | {
        "name": found.row.name, "category_id": found.row.category_id,
        "tags": ", ".join(tag.name for tag in found.row.tags),
    }  # fmt: skip
    form = Form(_command(found.row.type), values=values, submit=_("Save question"))
    if _is_saved(form, lambda read: bank.edit_question(actor(), question_id, draft_of(read))):
        flash(_("Saved."), "success")
        return redirect(url_for("quiz_bank.edit", question_id=question_id), 303)
    categories = bank.find_categories(actor())
    page = _editor(form, found.row.type, categories, question=found, breadcrumb=_trail(found.row.name))
    return page, form.status


@blueprint.route("/questions/<uuid:question_id>/preview", methods=["GET", "POST"])
@requires(bank.KEEP)
def preview(question_id: uuid.UUID) -> ResponseReturnValue:
    """The question as trainees meet it, and how an answer to it is judged. Nothing is kept."""
    number = request.args.get("version", type=int)
    found = bank.get_question(actor(), question_id, number)
    seed = request.form.get("seed", type=int) or random.randrange(1, 2**31)
    given = read_answers(request.form.items(multi=True)) if request.method == "POST" else []
    answer = found.content.accept(given[0].raw) if given else {}
    shown = preview_of(found.content, answer, seed, is_checked=bool(given))
    return render_template(
        "quiz/preview.html", question=found, shown=shown, seed=seed, titles=TYPE_TITLES,
        breadcrumb=_trail(found.row.name, question_id),
    )  # fmt: skip


@blueprint.get("/questions/<uuid:question_id>/versions")
@requires(bank.KEEP)
def versions(question_id: uuid.UUID) -> ResponseReturnValue:
    """How the question was, and who changed it."""
    found = bank.get_question(actor(), question_id)
    return render_template(
        "quiz/versions.html", question=found, versions=bank.find_versions_with_authors(actor(), question_id),
        breadcrumb=_trail(found.row.name, question_id),
    )  # fmt: skip


@blueprint.post("/questions/<uuid:question_id>/versions/<int:number>")
@requires(bank.KEEP)
def restore_version(question_id: uuid.UUID, number: int) -> ResponseReturnValue:
    """Use an old version again."""
    bank.restore_version(actor(), question_id, number)
    flash(_("This version is in use again."), "success")
    return redirect(url_for("quiz_bank.edit", question_id=question_id), 303)


@blueprint.post("/questions/<uuid:question_id>/duplicate")
@requires(bank.KEEP)
def duplicate(question_id: uuid.UUID) -> ResponseReturnValue:
    """A question like this one."""
    made = bank.duplicate_question(actor(), question_id)
    return redirect(url_for("quiz_bank.edit", question_id=made), 303)


@blueprint.post("/questions/<uuid:question_id>/remove")
@requires(bank.KEEP)
def remove(question_id: uuid.UUID) -> ResponseReturnValue:
    """Take a question out of the bank; the page offers to undo it."""
    bank.remove_question(actor(), question_id)
    return redirect(url_for("quiz_bank.index", removed=question_id), 303)


@blueprint.post("/questions/<uuid:question_id>/restore")
@requires(bank.KEEP)
def restore(question_id: uuid.UUID) -> ResponseReturnValue:
    """Bring a removed question back."""
    bank.restore_question(actor(), question_id)
    flash(_("The question is back in the bank."), "success")
    return redirect(url_for("quiz_bank.index"), 303)


@blueprint.route("/categories", methods=["GET", "POST"])
@requires(bank.KEEP)
def categories() -> ResponseReturnValue:
    """The tree, and a form for a new category."""
    found = bank.find_categories(actor())
    form = Form(SaveCategory, submit=_("Add category"))
    if form.run(lambda command: bank.add_category(actor(), command)):
        return redirect(url_for("quiz_bank.categories"), 303)
    page = render_template(
        "quiz/categories.html", form=form, categories=found, breadcrumb=_trail(_("Categories"))
    )
    return page, form.status


@blueprint.route("/categories/<uuid:category_id>", methods=["GET", "POST"])
@requires(bank.KEEP)
def edit_category(category_id: uuid.UUID) -> ResponseReturnValue:
    """Rename or move a category."""
    row = bank.get_category(actor(), category_id)
    form = Form(SaveCategory, values={"name": row.name, "parent_id": row.parent_id})
    if form.run(lambda command: bank.edit_category(actor(), category_id, command)):
        return redirect(url_for("quiz_bank.categories"), 303)
    page = render_template(
        "quiz/category.html",
        form=form,
        category=row,
        categories=bank.find_categories(actor()),
        breadcrumb=_trail(row.name),
    )
    return page, form.status


@blueprint.post("/categories/<uuid:category_id>/remove")
@requires(bank.KEEP)
def remove_category(category_id: uuid.UUID) -> ResponseReturnValue:
    """Remove an empty category."""
    bank.remove_category(actor(), category_id)
    flash(_("The category is removed."), "success")
    return redirect(url_for("quiz_bank.categories"), 303)


def _search() -> Search:
    return Search(
        request.args.get("q", "").strip()[:200], request.args.get("category", type=uuid.UUID),
        request.args.get("tag", "")[:60], request.args.get("type", "")[:12],
    )  # fmt: skip


def _command(kind: str) -> type[SaveQuestion]:
    if kind not in COMMANDS:
        raise NotFound(_("There is no such kind of question."))
    return COMMANDS[kind]


def _is_saved(form: Form[Any], use_case: Any) -> bool:
    """Saved, unless somebody only asked for more rows."""
    return not ("more" in request.form and request.method == "POST") and form.run(use_case)


def _editor(form: Form[Any], kind: str, categories: Sequence[CategoryView], **context: Any) -> str:
    rows = {name: max(count, _filled(form, name)) for name, count in COMMANDS[kind].rows.items()}
    rows["hint"] = _filled(form, "hint") or 1
    asked = request.form.get("more", "")
    if asked in rows:
        rows[asked] += MORE_ROWS
    return render_template(
        "quiz/edit_question.html", form=form, kind=kind, rows=rows, categories=categories, title=TYPE_TITLES[kind],
        hint=TYPE_HINTS[kind], quiz=request.args.get("quiz"),
        languages=[(code, name_of_language(code)) for code in languages_of(actor(), None)], **context,
    )  # fmt: skip


def _filled(form: Form[Any], name: str) -> int:
    return len(form.values.get(name) or ())


def _after_saving(question_id: uuid.UUID) -> str:
    if "again" in request.form:
        kind = (request.view_args or {}).get("kind", "single")
        return url_for("quiz_bank.new", kind=kind, category=request.form.get("category_id"))
    return url_for("quiz_bank.preview", question_id=question_id)


def _trail(title: str, question_id: uuid.UUID | None = None) -> list[tuple[str, str | None]]:
    own = url_for("quiz_bank.edit", question_id=question_id) if question_id else None
    found: list[tuple[str, str | None]] = [(_("Question bank"), url_for("quiz_bank.index")), (title, own)]
    return [*found, (_("Preview"), None)] if question_id else found
