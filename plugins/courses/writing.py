"""Pages of text as they are written: drafts that save themselves, versions that can be compared and brought back."""

from __future__ import annotations

import difflib
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import func, select

from lms.plugin import (
    Activity,
    Actor,
    AddFile,
    Conflict,
    Invalid,
    NotFound,
    Ref,
    StoredFile,
    TakeFile,
    _,
    attach_embedded,
    attach_file,
    clean_html,
    embedded_files,
    get_managed_activity,
    plain_text,
    replace_files,
    session,
    utcnow,
)
from plugins.courses.forms import WritePage
from plugins.courses.models import Course, Page, PageText, PageVersion
from plugins.courses.outline import languages_of

MOST_CHAPTERS = 60


@dataclass(frozen=True, slots=True)
class DiffLine:
    """A line of text that stayed, came or went."""

    change: Literal["same", "added", "removed"]
    text: str


@dataclass(frozen=True, slots=True)
class Written:
    """A page in the language in which it is written. ``is_draft``: not what trainees see yet."""

    page_id: uuid.UUID
    locale: str
    title: str
    html: str
    is_draft: bool
    version: int
    saved_at: datetime | None


def set_up_pages(actor: Actor, activity_id: uuid.UUID) -> None:
    """The first page of a new page or book."""
    session().add(Page(activity_id=activity_id, position=0))
    session().flush()


def pages_of(activity_id: uuid.UUID) -> list[Page]:
    """The pages of a step in their order."""
    query = select(Page).filter_by(activity_id=activity_id).where(Page.removed_at.is_(None))
    return list(session().scalars(query.order_by(Page.position, Page.id)))


def get_page(actor: Actor, page_id: uuid.UUID) -> tuple[Page, Activity]:
    """A page to be changed, and its step. Raises NotFound, Forbidden."""
    page = session().get(Page, page_id)
    if page is None:
        raise NotFound(_("There is no such page."))
    return page, get_managed_activity(actor, page.activity_id)


def course_of(activity: Activity) -> Course:
    """The course that a step belongs to. Raises NotFound."""
    course = session().get(Course, activity.root_id) if activity.root_id else None
    if course is None:
        raise NotFound(_("There is no such course."))
    return course


def read_written(page_id: uuid.UUID, locale: str) -> Written:
    """What an author edits: the draft if there is one, else what is published."""
    row = _text(page_id, locale)
    if row is None:
        return Written(page_id, locale, "", "", False, 0, None)
    if row.draft_html is not None:
        return Written(
            page_id, locale, row.draft_title or "", row.draft_html, True, row.version, row.draft_at
        )
    return Written(page_id, locale, row.title, row.html, False, row.version, row.updated_at)


def save_draft(actor: Actor, page_id: uuid.UUID, locale: str, command: WritePage) -> datetime:
    """Keep what an author is writing; trainees see it when it is published. What they see already is no draft.

    Raises NotFound, Forbidden, Invalid.
    """
    page, activity = get_page(actor, page_id)
    _check_language(activity, locale)
    row = _made(page.id, locale)
    title, html, now = command.title or "", own_html(actor, command.html, activity.id), utcnow()
    if row.version and (title, html) == (row.title, row.html):
        row.draft_title = row.draft_html = row.draft_at = None
    else:
        row.draft_title, row.draft_html, row.draft_at = title, html, now
    session().flush()
    return now


def publish_page(actor: Actor, page_id: uuid.UUID, locale: str) -> int:
    """Show the draft to trainees, as the next version; returns its number. Raises NotFound, Forbidden, Conflict without one."""
    _page, activity = get_page(actor, page_id)
    _check_language(activity, locale)
    row = _text(page_id, locale)
    if row is None or row.draft_html is None:
        raise Conflict(_("There is nothing new to publish."))
    _publish(actor, row)
    return row.version


def discard_draft(actor: Actor, page_id: uuid.UUID, locale: str) -> None:
    """Go back to what trainees see. Raises NotFound, Forbidden."""
    get_page(actor, page_id)
    row = _text(page_id, locale)
    if row is not None:
        row.draft_title = row.draft_html = row.draft_at = None


