"""What the portfolio holds about people: told, handed out, forgotten."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, inspect, or_, select, update

from lms.plugin import ExportArchive, PersonalData, _l, all_offices, session
from plugins.portfolio.cv.models import Choice, Cv, Entry, Import, Letter, Person
from plugins.portfolio.evidence.models import (
    HiddenProof,
    Item,
    Journal,
    JournalEntry,
    LinkPreview,
    Plan,
    Tag,
    Task,
)
from plugins.portfolio.films.models import Film, Take
from plugins.portfolio.frameworks.models import Mark
from plugins.portfolio.moving.models import Transfer
from plugins.portfolio.moving.service import forget_person as forget_transfers
from plugins.portfolio.pages.models import Block, Card, Collection, Page, Version
from plugins.portfolio.sharing.models import Comment, Message, Request, Share, Visit, Watch
from plugins.portfolio.tasks.models import Submission

OWNED: tuple[type[Any], ...] = (
    Person, Entry, Cv, Letter, Import, Item, LinkPreview, Journal, JournalEntry, Plan, Task, Tag, HiddenProof, Film, Take, Page, Collection, Card, Share, Visit, Watch, Request, Message, Submission, Mark, Transfer,
)  # fmt: skip
"""Tables whose ``owner_id`` is the person that a row is about."""
_TEXTS: dict[type[Any], tuple[str, ...]] = {
    Person: ("given_name", "family_name", "headline", "summary", "email", "phone", "street", "postcode", "city", "website", "birth_date", "nationality", "gender", "marital_status"),
    Entry: ("title", "organisation", "field", "place", "url", "email", "phone", "summary", "highlights", "keywords"),
    Cv: ("title", "target_job", "headline", "summary"), Letter: ("title", "employer", "recipient", "vacancy", "subject", "body"), Import: ("name", "payload"),
    Item: ("title", "body", "folder", "url"), LinkPreview: ("title", "description"), JournalEntry: ("title", "body"), Journal: ("title", "description"), Task: ("title",), Plan: ("title", "description"),
    Tag: ("name",), HiddenProof: ("proof",), Page: ("title", "description"), Collection: ("title", "description"),
    Card: ("headline", "about", "proof_1", "proof_2", "proof_3"), Share: ("name",), Visit: ("target",), Watch: ("target",), Request: ("note", "answer_note"), Message: ("sender", "email", "text"),
    Submission: ("title", "note"), Mark: ("note", "answer", "level", "confirmed_level", "confirmed_by_id"),
    Transfer: ("name", "summary"), Film: ("title", "hello", "strengths", "proof", "wish"), Take: ("captions",),
}  # fmt: skip


def declarations() -> list[PersonalData]:
    """Each table, why it is held, and how long."""
    why, kept = _l("The person's own portfolio and CV"), _l("Until the person removes it, then 30 days")
    own = [
        PersonalData(model.__tablename__, "owner_id", texts, why, "consent", kept)
        for model, texts in _TEXTS.items()
    ]
    talk = _l("Speaking about a portfolio")
    return [
        *own,
        PersonalData(
            "portfolio_comment", "author_id", ("body",), talk, "consent", _l("As long as the page exists")
        ),
    ]


def export_person(user_id: uuid.UUID, archive: ExportArchive) -> None:
    """Everything of a person from all offices: own rows, blocks and versions of own pages, what they said."""
    with all_offices("a person's own data"):
        for model in OWNED:
            rows = session().scalars(select(model).filter_by(owner_id=user_id))
            archive.add_rows(_section(model), _title(model), [_plain(row) for row in rows])
        pages = select(Page.id).where(Page.owner_id == user_id)
        cvs = select(Cv.id).where(Cv.owner_id == user_id)
        for child, column, owners in (
            (Block, Block.page_id, pages),
            (Version, Version.page_id, pages),
            (Choice, Choice.cv_id, cvs),
        ):
            rows = session().scalars(select(child).where(column.in_(owners)))
            archive.add_rows(_section(child), _title(child), [_plain(row) for row in rows])
        said = session().scalars(
            select(Comment).where(or_(Comment.author_id == user_id, Comment.owner_id == user_id))
        )
        archive.add_rows("portfolio_comments", _l("Comments you wrote or got"), [_plain(row) for row in said])


def erase_person(user_id: uuid.UUID) -> None:
    """Remove a person's portfolio; in the portfolios of others nothing of them stays but that somebody was there."""
    with all_offices("erasure of a person"):
        session().execute(
            delete(Comment).where(or_(Comment.author_id == user_id, Comment.owner_id == user_id))
        )
        session().execute(delete(Share).where(Share.person_id == user_id))
        session().execute(update(Visit).where(Visit.viewer_id == user_id).values(viewer_id=None))
        session().execute(update(Request).where(Request.adviser_id == user_id).values(adviser_id=None))
        session().execute(update(Request).where(Request.closed_by_id == user_id).values(closed_by_id=None))
        session().execute(
            update(Submission).where(Submission.judged_by_id == user_id).values(judged_by_id=None)
        )
        session().execute(update(Mark).where(Mark.confirmed_by_id == user_id).values(confirmed_by_id=None))
        forget_transfers(user_id)
        for model in reversed(OWNED):
            session().execute(delete(model).where(model.owner_id == user_id))


def _section(model: type[Any]) -> str:
    return str(model.__tablename__)


def _title(model: type[Any]) -> Any:
    titles = {
        Person: _l("CV: about you"), Entry: _l("CV: entries"), Cv: _l("CVs"), Choice: _l("CVs: choices"), Letter: _l("Cover letters"), Import: _l("CVs read from files"),
        Item: _l("Evidence"), LinkPreview: _l("Previews of links"), Journal: _l("Journals"), JournalEntry: _l("Journal entries"), Plan: _l("Plans"), Task: _l("Steps of plans"), Tag: _l("Tags"),
        HiddenProof: _l("Hidden proofs"), Page: _l("Pages"), Block: _l("Blocks of pages"), Version: _l("Versions of pages"), Collection: _l("Collections"),
        Card: _l("Public card"), Share: _l("Shares"), Visit: _l("Who looked"), Watch: _l("What I watch"), Request: _l("Requests for feedback"), Message: _l("Messages"),
        Submission: _l("Handed in"), Mark: _l("Map of what you can do"), Transfer: _l("Portfolios taken out and in"),
        Film: _l("Video CVs"), Take: _l("Recordings of video CVs"),
    }  # fmt: skip
    return titles[model]


def _plain(row: Any) -> dict[str, Any]:
    secret = {"token_hash", "passcode_hash"}
    return {
        name: _readable(value)
        for name, value in _columns(row)
        if name not in secret and value not in (None, "")
    }


def _columns(row: Any) -> Iterator[tuple[str, Any]]:
    for attribute in inspect(type(row)).column_attrs:
        yield attribute.key, getattr(row, attribute.key)


def _readable(value: Any) -> Any:
    return (
        value
        if isinstance(value, (str, int, bool, datetime, dict))
        else value.isoformat()
        if isinstance(value, date)
        else str(value)
    )
