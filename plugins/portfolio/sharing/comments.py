"""What people say about pages and CVs: threads, on a block or at a moment of a video."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import and_, func, select

from lms.plugin import (
    Actor,
    Forbidden,
    NotFound,
    PersonView,
    Ref,
    StoredFile,
    _,
    find_members,
    notify,
    session,
    utcnow,
)
from plugins.portfolio.cv.models import Cv
from plugins.portfolio.pages.models import Block, Page
from plugins.portfolio.refs import ref_of
from plugins.portfolio.sharing.forms import Say
from plugins.portfolio.sharing.models import Comment
from plugins.portfolio.sharing.shares import Access, Viewer, address_of, find_access, find_thing


@dataclass
class Said:
    """A comment as people see it, with its answers."""

    id: uuid.UUID
    author: PersonView | None
    body: str
    at: datetime
    block_id: uuid.UUID | None
    at_second: int | None
    is_private: bool
    is_waiting: bool
    is_resolved: bool
    is_removed: bool
    may_remove: bool
    may_resolve: bool
    may_approve: bool
    file: StoredFile | None
    answers: list[Said] = field(default_factory=list)

    @property
    def moment(self) -> str:
        """The moment of a video as ``1:05``; empty for other comments."""
        return f"{self.at_second // 60}:{self.at_second % 60:02}" if self.at_second is not None else ""


def find_comments(viewer: Actor | None, thing: Page | Cv, access: Access) -> list[Said]:
    """Threads that a viewer may read, oldest first, in two queries. Guests read none: people speak among themselves."""
    if viewer is None:
        return []
    query = select(Comment, StoredFile).outerjoin(StoredFile, and_(StoredFile.id == Comment.file_id, StoredFile.deleted_at.is_(None)))  # fmt: skip
    query = query.where(Comment.target == str(target_of(thing))).order_by(Comment.created_at)
    pairs = [(row, file) for row, file in session().execute(query) if _may_read(viewer, row)]
    rows = [row for row, _file in pairs]
    people = find_members(viewer, list({row.author_id for row in rows})) if rows else {}
    said = {row.id: _said(viewer, row, people.get(row.author_id), file) for row, file in pairs}
    for row in rows:
        if row.parent_id in said:
            said[row.parent_id].answers.append(said[row.id])
    threads = [said[row.id] for row in rows if row.parent_id not in said]
    return [each for each in threads if not each.is_removed or each.answers]


def count_open(targets: Sequence[str]) -> dict[str, int]:
    """How many threads of each target are not closed, for its owner's list."""
    query = select(Comment.target, func.count()).where(
        Comment.target.in_(targets),
        Comment.parent_id.is_(None),
        Comment.resolved_at.is_(None),
        Comment.removed_at.is_(None),
    )
    return dict(session().execute(query.group_by(Comment.target)).all())


def say(
    actor: Actor, thing: Page | Cv, access: Access, command: Say, file_id: uuid.UUID | None = None
) -> Comment:
    """Comment on a thing whose right was checked, perhaps with a file that the actor just sent.

    Where the owner wants to read it first, it waits. Raises Forbidden, NotFound for a block or thread
    of something else.
    """
    if not access.may_comment:
        raise Forbidden(_("Comments are not wanted here."))
    target = target_of(thing)
    parent = _parent(actor, target, command.parent_id)
    row = Comment(
        target=str(target), owner_id=thing.owner_id, author_id=actor.user_id, body=command.body, block_id=_block(thing, command.block_id),
        parent_id=parent.id if parent else None, at_second=command.at_second if parent is None else None,
        is_private=parent.is_private if parent else command.is_private, is_waiting=access.waits, file_id=file_id,
    )  # fmt: skip
    session().add(row)
    session().flush()
    hearers = {thing.owner_id} if row.is_waiting or parent is None else {thing.owner_id, parent.author_id}
    _tell(actor, actor.name, thing, row, hearers - {actor.user_id})
    return row


def resolve(actor: Actor, comment_id: uuid.UUID, *, is_resolved: bool) -> Comment:
    """Close a thread, or open it again: for the owner of the page, and whoever began it. Raises NotFound, Forbidden."""
    row = _get(actor, comment_id)
    if actor.user_id not in {row.owner_id, row.author_id}:
        raise Forbidden(_("Only the owner of the page and the author can close this."))
    row.resolved_at = utcnow() if is_resolved else None
    return row


