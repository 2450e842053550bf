"""What the lounge gives to the rest. What people write there is declared, exported and erased by ``lms.live.hooks``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from flask import Blueprint, url_for

from lms.access.actor import Actor
from lms.hooks.contributions import DashboardCard, JobSpec, NavItem, Permission
from lms.hooks.specs import hookimpl
from lms.live.namespaces import LiveNamespace
from lms.lounge import service
from lms.lounge.demo import ANNOUNCEMENTS
from lms.lounge.forms import PostAnnouncement
from lms.lounge.sockets import LoungeNamespace
from lms.lounge.views import blueprint
from lms.text import lazy_gettext as _l

if TYPE_CHECKING:
    from lms.demo import World

ON_CARD = 3


@hookimpl
def permissions() -> Sequence[Permission]:
    """Who may announce."""
    staff = frozenset({"head", "trainer", "counsellor", "tutor"})
    return [Permission(service.ANNOUNCE, _l("Post announcements to the whole office"), staff)]  # type: ignore[arg-type]  # literals in a frozenset


@hookimpl
def blueprints() -> Sequence[Blueprint]:
    """The page."""
    return [blueprint]


@hookimpl
def socket_namespaces() -> Sequence[LiveNamespace]:
    """The live side of it; a new one for each application."""
    return [LoungeNamespace()]


@hookimpl
def jobs() -> Sequence[JobSpec]:
    """Telling the members of a new announcement."""
    return [JobSpec("tell", service.tell_members, _l("Tell members of an announcement"))]


@hookimpl
def nav_items(actor: Actor) -> Sequence[NavItem]:
    """For members."""
    if not actor.is_member or actor.office_id is None:
        return []
    return [NavItem(_l("Lounge"), url_for("lounge.room"), "megaphone", priority=60)]


@hookimpl
def dashboard_cards(actor: Actor) -> Sequence[DashboardCard]:
    """The latest announcements and who is here."""
    if not actor.is_member or actor.office_id is None:
        return []
    context = {
        "announcements": service.find_announcements(actor, ON_CARD),
        "people": service.find_people_here(actor),
    }
    return [DashboardCard("lounge/card.html", context, priority=40)]


@hookimpl
def demo_data(world: World) -> None:
    """Announcements of half a year in each demo office."""
    for slug, lines in ANNOUNCEMENTS.items():
        with world.inside(slug):
            for number, line in enumerate(lines):
                service.post_announcement(
                    world.actor(line.author),
                    PostAnnouncement(text=line.text),
                    f"demo-lounge-{number}",
                    at=min(world.moment(line.days_ago, line.hour), world.now),
                )
