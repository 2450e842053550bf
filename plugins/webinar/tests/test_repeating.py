"""A meeting again and again: at the same hour whatever the clocks do, with its rules and helpers, each on its own."""

from __future__ import annotations

import io
import uuid
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from lms.plugin import (
    Conflict,
    CreateActivity,
    Forbidden,
    Invalid,
    World,
    create_activity,
    render_pdf,
    session,
    store_file,
    utcnow,
)
from lms.testing import SignIn
from plugins.webinar import calling_off, registering, repeating, rooms, slides, taking_along
from plugins.webinar.demo import DECK
from plugins.webinar.forms import AddHelper, CreateRoom
from plugins.webinar.registering import AddField
from plugins.webinar.repeating import Repeat
from plugins.webinar.rooms import Meeting
from plugins.webinar.tests.making import LIST

ROME = ZoneInfo("Europe/Rome")


def coming(world: World, title: str) -> list[Meeting]:
    """The meetings of that title that the trainer sees, by time."""
    return [each for each in rooms.find_rooms(world.actor("trainer")) if each.activity.title == title]


def make(world: World, starts_at: datetime, *, is_published: bool = True) -> Meeting:
    """A class of the trainer with a helper, a question for guests and a rule of its own."""
    who = world.actor("trainer")
    meeting = rooms.create_room(who, CreateRoom(title="Ogni settimana", starts_at=starts_at, preset="class"))
    meeting.room.guests, meeting.room.present_percent = "registration", 60
    meeting.activity.capacity = 12
    rooms.add_helper(who, meeting.activity.id, AddHelper(user_id=world.people["tutor"].id, role="cohost"))
    registering.add_field(who, meeting.activity.id, AddField(label="Da dove ci segui?"))
    if is_published:
        rooms.publish_room(who, meeting.activity.id)
    return meeting


def next_time(month: int, day: int, hour: int) -> datetime:
    """The next moment at that hour of that day in Rome."""
    year = utcnow().year
    found = datetime(year, month, day, hour, tzinfo=ROME)
    return (found if found > utcnow() else found.replace(year=year + 1)).astimezone(UTC)


def test_the_others_begin_at_the_same_hour_on_both_sides_of_the_clock_change(
    sign_in: SignIn, world: World
) -> None:
    with world.inside("siena"):
        room_id = make(world, next_time(10, 12, 10)).activity.id
    answer = sign_in("trainer").post(f"{LIST}{room_id}/repeat", data={"weeks": "2", "times": "2"})
    assert answer.status_code == 303
    with world.inside("siena"):
        moments = [each.activity.starts_at for each in coming(world, "Ogni settimana")]
    begins = [each.astimezone(ROME) for each in moments if each]
    assert [each.hour for each in begins] == [10, 10, 10]
    assert len({each.utcoffset() for each in begins}) == 2
    assert [later.date() - first.date() for first, later in pairwise(begins)] == [timedelta(days=14)] * 2


def test_a_time_that_the_clocks_skip_is_named_and_nothing_is_made(sign_in: SignIn, world: World) -> None:
    spring = next(
        day for day in (next_time(3, number, 12) for number in range(25, 32)) if day.astimezone(ROME).weekday() == 6
    )  # fmt: skip
    night = (spring.astimezone(ROME) - timedelta(weeks=1)).replace(hour=2, minute=30)
    with world.inside("siena"):
        room_id = make(world, night.astimezone(UTC)).activity.id
    answer = sign_in("trainer").post(f"{LIST}{room_id}/repeat", data={"weeks": "1", "times": "3"})
    assert answer.status_code == 422
    assert f"{spring.astimezone(ROME).day} mar" in answer.text
    with world.inside("siena"):
        assert len(coming(world, "Ogni settimana")) == 1


def test_each_has_the_rules_helpers_and_questions_and_can_be_called_off_alone(world: World) -> None:
    with world.inside("siena"):
        who, meeting = world.actor("trainer"), make(world, utcnow() + timedelta(days=1))
        made = repeating.repeat(who, meeting.activity.id, Repeat(weeks="1", times=2)).made
        for each in made:
            assert each.activity.state == "published"
            assert (
                each.room.preset,
                each.room.guests,
                each.room.present_percent,
                each.activity.capacity,
            ) == ("class", "registration", 60, 12)
            assert [row.role for row in rooms.find_helpers(each.activity.id)] == ["host", "cohost"]
            assert [field.label for field in registering.find_fields(each.activity.id)] == [
                "Da dove ci segui?"
            ]
        calling_off.call_off(who, made[0].activity.id)
        assert [each.room.cancelled_at is None for each in (meeting, *made)] == [True, False, True]


