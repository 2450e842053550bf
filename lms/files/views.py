"""Pages of files. Sending in pieces has its own views in ``lms.files.tus``."""

from __future__ import annotations

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.errors import Invalid, NotFound
from lms.files import accepting, service, uploads
from lms.files.kinds import kind_of
from lms.files.serving import serve_file, serve_preview
from lms.files.sizes import format_size
from lms.hooks.callers import hooks
from lms.store.files import StoredFile
from lms.text import gettext as _
from lms.text import ngettext
from lms.web.forms import page_asked
from lms.web.guard import actor, guest_or_actor, member, public, requires, slow
from lms.web.offices import current_office

blueprint = Blueprint("files", __name__)
FORM_OVERHEAD = 1_000_000


@blueprint.get("/files")
@member
def index() -> ResponseReturnValue:
    """One's own files, how much room is left, and the place to drop new ones."""
    return _index()


@blueprint.post("/files")
@slow(requires(uploads.UPLOAD))
def upload() -> ResponseReturnValue:
    """Files sent with an ordinary form, for browsers without scripts."""
    limit = accepting.max_upload_bytes()
    if (request.content_length or 0) > limit + FORM_OVERHEAD:
        raise Invalid(
            _("This file is too large. The most we can take is %(limit)s.", limit=format_size(limit)),
            code="too_large",
        )
    request.max_content_length = limit + FORM_OVERHEAD
    sent = [each for each in request.files.getlist("files") if each.filename]
    if not sent:
        return _index(problems=[_("Choose a file first.")])
    problems = []
    for each in sent:
        try:
            accepting.accept_stream(actor(), each.stream, each.filename or "", declared=each.mimetype)
        except Invalid as problem:
            problems.append(f"{each.filename}: {problem.message}")
    if problems:
        return _index(problems=problems)
    flash(ngettext("%(n)d file is stored.", "%(n)d files are stored.", len(sent)), "success")
    return redirect(url_for("files.index"))


@blueprint.get("/files/<uuid:file_id>")
@member
def show(file_id: uuid.UUID) -> ResponseReturnValue:
    """One file: what it is, a look at it, and the button that brings it to one's own device."""
    file = service.get_file(actor(), file_id)
    return render_template(
        "files/show.html", file=file, kind=kind_of(file.media_type), player=hooks().player(file, actor()),
        is_own=file.owner_id == actor().user_id, is_picture=service.preview_of(file) is not None,
    )  # fmt: skip


@blueprint.get("/files/<uuid:file_id>/<path:name>")
@public
def content(file_id: uuid.UUID, name: str) -> ResponseReturnValue:
    """The bytes; the name in the address is only for people."""
    file = _readable(file_id)
    return serve_file(file, as_download="download" in request.args)


@blueprint.get("/files/<uuid:file_id>/preview")
@public
def preview(file_id: uuid.UUID) -> ResponseReturnValue:
    """A small picture of the file."""
    file = _readable(file_id)
    path = hooks().file_preview(file)
    if path is None:
        raise NotFound(_("There is no picture of this file."))
    return serve_preview(path, file)


@blueprint.post("/files/<uuid:file_id>/delete")
@member
def delete(file_id: uuid.UUID) -> ResponseReturnValue:
    """Put a file away; the page then offers to bring it back."""
    file = service.delete_file(actor(), file_id)
    return redirect(url_for("files.index", deleted=file.id))


@blueprint.post("/files/<uuid:file_id>/restore")
@member
def restore(file_id: uuid.UUID) -> ResponseReturnValue:
    """Bring a file back."""
    file = service.restore_file(actor(), file_id)
    flash(_("“%(name)s” is back.", name=file.name), "success")
    return redirect(url_for("files.index"))


@blueprint.get("/brand/logo")
@public
def logo() -> ResponseReturnValue:
    """The office's logo; the address changes with the brand."""
    office = current_office()
    if office is None or office.logo_file_id is None:
        raise NotFound(_("This office has no logo."))
    return serve_file(service.get_file(None, office.logo_file_id), as_download=False, is_public=True)


def _readable(file_id: uuid.UUID) -> StoredFile:
    if current_office() is None:
        raise NotFound(_("This page belongs to an office. Choose the office first."), code="no_office")
    return service.get_file(guest_or_actor(), file_id)


def _index(problems: list[str] | None = None) -> ResponseReturnValue:
    page = page_asked()
    files, count = service.find_own_files(actor(), page=page)
    deleted = request.args.get("deleted", type=uuid.UUID)
    body = render_template(
        "files/index.html", files=files, total=count, page=page, pages=-(-count // service.ON_PAGE), kind_of=kind_of,
        usage=accepting.get_usage(actor()), max_bytes=accepting.max_upload_bytes(), may_upload=service.may_upload(actor()),
        deleted=service.find_just_deleted(actor(), deleted) if deleted else None, problems=problems or [],
    )  # fmt: skip
    return body, 422 if problems else 200
