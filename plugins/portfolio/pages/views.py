"""Pages where owners make their pages: the editor, versions, collections, templates of the office."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.plugin import (
    Family,
    Form,
    NotFound,
    Text,
    _,
    _l,
    accept_attribute,
    actor,
    format_time,
    get_file,
    max_upload_bytes,
    received_files,
    requires,
    serve_file,
    slow,
    unit_of_work,
    utcnow,
    wants_json,
)
from plugins.portfolio.cv.service import KEEP, TEMPLATES
from plugins.portfolio.cv.views import ids_sent, refuse_to_scripts, saved_answer
from plugins.portfolio.evidence.forms import NewThing
from plugins.portfolio.evidence.models import Plan
from plugins.portfolio.evidence.plan_templates import find_plan_templates
from plugins.portfolio.evidence.plans import add_plan
from plugins.portfolio.evidence.service import add_file
from plugins.portfolio.evidence.tags import all_tags, tag_text
from plugins.portfolio.films.service import vtt_of
from plugins.portfolio.pages import service
from plugins.portfolio.pages.forms import EditCollection, EditPage, NewPage
from plugins.portfolio.pages.kinds import BlockType, Group, Showing, block_types
from plugins.portfolio.pages.models import Page
from plugins.portfolio.pages.showing import find_shown_file, show_blocks
from plugins.portfolio.pages.versions import blocks_of, change_in_words, count_versions, differences, snapshot
from plugins.portfolio.refs import ref_of
from plugins.portfolio.sharing.comments import count_open
from plugins.portfolio.sharing.requests import progress_of
from plugins.portfolio.sharing.shares import count_living

blueprint = Blueprint("portfolio_pages", __name__)
KEPT: frozenset[Family] = frozenset({"image", "audio", "video", "document", "text", "archive"})
GROUPS: dict[Group, Text] = {
    "write": _l("Write"),
    "show": _l("Show"),
    "about": _l("About me"),
    "more": _l("More"),
}


@blueprint.get("/portfolio/pages")
@requires(KEEP)
def index() -> ResponseReturnValue:
    """All of one's pages, by collection."""
    tag = request.args.get("tag", "")
    pages = service.find_pages(actor(), tag=tag)
    own = service.find_collections(actor())
    collections = [each for each in own if not tag or each.id in {page.collection_id for page in pages}]
    targets = [str(ref_of("page", page.id)) for page in pages] + [
        str(ref_of("collection", each.id)) for each in collections
    ]
    return render_template(
        "portfolio/pages/index.html", pages=pages, tag=tag, tags=all_tags(actor(), "page"), collections=collections, shared=count_living(targets), comments=count_open(targets),
        removed=request.args.get("removed", type=uuid.UUID), removed_collection=request.args.get("removed_collection", type=uuid.UUID), breadcrumb=_trail(None),
    )  # fmt: skip


@blueprint.route("/portfolio/pages/new", methods=["GET", "POST"])
@requires(KEEP)
def new() -> ResponseReturnValue:
    """A page: its title, then the blocks."""
    form = Form(NewPage, submit=_("Make the page"))
    made: list[Page] = []
    if form.run(lambda command: made.append(service.add_page(actor(), command))):
        return redirect(url_for("portfolio_pages.edit", page_id=made[0].id), 303)
    return render_template(
        "portfolio/pages/new.html", form=form, title=_("New page"), breadcrumb=_trail(_("New page"))
    ), form.status


@blueprint.get("/portfolio/pages/<uuid:page_id>")
@requires(KEEP)
def edit(page_id: uuid.UUID) -> ResponseReturnValue:
    """The editor: the page as it is, each block with its tools."""
    page = service.get_page(actor(), page_id)
    shown = show_blocks(page, showing_for_owner(page))
    kinds = block_types(page.office_id)
    return render_template(
        "portfolio/pages/edit.html", page=page, blocks=shown, groups=_grouped(kinds), versions=count_versions(page.id),
        shared=count_living([str(ref_of("page", page.id))]), breadcrumb=_trail(page.title),
    )  # fmt: skip


