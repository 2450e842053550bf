"""What a reader sees of the courses' own kinds of steps, in the best language there is."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

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
    titles = _titles(step_id, languages, with_drafts=with_drafts)
    ids = list(titles)
    if not ids or (page_id is not None and page_id not in titles):
        raise NotFound(_("There is no such page."))
    shown = page_id or ids[0]
    locale, title, html = _best(_texts(shown, with_drafts=with_drafts), languages)
    number = ids.index(shown) + 1
    chapters = [
        Chapter(each, titles[each] or _("Chapter %(number)s", number=n))
        for n, each in enumerate(ids, start=1)
    ]
    return PageView(shown, number, title, html, locale, chapters)


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


def _titles(step_id: uuid.UUID, languages: Sequence[str], *, with_drafts: bool) -> dict[uuid.UUID, str]:
    rows = session().execute(
        select(Page.id, PageText.locale, PageText.title, PageText.draft_title)
        .outerjoin(PageText, PageText.page_id == Page.id)
        .where(Page.activity_id == step_id, Page.removed_at.is_(None))
        .order_by(Page.position, Page.id)
    )
    found: dict[uuid.UUID, dict[str, str]] = {}
    for page_id, locale, title, draft in rows:
        known = found.setdefault(page_id, {})
        if locale:
            known[locale] = draft if with_drafts and draft is not None else title
    return {
        page_id: next((each[code] for code in languages if each.get(code)), "")
        for page_id, each in found.items()
    }


def _texts(page_id: uuid.UUID, *, with_drafts: bool) -> dict[str, tuple[str, str]]:
    rows: Any = session().execute(
        select(
            PageText.locale, PageText.title, PageText.html, PageText.draft_title, PageText.draft_html
        ).filter_by(page_id=page_id)
    )
    found = {}
    for locale, title, html, draft_title, draft_html in rows:
        is_draft = with_drafts and draft_html is not None
        found[locale] = (draft_title or "", draft_html) if is_draft else (title, html)
    return found


def _best(texts: dict[str, tuple[str, str]], languages: Sequence[str]) -> tuple[str, str, str]:
    for code in languages:
        if texts.get(code, ("", ""))[1]:
            return code, *texts[code]
    return next(iter(languages), ""), *texts.get(next(iter(languages), ""), ("", ""))
