"""Previews of links: fetched once by a job, kept here, shown from here. A reader's browser never asks the other site.

A site asks others only where its operator allows it; without that no preview is ever begun.
"""

from __future__ import annotations

import io
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from lms.plugin import (
    Actor,
    Fetched,
    Invalid,
    JobRun,
    NotFound,
    PreparedFile,
    StoredFile,
    Unavailable,
    _,
    draw_thumbnail,
    enqueue,
    fetch,
    may_fetch,
    prepare_file,
    record_file,
    session,
    site_settings,
    unit_of_work,
    utcnow,
)
from plugins.portfolio.cv.service import KEEP
from plugins.portfolio.evidence.heads import MOST_BYTES, Head, is_page, read_head
from plugins.portfolio.evidence.models import Item, LinkPreview

JOB = "portfolio.preview"
PURPOSE = "portfolio.preview"
MOST_PICTURE_BYTES = 5_000_000
PICTURE_SIDE = 640
TYPING = timedelta(seconds=5)
"""Addresses are saved while they are typed: what is asked is the one that stands there after a moment."""
_MOST_CHANGES = 3


@dataclass(frozen=True, slots=True)
class Look:
    """What was found at an address."""

    head: Head
    picture: PreparedFile | None


def preview_of(item_id: uuid.UUID) -> LinkPreview | None:
    """The preview of a link whose right was checked, whatever its state."""
    return session().scalar(select(LinkPreview).filter_by(item_id=item_id))


def previews_of(owner_id: uuid.UUID, item_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, LinkPreview]:
    """The previews that are there, by link, in one query."""
    query = select(LinkPreview).filter_by(owner_id=owner_id, state="ready")
    return {row.item_id: row for row in session().scalars(query.where(LinkPreview.item_id.in_(item_ids)))}


def ask_for_preview(actor: Actor, link: Item, *, soon: timedelta = timedelta(0)) -> bool:
    """Let the preview of one of the actor's links be fetched (anew); False where this site asks nobody."""
    if not may_fetch():
        return False
    row = preview_of(link.id)
    if row is None:
        row = LinkPreview(owner_id=link.owner_id, item_id=link.id)
        session().add(row)
    row.state, row.problem = "waiting", ""
    enqueue(
        JOB, {"item_id": str(link.id)}, office_id=link.office_id, key=str(link.id), run_at=utcnow() + soon, actor=actor
    )  # fmt: skip
    return True


def address_changed(actor: Actor, link: Item) -> None:
    """What was shown of the former address goes at once; the new one is asked after a moment."""
    forget_preview(link)
    session().flush()
    ask_for_preview(actor, link, soon=TYPING)


def forget_preview(link: Item) -> None:
    """Take the preview of a link away, with its picture."""
    row = preview_of(link.id)
    if row is not None:
        _put_away(row.picture_id)
        session().delete(row)


def picture_of(link: Item) -> StoredFile:
    """The picture of a link whose right was checked. Raises NotFound."""
    row = preview_of(link.id)
    file = session().get(StoredFile, row.picture_id) if row is not None and row.picture_id else None
    if file is None or file.deleted_at is not None:
        raise NotFound(_("There is no picture of this file."))
    return file


def fetch_preview(job: JobRun) -> None:
    """Fetch what is shown of a link; what cannot be had is told to its owner. Twice is once."""
    item_id = uuid.UUID(str(job.payload["item_id"]))
    for _change in range(_MOST_CHANGES):
        link = session().get(Item, item_id)
        row = preview_of(item_id)
        if link is None or not link.url or row is None or row.state != "waiting":
            return
        actor = Actor(link.owner_id, "", office_id=link.office_id, permissions=frozenset({KEEP}))
        url = link.url
        session().rollback()
        found, problem = _looked_at(actor, url)
        if _keep(actor, item_id, url, found, problem):
            return


def _looked_at(actor: Actor, url: str) -> tuple[Look | None, str]:
    """What is at an address, or why nothing is: a site that is away is no fault of ours, and its owner can try again."""
    try:
        return _look(actor, url), ""
    except (Invalid, Unavailable) as problem:
        return None, problem.message


def _look(actor: Actor, url: str) -> Look:
    page = fetch(url, most_bytes=MOST_BYTES, accept="text/html,application/xhtml+xml", cuts=True)
    if not is_page(page.media_type, page.content):
        raise Invalid(_("There is no web page at this address, so there is nothing to preview."))
    head = read_head(page.content, page.charset, page.url)
    if not head.title and not head.description:
        raise Invalid(_("This page does not say what it is, so there is nothing to preview."))
    return Look(head, _picture(actor, head.picture_url) if head.picture_url else None)


def _picture(actor: Actor, url: str) -> PreparedFile | None:
    """The picture of a page, drawn again and made small; None for what is none, or cannot be had: the words are worth showing alone."""
    try:
        answer: Fetched = fetch(url, most_bytes=MOST_PICTURE_BYTES, accept="image/*")
        small = draw_thumbnail(
            answer.content, PICTURE_SIDE, site_settings().files.max_image_megapixels * 1_000_000
        )
        if small is None:
            return None
        return prepare_file(
            actor, io.BytesIO(small), "preview.webp", PURPOSE, allowed=frozenset({"image"})
        )  # fmt: skip
    except (Invalid, Unavailable):
        return None


def _keep(actor: Actor, item_id: uuid.UUID, url: str, found: Look | None, problem: str) -> bool:
    """Write down what was found; False if the address was changed meanwhile."""
    with unit_of_work():
        link, row = session().get(Item, item_id), preview_of(item_id)
        if link is None or row is None or row.state != "waiting":
            return True
        if link.url != url:
            return False
        if found is None:
            row.state, row.problem = "failed", problem[:300]
            return True
        _put_away(row.picture_id)
        row.title, row.description = found.head.title, found.head.description
        row.picture_id = _recorded(actor, found.picture)
        row.state, row.problem, row.fetched_at = "ready", "", utcnow()
        return True


def forget_pictures(before: datetime) -> None:
    """Put away the pictures of links that were removed before a moment, in the office in scope."""
    query = select(LinkPreview.picture_id).join(Item, Item.id == LinkPreview.item_id)
    for file_id in session().scalars(query.where(Item.removed_at < before)).all():
        _put_away(file_id)


def _recorded(actor: Actor, picture: PreparedFile | None) -> uuid.UUID | None:
    """The picture as one of the actor's files; None where there is no room for it (any more)."""
    try:
        return record_file(actor, picture).id if picture else None
    except Invalid:
        return None


def _put_away(file_id: uuid.UUID | None) -> None:
    file = session().get(StoredFile, file_id) if file_id else None
    if file is not None:
        file.deleted_at = utcnow()
