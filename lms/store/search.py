"""The full-text index: one interface over FTS5 (SQLite) and tsvector with GIN (PostgreSQL).

Texts are kept in ``search_entry``; the words under which they are found stand in the
engine's own table ``search_index``, which a hand-written migration makes because models
cannot describe it. Words are prepared by ``lms.store.words``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup, escape
from sqlalchemy import (
    Index,
    Select,
    String,
    Text,
    UniqueConstraint,
    bindparam,
    column,
    delete,
    func,
    or_,
    select,
    table,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from lms.clock import utcnow
from lms.hooks.contributions import SearchDocument
from lms.refs import Ref
from lms.store.base import Base, OfficeScoped, session
from lms.store.words import index_forms, query_forms, split_words

MOST_WORDS = 12
"""Words of a query that count."""
BODY_LIMIT = 100_000
SNIPPET_WORDS = 28
_LAST_POSITION = 16_383  # of a PostgreSQL tsvector
_MOST_POSITIONS = 100
_TITLE_WEIGHT = 10.0
_BATCH = 500
_FTS5 = table("search_index", column("rowid"))
_TSVECTOR = table("search_index", column("id"), column("vector"))


class SearchEntry(OfficeScoped, Base):
    """A text that can be found, as its owner gave it. ``id`` is the row of its words in ``search_index``."""

    __tablename__ = "search_entry"
    __table_args__ = (
        UniqueConstraint("office_id", "ref"),
        Index("ix_search_entry_office_id_plugin", "office_id", "plugin"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    ref: Mapped[str] = mapped_column(String(150))
    plugin: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(8))
    title: Mapped[str] = mapped_column(String(300))
    body: Mapped[str] = mapped_column(Text)
    updated_at: Mapped[datetime]
    indexed_at: Mapped[datetime] = mapped_column(default=utcnow, index=True)


class SearchState(OfficeScoped, Base):
    """Up to which moment an office's texts are in the index."""

    __tablename__ = "search_state"
    __table_args__ = (UniqueConstraint("office_id"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    indexed_until: Mapped[datetime] = mapped_column()
    complete_at: Mapped[datetime] = mapped_column()


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for: every word must be there, in one of its forms; the last one may be only begun."""

    words: tuple[tuple[str, ...], ...]
    prefix: str

    @classmethod
    def read(cls, typed: str, languages: Sequence[str]) -> Query | None:
        """A query as typed by a person; None if it has no word."""
        found = [word for _start, _end, word in split_words(typed)][:MOST_WORDS]
        forms = [query_forms(word, languages) for word in found]
        kept = tuple(each for each in forms if each)
        return cls(kept, kept[-1][0]) if kept else None

    def matches(self, forms: Iterable[str]) -> bool:
        """True if a word of a document, in these forms, is one that is looked for."""
        wanted = {form for word in self.words for form in word}
        return any(form in wanted or form.startswith(self.prefix) for form in forms)


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found, best first. ``snippet`` shows the words found in their place."""

    ref: Ref
    language: str
    title: str
    body: str


def put_documents(documents: Iterable[SearchDocument]) -> int:
    """Add texts of the office in scope, or bring them up to date; returns how many."""
    count = 0
    for document in documents:
        _put(document)
        count += 1
    session().flush()
    return count


def remove_plugin(plugin: str) -> None:
    """Remove all texts of a plugin from the office in scope."""
    _remove(select(SearchEntry.id).where(SearchEntry.plugin == plugin))


def remove_unseen(since: datetime) -> None:
    """Remove texts that were not given again since a moment, because what they told of is gone."""
    _remove(select(SearchEntry.id).where(SearchEntry.indexed_at < since))


def remove_refs(refs: Iterable[Ref]) -> None:
    """Remove the texts of these things."""
    _remove(select(SearchEntry.id).where(SearchEntry.ref.in_([str(ref) for ref in refs])))


def remove_mentions(texts: Iterable[str]) -> None:
    """Remove texts that mention one of these; what may still be found is indexed again from its source."""
    mentions = [
        or_(
            SearchEntry.title.icontains(text, autoescape=True),
            SearchEntry.body.icontains(text, autoescape=True),
        )
        for text in texts
    ]
    _remove(select(SearchEntry.id).where(or_(*mentions)))


def find(query: Query, *, limit: int) -> list[Hit]:
    """The best hits in the office in scope."""
    rows = session().scalars(_matching(query).limit(limit))
    return [Hit(Ref.parse(row.ref), row.language, row.title, row.body) for row in rows]


def snippet(hit: Hit, query: Query) -> Markup:
    """The part of the text around the first word found, with every found word marked."""
    words = split_words(hit.body)
    found = [query.matches(index_forms(word, hit.language)) for _start, _end, word in words]
    if not words:
        return Markup()
    first = found.index(True) if True in found else 0
    begin = max(0, min(first - SNIPPET_WORDS // 3, len(words) - SNIPPET_WORDS))
    chosen = list(zip(words, found, strict=True))[begin : begin + SNIPPET_WORDS]
    parts, place = [Markup("… ") if begin else Markup()], chosen[0][0][0]
    for (start, end, word), is_found in chosen:
        parts.append(escape(hit.body[place:start]))
        parts.append(Markup("<mark>{}</mark>").format(word) if is_found else escape(word))
        place = end
    parts.append(Markup(" …") if begin + SNIPPET_WORDS < len(words) else escape(hit.body[place : place + 1]))
    return Markup().join(parts)


def count_entries() -> int:
    """How many texts are in the index, in the scope in force."""
    return session().scalar(select(func.count()).select_from(SearchEntry)) or 0


# --- the two engines ----------------------------------------------------------------


def _is_sqlite() -> bool:
    return session().get_bind().dialect.name == "sqlite"


def _matching(query: Query) -> Select[SearchEntry]:
    base = select(SearchEntry)
    if _is_sqlite():
        joined = base.join(_FTS5, _FTS5.c.rowid == SearchEntry.id)
        match = text("search_index MATCH :words").bindparams(words=_fts5_query(query))
        return joined.where(match).order_by(text(f"bm25(search_index, {_TITLE_WEIGHT}, 1.0)"), SearchEntry.id)
    joined = base.join(_TSVECTOR, _TSVECTOR.c.id == SearchEntry.id)
    match = text("search_index.vector @@ CAST(:words AS tsquery)").bindparams(words=_tsquery(query))
    rank = text("ts_rank(search_index.vector, CAST(:ranked AS tsquery)) DESC").bindparams(
        ranked=_tsquery(query)
    )
    return joined.where(match).order_by(rank, SearchEntry.id)


def _put(document: SearchDocument) -> None:
    ref = str(document.ref)
    row = session().scalar(select(SearchEntry).filter_by(ref=ref))
    is_new = row is None
    if row is None:
        row = SearchEntry(
            office_id=document.office_id, ref=ref, plugin=document.ref.plugin, kind=document.ref.kind
        )
        session().add(row)
    row.title, row.body = _plain(document.title)[:300], _plain(document.body)[:BODY_LIMIT]
    row.language, row.updated_at, row.indexed_at = document.language[:8], document.updated_at, utcnow()
    session().flush()
    _write_words(row, is_new=is_new)


def _write_words(row: SearchEntry, *, is_new: bool) -> None:
    title, body = _forms(row.title, row.language), _forms(row.body, row.language)
    if _is_sqlite():
        if not is_new:
            session().execute(text("DELETE FROM search_index WHERE rowid = :id"), {"id": row.id})
        session().execute(
            text("INSERT INTO search_index (rowid, title, body) VALUES (:id, :title, :body)"),
            {"id": row.id, "title": _joined(title), "body": _joined(body)},
        )
        return
    session().execute(
        text(
            "INSERT INTO search_index (id, vector) VALUES (:id, CAST(:vector AS tsvector)) "
            "ON CONFLICT (id) DO UPDATE SET vector = excluded.vector"
        ),
        {"id": row.id, "vector": _tsvector(title, body)},
    )


def _remove(ids: Select[int]) -> None:
    found = list(session().scalars(ids))
    for start in range(0, len(found), _BATCH):
        part = found[start : start + _BATCH]
        if _is_sqlite():
            gone = text("DELETE FROM search_index WHERE rowid IN :ids").bindparams(
                bindparam("ids", expanding=True)
            )
            session().execute(gone, {"ids": part})
        session().execute(delete(SearchEntry).where(SearchEntry.id.in_(part)))


def _forms(words: str, language: str) -> list[tuple[str, ...]]:
    return [index_forms(word, language) for _start, _end, word in split_words(words)]


def _joined(forms: list[tuple[str, ...]]) -> str:
    return " ".join(form for word in forms for form in word)


def _tsvector(title: list[tuple[str, ...]], body: list[tuple[str, ...]]) -> str:
    """As PostgreSQL writes it: ``'corso':1A,7 'lavoro':2``. Forms are letters and digits, so nothing needs quoting."""
    places: dict[str, list[str]] = {}
    for position, word in enumerate([*title, *body], 1):
        weight = "A" if position <= len(title) else ""
        for form in word:
            seen = places.setdefault(form, [])
            if len(seen) < _MOST_POSITIONS:
                seen.append(f"{min(position, _LAST_POSITION)}{weight}")
    return " ".join(f"'{form}':{','.join(found)}" for form, found in places.items())


def _fts5_query(query: Query) -> str:
    words = [" OR ".join(f'"{form}"' for form in word) for word in query.words]
    words[-1] += f' OR "{query.prefix}"*'
    return " AND ".join(f"({word})" for word in words)


def _tsquery(query: Query) -> str:
    words = [" | ".join(f"'{form}'" for form in word) for word in query.words]
    words[-1] += f" | '{query.prefix}':*"
    return " & ".join(f"({word})" for word in words)


def _plain(words: str) -> str:
    return unicodedata.normalize("NFC", words).replace("\x00", "")