def approve(actor: Actor, comment_id: uuid.UUID) -> Comment:
    """Let others read a comment that waited: for the owner of the page. Raises NotFound, Forbidden."""
    row = _get(actor, comment_id)
    if actor.user_id != row.owner_id:
        raise Forbidden(_("Only the owner of the page can approve this."))
    if row.is_waiting:
        row.is_waiting = False
        thing, parent = (
            find_thing(row.target),
            session().get(Comment, row.parent_id) if row.parent_id else None,
        )
        if isinstance(thing, (Page, Cv)) and parent is not None:
            author = find_members(actor, [row.author_id]).get(row.author_id)
            hearers = {parent.author_id} - {actor.user_id, row.author_id}
            _tell(actor, author.name if author else "–", thing, row, hearers)
    return row


def get_file_of_comment(actor: Actor, comment_id: uuid.UUID) -> tuple[Comment, StoredFile]:
    """The file of a comment that the actor may read now. Raises NotFound."""
    row = _get(actor, comment_id)
    file = session().get(StoredFile, row.file_id) if row.file_id and row.removed_at is None else None
    if file is None or file.deleted_at is not None:
        raise NotFound(_("This file is not there any more."))
    return row, file


def remove_comment(actor: Actor, comment_id: uuid.UUID) -> Comment:
    """Take a comment away: one's own, or any on one's own page. Raises NotFound, Forbidden."""
    row = _get(actor, comment_id)
    if actor.user_id not in {row.owner_id, row.author_id}:
        raise Forbidden(_("Only the owner of the page and the author can remove this."))
    row.removed_at = utcnow()
    return row


def target_of(thing: Page | Cv) -> Ref:
    """The ref that comments of a thing bear."""
    return ref_of("page" if isinstance(thing, Page) else "cv", thing.id)


def _get(actor: Actor, comment_id: uuid.UUID) -> Comment:
    """A comment that the actor may read now: the right to its page is asked again."""
    row = session().scalar(select(Comment).filter_by(id=comment_id))
    thing = find_thing(row.target) if row else None
    if row is None or thing is None or find_access(Viewer(actor), thing) is None or not _may_read(actor, row):
        raise NotFound(_("This comment is not there any more."))
    return row


def _may_read(viewer: Actor, row: Comment) -> bool:
    return not (row.is_private or row.is_waiting) or viewer.user_id in {row.owner_id, row.author_id}


def _parent(actor: Actor, target: Ref, parent_id: uuid.UUID | None) -> Comment | None:
    if parent_id is None:
        return None
    row = session().scalar(select(Comment).filter_by(id=parent_id, target=str(target)))
    if row is None or not _may_read(actor, row):
        raise NotFound(_("This comment is not there any more."))
    return row if row.parent_id is None else session().get(Comment, row.parent_id)


def _block(thing: Page | Cv, block_id: uuid.UUID | None) -> uuid.UUID | None:
    if block_id is None:
        return None
    if (
        not isinstance(thing, Page)
        or session().scalar(select(Block.id).filter_by(id=block_id, page_id=thing.id)) is None
    ):
        raise NotFound(_("This block is not there any more."))
    return block_id


def _tell(actor: Actor, author: str, thing: Page | Cv, row: Comment, hearers: set[uuid.UUID]) -> None:
    """The owner hears of comments, the one who began a thread of answers; what waits only the owner."""
    for user_id in sorted(hearers):
        notify(
            user_id, "portfolio_comment", title=_("%(name)s commented on “%(title)s”", name=author, title=thing.title), body=row.body[:300],
            url=address_of(actor.office_slug, target_of(thing)), ref=target_of(thing), key=f"comment:{row.id}:{user_id}",
        )  # fmt: skip


def _said(viewer: Actor, row: Comment, author: PersonView | None, file: StoredFile | None) -> Said:
    is_mine, is_there = viewer.user_id in {row.author_id, row.owner_id}, row.removed_at is None
    return Said(
        row.id, author, row.body if is_there else "", row.created_at, row.block_id, row.at_second, row.is_private, row.is_waiting and is_there,
        row.resolved_at is not None, not is_there, may_remove=is_mine and is_there, may_resolve=is_mine and row.parent_id is None,
        may_approve=row.is_waiting and is_there and viewer.user_id == row.owner_id, file=file if is_there else None,
    )  # fmt: skip
