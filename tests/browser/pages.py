"""Every main page of the core, by who opens it. Names in braces are filled from the demo world."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from lms.accounts.models import User
from lms.activities.models import Activity, Enrolment
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
        "///", "/", "/sign-in", "/sign-in/code", "/sign-in/passkey", "/password", "/register", "/no-such-page", "/courses/verify",
    ),
    "trainee": (
        "/", "/activities/", "/activities/{activity}", "/calendar", "/calendar?view=list", "/calendar/items/{date}",
        "/calendar/feed", "/lounge", "/files", "/files/{file}", "/notifications", "/notifications/preferences",
        "/search", "/search?q=lavoro", "/profile", "/profile/security", "/profile/authenticator", "/profile/email",
        "/profile/password", "/privacy/", "/links", "/no-such-page",
        "/courses/", "/courses/?show=mine", "/courses/{course}", "/courses/{course}?why=1", "/courses/{course}/notes",
        "/courses/step/{step}", "/courses/certificates", "/webinar/", "/webinar/{meeting}", "/portfolio/map",
        "/portfolio/map/career/strengths.know",
        "/profile/password", "/privacy/", "/links", "/tutoring", "/no-such-page",
    ),
    "trainer": (
        "/activities/new", "/activities/{activity}/edit", "/activities/{activity}/rules", "/activities/{activity}/people",
        "/calendar/items/new", "/lounge", "/links/new", "/courses/new", "/courses/import", "/courses/{course}/edit",
        "/courses/{course}/about", "/courses/{course}/rules", "/courses/{course}/people", "/courses/{course}/people/{person}",
        "/courses/{course}/grading", "/courses/{course}/issued", "/courses/step/{step}/settings", "/courses/page/{page}",
        "/courses/page/{page}/versions", "/courses/submission/{submission}", "/courses/{course}?as=trainee",
        "/webinar/new", "/webinar/{meeting}/edit", "/webinar/{meeting}/attendance", "/webinar/{meeting}/guests",
        "/webinar/{meeting}/slides", "/webinar/{meeting}/agenda/", "/webinar/{meeting}/polls/", "/webinar/{meeting}/questions/",
    ),
    "tutor": ("/tutoring", "/tutoring/hours", "/tutoring/desk", "/tutoring/desk/replies"),
    "head": (
        "/", "/people", "/people/{person}", "/people/waiting", "/people/invite", "/people/import", "/groups",
        "/groups/{group}", "/admin/brand", "/admin/parts", "/admin/roles", "/admin/report", "/admin/audit",
        "/tutoring/report", "/tutoring/desk/overview", "/portfolio/map/frameworks",
    ),
    "operator": ("///operator/", "///operator/jobs", "///operator/mail", "///operator/offices", "///_mail", "///_ui"),
}  # fmt: skip

CASES = [(role, path) for role, paths in PAGES.items() for path in paths]


def find_things(installation: Installation) -> dict[str, str]:
    """Ids for the names in braces: things of the first office that its trainee may see."""
    with installation.app.app_context(), all_offices("looking for things to open"):
        trainee = installation.user_id("trainee")
        office = installation.world.office("siena").id
        tables = Activity.metadata.tables
        pages, submissions = tables["courses_page"], tables["courses_submission"]
        course = (
            select(Activity.id)
            .join(Enrolment, Enrolment.activity_id == Activity.id)
            .where(Activity.office_id == office, Activity.type == "course", Enrolment.user_id == trainee)
        )
        step = select(Activity.id).where(
            Activity.parent_id == course.limit(1).scalar_subquery(),
            Activity.type == "page",
            Activity.position == 0,
        )
        queries = {
            "course": course,
            "step": step,
            "page": select(pages.c.id).where(pages.c.activity_id == step.limit(1).scalar_subquery()),
            "submission": select(submissions.c.id).where(
                submissions.c.state == "submitted", submissions.c.office_id == office
            ),
            "activity": select(Activity.id).where(
                Activity.office_id == office, Activity.state == "published"
            ),
            "meeting": select(Activity.id).where(
                Activity.office_id == office, Activity.type == "webinar", Activity.starts_at.is_not(None)
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