def publish_drafts(actor: Actor, course_id: uuid.UUID) -> int:
    """Publish every draft of a course; returns how many. Raises NotFound, Forbidden."""
    get_managed_activity(actor, course_id)
    rows = session().scalars(
        select(PageText)
        .join(Page, Page.id == PageText.page_id)
        .join(Activity, Activity.id == Page.activity_id)
        .where(Activity.parent_id == course_id, PageText.draft_html.is_not(None), Page.removed_at.is_(None))
    )
    count = 0
    for row in rows.all():
        _publish(actor, row)
        count += 1
    return count


def find_versions(actor: Actor, page_id: uuid.UUID, locale: str) -> list[PageVersion]:
    """All versions of a page in a language, newest first. Raises NotFound, Forbidden."""
    get_page(actor, page_id)
    query = select(PageVersion).filter_by(page_id=page_id, locale=locale)
    return list(session().scalars(query.order_by(PageVersion.number.desc())))


def get_version(actor: Actor, page_id: uuid.UUID, locale: str, number: int) -> PageVersion:
    """One version of a page. Raises NotFound, Forbidden."""
    get_page(actor, page_id)
    row = session().scalar(select(PageVersion).filter_by(page_id=page_id, locale=locale, number=number))
    if row is None:
        raise NotFound(_("There is no such version."))
    return row


def compare(old: str, new: str) -> list[DiffLine]:
    """What changed from one text to another, line by line; long stretches that stayed are left out."""
    before, after = plain_text(old).splitlines(), plain_text(new).splitlines()
    found: list[DiffLine] = []
    for line in difflib.unified_diff(before, after, lineterm="", n=2):
        if line.startswith(("---", "+++")) and not found:
            continue
        if line.startswith("@@"):
            continue
        kind: Literal["same", "added", "removed"] = (
            "added" if line[0] == "+" else "removed" if line[0] == "-" else "same"
        )
        found.append(DiffLine(kind, line[1:]))
    return found


def restore_version(actor: Actor, page_id: uuid.UUID, locale: str, number: int) -> None:
    """Make an old version the draft; it is seen when it is published. Raises NotFound, Forbidden."""
    old = get_version(actor, page_id, locale, number)
    row = _made(page_id, locale)
    row.draft_title, row.draft_html, row.draft_at = old.title, old.html, utcnow()


def add_chapter(actor: Actor, activity_id: uuid.UUID) -> uuid.UUID:
    """One more chapter at the end of a book. Raises NotFound, Forbidden, Invalid for other kinds or too many."""
    activity = get_managed_activity(actor, activity_id)
    if activity.type != "book":
        raise Invalid(_("Only a book has chapters."))
    if len(pages_of(activity_id)) >= MOST_CHAPTERS:
        raise Invalid(_("A book has at most %(count)s chapters.", count=MOST_CHAPTERS))
    last = session().scalar(select(func.max(Page.position)).filter_by(activity_id=activity_id))
    page = Page(activity_id=activity_id, position=0 if last is None else last + 1)
    session().add(page)
    session().flush()
    return page.id


def move_chapter(actor: Actor, page_id: uuid.UUID, by: int) -> None:
    """Move a chapter up or down. Raises NotFound, Forbidden."""
    page, activity = get_page(actor, page_id)
    rows = pages_of(activity.id)
    here = rows.index(page) if page in rows else 0
    rows.insert(max(0, min(len(rows) - 1, here + by)), rows.pop(here))
    for position, row in enumerate(rows):
        row.position = position


def remove_chapter(actor: Actor, page_id: uuid.UUID) -> None:
    """Take a chapter out; it can be put back. Raises NotFound, Forbidden, Conflict for the last one."""
    page, activity = get_page(actor, page_id)
    if len(pages_of(activity.id)) < 2:
        raise Conflict(_("The last chapter stays. Take out the whole step instead."))
    page.removed_at = utcnow()


def restore_chapter(actor: Actor, page_id: uuid.UUID) -> None:
    """Put a chapter back. Raises NotFound, Forbidden."""
    page, _activity = get_page(actor, page_id)
    page.removed_at = None