@blueprint.route("/portfolio/pages/<uuid:page_id>/about", methods=["GET", "POST"])
@requires(KEEP)
def about(page_id: uuid.UUID) -> ResponseReturnValue:
    """Title, look, collection, cover."""
    page = service.get_page(actor(), page_id)
    values = {name: getattr(page, name) for name in service.PAGE_COLUMNS}
    form = Form(EditPage, values=values | {"tags": tag_text(actor(), "page", page.id)})
    if form.run(lambda command: service.edit_page(actor(), page_id, command)):
        return saved_answer("portfolio_pages.edit", page_id=page_id)
    refuse_to_scripts(form)
    fields = form.fields
    for field in fields:
        if field.name == "collection_id":
            field.choices = [
                ("", _("No collection")),
                *((str(each.id), each.title) for each in service.find_collections(actor())),
            ]
    return render_template(
        "portfolio/pages/about.html", page=page, form=form, fields=fields, max_bytes=max_upload_bytes(), accept=accept_attribute(["image"]), breadcrumb=_trail(page.title, page.id),
    ), form.status  # fmt: skip


@blueprint.post("/portfolio/pages/<uuid:page_id>/cover")
@slow(requires(KEEP))
def cover(page_id: uuid.UUID) -> ResponseReturnValue:
    """A picture at the top, or none."""
    files = _sent_cover()
    with unit_of_work():
        service.set_cover(actor(), page_id, files[0] if files else None)
    return redirect(url_for("portfolio_pages.about", page_id=page_id), 303)


@blueprint.post("/portfolio/pages/<uuid:page_id>/<any(remove, restore, undo, copy):action>")
@requires(KEEP)
def change(page_id: uuid.UUID, action: str) -> ResponseReturnValue:
    """Remove, restore, take back the last change, copy."""
    if action == "remove":
        service.remove_page(actor(), page_id)
        return redirect(url_for("portfolio_pages.index", removed=page_id), 303)
    if action == "restore":
        service.restore_page(actor(), page_id)
    elif action == "copy":
        page_id = service.copy_page(actor(), service.get_page(actor(), page_id)).id
    else:
        is_undone = service.undo(actor(), page_id)
        flash(
            _("The last change was taken back.") if is_undone else _("There is nothing to take back."),
            "success" if is_undone else "info",
        )
    return redirect(url_for("portfolio_pages.edit", page_id=page_id), 303)


# --- blocks ---------------------------------------------------------------------------


@blueprint.post("/portfolio/pages/<uuid:page_id>/blocks")
@requires(KEEP)
def add_block(page_id: uuid.UUID) -> ResponseReturnValue:
    """Put an empty block of a kind on the page; then it is filled."""
    kind = service.kind_of_block(actor(), request.form.get("kind", ""))
    content = kind.command.model_construct().model_dump(mode="json")
    block = service.add_block(
        actor(), page_id, kind.name, content, after=request.form.get("after", type=uuid.UUID)
    )
    return redirect(url_for("portfolio_pages.block", block_id=block.id), 303)


@blueprint.route("/portfolio/blocks/<uuid:block_id>", methods=["GET", "POST"])
@requires(KEEP)
def block(block_id: uuid.UUID) -> ResponseReturnValue:
    """The form of a block: on a page of its own, or (for the script) alone, to stand in the block's place."""
    page, row = service.get_block(actor(), block_id)
    kind = service.kind_of_block(actor(), row.kind)
    form = Form(kind.command, values=dict(row.content), prefix=f"block-{row.id}")
    if form.run(lambda command: service.edit_block(actor(), block_id, command.model_dump(mode="json"))):
        if wants_json():
            return {"saved_at": format_time(utcnow())}
        return redirect(url_for("portfolio_pages.edit", page_id=page.id, _anchor=f"block-{row.id}"), 303)
    refuse_to_scripts(form)
    template = (
        "portfolio/pages/block_form.html" if "fragment" in request.args else "portfolio/pages/block.html"
    )
    return render_template(
        template, page=page, block=row, kind=kind, form=form, fields=_with_choices(form, kind), max_bytes=max_upload_bytes(), breadcrumb=_trail(page.title, page.id)
    ), form.status  # fmt: skip


