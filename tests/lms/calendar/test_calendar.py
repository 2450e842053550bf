"""Dates of the office: who keeps them, when they are, and the feeds."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from lms.calendar import feeds, service
from lms.calendar.forms import SaveItem
from lms.calendar.models import CalendarItem
from lms.calendar.pages import Frame, Month, bounds, lay_out
from lms.calendar.recurrence import occurrences
from lms.clock import utcnow
from lms.demo import World
from lms.errors import Forbidden, Invalid
from lms.hooks.contributions import CalendarEntry
from lms.store.base import session
from lms.testing import SignIn, count_queries

ROME = ZoneInfo("Europe/Rome")


def test_only_those_who_keep_the_calendar_change_it(world: World, sign_in: SignIn) -> None:
    with world.inside("siena"), pytest.raises(Forbidden):
        service.create_item(world.actor("trainee"), SaveItem(title="Festa", day=date(2027, 1, 1)))
    assert sign_in("trainee").get("/o/siena/calendar/items/new").status_code == 403
    answer = sign_in("head").post(
        "/o/siena/calendar/items/new", data={"title": "Festa", "day": "2027-01-06", "form_id": "saveitem"}
    )
    assert answer.status_code == 302
    assert b"Festa" in sign_in("trainee").get("/o/siena/calendar?month=2027-01").data


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"starts": time(10), "ends": time(9)}, "ends"),
        ({"ends": time(9)}, "starts"),
        ({"last_day": date(2027, 3, 1)}, "last_day"),
        ({"repeat": "weekly", "repeat_until": date(2027, 1, 1)}, "repeat_until"),
        ({"starts": time(2, 30)}, "starts"),
    ],
)
def test_a_date_that_cannot_be_is_refused_at_its_field(
    world: World, values: dict[str, object], field: str
) -> None:
    with world.inside("siena"), pytest.raises(Invalid) as caught:
        service.create_item(
            world.actor("head"), SaveItem.model_validate({"title": "X", "day": date(2027, 3, 28)} | values)
        )
    assert field in caught.value.fields


def test_a_repeated_date_keeps_its_wall_clock_time_over_the_change_of_summer_time() -> None:
    item = CalendarItem(
        title="x", starts_at=datetime(2027, 3, 17, 13, tzinfo=UTC), ends_at=datetime(2027, 3, 17, 14, tzinfo=UTC),
        is_all_day=False, repeat="weekly", repeat_until=date(2027, 4, 7),
    )  # fmt: skip
    found = list(occurrences(item, ROME, datetime(2027, 3, 1, tzinfo=UTC), datetime(2027, 6, 1, tzinfo=UTC)))
    assert [begin.hour for begin, _end in found] == [13, 13, 12, 12]


def test_a_date_of_another_office_is_not_there(world: World, sign_in: SignIn) -> None:
    item_id = world.things["date:vienna:Career fair"]
    assert sign_in("trainee").get(f"/o/siena/calendar/items/{item_id}").status_code == 404
    assert sign_in("head").post(f"/o/siena/calendar/items/{item_id}/delete").status_code == 404


def test_a_deleted_date_can_be_brought_back(world: World, sign_in: SignIn) -> None:
    head, url = sign_in("head"), f"/o/siena/calendar/items/{world.things['date:siena:Riunione dei tutor']}"
    assert b"ui-undo-bar" in head.post(f"{url}/delete", follow_redirects=True).data
    assert head.get(url).status_code == 404
    head.post(f"{url}/restore")
    assert head.get(url).status_code == 200


def secret_path(browser: FlaskClient) -> str:
    found = re.search(
        rb'value="https?://[^/]+(/o/siena/calendar/feed/[^"]+\.ics)"',
        browser.post("/o/siena/calendar/feed").data,
    )
    assert found is not None
    return found.group(1).decode()


def test_the_secret_address_works_until_it_is_renewed_or_ended(sign_in: SignIn, client: FlaskClient) -> None:
    trainee = sign_in("trainee")
    first = secret_path(trainee)
    assert client.get(first).mimetype == "text/calendar"
    second = secret_path(trainee)
    assert client.get(first).status_code == 404
    assert client.get(second).status_code == 200
    assert client.get(second.replace("siena", "vienna")).status_code == 404
    trainee.post("/o/siena/calendar/feed/revoke")
    assert client.get(second).status_code == 404


def test_a_session_of_a_series_names_its_place_and_two_of_them_are_two(
    world: World, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = utcnow() + timedelta(days=7)
    places = [begin, begin + timedelta(weeks=1)]
    entries = [
        CalendarEntry("one@x", "Session", at, at + timedelta(hours=1), series_place=at) for at in places
    ]
    monkeypatch.setattr(feeds, "find_all", lambda *_arguments: [*entries, *entries])
    with world.inside("siena") as office:
        body = feeds.write_calendar(world.actor("trainee"), office, "Mine")
    found = [event for event in Calendar.from_ical(body).walk("VEVENT") if event["uid"] == "one@x"]
    assert sorted(event["recurrence-id"].dt for event in found) == [
        at.replace(microsecond=0) for at in places
    ]


def test_the_feed_is_proper_icalendar(world: World, sign_in: SignIn, client: FlaskClient) -> None:
    with world.inside("siena"):
        text = "Riga, con virgola; punto\ne " + "una parola " * 20
        item = service.create_item(
            world.actor("head"),
            SaveItem(
                title="Fiera",
                day=world.now.date() + timedelta(days=3),
                starts=time(9),
                description=text,
                repeat="weekly",
            ),
        )
        item_id = item.id
    body = client.get(secret_path(sign_in("trainee"))).data
    assert all(len(line) <= 75 for line in body.split(b"\r\n"))
    calendar = Calendar.from_ical(body)
    event = next(each for each in calendar.walk("VEVENT") if str(each["uid"]).startswith(str(item_id)))
    assert str(event["description"]).startswith("Riga, con virgola; punto\ne ")
    assert event["dtstart"].params["TZID"] == "Europe/Rome"
    assert event["rrule"]["FREQ"] == ["WEEKLY"]
    assert [str(each["tzid"]) for each in calendar.walk("VTIMEZONE")] == ["Europe/Rome"]
    uids = [str(each["uid"]) for each in calendar.walk("VEVENT")]
    assert len(uids) == len(set(uids))


def test_a_moved_date_keeps_its_uid_and_gets_a_higher_sequence(
    world: World, sign_in: SignIn, client: FlaskClient
) -> None:
    path, item_id = secret_path(sign_in("trainee")), world.things["date:siena:Riunione dei tutor"]

    def event() -> tuple[str, int]:
        found = Calendar.from_ical(client.get(path).data).walk("VEVENT")
        mine = next(each for each in found if str(each["uid"]).startswith(str(item_id)))
        return str(mine["uid"]), int(mine["sequence"])

    uid, sequence = event()
    form = {
        "form_id": "saveitem",
        "title": "Riunione dei tutor",
        "day": f"{world.now:%Y-%m-%d}",
        "starts": "11:00",
        "repeat": "none",
    }
    assert sign_in("head").post(f"/o/siena/calendar/items/{item_id}/edit", data=form).status_code == 302
    assert event() == (uid, sequence + 1)


def test_the_public_feed_has_public_dates_only_and_only_where_the_office_offers_it(
    world: World, client: FlaskClient
) -> None:
    body = client.get("/o/siena/calendar/office.ics").data
    assert b"Sportello orientamento" in body
    assert b"Riunione dei tutor" not in body
    assert client.get("/o/vienna/calendar/office.ics").status_code == 404


def test_the_month_names_the_office_zone_where_it_differs(world: World, app: Flask, sign_in: SignIn) -> None:
    from lms.accounts.models import User
    from lms.store.uow import unit_of_work

    assert b"Europe/Rome" not in sign_in("trainee").get("/o/siena/calendar").data.partition(b"<body")[2]
    with unit_of_work():
        session().get_one(User, world.people["trainee"].id).zone = "America/New_York"
    assert b"Europe/Rome" in sign_in("trainee").get("/o/siena/calendar").data


@pytest.mark.parametrize(
    "query",
    ["", "?month=2027-02", "?month=nonsense", "?month=9999-99", "?month=²-1", "?view=list", "?deleted=x"],
)
def test_every_month_can_be_shown(sign_in: SignIn, query: str) -> None:
    assert sign_in("trainee").get(f"/o/siena/calendar{query}").status_code == 200


def test_the_month_asks_the_same_number_of_questions_however_full_it_is(
    world: World, sign_in: SignIn
) -> None:
    browser = sign_in("trainee")
    browser.get("/o/siena/calendar")
    with count_queries() as few:
        browser.get("/o/siena/calendar")
    with world.inside("siena"):
        for number in range(20):
            service.create_item(
                world.actor("head"), SaveItem(title=f"N{number}", day=world.now.date(), repeat="weekly")
            )
    with count_queries() as many:
        browser.get("/o/siena/calendar")
    assert len(many) == len(few)


@given(st.dates(date(1971, 1, 1), date(2199, 12, 1)), st.integers(0, 100_000), st.integers(1, 10_000))
def test_every_entry_is_on_each_of_its_days(day: date, minutes: int, length: int) -> None:
    month = Month(day.replace(day=1))
    first, after_last = month.shown
    start, end = bounds(first, after_last, ROME)
    begin = start + timedelta(minutes=minutes)
    entry = CalendarEntry("x", "x", begin, begin + timedelta(minutes=length))
    days = lay_out(first, after_last, [entry], Frame(ROME, ROME, day, month))
    assert len(days) % 7 == 0
    assert days[0].date.weekday() == 0
    shown = [each.date for each in days if each.entries]
    local = begin.astimezone(ROME).date()
    assert (local in shown) == (begin < end)
    assert month.previous.following == month
