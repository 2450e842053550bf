"""What people can do with their video CVs: script, takes, cut, captions, consent, end."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import delete, func, select

from lms.plugin import Actor, Forbidden, Invalid, NotFound, StoredFile, _, require, session, utcnow
from plugins.portfolio.cv.service import KEEP, KEPT_FOR
from plugins.portfolio.films.captions import (
    Cue,
    from_script,
    read_captions,
    read_vtt,
    shifted,
    within,
    write_vtt,
)
from plugins.portfolio.films.forms import EditCaptions, EditFilm, EditPrompter, EditScript, NewFilm, TrimTake
from plugins.portfolio.films.models import Film, Take

MOST_FILMS = 20
MOST_TAKES = 30
PARTS = ("hello", "strengths", "proof", "wish")
PLAYABLE = frozenset({"video/webm", "video/mp4", "audio/webm", "audio/mp4"})
PURPOSE = "portfolio.video"


def find_films(actor: Actor) -> list[Film]:
    """The actor's own video CVs, the latest first. Raises Forbidden."""
    require(actor, KEEP)
    query = select(Film).filter_by(owner_id=actor.user_id).where(Film.removed_at.is_(None))
    return list(session().scalars(query.order_by(Film.updated_at.desc())))


def get_film(actor: Actor, film_id: uuid.UUID, *, with_removed: bool = False) -> Film:
    """One of the actor's own video CVs. Raises NotFound."""
    require(actor, KEEP)
    film = session().scalar(select(Film).filter_by(id=film_id, owner_id=actor.user_id))
    if film is None or (film.removed_at is not None and not with_removed):
        raise NotFound(_("This video CV is not there any more."))
    return film


def add_film(actor: Actor, command: NewFilm, *, language: str = "en") -> Film:
    """Begin a video CV. Raises Forbidden, Invalid when there are too many."""
    if len(find_films(actor)) >= MOST_FILMS:
        raise Invalid(_("You can have at most %(count)d video CVs.", count=MOST_FILMS), code="too_many")
    film = Film(owner_id=actor.user_id, title=command.title, language=language)
    session().add(film)
    session().flush()
    return film


def edit_film(actor: Actor, film_id: uuid.UUID, command: EditFilm | EditScript | EditPrompter) -> Film:
    """Change script, teleprompter, or how it is shown. Raises NotFound."""
    film = get_film(actor, film_id)
    for name in type(command).model_fields:
        setattr(film, name, getattr(command, name))
    return film


def agree(actor: Actor, film_id: uuid.UUID, *, is_agreed: bool) -> Film:
    """Note that the person wants to be recorded and shown to whom they choose, or no longer. Raises NotFound."""
    film = get_film(actor, film_id)
    film.consented_at = utcnow() if is_agreed else None
    return film


def set_poster(actor: Actor, film_id: uuid.UUID, file_id: uuid.UUID | None) -> Film:
    """The picture before it plays; who may use the file was checked by its claim. Raises NotFound."""
    film = get_film(actor, film_id)
    film.poster_id = file_id
    return film


def remove_film(actor: Actor, film_id: uuid.UUID) -> None:
    """Put a video CV away with its recordings; nobody sees it any more. Raises NotFound."""
    _put_away(get_film(actor, film_id))


def restore_film(actor: Actor, film_id: uuid.UUID) -> None:
    """Bring it back with its recordings. Raises NotFound."""
    film = get_film(actor, film_id, with_removed=True)
    removed_at, film.removed_at = film.removed_at, None
    for take, file in _takes(film, with_removed=True):
        if take.removed_at == removed_at:
            take.removed_at, file.deleted_at = None, None


# --- takes ----------------------------------------------------------------------------


def find_takes(film: Film) -> list[tuple[Take, StoredFile]]:
    """The recordings of a film whose right was checked, with their files, the best first, then the latest."""
    return [
        (take, file)
        for take, file in _takes(film)
        if take.removed_at is None and file.deleted_at is None
    ]  # fmt: skip


def get_take(actor: Actor, take_id: uuid.UUID, *, with_removed: bool = False) -> tuple[Film, Take]:
    """A recording of the actor's own. Raises NotFound."""
    take = session().scalar(select(Take).filter_by(id=take_id, owner_id=actor.user_id))
    if take is None or (take.removed_at is not None and not with_removed):
        raise NotFound(_("This recording is not there any more."))
    return get_film(actor, take.film_id), take


