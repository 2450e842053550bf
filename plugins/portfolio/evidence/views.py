"""Pages of the evidence: what one collects, in five lists."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.plugin import (
    Command,
    Family,
    Form,
    Invalid,
    NotFound,
    Text,
    _,
    _l,
    actor,
    find_groups,
    get_file,
    get_usage,
    groups_of,
    hooks,
    knock,
    max_upload_bytes,
    may_fetch,
    ngettext,
    received_files,
    requires,
    serve_file,
    serve_preview,
    slow,
    unit_of_work,
    utcnow,
)
from plugins.portfolio.cv.service import KEEP, TEMPLATES
from plugins.portfolio.cv.views import refuse_to_scripts, saved_answer
from plugins.portfolio.evidence import plan_templates, plans, previews, service, tags
from plugins.portfolio.evidence.forms import (
    SKILL_LEVELS,
    AddTask,
    EditDescribed,
    EditEntry,
    EditFile,
    EditGoal,
    EditLink,
    EditNote,
    EditSkill,
    NewLink,
    NewThing,
)
from plugins.portfolio.evidence.models import Item
from plugins.portfolio.refs import ref_of

blueprint = Blueprint("portfolio_evidence", __name__)
KEPT: frozenset[Family] = frozenset({"image", "audio", "video", "document", "text", "archive"})
TABS: dict[str, Text] = {
    "files": _l("Files and links"), "journals": _l("Journals and notes"), "plans": _l("Plans and goals"), "skills": _l("Skills"),
    "proofs": _l("Arrived by itself"),
}  # fmt: skip
LISTS = {
    "files": "portfolio/evidence/files.html", "journals": "portfolio/evidence/journals.html", "plans": "portfolio/evidence/plans.html",
    "skills": "portfolio/evidence/skills.html", "proofs": "portfolio/evidence/proofs.html",
}  # fmt: skip
EDITS: dict[str, type[Command]] = {
    "file": EditFile,
    "link": EditLink,
    "note": EditNote,
    "skill": EditSkill,
    "goal": EditGoal,
}
TAB_OF = {"file": "files", "link": "files", "note": "journals", "skill": "skills", "goal": "plans"}
PROMPTS: tuple[Text, ...] = (
    _l("What did I do today, and what was my part in it?"), _l("What was hard, and how did I solve it?"),
    _l("What did I learn that I can use again?"), _l("Who helped me, and how?"), _l("What am I proud of?"), _l("What will I do differently next time?"),
)  # fmt: skip
PROVING: tuple[service.ItemKind, ...] = ("file", "link", "note")
ADDS: dict[str, Callable[..., Any]] = {
    "link": service.add_link,
    "note": lambda who, command: service.add_item(who, "note", command),
    "skill": lambda who, command: service.add_item(who, "skill", command),
    "goal": lambda who, command: service.add_item(who, "goal", command),
    "journal": service.add_journal, "plan": plans.add_plan,
}  # fmt: skip
NEW_TITLES: dict[str, Text] = {
    "link": _l("New link"), "note": _l("New note"), "skill": _l("New skill"), "goal": _l("New goal"), "journal": _l("New journal"), "plan": _l("New plan"),
}  # fmt: skip


@blueprint.get("/portfolio/evidence")
@requires(KEEP)
def index() -> ResponseReturnValue:
    """The first of the lists."""
    return redirect(url_for("portfolio_evidence.tab", name="files"))


@blueprint.get("/portfolio/evidence/<name>")
@requires(KEEP)
def tab(name: str) -> ResponseReturnValue:
    """One of the lists."""
    readers: dict[str, Callable[[], dict[str, Any]]] = {
        "files": _files, "journals": _journals, "plans": _plans, "skills": _skills, "proofs": _proofs,
    }  # fmt: skip
    if name not in readers:
        raise NotFound(_("There is no such page."))
    tabs = [
        (title, url_for("portfolio_evidence.tab", name=each), each == name, None)
        for each, title in TABS.items()
    ]
    return render_template(
        LISTS[name], tabs=tabs, today=utcnow().date(), is_overdue=plans.is_overdue,
        removed=request.args.get("removed"), breadcrumb=_trail(None), **readers[name](),
    )  # fmt: skip


@blueprint.post("/portfolio/evidence/files")
@slow(requires(KEEP))
def add_files() -> ResponseReturnValue:
    """Files and photos, from the phone or the desk."""
    found = received_files(actor(), "files", "portfolio.file", allowed=KEPT)
    if not found:
        raise Invalid(_("Choose a file first."))
    with unit_of_work():
        for file in found:
            service.add_file(actor(), file.id, request.form.get("folder", ""))
    flash(
        ngettext("%(n)d file is in your portfolio.", "%(n)d files are in your portfolio.", len(found)),
        "success",
    )
    return redirect(url_for("portfolio_evidence.tab", name="files"), 303)


@blueprint.route("/portfolio/evidence/new/<kind>", methods=["GET", "POST"])
@requires(KEEP)
def new(kind: str) -> ResponseReturnValue:
    """A link, note, skill, goal, journal or plan: its title, then the rest."""
    if kind not in ADDS:
        raise NotFound(_("There is no such page."))
    form: Form[Any] = Form(NewLink if kind == "link" else NewThing, submit=_("Go on"))
    made: list[Any] = []
    if kind == "link" and request.method == "POST" and may_fetch():
        knock("outgoing", str(actor().user_id), request.remote_addr or "")
    if form.run(lambda command: made.append(ADDS[kind](actor(), command))):
        if kind in {"journal", "plan"}:
            return redirect(url_for(f"portfolio_evidence.{kind}", **{f"{kind}_id": made[0].id}), 303)
        return redirect(url_for("portfolio_evidence.item", item_id=made[0].id), 303)
    return render_template(
        "portfolio/evidence/new.html", form=form, title=NEW_TITLES[kind], breadcrumb=_trail(NEW_TITLES[kind])
    ), form.status


@blueprint.route("/portfolio/evidence/items/<uuid:item_id>", methods=["GET", "POST"])
@requires(KEEP)
def item(item_id: uuid.UUID) -> ResponseReturnValue:
    """One file, link, note, skill or goal; saved as one types."""
    row = service.get_item(actor(), item_id)
    command = EDITS[row.kind]
    values = {name: getattr(row, name) for name in command.model_fields if hasattr(row, name)}
    values["tags"] = tags.tag_text(actor(), "item", row.id)
    if row.kind == "skill":
        values["proofs"] = service.proofs_of(row)
    form = Form(command, values=values)
    if form.run(lambda wanted: service.edit_item(actor(), item_id, wanted)):  # type: ignore[arg-type]  # one of EDITS
        return saved_answer("portfolio_evidence.tab", name=TAB_OF[row.kind])
    refuse_to_scripts(form)
    file = get_file(actor(), row.file_id) if row.file_id else None
    preview = previews.preview_of(row.id) if row.kind == "link" else None
    return render_template(
        "portfolio/evidence/item.html", item=row, form=form, fields=_with_proofs(form, row), file=file, player=hooks().player(file, actor()) if file else None,
        preview=preview, may_fetch=may_fetch(), pages=service.used_in(actor(), row.file_id or row.id), folders=service.folders_of(actor()), tab=TAB_OF[row.kind], breadcrumb=_trail(row.title, TAB_OF[row.kind]),
    ), form.status  # fmt: skip


@blueprint.get("/portfolio/evidence/items/<uuid:item_id>/picture")
@requires(KEEP)
def picture(item_id: uuid.UUID) -> ResponseReturnValue:
    """A small picture of a file."""
    row = service.get_item(actor(), item_id)
    if row.kind == "link":
        return serve_file(previews.picture_of(row), as_download=False)
    file = get_file(actor(), row.file_id) if row.file_id else None
    path = hooks().file_preview(file) if file else None
    if file is None or path is None:
        raise NotFound(_("There is no picture of this file."))
    return serve_preview(path, file)


@blueprint.post("/portfolio/evidence/items/<uuid:item_id>/<action>")
@requires(KEEP)
def change_item(item_id: uuid.UUID, action: str) -> ResponseReturnValue:
    """Remove, restore, tick, untick; fetch or take away the preview of a link."""
    row = service.get_item(actor(), item_id, with_removed=True)
    back = TAB_OF[row.kind]
    if action == "remove":
        service.remove(row)
        return redirect(url_for("portfolio_evidence.tab", name=back, removed=f"items/{item_id}"), 303)
    if action == "restore":
        service.restore(row)
    elif action in {"fetch", "forget"} and row.kind == "link":
        _change_preview(row, action)
        return redirect(url_for("portfolio_evidence.item", item_id=item_id), 303)
    elif action in {"done", "open"} and row.kind == "goal":
        service.reach_goal(actor(), item_id, is_done=action == "done")
    else:
        raise NotFound(_("There is no such page."))
    return redirect(url_for("portfolio_evidence.tab", name=back), 303)


@blueprint.route("/portfolio/evidence/journals/<uuid:journal_id>", methods=["GET", "POST"])
@requires(KEEP)
def journal(journal_id: uuid.UUID) -> ResponseReturnValue:
    """A journal and its entries; the form changes its title."""
    row = service.get_journal(actor(), journal_id)
    words = tags.tag_text(actor(), "journal", row.id)
    form = Form(EditDescribed, values={"title": row.title, "description": row.description, "tags": words})
    if form.run(lambda command: service.edit_journal(actor(), journal_id, command)):
        return saved_answer("portfolio_evidence.journal", journal_id=journal_id)
    refuse_to_scripts(form)
    return render_template(
        "portfolio/evidence/journal.html", journal=row, form=form, entries=service.find_entries(actor(), journal_id), prompts=PROMPTS, words=service.words_of,
        removed=request.args.get("removed"), pages=service.used_in(actor(), row.id), breadcrumb=_trail(row.title, "journals"),
    ), form.status  # fmt: skip


@blueprint.post("/portfolio/evidence/journals/<uuid:journal_id>/write")
@requires(KEEP)
def write(journal_id: uuid.UUID) -> ResponseReturnValue:
    """Begin an entry: with a title, a question, or the day."""
    title = request.form.get("title", "").strip() or _("Entry of %(day)s", day=utcnow().date().isoformat())
    made = service.add_entry(actor(), journal_id, NewThing.read({"title": title}))
    return redirect(url_for("portfolio_evidence.entry", entry_id=made.id), 303)


@blueprint.route("/portfolio/evidence/entries/<uuid:entry_id>", methods=["GET", "POST"])
@requires(KEEP)
def entry(entry_id: uuid.UUID) -> ResponseReturnValue:
    """Write an entry; saved as one types."""
    row = service.get_entry(actor(), entry_id)
    words = tags.tag_text(actor(), "entry", row.id)
    form = Form(
        EditEntry, values={"title": row.title, "body": row.body, "is_draft": row.is_draft, "tags": words}
    )
    if form.run(lambda command: service.edit_entry(actor(), entry_id, command)):
        return saved_answer("portfolio_evidence.journal", journal_id=row.journal_id)
    refuse_to_scripts(form)
    return render_template(
        "portfolio/evidence/entry.html",
        entry=row,
        form=form,
        prompts=PROMPTS,
        breadcrumb=_trail(row.title, "journals"),
    ), form.status


@blueprint.post("/portfolio/evidence/<kind>/<uuid:thing_id>/<any(remove, restore):action>")
@requires(KEEP)
def put_away(kind: str, thing_id: uuid.UUID, action: str) -> ResponseReturnValue:
    """Remove or restore a journal, an entry or a plan."""
    getters: dict[str, Callable[..., Any]] = {
        "journals": service.get_journal,
        "entries": service.get_entry,
        "plans": plans.get_plan,
    }
    if kind not in getters:
        raise NotFound(_("There is no such page."))
    row = getters[kind](actor(), thing_id, with_removed=True)
    (service.remove if action == "remove" else service.restore)(row)
    removed = f"{kind}/{thing_id}" if action == "remove" else None
    if kind == "entries":
        return redirect(
            url_for("portfolio_evidence.journal", journal_id=row.journal_id, removed=removed), 303
        )
    return redirect(url_for("portfolio_evidence.tab", name=kind, removed=removed), 303)


@blueprint.route("/portfolio/evidence/plans/<uuid:plan_id>", methods=["GET", "POST"])
@requires(KEEP)
def plan(plan_id: uuid.UUID) -> ResponseReturnValue:
    """A plan with its steps."""
    row = plans.get_plan(actor(), plan_id)
    words = tags.tag_text(actor(), "plan", row.id)
    form = Form(EditDescribed, values={"title": row.title, "description": row.description, "tags": words})
    step = Form(AddTask, submit=_("Add step"))
    if "due_on" in request.form and step.run(lambda command: plans.add_task(actor(), plan_id, command)):
        return redirect(url_for("portfolio_evidence.plan", plan_id=plan_id), 303)
    if "description" in request.form and form.run(lambda command: plans.edit_plan(actor(), plan_id, command)):
        return saved_answer("portfolio_evidence.plan", plan_id=plan_id)
    refuse_to_scripts(form)
    tasks, groups = plans.tasks_of(row), _groups() if row.is_template else []
    return render_template(
        "portfolio/evidence/plan.html", plan=row, form=form, step=step, tasks=tasks, groups=groups, today=utcnow().date(), is_overdue=plans.is_overdue,
        breadcrumb=_trail(row.title, "plans"),
    ), max(form.status, step.status)  # fmt: skip


@blueprint.post("/portfolio/evidence/plans/<uuid:plan_id>/give")
@requires(TEMPLATES)
def give_plan(plan_id: uuid.UUID) -> ResponseReturnValue:
    """Give a plan of the office to everybody of a group who does not have it yet."""
    plan, group_id = plans.get_plan(actor(), plan_id), request.form.get("group", type=uuid.UUID)
    if group_id is None or not plan.is_template or group_id not in {group.id for group in _groups()}:
        raise NotFound(_("Choose a group first."))
    count = plan_templates.give_plan(actor(), plan, group_id)
    flash(ngettext("%(num)d person got the plan.", "%(num)d people got the plan.", count), "success")
    return redirect(url_for("portfolio_evidence.plan", plan_id=plan_id), 303)


@blueprint.post("/portfolio/evidence/tasks/<uuid:task_id>/<any(done, open, remove):action>")
@requires(KEEP)
def change_task(task_id: uuid.UUID, action: str) -> ResponseReturnValue:
    """Tick, untick, remove a step."""
    if action == "remove":
        plan_id = plans.remove_task(actor(), task_id)
    else:
        plan_id = plans.tick_task(actor(), task_id, is_done=action == "done").plan_id
    return redirect(url_for("portfolio_evidence.plan", plan_id=plan_id), 303)


@blueprint.post("/portfolio/evidence/proofs")
@requires(KEEP)
def change_proof() -> ResponseReturnValue:
    """Show or hide what arrived by itself."""
    service.hide_proof(actor(), request.form.get("proof", ""), is_hidden=request.form.get("action") == "hide")
    return redirect(url_for("portfolio_evidence.tab", name="proofs"), 303)


def _change_preview(row: Item, action: str) -> None:
    if action == "forget":
        previews.forget_preview(row)
        return
    knock("outgoing", str(row.owner_id), request.remote_addr or "")
    if not previews.ask_for_preview(actor(), row):
        raise NotFound(_("This site does not ask other sites for anything."))


def _files() -> dict[str, Any]:
    folder, tag = request.args.get("folder", ""), request.args.get("tag", "")
    items = service.find_items(actor(), "file", folder=folder, tag=tag)
    return {
        "items": items, "links": [] if folder else service.find_items(actor(), "link", tag=tag), "files": service.files_by_id(actor(), items), "folders": service.folders_of(actor()), "folder": folder, "tag": tag,
        "tags": tags.all_tags(actor(), "item"), "usage": get_usage(actor()), "max_bytes": max_upload_bytes(),
    }  # fmt: skip


def _journals() -> dict[str, Any]:
    tag = request.args.get("tag", "")
    return {
        "journals": service.find_journals(actor(), tag=tag),
        "tag": tag,
        "tags": tags.all_tags(actor(), "journal", "entry", "item"),
        "notes": service.find_items(actor(), "note", tag=tag),
        "words": service.words_of,
    }


def _plans() -> dict[str, Any]:
    tag = request.args.get("tag", "")
    return {
        "plans": plans.find_plans(actor(), tag=tag),
        "goals": service.find_items(actor(), "goal", tag=tag),
        "tag": tag,
        "tags": tags.all_tags(actor(), "plan", "item"),
    }


def _skills() -> dict[str, Any]:
    tag = request.args.get("tag", "")
    return {
        "skills": service.find_items(actor(), "skill", tag=tag),
        "levels": dict(SKILL_LEVELS),
        "tag": tag,
        "tags": tags.all_tags(actor(), "item"),
    }


def _proofs() -> dict[str, Any]:
    return {"proofs": service.find_proofs(actor()), "key": service.proof_key}


def _with_proofs(form: Form[Any], row: Item) -> list[Any]:
    """The form's fields; a skill may be proved by any of one's files, links and notes."""
    fields = form.fields
    if row.kind == "skill":
        items = [each for kind in PROVING for each in service.find_items(actor(), kind)]
        for field in fields:
            if field.name == "proofs":
                field.choices = [(str(ref_of("item", each.id)), each.title) for each in items]
        if not items:
            fields = [field for field in fields if field.name != "proofs"]
    return list(fields)


def _groups() -> Sequence[Any]:
    """Groups that a keeper of templates can give something to: all, or those that they are in."""
    who = actor()
    return find_groups(who) if who.can("groups.manage") else groups_of(who.user_id)


def _trail(title: Text | None, tab_name: str = "") -> list[tuple[Text, str | None]]:
    first: list[tuple[Text, str | None]] = [(_("Portfolio"), url_for("portfolio.home"))]
    if title is None:
        return [*first, (_("Evidence"), None)]
    back = url_for("portfolio_evidence.tab", name=tab_name or "files")
    return [*first, (TABS.get(tab_name, _("Evidence")), back), (title, None)]
