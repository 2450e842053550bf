"""Video CVs in Leap2A: an entry with the script, its recordings and picture as resources that are parts of it.

Other programs read words and files; what Leap2A has no word for (cut, captions, best take, teleprompter) stands in
elements of our own beside them. That somebody agreed to be recorded is only true where they said it, and stays behind.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from html import escape
from xml.etree.ElementTree import Element

from sqlalchemy import func, select

from lms.plugin import Actor, Invalid, StoredFile, _, session
from plugins.portfolio.films import service
from plugins.portfolio.films.captions import LONGEST_MS, read_captions, write_vtt
from plugins.portfolio.films.forms import LANGUAGES, PART_TITLES, NewFilm
from plugins.portfolio.films.models import TEXT_SIZES, VARIANTS, Film, Take

OWN = "urn:contrada:portfolio#"
"""Where our own words stand: the section of a CV entry, its columns that Leap2A has no word for, and films."""
_SHORTEST_PACE, _LONGEST_PACE = 60, 220
_LONGEST_PART = 1500


@dataclass
class LeapFilm:
    """What our own element of a film, a take or a picture says: its attributes, and texts by name."""

    kind: str
    said: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FilmEntry:
    """A film, a recording or a picture as an entry of the feed."""

    key: uuid.UUID
    title: str
    kind: str
    html: str
    own: LeapFilm
    parts: tuple[uuid.UUID, ...] = ()
    parent: uuid.UUID | None = None
    file: StoredFile | None = None


def film_entries(actor: Actor, files: Mapping[uuid.UUID, StoredFile]) -> Iterator[FilmEntry]:
    """Everything of the actor's films; ``files`` are those that come along. Raises Forbidden."""
    for film in service.find_films(actor):
        takes = [(take, file) for take, file in service.find_takes(film) if file.id in files]
        poster = files.get(film.poster_id) if film.poster_id else None
        parts = tuple(take.id for take, _file in takes) + ((poster.id,) if poster else ())
        yield FilmEntry(film.id, film.title, "entry", _script_html(film), _film_words(film), parts)
        for take, file in takes:
            title = _("Recording %(number)d", number=take.number)
            yield FilmEntry(take.id, title, "resource", "", _take_words(take), parent=film.id, file=file)
        if poster is not None:
            yield FilmEntry(poster.id, poster.name, "resource", "", LeapFilm("poster"), parent=film.id, file=poster)  # fmt: skip


def read_own_film(node: Element) -> LeapFilm:
    """Our own element as read; nothing of it is believed until it is taken over."""
    name = node.tag.rpartition("}")[2]
    texts = {child.tag.rpartition("}")[2]: child.text or "" for child in node}
    return LeapFilm(name, dict(node.attrib), texts)


def take_film(
    actor: Actor,
    title: str,
    own: LeapFilm,
    parts: Sequence[tuple[LeapFilm, StoredFile]],
    twin: uuid.UUID | None,
) -> Film:
    """Make a film of an offer, or put its script in the place of one's own and add its recordings. Raises Invalid."""
    film = (
        service.get_film(actor, twin) if twin else service.add_film(actor, NewFilm(title=title[:160] or "–"))
    )
    for name in PART_TITLES:
        setattr(film, name, own.texts.get(name, "")[:_LONGEST_PART])
    said = own.said
    film.variant = said["variant"] if said.get("variant") in VARIANTS else "video"
    film.text_size = said["text_size"] if said.get("text_size") in TEXT_SIZES else "medium"
    film.language = said["language"] if said.get("language") in dict(LANGUAGES) else film.language
    film.pace = min(max(_number(said.get("pace")) or film.pace or 130, _SHORTEST_PACE), _LONGEST_PACE)
    film.expires_on = _day(said.get("expires_on", ""))
    for words, file in parts:
        if words.kind == "poster" and file.family == "image":
            film.poster_id = file.id
        elif words.kind == "take" and file.media_type in service.PLAYABLE:
            _add_take(actor, film, words, file)
    return film


def _add_take(actor: Actor, film: Film, words: LeapFilm, file: StoredFile) -> None:
    said = words.said
    key = said["key"] if len(said.get("key", "")) == len(uuid.uuid4().hex) else uuid.uuid4().hex
    if session().scalar(select(Take.id).filter_by(film_id=film.id, key=key)) is not None:
        return
    number = session().scalar(select(func.max(Take.number)).filter_by(film_id=film.id)) or 0
    has_best = session().scalar(select(Take.id).filter_by(film_id=film.id, is_best=True)) is not None
    starts, ends = _number(said.get("starts_ms")) or 0, _number(said.get("ends_ms"))
    if ends is not None and ends <= starts:
        starts, ends = 0, None
    take = Take(
        owner_id=actor.user_id, film_id=film.id, file_id=file.id, key=key, number=max(number + 1, _number(said.get("number")) or 0),
        duration_ms=_number(said.get("duration_ms")) or 0, starts_ms=starts, ends_ms=ends, captions=_captions(words.texts.get("captions", "")),
        is_best=said.get("is_best") == "1" and not has_best,
    )  # fmt: skip
    session().add(take)
    session().flush()


def _film_words(film: Film) -> LeapFilm:
    said = {name: str(getattr(film, name)) for name in ("variant", "language", "pace", "text_size")}
    said |= {"expires_on": film.expires_on.isoformat()} if film.expires_on else {}
    return LeapFilm("film", said, {name: getattr(film, name) for name in PART_TITLES if getattr(film, name)})


def _take_words(take: Take) -> LeapFilm:
    said = {name: str(getattr(take, name)) for name in ("key", "number", "duration_ms", "starts_ms")}
    said |= {"ends_ms": str(take.ends_ms)} if take.ends_ms is not None else {}
    said |= {"is_best": "1"} if take.is_best else {}
    return LeapFilm("take", said, {"captions": take.captions} if take.captions else {})


def _script_html(film: Film) -> str:
    said = [(title, getattr(film, name)) for name, title in PART_TITLES.items() if getattr(film, name)]
    return "".join(f"<h3>{escape(str(title))}</h3><p>{escape(text)}</p>" for title, text in said)


def _number(text: str | None) -> int | None:
    """A number of milliseconds, words or takes that could be true; None for anything else."""
    if text is None or not (text.isascii() and text.isdecimal()) or len(text) > len(str(LONGEST_MS)):
        return None
    return min(int(text), LONGEST_MS)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _captions(text: str) -> str:
    try:
        return write_vtt(read_captions(text[:100_000])) if text else ""
    except Invalid:
        return ""