def test_the_slides_go_along_and_taking_them_out_of_one_leaves_the_others(world: World) -> None:
    with world.inside("siena"):
        who, meeting = world.actor("trainer"), make(world, utcnow() + timedelta(days=1))
        paper = render_pdf(DECK, {"pages": [["Prima", ["Uno"]]]})
        file = store_file(who, io.BytesIO(paper), "lezione.pdf", slides.PURPOSE)
        slides.take_file(meeting.room, file, who)
        made = repeating.repeat(who, meeting.activity.id, Repeat(weeks="1", times=1)).made[0]
        (deck,) = slides.find_decks(made.activity.id)
        slides.remove_deck(who, meeting.activity.id, slides.find_decks(meeting.activity.id)[0].id)
        slides.draw_now(deck)
        assert (deck.name, deck.state, deck.pages) == ("lezione.pdf", "ready", 1)


def test_what_an_archive_says_of_a_room_is_checked(world: World) -> None:
    with world.inside("siena"):
        who, room_id = world.actor("trainer"), make(world, utcnow() + timedelta(days=1)).activity.id
        told = taking_along.export_room(who, room_id, str)
        for wrong in ({"preset": "circus"}, {"questions": [{"label": "?" * 500}]}, {"guests": "everybody"}):
            made = rooms.create_room(who, CreateRoom(title="Da un archivio")).activity.id
            with pytest.raises(Invalid):
                taking_along.import_room(who, made, told | wrong, uuid.UUID)


def test_asking_twice_makes_nothing_twice_and_a_draft_makes_drafts(world: World) -> None:
    with world.inside("siena"):
        who = world.actor("trainer")
        room_id = make(world, utcnow() + timedelta(days=1), is_published=False).activity.id
        first = repeating.repeat(who, room_id, Repeat(weeks="1", times=2))
        second = repeating.repeat(who, room_id, Repeat(weeks="1", times=3))
        assert [len(each.made) for each in (first, second)] == [2, 1]
        assert [each.known for each in (first, second)] == [0, 2]
        assert {each.activity.state for each in coming(world, "Ogni settimana")} == {"draft"}


def test_what_cannot_be_repeated_says_why_and_makes_nothing(world: World) -> None:
    with world.inside("siena"):
        who = world.actor("trainer")
        undated = rooms.create_room(who, CreateRoom(title="Senza data")).activity.id
        with pytest.raises(Conflict):
            repeating.repeat(who, undated, Repeat(weeks="1", times=3))
        long_over = make(world, utcnow() - timedelta(days=400))
        with pytest.raises(Invalid):
            repeating.repeat(who, long_over.activity.id, Repeat(weeks="1", times=2))
        course = create_activity(who, CreateActivity(title="Corso", type="course")).id
        step = rooms.create_room(
            who, CreateRoom(title="Passo", starts_at=utcnow()), parent_id=course
        ).activity.id
        with pytest.raises(Conflict):
            repeating.repeat(who, step, Repeat(weeks="1", times=3))
        with pytest.raises(Forbidden):
            repeating.repeat(world.actor("trainee"), long_over.activity.id, Repeat(weeks="1", times=3))
        assert len(coming(world, "Ogni settimana")) + len(coming(world, "Senza data")) == 1


def test_a_trainer_repeats_by_a_form_and_others_do_not_find_it(sign_in: SignIn, world: World) -> None:
    with world.inside("siena"):
        room_id: uuid.UUID = make(world, utcnow() + timedelta(days=1)).activity.id
        session().flush()
    trainer, page = sign_in("trainer"), f"{LIST}{room_id}/repeat"
    assert page in trainer.get(f"{LIST}{room_id}").text
    assert trainer.post(page, data={"weeks": "3", "times": "2"}).status_code == 422
    assert trainer.post(page, data={"weeks": "1", "times": "99"}).status_code == 422
    answer = trainer.post(page, data={"weeks": "1", "times": "4"}, follow_redirects=True)
    assert "4 " in answer.text
    with world.inside("siena"):
        assert len(coming(world, "Ogni settimana")) == 5
    assert sign_in("trainee").get(page).status_code == 403
    assert sign_in("head_vienna").get(f"/o/vienna/webinar/{room_id}/repeat").status_code == 404