@blueprint.get("/portfolio/blocks/<uuid:block_id>/shown")
@requires(KEEP)
def shown_block(block_id: uuid.UUID) -> ResponseReturnValue:
    """A block as the editor shows it, after it was changed."""
    page, row = service.get_block(actor(), block_id)
    found = show_blocks(page, showing_for_owner(page), [row])[0]
    return render_template("portfolio/pages/block_shown.html", shown=found)


@blueprint.post("/portfolio/blocks/<uuid:block_id>/upload")
@slow(requires(KEEP))
def upload(block_id: uuid.UUID) -> ResponseReturnValue:
    """A photo or file taken on the spot: into the evidence, and into the block."""
    with unit_of_work():
        page, row = service.get_block(actor(), block_id)
        content, page_id = dict(row.content), page.id
    files = received_files(actor(), "files", "portfolio.file", allowed=KEPT)
    with unit_of_work():
        items = [str(add_file(actor(), file.id).id) for file in files]
        if items and "items" in content:
            content["items"] = [*content["items"], *items]
        elif items:
            content["item"] = items[0]
        service.edit_block(actor(), block_id, content)
    return redirect(url_for("portfolio_pages.edit", page_id=page_id, _anchor=f"block-{block_id}"), 303)


@blueprint.post("/portfolio/blocks/<uuid:block_id>/<any(up, down, remove, full, half, third):action>")
@requires(KEEP)
def change_block(block_id: uuid.UUID, action: str) -> ResponseReturnValue:
    """Up, down, remove, or another width."""
    page, row = service.get_block(actor(), block_id)
    page_id, anchor = page.id, f"block-{row.id}"
    if action in {"up", "down"}:
        service.move_block(actor(), block_id, up=action == "up")
    elif action == "remove":
        service.remove_block(actor(), block_id)
        return redirect(url_for("portfolio_pages.edit", page_id=page_id, removed="block"), 303)
    else:
        service.set_width(actor(), block_id, action)
    if wants_json():
        return {"saved_at": format_time(utcnow())}
    return redirect(url_for("portfolio_pages.edit", page_id=page_id, _anchor=anchor), 303)


@blueprint.post("/portfolio/pages/<uuid:page_id>/order")
@requires(KEEP)
def order(page_id: uuid.UUID) -> ResponseReturnValue:
    """An order that was made by dragging."""
    service.order_blocks(actor(), page_id, ids_sent("order"))
    return saved_answer("portfolio_pages.edit", page_id=page_id)


@blueprint.get("/portfolio/pages/<uuid:page_id>/files/<uuid:file_id>")
@requires(KEEP)
def file(page_id: uuid.UUID, file_id: uuid.UUID) -> ResponseReturnValue:
    """A file on one's own page, as it is or as it was."""
    page = service.get_page(actor(), page_id)
    found = get_file(actor(), file_id) if page.owner_id == actor().user_id else None
    if found is None or found.owner_id != page.owner_id:
        found = find_shown_file(page, file_id)
    return serve_file(found, as_download="download" in request.args)


@blueprint.get("/portfolio/pages/<uuid:page_id>/files/<uuid:file_id>/captions.vtt")
@requires(KEEP)
def captions(page_id: uuid.UUID, file_id: uuid.UUID) -> ResponseReturnValue:
    """Captions of a video CV on one's own page."""
    page = service.get_page(actor(), page_id)
    return Response(vtt_of(find_shown_file(page, file_id).id), mimetype="text/vtt")


# --- versions -------------------------------------------------------------------------


@blueprint.get("/portfolio/pages/<uuid:page_id>/versions")
@requires(KEEP)
def versions(page_id: uuid.UUID) -> ResponseReturnValue:
    """Former states of the page."""
    page = service.get_page(actor(), page_id)
    return render_template(
        "portfolio/pages/versions.html", page=page, versions=service.find_versions(actor(), page_id), in_words=change_in_words, breadcrumb=_trail(page.title, page.id)
    )  # fmt: skip


