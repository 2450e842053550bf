"""Files on their way to somebody: they stop when their reader may not see them any more."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from lms.plugin import Actor, StoredFile, office_scope, session
from plugins.portfolio.cv.composing import compose_cv
from plugins.portfolio.cv.models import Cv
from plugins.portfolio.pages.models import Collection, Page
from plugins.portfolio.pages.showing import find_shown_file
from plugins.portfolio.sharing import shares
from plugins.portfolio.sharing.comments import get_file_of_comment
from plugins.portfolio.sharing.models import Share
from plugins.portfolio.sharing.passcodes import mark_of
from plugins.portfolio.sharing.shares import Viewer


@dataclass(frozen=True, slots=True)
class Showed:
    """By what a file was shown when it began: asked again while it is on its way."""

    viewer: Viewer
    share_id: uuid.UUID
    passcode_mark: str
    office_id: uuid.UUID
    thing_id: uuid.UUID
    is_page: bool
    file_id: uuid.UUID

    @classmethod
    def now(cls, thing: Page | Cv, file: StoredFile, share: Share, viewer: Viewer) -> Showed:
        """What holds at this moment."""
        mark = mark_of(share)
        return cls(viewer, share.id, mark, thing.office_id, thing.id, isinstance(thing, Page), file.id)

    def is_still(self) -> bool:
        """Whether a new reader with the same right would get it now. Raises NotFound instead of saying no."""
        with office_scope(self.office_id):
            share = session().get(Share, self.share_id)
            if share is None or mark_of(share) != self.passcode_mark:
                return False
            if self.is_page:
                page, _access = shares.get_shared_page(self.viewer, self.thing_id)
                return find_shown_file(page, self.file_id).id == self.file_id
            cv, _access = shares.get_shared_cv(self.viewer, self.thing_id)
            file = session().get(StoredFile, self.file_id)
            return compose_cv(cv).photo_id == self.file_id and file is not None and file.deleted_at is None


@dataclass(frozen=True, slots=True)
class Said:
    """A file that came with a comment, on its way to somebody who may read the comment."""

    reader: Actor
    office_id: uuid.UUID
    comment_id: uuid.UUID

    def is_still(self) -> bool:
        """Whether they may still read it. Raises NotFound instead of saying no."""
        with office_scope(self.office_id):
            return bool(get_file_of_comment(self.reader, self.comment_id))


@dataclass(frozen=True, slots=True)
class Covered:
    """The cover of a collection on its way to somebody who may see the collection."""

    viewer: Viewer
    office_id: uuid.UUID
    collection_id: uuid.UUID
    file_id: uuid.UUID

    def is_still(self) -> bool:
        """Whether they may still see it. Raises NotFound instead of saying no."""
        with office_scope(self.office_id):
            row = session().get(Collection, self.collection_id)
            shares.get_access(self.viewer, row)
            return row is not None and row.cover_id == self.file_id
