"""Pages of taking a portfolio along: the archive, bringing one, looking into it before it is taken over."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from lms.plugin import (
    Invalid,
    NotFound,
    Text,
    _,
    _l,
    actor,
    max_passing_bytes,
    requires,
    slow,
    take_upload,
    unit_of_work,
    utcnow,
)
from plugins.portfolio.cv.sections import BY_NAME
from plugins.portfolio.cv.service import KEEP
from plugins.portfolio.moving import service
from plugins.portfolio.moving.format import MANIFEST
from plugins.portfolio.moving.leap2a_reading import MOST_FEED_BYTES
from plugins.portfolio.moving.leap2a_taking import ACTIONS, FeedPreview, preview_feed, wrap_feed
from plugins.portfolio.moving.models import Transfer
from plugins.portfolio.moving.reading import checked_zip

blueprint = Blueprint("portfolio_moving", __name__)
_OVERHEAD, _BLOCK = 1_000_000, 1_048_576
COUNTED: dict[str, Text] = {
    "portfolio_page": _l("Pages"), "portfolio_cv": _l("CVs"), "portfolio_cv_entry": _l("Entries of the CV"), "portfolio_letter": _l("Letters"),
    "portfolio_item": _l("Files, notes, skills and goals"), "portfolio_journal": _l("Journals"), "portfolio_journal_entry": _l("Journal entries"),
    "portfolio_plan": _l("Plans"), "portfolio_collection": _l("Collections"), "portfolio_mark": _l("Marks on the map"), "portfolio_film": _l("Video CVs"),
    "portfolio_take": _l("Recordings"),
}  # fmt: skip
"""What a preview counts, in this order."""
OFFERS: dict[str, Text] = {
    "person": _l("About you"), "cv": _l("My CV"), "page": _l("Pages"), "film": _l("Video CVs"), "file": _l("Files"), "link": _l("Links"), "journal": _l("Journals"), "plan": _l("Plans"), "note": _l("Notes"),
    "skill": _l("Skills"), "goal": _l("Goals"),
}  # fmt: skip


@blueprint.get("/portfolio/moving")
@requires(KEEP)
def index() -> ResponseReturnValue:
    """The archive of everything, and bringing one."""
    transfers = service.find_transfers(actor())
    jobs = {row.id: service.job_of(actor(), row) for row in transfers if row.state in service.LIVE}
    return render_template(
        "portfolio/moving/index.html", exports=[row for row in transfers if row.kind == "export"], brought=[row for row in transfers if row.kind != "export"],
        jobs=jobs, max_bytes=max_passing_bytes(), is_working=any(_is_live(job) for job in jobs.values()), now=utcnow(), breadcrumb=_trail(None),
    )  # fmt: skip


@blueprint.post("/portfolio/moving/pack")
@requires(KEEP)
def pack() -> ResponseReturnValue:
    """Have everything packed."""
    service.ask_archive(actor())
    return redirect(url_for("portfolio_moving.index"), 303)


@blueprint.get("/portfolio/moving/<uuid:transfer_id>/portfolio.zip")
@requires(KEEP)
def download(transfer_id: uuid.UUID) -> ResponseReturnValue:
    """The finished archive; a download that broke off can go on."""
    path = service.archive_path(actor(), transfer_id)
    name = f"portfolio-{utcnow():%Y-%m-%d}.zip"
    return send_file(
        path, mimetype="application/zip", as_attachment=True, download_name=name, conditional=True
    )


@blueprint.post("/portfolio/moving/bring")
@slow(requires(KEEP))
def bring() -> ResponseReturnValue:
    """An archive that was sent: one of ours is examined by a job, a feed of another program is shown at once."""
    with _received_archive() as (path, name):
        with path.open("rb") as source, checked_zip(source, with_folders=True) as archive:
            is_ours = MANIFEST in archive.namelist()
        with unit_of_work():
            row = service.bring_archive(actor(), path, name) if is_ours else _ready_feed(path, name)
            return redirect(url_for("portfolio_moving.show", transfer_id=row.id), 303)


@blueprint.post("/portfolio/moving/bring-feed")
@slow(requires(KEEP))
def bring_feed() -> ResponseReturnValue:
    """A feed without files, as XML."""
    sent = request.files.get("feed")
    body = sent.stream.read(MOST_FEED_BYTES + 1) if sent and sent.filename else b""
    if not body or sent is None:
        raise Invalid(_("Choose a file first."))
    with _place() as path:
        path.write_bytes(wrap_feed(body).getvalue())
        with unit_of_work():
            row = _ready_feed(path, sent.filename or "")
        return redirect(url_for("portfolio_moving.show", transfer_id=row.id), 303)


@blueprint.get("/portfolio/moving/<uuid:transfer_id>")
@requires(KEEP)
def show(transfer_id: uuid.UUID) -> ResponseReturnValue:
    """What is in it, and what would be done."""
    row = service.get_transfer(actor(), transfer_id)
    if row.kind == "export":
        raise NotFound(_("This is not there any more."))
    job = service.job_of(actor(), row)
    preview = _preview(row) if row.kind == "leap2a" and row.state == "ready" else None
    is_live = row.state in service.LIVE and _is_live(job)
    return render_template(
        "portfolio/moving/show.html", row=row, job=job, is_live=is_live, has_stopped=row.state in service.LIVE and not is_live, preview=preview, counted=COUNTED,
        offers=OFFERS, sections=BY_NAME, has_portfolio=service.has_portfolio(actor()), breadcrumb=_trail(_("What is in it")),
    )  # fmt: skip


@blueprint.post("/portfolio/moving/<uuid:transfer_id>/take")
@requires(KEEP)
def take(transfer_id: uuid.UUID) -> ResponseReturnValue:
    """Take it over."""
    chosen: dict[str, Any] = {
        name.removeprefix("offer-"): value
        for name, value in request.form.items()
        if name.startswith("offer-") and value in ACTIONS
    }
    service.start_import(actor(), transfer_id, chosen | {"person": "person" in request.form})
    return redirect(url_for("portfolio_moving.show", transfer_id=transfer_id), 303)


@blueprint.post("/portfolio/moving/<uuid:transfer_id>/forget")
@requires(KEEP)
def forget(transfer_id: uuid.UUID) -> ResponseReturnValue:
    """Delete an archive that was made or brought."""
    service.forget(actor(), transfer_id)
    flash(_("Deleted."), "success")
    return redirect(url_for("portfolio_moving.index"), 303)


@contextmanager
def _received_archive() -> Iterator[tuple[Path, str]]:
    """The archive that the form carries, and its name; deleted unless somebody moves it away. Raises Invalid."""
    request.max_content_length = max_passing_bytes() + _OVERHEAD
    sent = next((each for each in request.files.getlist("archive") if each.filename), None)
    address = next((each for each in request.form.getlist("archive") if each), "")
    if sent is None and not address:
        raise Invalid(_("Choose a file first."))
    with _place() as path:
        if sent is not None:
            sent.save(path, buffer_size=_BLOCK)
            yield path, sent.filename or ""
        else:
            with unit_of_work():
                name = take_upload(actor(), address, path)
            yield path, name


@contextmanager
def _place() -> Iterator[Path]:
    """A new place for something that is brought; empty again afterwards."""
    path = service.new_brought_path()
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def _ready_feed(path: Path, name: str) -> Transfer:
    """A feed that was brought, once it could be read."""
    with path.open("rb") as source:
        preview = preview_feed(actor(), source)
    summary = {"owner": preview.feed.owner, "product": preview.feed.program, "offers": len(preview.lines)}
    return service.begin_ready(actor(), "leap2a", path, name, summary)


def _preview(row: Transfer) -> FeedPreview:
    with service.open_brought(row) as source:
        return preview_feed(actor(), source)


def _is_live(job: Any) -> bool:
    return job is not None and job.state in {"queued", "running"}


def _trail(title: Text | None) -> list[tuple[Text, str | None]]:
    way: list[tuple[Text, str | None]] = [(_("Portfolio"), url_for("portfolio.home"))]
    if title is None:
        return [*way, (_("Take it along"), None)]
    return [*way, (_("Take it along"), url_for("portfolio_moving.index")), (title, None)]