@blueprint.route("/portfolio/versions/<uuid:version_id>", methods=["GET", "POST"])
@requires(KEEP)
def version(version_id: uuid.UUID) -> ResponseReturnValue:
    """What changed since, the page as it was, and the button that brings it back."""
    page, row = service.get_version(actor(), version_id)
    if request.method == "POST":
        service.restore_version(actor(), version_id)
        flash(_("The page is as it was. You can take that back, too."), "success")
        return redirect(url_for("portfolio_pages.edit", page_id=page.id), 303)
    found = differences(row.content, snapshot(page, service.find_blocks(page.id)))
    kinds = {name: kind.title for name, kind in block_types(page.office_id).items()}
    was = show_blocks(page, replace(showing_for_owner(page), is_editing=False), blocks_of(row))
    return render_template(
        "portfolio/pages/version.html", page=page, version=row, blocks=was, differences=found, kinds=kinds, in_words=change_in_words, breadcrumb=_trail(page.title, page.id)
    )  # fmt: skip


# --- collections ----------------------------------------------------------------------


@blueprint.route("/portfolio/collections/new", methods=["GET", "POST"])
@requires(KEEP)
def new_collection() -> ResponseReturnValue:
    """A collection: its title."""
    form = Form(NewPage, submit=_("Make the collection"))
    made: list[uuid.UUID] = []
    if form.run(lambda command: made.append(service.add_collection(actor(), command).id)):
        return redirect(url_for("portfolio_pages.collection", collection_id=made[0]), 303)
    return render_template(
        "portfolio/pages/new.html",
        form=form,
        title=_("New collection"),
        breadcrumb=_trail(_("New collection")),
    ), form.status


@blueprint.route("/portfolio/collections/<uuid:collection_id>", methods=["GET", "POST"])
@requires(KEEP)
def collection(collection_id: uuid.UUID) -> ResponseReturnValue:
    """Its pages in order, its words, its cover."""
    row = service.get_collection(actor(), collection_id)
    form = Form(EditCollection, values={name: getattr(row, name) for name in EditCollection.model_fields})
    if form.run(lambda command: service.edit_collection(actor(), collection_id, command)):
        return saved_answer("portfolio_pages.collection", collection_id=collection_id)
    refuse_to_scripts(form)
    pages = service.pages_in(row.id)
    others = [page for page in service.find_pages(actor()) if page.collection_id != row.id]
    return render_template(
        "portfolio/pages/collection.html", collection=row, form=form, pages=pages, progress=progress_of(pages), others=others, max_bytes=max_upload_bytes(), accept=accept_attribute(["image"]), breadcrumb=_trail(row.title)
    ), form.status  # fmt: skip


@blueprint.post("/portfolio/collections/<uuid:collection_id>/cover")
@slow(requires(KEEP))
def collection_cover(collection_id: uuid.UUID) -> ResponseReturnValue:
    """A picture on the front of a collection, or none."""
    with unit_of_work():
        service.get_collection(actor(), collection_id)
    files = _sent_cover()
    with unit_of_work():
        service.set_collection_cover(actor(), collection_id, files[0] if files else None)
    return redirect(url_for("portfolio_pages.collection", collection_id=collection_id), 303)


@blueprint.post("/portfolio/collections/<uuid:collection_id>/<any(remove, restore, add, order):action>")
@requires(KEEP)
def change_collection(collection_id: uuid.UUID, action: str) -> ResponseReturnValue:
    """Put it away, bring it back, take a page in, order its pages."""
    if action == "remove":
        service.remove_collection(actor(), collection_id)
        return redirect(url_for("portfolio_pages.index", removed_collection=collection_id), 303)
    if action == "restore":
        service.restore_collection(actor(), collection_id)
    elif action == "order":
        service.order_pages(actor(), collection_id, ids_sent("order"))
        return saved_answer("portfolio_pages.collection", collection_id=collection_id)
    else:
        page_id = request.form.get("page", type=uuid.UUID)
        page = service.get_page(actor(), page_id or uuid.UUID(int=0))
        page.collection_id = service.get_collection(actor(), collection_id).id
        page.position = len(service.pages_in(collection_id))
    return redirect(url_for("portfolio_pages.collection", collection_id=collection_id), 303)


