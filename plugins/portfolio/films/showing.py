"""A video CV as its readers get it: on a page, or on the public card."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from lms.plugin import StoredFile, utcnow
from plugins.portfolio.films.forms import PART_TITLES
from plugins.portfolio.films.models import Film, Take
from plugins.portfolio.films.service import cues_of, end_of, problem_of, shown_take

FoundFilm = tuple[Film, list[tuple[Take, StoredFile]]]
Address = Callable[[uuid.UUID], str]


def film_values(found: FoundFilm | None, address: Address, captions: Address) -> Mapping[str, Any]:
    """What a template needs to play it; only ``problem``, in words for its owner, while others do not see it."""
    if found is None:
        return {}
    film, takes = found
    problem = problem_of(film, takes, utcnow().date())
    if problem:
        return {"problem": problem}
    values = {"film": film, "parts": [(title, getattr(film, name)) for name, title in PART_TITLES.items()]}
    chosen = shown_take(film, takes)
    if chosen is None:
        return values
    take, file = chosen
    return values | {
        "take": take, "file": file, "url": address(file.id), "cues": cues_of(take), "starts": take.starts_ms / 1000, "ends": (end_of(take) or 0) / 1000,
        "poster_url": address(film.poster_id) if film.poster_id else "", "captions_url": captions(file.id) if take.captions else "",
    }  # fmt: skip


def files_of(values: Mapping[str, Any]) -> list[uuid.UUID]:
    """The files that readers get with it: the recording, and the picture before it plays."""
    return (
        [each for each in (values["file"].id, values["film"].poster_id) if each] if "file" in values else []
    )