def known_take(actor: Actor, film_id: uuid.UUID, key: str) -> Take | None:
    """The recording that its browser named so, if it has arrived before. Raises NotFound."""
    film = get_film(actor, film_id)
    return session().scalar(select(Take).filter_by(film_id=film.id, key=key))


def add_take(
    actor: Actor, film_id: uuid.UUID, file: StoredFile, *, key: str = "", duration_ms: int = 0
) -> Take:
    """Add a recording; the first one is the best until another is chosen.

    Raises NotFound, Forbidden without the person's consent, Invalid for what browsers do not play.
    """
    film = get_film(actor, film_id)
    if film.consented_at is None:
        raise Forbidden(_("Say first that you want to be recorded."), code="no_consent")
    if file.media_type not in PLAYABLE:
        raise Invalid(
            _("Browsers do not all play this kind of video. Please record here, or send MP4 or WebM."),
            code="wrong_type",
        )
    rows = [take for take, _file in find_takes(film)]
    if len(rows) >= MOST_TAKES:
        raise Invalid(_("You can keep at most %(count)d recordings.", count=MOST_TAKES), code="too_many")
    number = session().scalar(select(func.max(Take.number)).filter_by(film_id=film.id)) or 0
    take = Take(
        owner_id=actor.user_id, film_id=film.id, file_id=file.id, key=key or uuid.uuid4().hex, number=number + 1, duration_ms=duration_ms,
        is_best=not any(row.is_best for row in rows),
    )  # fmt: skip
    session().add(take)
    session().flush()
    film.updated_at = utcnow()
    return take


def choose_take(actor: Actor, take_id: uuid.UUID) -> Film:
    """Say which recording is the best: the one that is shown. Raises NotFound."""
    film, chosen = get_take(actor, take_id)
    for take in session().scalars(select(Take).filter_by(film_id=film.id)):
        take.is_best = take.id == chosen.id
    film.updated_at = utcnow()
    return film


def trim_take(actor: Actor, take_id: uuid.UUID, command: TrimTake) -> Take:
    """Say what is played of a recording; the file stays as it is. Raises NotFound, Invalid."""
    _film, take = get_take(actor, take_id)
    starts, ends = round(command.starts * 1000), None if command.ends is None else round(command.ends * 1000)
    if take.duration_ms and starts >= take.duration_ms:
        raise Invalid(
            _("The recording is shorter than that."), fields={"starts": _("The recording is shorter than that.")}
        )  # fmt: skip
    if ends is not None and take.duration_ms:
        ends = min(ends, take.duration_ms)
    take.starts_ms, take.ends_ms = starts, ends
    return take


def make_captions(actor: Actor, take_id: uuid.UUID) -> Take:
    """Captions from the script, over the length of the film. Raises NotFound, Invalid without a script."""
    film, take = get_take(actor, take_id)
    parts = [getattr(film, name) for name in PARTS]
    words = sum(len(part.split()) for part in parts)
    if not words:
        raise Invalid(_("Write your script first. Captions are made from it."))
    ends = end_of(take) or take.starts_ms + words * 60_000 // film.pace
    take.captions = write_vtt(from_script(parts, take.starts_ms, ends))
    return take


def save_captions(actor: Actor, take_id: uuid.UUID, command: EditCaptions) -> Take:
    """Captions as somebody wrote them, on the time of the trimmed film. Raises NotFound, Invalid."""
    _film, take = get_take(actor, take_id)
    take.captions = write_vtt(shifted(read_captions(command.lines), take.starts_ms))
    return take


def remove_take(actor: Actor, take_id: uuid.UUID) -> Film:
    """Put a recording away; its place is free at once. Raises NotFound."""
    film, take = get_take(actor, take_id)
    take.removed_at = utcnow()
    was_best, take.is_best = take.is_best, False
    _set_deleted([take], is_deleted=True)
    rest = find_takes(film)
    if was_best and rest:
        rest[0][0].is_best = True
    return film


def restore_take(actor: Actor, take_id: uuid.UUID) -> Film:
    """Bring a recording back. Raises NotFound."""
    film, take = get_take(actor, take_id, with_removed=True)
    take.removed_at = None
    _set_deleted([take], is_deleted=False)
    take.is_best = not any(row.is_best for row, _file in find_takes(film) if row.id != take.id)
    return film


