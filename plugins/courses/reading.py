"""What a reader sees of the courses' own kinds of steps, in the best language there is."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, select

from lms.plugin import NotFound, StoredFile, _, session
from plugins.courses.models import ActivityText, Page, PageText, Step


@dataclass(frozen=True, slots=True)
class Chapter:
    """A page of a step in a list of contents."""

    id: uuid.UUID
    title: str


@dataclass(frozen=True, slots=True)
class PageView:
    """A page to be read. ``locale`` is the language in which it is there."""

    id: uuid.UUID
    number: int
    title: str
    html: str
    locale: str
    chapters: Sequence[Chapter]

    @property
    def before(self) -> Chapter | None:
        """The chapter before."""
        return self.chapters[self.number - 2] if self.number > 1 else None

    @property
    def after(self) -> Chapter | None:
        """The chapter after."""
        return self.chapters[self.number] if self.number < len(self.chapters) else None


@dataclass(frozen=True, slots=True)
class Material:
    """What a file or link step, or an assignment, shows."""

    html: str
    locale: str
    url: str = ""
    file: StoredFile | None = None


def read_page(
    step_id: uuid.UUID, page_id: uuid.UUID | None, languages: Sequence[str], *, with_drafts: bool = False
) -> PageView:
    """A page of a step (the first, if none is named) in the first of the languages in which it is written. Raises NotFound."""
    first = (
        select(Page.id).where(*_living(step_id)).order_by(Page.position, Page.id).limit(1).scalar_subquery()
    )
    shown = page_id if page_id is not None else first
    rows = session().execute(
        select(
            Page.id, PageText.locale, PageText.title, PageText.draft_title,
            case((Page.id == shown, PageText.html), else_="").label("html"),
            case((Page.id == shown, PageText.draft_html), else_=None).label("draft_html"),
        )
        .outerjoin(PageText, PageText.page_id == Page.id)
        .where(*_living(step_id))
        .order_by(Page.position, Page.id)
    )  # fmt: skip
    pages: dict[uuid.UUID, dict[str, tuple[str, str]]] = {}
    for row in rows:
        known = pages.setdefault(row.id, {})
        if row.locale:
            is_draft = with_drafts and row.draft_title is not None
            html = row.draft_html if is_draft and row.draft_html is not None else row.html
            known[row.locale] = ((row.draft_title if is_draft else row.title) or "", html or "")
    ids = list(pages)
    here = page_id or (ids[0] if ids else None)
    if here not in pages or here is None:
        raise NotFound(_("There is no such page."))
    locale, title, html = _best(pages[here], languages)
    chapters = [
        Chapter(each, _first_title(texts, languages) or _("Chapter %(number)s", number=number))
        for number, (each, texts) in enumerate(pages.items(), start=1)
    ]
    return PageView(here, ids.index(here) + 1, title, html, locale, chapters)


def read_material(step_id: uuid.UUID, languages: Sequence[str]) -> Material:
    """What a step of the kinds file, link and assignment shows."""
    step = session().execute(
        select(Step.url, StoredFile)
        .outerjoin(StoredFile, StoredFile.id == Step.file_id)
        .where(Step.activity_id == step_id)
    )
    found = step.one_or_none()
    rows = session().execute(
        select(ActivityText.locale, ActivityText.title, ActivityText.body).filter_by(activity_id=step_id)
    )
    locale, _title, html = _best({row[0]: (row[1], row[2]) for row in rows}, languages)
    file = found[1] if found is not None and found[1] is not None and found[1].deleted_at is None else None
    return Material(html, locale, found[0] if found else "", file)


def _living(step_id: uuid.UUID) -> tuple[Any, Any]:
    return Page.activity_id == step_id, Page.removed_at.is_(None)


def _first_title(texts: dict[str, tuple[str, str]], languages: Sequence[str]) -> str:
    return next((texts[code][0] for code in languages if code in texts and texts[code][0]), "")


def _best(texts: dict[str, tuple[str, str]], languages: Sequence[str]) -> tuple[str, str, str]:
    for code in languages:
        if texts.get(code, ("", ""))[1]:
            return code, *texts[code]
    return next(iter(languages), ""), *texts.get(next(iter(languages), ""), ("", ""))