@blueprint.post("/portfolio/pages/<uuid:page_id>/in-collection/<any(up, down, out):action>")
@requires(KEEP)
def move_page(page_id: uuid.UUID, action: str) -> ResponseReturnValue:
    """Move a page in its collection, or take it out."""
    page = service.get_page(actor(), page_id)
    collection_id = page.collection_id
    if collection_id is None:
        raise NotFound(_("This page is in no collection."))
    if action == "out":
        page.collection_id = None
    else:
        service.move_page(actor(), page_id, up=action == "up")
    return redirect(url_for("portfolio_pages.collection", collection_id=collection_id), 303)


# --- templates ------------------------------------------------------------------------


@blueprint.route("/portfolio/templates", methods=["GET", "POST"])
@requires(TEMPLATES)
def templates() -> ResponseReturnValue:
    """Pages and plans that newcomers of the office get a copy of."""
    form = Form(NewPage, submit=_("Make the template"))
    plan_form = Form(NewThing, submit=_("Make the plan"), prefix="newplan")
    plans: list[Plan] = []
    made: list[Page] = []
    if form.run(lambda command: made.append(service.add_page(actor(), command, is_template=True))):
        return redirect(url_for("portfolio_pages.edit", page_id=made[0].id), 303)
    if plan_form.run(lambda command: plans.append(add_plan(actor(), command, is_template=True))):
        return redirect(url_for("portfolio_evidence.plan", plan_id=plans[0].id), 303)
    return render_template(
        "portfolio/pages/templates.html",
        form=form,
        plan_form=plan_form,
        plans=find_plan_templates(actor()),
        templates=service.find_templates(actor()),
        breadcrumb=_trail(_("Templates")),
    ), max(form.status, plan_form.status)


def _sent_cover() -> list[uuid.UUID]:
    """The picture that was sent; none to take the cover away. Raises Invalid."""
    if "remove" in request.form:
        return []
    return [
        file.id for file in received_files(actor(), "cover", "portfolio.cover", allowed=frozenset({"image"}))
    ]


def showing_for_owner(page: Page) -> Showing:
    """The page as its owner edits it."""
    navigation = [
        (each.title, url_for("portfolio_pages.edit", page_id=each.id), each.id == page.id)
        for each in (service.pages_in(page.collection_id) if page.collection_id else [])
    ]
    return Showing(
        page.owner_id, page.office_id, page.id, address=lambda file_id: url_for("portfolio_pages.file", page_id=page.id, file_id=file_id),
        navigation=navigation, is_editing=True, captions=lambda file_id: url_for("portfolio_pages.captions", page_id=page.id, file_id=file_id),
    )  # fmt: skip


def _grouped(kinds: dict[str, BlockType]) -> list[tuple[Text, list[BlockType]]]:
    return [
        (title, [kind for kind in kinds.values() if kind.group == group]) for group, title in GROUPS.items()
    ]


def _with_choices(form: Form[Any], kind: BlockType) -> list[Any]:
    choices = kind.choices(actor())
    fields = form.fields
    for field in fields:
        if field.name in choices:
            field.choices = list(choices[field.name])
    return list(fields)


def _trail(title: Text | None, page_id: uuid.UUID | None = None) -> list[tuple[Text, str | None]]:
    way: list[tuple[Text, str | None]] = [(_("Portfolio"), url_for("portfolio.home"))]
    if title is None:
        return [*way, (_("Pages"), None)]
    way.append((_("Pages"), url_for("portfolio_pages.index")))
    return (
        [*way, (title, url_for("portfolio_pages.edit", page_id=page_id)), (_("Change"), None)]
        if page_id
        else [*way, (title, None)]
    )
