"""Every main page of the core, by who opens it. Names in braces are filled from the demo world."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from lms.accounts.models import User
from lms.activities.models import Activity
from lms.calendar.models import CalendarItem
from lms.groups.models import Group
from lms.notifications.models import Notification
from lms.store.base import session
from lms.store.files import StoredFile
from lms.store.scope import all_offices
from tests.serving import Installation

# Paths inside the person's office; one that starts with // is outside of any office.
PAGES: Mapping[str, tuple[str, ...]] = {
    "": (
        "///", "/", "/sign-in", "/sign-in/code", "/sign-in/passkey", "/password", "/register", "/no-such-page",
    ),
    "trainee": (
        "/", "/activities/", "/activities/{activity}", "/calendar", "/calendar?view=list", "/calendar/items/{date}",
        "/calendar/feed", "/lounge", "/files", "/files/{file}", "/notifications", "/notifications/preferences",
        "/search", "/search?q=lavoro", "/profile", "/profile/security", "/profile/authenticator", "/profile/email",
        "/profile/password", "/privacy/", "/links", "/tutoring", "/no-such-page",
    ),
    "trainer": (
        "/activities/new", "/activities/{activity}/edit", "/activities/{activity}/rules", "/activities/{activity}/people",
        "/calendar/items/new", "/lounge", "/links/new",
    ),
    "tutor": ("/tutoring", "/tutoring/hours"),
    "head": (
        "/", "/people", "/people/{person}", "/people/waiting", "/people/invite", "/people/import", "/groups",
        "/groups/{group}", "/admin/brand", "/admin/parts", "/admin/roles", "/admin/report", "/admin/audit",
    ),
    "operator": ("///operator/", "///operator/jobs", "///operator/mail", "///operator/offices", "///_mail", "///_ui"),
}  # fmt: skip

CASES = [(role, path) for role, paths in PAGES.items() for path in paths]


def find_things(installation: Installation) -> dict[str, str]:
    """Ids for the names in braces: things of the first office that its trainee may see."""
    with installation.app.app_context(), all_offices("looking for things to open"):
        trainee = installation.user_id("trainee")
        office = installation.world.office("siena").id
        queries = {
            "activity": select(Activity.id).where(
                Activity.office_id == office, Activity.state == "published"
            ),
            "date": select(CalendarItem.id).where(CalendarItem.office_id == office),
            "file": select(StoredFile.id).where(
                StoredFile.owner_id == trainee, StoredFile.deleted_at.is_(None)
            ),
            "group": select(Group.id).where(Group.office_id == office),
            "person": select(User.id).where(User.id == trainee),
            "notification": select(Notification.id).where(Notification.user_id == trainee),
        }
        found = {name: str(session().scalars(query.limit(1)).first()) for name, query in queries.items()}
        session().rollback()
    return found
