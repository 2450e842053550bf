"""Who is told what, where and when, and how they end it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.accounts.models import User
from lms.demo import World
from lms.errors import NotFound
from lms.notifications import mailing, service
from lms.notifications.models import Notification
from lms.notifications.service import Choice, notify
from lms.store.base import session
from lms.store.uow import unit_of_work
from lms.testing import SignIn, count_queries
from lms.text import lazy_gettext as _l
from lms.work.models import Mail
from lms.work.worker import run_due_jobs


def tell(
    world: World,
    kind: str = "enrolled",
    *,
    to: str = "trainee",
    key: str | None = None,
    at: datetime | None = None,
) -> None:
    with world.inside("siena"):
        notify(world.people[to].id, kind, title="Hai un posto", url="/o/siena/activities", key=key, at=at)


def mails(world: World, to: str = "trainee") -> list[Mail]:
    session().rollback()
    return list(
        session().scalars(select(Mail).filter_by(to=world.people[to].email).order_by(Mail.created_at))
    )


def test_a_person_is_told_at_once_by_mail_and_once_only(world: World, app: Flask) -> None:
    run_due_jobs(app)  # what the demo's people are still to be told
    before = len(mails(world))
    for _time in range(2):
        tell(world, key="place-1")
        run_due_jobs(app)
    sent = mails(world)
    assert len(sent) == before + 1
    assert sent[-1].subject == "Hai un posto"
    assert "/o/siena/activities" in sent[-1].text
    assert sent[-1].list_unsubscribe


def test_texts_are_said_in_the_language_of_the_person(world: World) -> None:
    with world.inside("siena"):
        told = notify(world.people["trainee"].id, "enrolled", title=_l("Calendar"))
        assert told is not None
        assert told.title in {"Calendario", "Calendar"}


def test_a_kind_that_nobody_declared_is_refused(world: World) -> None:
    with pytest.raises(NotFound):
        tell(world, "nonsense")


def test_whoever_wants_nothing_gets_nothing(world: World, app: Flask) -> None:
    with unit_of_work():
        service.save_choices(world.people["trainee"].id, {"enrolled": Choice(False, "never")})
    run_due_jobs(app)
    count = service.unread_count(world.actor("trainee"))
    before = len(mails(world))
    tell(world)
    run_due_jobs(app)
    assert service.unread_count(world.actor("trainee")) == count
    assert len(mails(world)) == before


MORNING = datetime(2026, 12, 1, 8, 5, tzinfo=UTC)


def digest_for(world: World, zone: str, now: datetime) -> int:
    with unit_of_work():
        session().get_one(User, world.people["trainee"].id).zone = zone
    before = len(mails(world))
    mailing.send_digests(now)
    return len(mails(world)) - before


@pytest.mark.parametrize(
    ("zone", "now", "sent"),
    [
        ("Europe/London", MORNING, 1),
        ("Europe/London", MORNING - timedelta(minutes=10), 0),
        ("America/New_York", MORNING, 0),
        ("America/New_York", MORNING + timedelta(hours=5), 1),
        ("Asia/Kathmandu", MORNING - timedelta(hours=5, minutes=45), 1),
    ],
)
def test_the_daily_mail_comes_at_eight_where_the_person_lives(
    world: World, zone: str, now: datetime, sent: int
) -> None:
    tell(world, "announcement", at=MORNING - timedelta(hours=20))
    assert digest_for(world, zone, now) == sent
    assert not sent or digest_for(world, zone, now + timedelta(minutes=15)) == 0


def test_what_was_read_is_not_mailed(world: World) -> None:
    tell(world, "announcement", at=MORNING - timedelta(hours=20))
    with unit_of_work():
        service.mark_all_read(world.actor("trainee"))
    assert digest_for(world, "Europe/London", MORNING) == 0


def test_one_click_ends_the_messages_for_somebody_signed_out(
    world: World, app: Flask, client: FlaskClient
) -> None:
    tell(world)
    run_due_jobs(app)
    link = mails(world)[-1].list_unsubscribe or ""
    path = re.sub(r"^https?://[^/]+", "", link)
    assert client.get(path).status_code == 200
    assert service.get_choices(world.people["trainee"].id)["enrolled"].by_mail == "at_once"
    answer = client.post(path, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    session().rollback()
    assert service.get_choices(world.people["trainee"].id)["enrolled"].by_mail == "never"
    client.post(path, data={"again": "1"})
    session().rollback()
    assert service.get_choices(world.people["trainee"].id)["enrolled"].by_mail == "at_once"


def test_a_forged_link_ends_nothing(client: FlaskClient) -> None:
    assert client.post("/notifications/unsubscribe/WyJ4IiwiZGlnZXN0Il0.forged").status_code == 404


def test_a_person_reads_follows_and_clears_their_notifications(world: World, sign_in: SignIn) -> None:
    browser = sign_in("trainee")
    tell(world)
    assert b"Hai un posto" in browser.get("/o/siena/notifications").data
    told = session().scalars(select(Notification).filter_by(title="Hai un posto")).one()
    answer = browser.get(f"/o/siena/notifications/{told.id}")
    assert answer.headers["Location"] == "/o/siena/activities"
    page = browser.post("/o/siena/notifications/read-all", follow_redirects=True)
    assert service.unread_count(world.actor("trainee")) == 0
    moment = re.search(rb'name="moment" value="([^"]+)"', page.data)
    assert moment is not None
    browser.post("/o/siena/notifications/undo-read-all", data={"moment": moment.group(1).decode()})
    session().rollback()
    assert service.unread_count(world.actor("trainee")) > 0


def test_nobody_touches_the_notifications_of_somebody_else(world: World, sign_in: SignIn) -> None:
    other = sign_in("trainee2")
    tell(world)
    told = session().scalars(select(Notification).filter_by(title="Hai un posto")).one()
    assert other.get(f"/o/siena/notifications/{told.id}").status_code == 404
    assert other.post(f"/o/siena/notifications/{told.id}/read").status_code == 404


def test_a_person_chooses_how_to_be_told(world: World, sign_in: SignIn) -> None:
    browser = sign_in("trainee")
    form = {"form_id": "preferences", "app_enrolled": "1", "mail_enrolled": "never", "mail_approved": "daily",
            "mail_waiting_list_place": "at_once", "mail_announcement": "never"}  # fmt: skip
    assert browser.post("/o/siena/notifications/preferences", data=form).status_code == 302
    choices = service.get_choices(world.people["trainee"].id)
    assert choices["enrolled"] == Choice(True, "never")
    assert choices["approved"] == Choice(False, "daily")
    assert (
        browser.post(
            "/o/siena/notifications/preferences", data=form | {"mail_enrolled": "hourly"}
        ).status_code
        == 422
    )


def test_the_list_asks_the_same_number_of_questions_however_long_it_is(world: World, sign_in: SignIn) -> None:
    browser = sign_in("trainee")
    browser.get("/o/siena/notifications")
    with count_queries() as few:
        browser.get("/o/siena/notifications")
    for number in range(10):
        tell(world, key=f"n{number}")
    with count_queries() as many:
        browser.get("/o/siena/notifications")
    assert len(many) == len(few)


def test_beginning_the_daily_mail_again_does_not_wake_what_was_silenced(world: World) -> None:
    trainee = world.people["trainee"].id
    with unit_of_work():
        service.save_choices(trainee, {"enrolled": Choice(True, "never"), "approved": Choice(True, "daily")})
    subscription = mailing.Subscription(trainee, mailing.DIGEST)
    with unit_of_work():
        mailing.unsubscribe(subscription)
        assert {choice.by_mail for choice in service.get_choices(trainee).values()} == {"never", "at_once"}
        mailing.unsubscribe(subscription, is_wanted=True)
    choices = service.get_choices(trainee)
    assert (choices["announcement"].by_mail, choices["enrolled"].by_mail) == ("daily", "never")
