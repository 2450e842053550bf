"""Files on their way to somebody: they stop when their reader may not see them any more."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from lms.plugin import StoredFile, office_scope, session
from plugins.portfolio.cv.composing import compose_cv
from plugins.portfolio.cv.models import Cv
from plugins.portfolio.pages.models import Page
from plugins.portfolio.pages.showing import find_shown_file
from plugins.portfolio.sharing import shares
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
