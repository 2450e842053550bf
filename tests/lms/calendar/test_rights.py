"""What a person's data in the calendar and in notifications become when they take it along or leave."""

from __future__ import annotations

from sqlalchemy import select

from lms.access.actor import system_actor
from lms.calendar import feeds
from lms.calendar import hooks as calendar
from lms.calendar.models import CalendarFeed, CalendarItem
from lms.demo import World
from lms.hooks.contributions import ErasurePolicy
from lms.notifications import hooks as notifications
from lms.notifications.models import Notification
from lms.store.base import session
from lms.store.scope import all_offices
from lms.store.uow import unit_of_work
from tests.lms.files.test_keeping import Archive


def test_a_person_takes_dates_and_notifications_along(world: World) -> None:
    with world.inside("siena"):
        feeds.create_feed(world.actor("head"))
    archive = Archive()
    calendar.export_user(world.people["head"].id, archive)  # type: ignore[arg-type]
    notifications.export_user(world.people["trainee"].id, archive)  # type: ignore[arg-type]
    assert len(archive.sections["calendar_feeds"]) == 1
    assert archive.sections["calendar_items"]
    assert archive.sections["notifications"]


def test_erasure_ends_feeds_and_keeps_the_dates_without_the_name(world: World) -> None:
    policy = ErasurePolicy(system_actor().user_id, "asked for")
    head, trainee = world.people["head"].id, world.people["trainee"].id
    with world.inside("siena"):
        feeds.create_feed(world.actor("head"))
    with unit_of_work():
        calendar.erase_user(head, policy)
        notifications.erase_user(trainee, policy)
    with all_offices("a test"):
        assert session().scalar(select(CalendarFeed.id).filter_by(user_id=head)) is None
        assert session().scalar(select(CalendarItem.id).filter_by(created_by_id=head)) is None
        assert session().scalar(select(CalendarItem.id).filter_by(title="Ufficio chiuso")) is not None
    assert session().scalar(select(Notification.id).filter_by(user_id=trainee)) is None