# --- what is played -------------------------------------------------------------------


def end_of(take: Take) -> int | None:
    """Where the film ends, in milliseconds of the recording; None if that is not known."""
    return take.ends_ms or take.duration_ms or None


def cues_of(take: Take) -> list[Cue]:
    """Captions of the film, on the time of the trimmed film."""
    return shifted(within(read_vtt(take.captions), take.starts_ms, take.ends_ms), -take.starts_ms)


def vtt_of(file_id: uuid.UUID) -> str:
    """Captions for a player of a file whose right was checked, on the time of the whole file. Raises NotFound."""
    take = session().scalar(select(Take).filter_by(file_id=file_id).where(Take.removed_at.is_(None)))
    if take is None:
        raise NotFound(_("There are no captions."))
    return write_vtt(within(read_vtt(take.captions), take.starts_ms, take.ends_ms)) or "WEBVTT\n"


def problem_of(film: Film, takes: Sequence[tuple[Take, StoredFile]], today: date) -> str:
    """Why others do not see a film, in words; empty if they may."""
    if film.consented_at is None:
        return _("You have not agreed yet that it is shown.")
    if film.expires_on is not None and film.expires_on < today:
        return _("Its last day is over.")
    if film.variant == "text":
        return "" if any(getattr(film, name) for name in PARTS) else _("The script is still empty.")
    if shown_take(film, takes) is None:
        return _("There is no recording to show yet.")
    return ""


def shown_take(film: Film, takes: Sequence[tuple[Take, StoredFile]]) -> tuple[Take, StoredFile] | None:
    """The recording that others get: the best one, of sound alone where sound alone is shown."""
    if film.variant == "text":
        return None
    fitting = [
        (take, file) for take, file in takes if film.variant == "video" or file.media_type.startswith("audio/")
    ]  # fmt: skip
    return fitting[0] if fitting else None


def films_shown(
    owner_id: uuid.UUID, film_ids: Sequence[uuid.UUID]
) -> dict[uuid.UUID, tuple[Film, list[tuple[Take, StoredFile]]]]:
    """Films of a person with their recordings, in two queries, for pages whose right was checked."""
    query = select(Film).where(Film.owner_id == owner_id, Film.id.in_(film_ids), Film.removed_at.is_(None))
    found: dict[uuid.UUID, tuple[Film, list[tuple[Take, StoredFile]]]] = {}
    if film_ids:
        found = {film.id: (film, []) for film in session().scalars(query)}
    if found:
        rules = (Take.film_id.in_(found), Take.removed_at.is_(None), StoredFile.deleted_at.is_(None))
        for take, file in _rows(*rules):
            found[take.film_id][1].append((take, file))
    return found


def forget_removed() -> int:
    """Put away what has ended, and delete for good what was put away long ago, in the office in scope."""
    for film in session().scalars(
        select(Film).where(Film.removed_at.is_(None), Film.expires_on < utcnow().date())
    ):
        _put_away(film)
    old, gone = utcnow() - KEPT_FOR, 0
    for model in (Take, Film):
        gone += len(session().scalars(delete(model).where(model.removed_at < old).returning(model.id)).all())
    return gone


def _put_away(film: Film) -> None:
    film.removed_at = utcnow()
    for take, file in find_takes(film):
        take.removed_at = file.deleted_at = film.removed_at


def _set_deleted(takes: Sequence[Take], *, is_deleted: bool) -> None:
    ids = [take.file_id for take in takes if take.file_id]
    for file in session().scalars(select(StoredFile).where(StoredFile.id.in_(ids))):
        file.deleted_at = utcnow() if is_deleted else None


def _takes(film: Film, *, with_removed: bool = False) -> list[tuple[Take, StoredFile]]:
    rules = [Take.film_id == film.id] + ([] if with_removed else [Take.removed_at.is_(None)])
    return _rows(*rules)


def _rows(*rules: Any) -> list[tuple[Take, StoredFile]]:
    query = select(Take, StoredFile).join(StoredFile, StoredFile.id == Take.file_id).where(*rules)
    rows = session().execute(query.order_by(Take.is_best.desc(), Take.number.desc()))
    return [(take, file) for take, file in rows]