def own_html(actor: Actor, html: str, activity_id: uuid.UUID) -> str:
    """A text from outside, cleaned; whoever may see the activity may see its pictures. Raises Invalid."""
    cleaned = clean_html(html)
    attach_embedded(actor, cleaned, Ref.of("core", "activity", activity_id))
    return cleaned


def share_embedded(html: str, activity_id: uuid.UUID) -> None:
    """Let whoever may see an activity see the files of a text that was copied to it."""
    share_files(embedded_files(html), activity_id)


def share_files(file_ids: Iterable[uuid.UUID], activity_id: uuid.UUID) -> None:
    """Let whoever may see an activity read files that it shows."""
    wanted = list(file_ids)
    if not wanted:
        return
    rows = session().scalars(
        select(StoredFile).where(StoredFile.id.in_(wanted), StoredFile.deleted_at.is_(None))
    )
    for file in rows.all():
        attach_file(file, Ref.of("core", "activity", activity_id))


def export_pages(actor: Actor, activity_id: uuid.UUID, add_file: AddFile) -> dict[str, Any]:
    """All pages with their texts (published, else the draft), without earlier versions."""
    pages = []
    for page in pages_of(activity_id):
        texts = {}
        for row in session().scalars(select(PageText).filter_by(page_id=page.id).order_by(PageText.locale)):
            written = read_written(page.id, row.locale)
            texts[row.locale] = {"title": written.title} | given_html(written.html, add_file)
        pages.append(texts)
    return {"pages": pages}


def import_pages(actor: Actor, activity_id: uuid.UUID, data: Mapping[str, Any], take_file: TakeFile) -> None:
    """Pages as ``export_pages`` wrote them. Raises Invalid."""
    pages = data.get("pages")
    if not isinstance(pages, list) or not 0 < len(pages) <= MOST_CHAPTERS:
        raise Invalid(_("A page of the archive is not in the form that is needed."))
    for old in pages_of(activity_id):
        session().delete(old)
    session().flush()
    for position, texts in enumerate(pages):
        page = Page(activity_id=activity_id, position=position)
        session().add(page)
        session().flush()
        for locale, text in texts.items():
            command = WritePage.read({"title": text.get("title"), "html": text.get("html", "")})
            html = taken_html(command.html, text.get("files", {}), take_file)
            row = _made(page.id, str(locale)[:10])
            row.draft_title, row.draft_html = command.title or "", html
            share_embedded(html, activity_id)
            _publish(actor, row)


def given_html(html: str, add_file: AddFile) -> dict[str, Any]:
    """A text for an archive: its files by names that are the same wherever it came from."""
    names = {each: add_file(each) for each in embedded_files(html)}
    marks = {each: uuid.uuid5(uuid.NAMESPACE_OID, name) for each, name in names.items()}
    return {
        "html": replace_files(html, marks),
        "files": {str(marks[each]): name for each, name in names.items()},
    }


def taken_html(html: str, files: Mapping[str, str], take_file: TakeFile) -> str:
    """A text of an archive, cleaned, with the files of this place."""
    cleaned = clean_html(html)
    return replace_files(
        cleaned, {each: take_file(files[str(each)]) for each in embedded_files(cleaned) if str(each) in files}
    )


def _publish(actor: Actor, row: PageText) -> None:
    row.title, row.html = row.draft_title or "", row.draft_html or ""
    row.draft_title = row.draft_html = row.draft_at = None
    row.version += 1
    session().add(
        PageVersion(
            page_id=row.page_id, locale=row.locale, number=row.version, title=row.title, html=row.html,
            author_id=None if actor.is_system else actor.user_id,
        )
    )  # fmt: skip
    session().flush()


def _text(page_id: uuid.UUID, locale: str) -> PageText | None:
    return session().scalar(select(PageText).filter_by(page_id=page_id, locale=locale))


def _made(page_id: uuid.UUID, locale: str) -> PageText:
    row = _text(page_id, locale)
    if row is None:
        row = PageText(page_id=page_id, locale=locale, title="", html="", version=0)
        session().add(row)
        session().flush()
    return row


def _check_language(activity: Activity, locale: str) -> None:
    if locale not in languages_of(course_of(activity)):
        raise Invalid(_("The course is not there in this language."))
