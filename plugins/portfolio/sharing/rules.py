"""Rules of the office for sharing: who may be public, who may be chosen."""

from __future__ import annotations

import uuid
from datetime import date

from lms.plugin import (
    Actor,
    Conflict,
    Forbidden,
    Invalid,
    _,
    directory,
    find_members,
    get_settings,
    groups_of,
    utcnow,
)
from plugins.portfolio.cv.service import find_person
from plugins.portfolio.sharing.forms import PortfolioSettings, ShareWith


def check_rules(actor: Actor, office_id: uuid.UUID, command: ShareWith) -> None:
    """Whether the actor may share like that in an office. Raises Forbidden, Invalid, Conflict."""
    settings = get_settings(directory().get(office_id), "portfolio", PortfolioSettings)
    if command.audience == "public" and (reason := public_refusal(actor.user_id, office_id, utcnow().date())):
        raise Forbidden(reason)
    if command.audience == "link" and not settings.allows_links:
        raise Forbidden(_("Your office does not allow secret links."))
    if command.audience == "person":
        if command.person_id is None or command.person_id not in find_members(actor, [command.person_id]):
            text = _("Choose a person of your office.")
            raise Invalid(text, fields={"person_id": text})
        if command.person_id == actor.user_id:
            raise Conflict(_("You see it anyway."))
    if command.audience == "group" and command.group_id not in {
        group.id for group in groups_of(actor.user_id)
    }:
        text = _("Choose a group that you are in.")
        raise Invalid(text, fields={"group_id": text})


def public_refusal(owner_id: uuid.UUID, office_id: uuid.UUID, today: date) -> str:
    """Why a person may not be public in an office, in words; empty if they may."""
    settings = get_settings(directory().get(office_id), "portfolio", PortfolioSettings)
    if not settings.allows_public:
        return _("Your office does not allow public pages.")
    if not settings.public_age:
        return ""
    person = find_person(owner_id)
    age = age_on(person.birth_date if person else "", today)
    if age is None:
        return _(
            "Public pages are for people of %(age)d years and more. Write your date of birth under “About you”; it is shown nowhere.",
            age=settings.public_age,
        )
    if age < settings.public_age:
        return _(
            "Public pages are for people of %(age)d years and more. Share your page by a link instead, together with your counsellor.",
            age=settings.public_age,
        )
    return ""


def age_on(birth_date: str, today: date) -> int | None:
    """Whole years on a day; of a partial date, the youngest age that it allows. None if there is no date."""
    if not birth_date:
        return None
    parts = [int(part) for part in birth_date.split("-")]
    year, month, day = (*parts, *(12, 31)[len(parts) - 1 :])[:3]
    return today.year - year - ((today.month, today.day) < (month, day))
