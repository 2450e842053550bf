"""Who at the desk can help with what: topics and languages of the tutors' weeks, and of those who ask."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import or_, select

from lms.plugin import session, utcnow
from plugins.tutoring.models import Pattern, QueuePlace


@dataclass(frozen=True, slots=True)
class Offer:
    """What a tutor offers: topics ("" among them: any) and languages ("" among them: any)."""

    topics: frozenset[str]
    languages: frozenset[str]

    def fits(self, subject: str, language: str) -> bool:
        """True if this tutor can help somebody who asks about that, in that language; empty: either is all the same."""
        is_about = not subject or bool({"", subject} & self.topics)
        return is_about and (not language or bool({"", language} & self.languages))


EVERYTHING = Offer(frozenset({""}), frozenset({""}))
"""Of a tutor without hours of their own, who helps whoever waits."""


def find_offers() -> dict[uuid.UUID, Offer]:
    """What each tutor of the office in scope offers, from their weeks."""
    yesterday = utcnow().date() - timedelta(days=1)
    query = select(Pattern.tutor_id, Pattern.topic, Pattern.language).where(
        or_(Pattern.last_day.is_(None), Pattern.last_day >= yesterday)
    )
    lines: dict[uuid.UUID, list[tuple[str, str]]] = {}
    for tutor_id, topic, language in session().execute(query):
        lines.setdefault(tutor_id, []).append((topic, language))
    return {
        tutor_id: Offer(frozenset(topic for topic, _ in found), frozenset(language for _, language in found))
        for tutor_id, found in lines.items()
    }


def subjects_of(offers: Mapping[uuid.UUID, Offer]) -> list[str]:
    """The topics from which somebody can choose, in order."""
    return sorted({topic for offer in offers.values() for topic in offer.topics} - {""})


def languages_of(offers: Mapping[uuid.UUID, Offer]) -> list[str]:
    """The languages from which somebody can choose; nothing where there is but one."""
    found = sorted({language for offer in offers.values() for language in offer.languages} - {""})
    return found if len(found) > 1 else []


def who_fits(
    offers: Mapping[uuid.UUID, Offer], tutor_ids: Collection[uuid.UUID], place: QueuePlace
) -> set[uuid.UUID]:
    """Those of the tutors who can help the person of a place."""
    return {
        tutor_id
        for tutor_id in tutor_ids
        if offers.get(tutor_id, EVERYTHING).fits(place.subject, place.language)
    }


def order_for(
    tutor_id: uuid.UUID,
    places: Sequence[QueuePlace],
    offers: Mapping[uuid.UUID, Offer],
    here: Collection[uuid.UUID],
) -> list[QueuePlace]:
    """Whom "the next person" means for a tutor: who asks for what they offer, then whom nobody else at the desk fits.

    The order among each stays. Who waits for a colleague that is at the desk is left to that colleague. Pure.
    """
    others = set(here) - {tutor_id}
    own = [place for place in places if who_fits(offers, [tutor_id], place)]
    rest = [place for place in places if place not in own and not who_fits(offers, others, place)]
    return own + rest
