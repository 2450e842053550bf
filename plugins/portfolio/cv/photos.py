"""The photo of a CV as paper and other formats can hold it."""

from __future__ import annotations

from lms.plugin import StoredFile, open_file, session
from plugins.portfolio.cv.composing import CvDocument
from plugins.portfolio.cv.documents import Photo, photo_suffix


def photo_of(document: CvDocument) -> Photo | None:
    """The photo that a CV shows, as a PDF can hold it; the right to it comes with the CV."""
    file = session().get(StoredFile, document.photo_id) if document.photo_id else None
    suffix = photo_suffix(file.media_type) if file is not None and file.deleted_at is None else ""
    if file is None or not suffix:
        return None
    with open_file(file) as stream:
        return Photo(stream.read(), suffix)
