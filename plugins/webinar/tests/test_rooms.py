"""Who can set up, see, change and call off a meeting."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import cast
from zoneinfo import ZoneInfo

import pytest

from lms.plugin import (
    Conflict,
    Forbidden,
    JobRun,
    NotFound,
    World,
    add_owner,
    enrol_people,
    find_busy,
    get_activity,
    session,
    unit_of_work,
    utcnow,
)
from lms.testing import SignIn, count_queries, sent_mail
from plugins.webinar import calling_off, jobs, letters, rooms
from plugins.webinar.forms import AddHelper, CreateRoom, EditRoom
from plugins.webinar.tests.making import LIST, open_room


def test_a_title_is_enough_and_the_trainer_is_the_host(sign_in: SignIn, world: World) -> None:
    answer = sign_in("trainer").post(
        f"{LIST}new", data={"title": "Scrivere un CV", "preset": "class", "duration": "45"}
    )
    assert answer.status_code == 303
    with world.inside("siena"):
        who = world.actor("trainer")
        meeting = next(each for each in rooms.find_rooms(who) if each.activity.title == "Scrivere un CV")
        assert (meeting.activity.state, meeting.room.preset, meeting.activity.capacity) == (
            "draft",
            "class",
            40,
        )
        assert [row.role for row in rooms.find_helpers(meeting.activity.id)] == ["host"]


def test_a_trainee_cannot_make_one(sign_in: SignIn) -> None:
    browser = sign_in("trainee")
    assert browser.get(f"{LIST}new").status_code == 403
    assert browser.post(f"{LIST}new", data={"title": "Mine"}).status_code == 403


def test_a_draft_is_seen_by_those_who_manage_it_alone(sign_in: SignIn, world: World) -> None:
    with world.inside("siena"):
        meeting = rooms.create_room(world.actor("trainer"), CreateRoom(title="Bozza segreta"))
        room_id = meeting.activity.id
    assert sign_in("trainee").get(f"{LIST}{room_id}").status_code == 404
    assert "Bozza segreta" not in sign_in("trainee").get(LIST).text
    assert "Bozza segreta" in sign_in("trainer").get(f"{LIST}{room_id}").text


def test_who_was_made_an_author_finds_the_draft_in_the_list_and_is_expected_in_the_meeting(
    world: World,
) -> None:
    def found() -> set[str]:
        return {each.activity.title for each in rooms.find_rooms(world.actor("tutor"))}

    with world.inside("siena"):
        who, begins = world.actor("trainer"), utcnow() - timedelta(hours=2, minutes=45)
        room_id = rooms.create_room(who, CreateRoom(title="A due", starts_at=begins)).activity.id
        assert "A due" not in found()
        add_owner(who, room_id, world.people["tutor"].id)
        assert "A due" in found()
        rooms.publish_room(who, room_id)
        now = utcnow()
        _found, expected = rooms.find_ahead(world.actor("tutor"), now, now + timedelta(days=1), 1)
        assert expected
        assert expected.activity.title == "A due"


def test_the_start_page_leads_to_the_meeting_in_which_one_is_expected_behind_others_and_beyond_its_time(
    sign_in: SignIn, world: World
) -> None:
    trainer = world.actor("trainer")

    def make(title: str, starts_at: datetime, *, is_expected: bool) -> uuid.UUID:
        room_id = rooms.create_room(trainer, CreateRoom(title=title, starts_at=starts_at)).activity.id
        rooms.publish_room(trainer, room_id)
        if is_expected:
            enrol_people(trainer, room_id, [world.people["trainee20"].id])
        return room_id

    def is_first(room_id: uuid.UUID) -> bool:
        page = sign_in("trainee20").get("/o/siena/").text
        first = page[page.index('class="ui-next') :]
        return f"{LIST}{room_id}" in first[: first.index("</section>")]

    now = utcnow()
    with world.inside("siena"):
        for number in range(6):
            make(f"Di altri {number}", now + timedelta(hours=1, minutes=number), is_expected=False)
        own = make("La mia", now + timedelta(hours=3), is_expected=True)
    assert is_first(own)
    with world.inside("siena"):
        beyond = make("Ancora in corso", now - timedelta(minutes=90), is_expected=True)
    assert is_first(beyond)
    with world.inside("siena"):
        calling_off.call_off(trainer, beyond)
    assert is_first(own)


def test_it_needs_a_date_to_be_published(world: World) -> None:
    with world.inside("siena"):
        meeting = rooms.create_room(world.actor("trainer"), CreateRoom(title="Senza data"))
        with pytest.raises(Conflict):
            rooms.publish_room(world.actor("trainer"), meeting.activity.id)


def test_a_meeting_stands_once_among_the_dates_of_the_office(sign_in: SignIn, world: World) -> None:
    with world.inside("siena"):
        who, noon = world.actor("trainer"), (utcnow() + timedelta(days=1)).replace(hour=11)  # within one day
        title, month = "Una volta sola", f"{noon:%Y-%m}"
        rooms.publish_room(who, rooms.create_room(who, CreateRoom(title=title, starts_at=noon)).activity.id)
    page = sign_in("trainer").get(f"/o/siena/calendar/?month={month}").text
    assert page.count(f">{title}<") == 1


def test_another_office_and_a_trainee_change_nothing(sign_in: SignIn, world: World) -> None:
    with world.inside("siena"):
        room_id = open_room(world).activity.id
    for who, path, code in (("trainee", LIST, 403), ("head_vienna", "/o/vienna/webinar/", 404)):
        assert sign_in(who).post(f"{path}{room_id}/cancel").status_code == code
        assert sign_in(who).get(f"{path}{room_id}/edit").status_code == code


@pytest.mark.parametrize("path", ["", "/edit", "/room"])
def test_an_activity_of_another_kind_is_no_room(sign_in: SignIn, path: str) -> None:
    assert sign_in("trainer").get(f"{LIST}{uuid.UUID(int=5)}{path}").status_code == 404


def told_of(title: str) -> list[str | None]:
    """What the letters to the trainee about a meeting do in their calendar."""
    return [mail.calendar_method for mail in sent_mail("trainee7@example.org") if title in mail.subject]


def let_letters_leave(room_id: uuid.UUID, office_id: uuid.UUID, sequence: int) -> None:
    """What the job does that was asked for when a meeting was called off."""
    payload = {"room": str(room_id), "sequence": sequence}
    jobs.tell_cancelled(cast("JobRun", SimpleNamespace(office_id=office_id, payload=payload)))


def test_a_meeting_that_was_called_off_by_mistake_is_taken_up_again_and_nobody_hears_of_it(
    world: World, sign_in: SignIn
) -> None:
    with world.inside("siena"):
        who = world.actor("trainer")
        begins = utcnow() + timedelta(days=3)
        room_id = rooms.create_room(who, CreateRoom(title="Per errore", starts_at=begins)).activity.id
        rooms.publish_room(who, room_id)
        enrol_people(who, room_id, [world.people["trainee7"].id])
    page, told = sign_in("trainer"), told_of("Per errore")
    assert f"{LIST}{room_id}/restore" not in page.get(f"{LIST}{room_id}").text
    called_off = page.post(f"{LIST}{room_id}/cancel", follow_redirects=True).text
    assert f"{LIST}{room_id}/restore" in called_off
    assert f"{LIST}{room_id}/restore" not in sign_in("trainee7").get(f"{LIST}{room_id}").text
    page.post(f"{LIST}{room_id}/restore")
    with world.inside("siena") as office:
        room = rooms.get_room(who, room_id).room
        assert room.cancelled_at is None
        let_letters_leave(room_id, office.id, room.sequence - 1)
        assert told_of("Per errore") == told


def test_once_the_letters_have_left_it_stays_called_off(
    world: World, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    with world.inside("siena"):
        room_id = open_room(world).activity.id
        calling_off.call_off(world.actor("trainer"), room_id)
    later = utcnow() + calling_off.UNDONE_WITHIN
    monkeypatch.setattr(calling_off, "utcnow", lambda: later)
    page = sign_in("trainer")
    assert page.post(f"{LIST}{room_id}/restore").status_code == 409
    assert page.post(f"{LIST}{room_id}/something").status_code == 404
    with world.inside("siena"):
        assert rooms.get_room(world.actor("trainer"), room_id).room.cancelled_at is not None


def test_who_takes_part_gets_letters_when_the_time_changes_and_when_it_is_called_off(world: World) -> None:
    with world.inside("siena") as office:
        who, begins = world.actor("trainer"), utcnow() + timedelta(days=3)
        meeting = rooms.create_room(who, CreateRoom(title="Si sposta", starts_at=begins))
        room_id = meeting.activity.id
        rooms.publish_room(who, room_id)
        enrol_people(who, room_id, [world.people["trainee7"].id])
        changed = EditRoom(title="Si sposta", starts_at=begins + timedelta(hours=2), duration=60)
        rooms.edit_room(who, room_id, changed)
        rooms.edit_room(who, room_id, changed)
        calling_off.call_off(who, room_id)
        calling_off.call_off(who, room_id)
        assert told_of("Si sposta") == ["REQUEST"]
        for _again in range(2):
            let_letters_leave(room_id, office.id, rooms.get_room(who, room_id).room.sequence)
        assert told_of("Si sposta") == ["REQUEST", "CANCEL"]
        mails = [mail for mail in sent_mail("trainee7@example.org") if "Si sposta" in mail.subject]
        assert all(letters.uid_of(get_activity(who, room_id)) in (mail.calendar or "") for mail in mails)


def test_a_kind_of_meeting_limits_its_places(world: World) -> None:
    with world.inside("siena"):
        meeting = open_room(world, "confidential")
        with pytest.raises(Exception, match="at most 2 places"):
            rooms.edit_room(
                world.actor("trainer"), meeting.activity.id, EditRoom(title="Colloquio", capacity=30)
            )


def test_a_helper_leads_and_can_be_taken_out_again(world: World) -> None:
    with world.inside("siena"):
        meeting, trainer, tutor = open_room(world), world.actor("trainer"), world.actor("tutor")
        assert not rooms.leads(tutor, meeting)
        rooms.add_helper(trainer, meeting.activity.id, AddHelper(user_id=tutor.user_id, role="cohost"))
        assert rooms.leads(tutor, meeting)
        row = next(each for each in rooms.find_helpers(meeting.activity.id) if each.user_id == tutor.user_id)
        rooms.remove_helper(trainer, meeting.activity.id, row.id)
        assert not rooms.leads(tutor, meeting)
        with pytest.raises((Forbidden, NotFound)):
            rooms.add_helper(world.actor("trainee"), meeting.activity.id, AddHelper(user_id=tutor.user_id))
        with pytest.raises(NotFound):
            rooms.add_helper(
                trainer, meeting.activity.id, AddHelper(user_id=world.people["trainee_vienna"].id)
            )


def test_the_list_asks_the_database_as_often_for_many_as_for_few(sign_in: SignIn, world: World) -> None:
    browser = sign_in("trainer")
    browser.get(LIST)
    with count_queries() as few:
        browser.get(LIST)
    with world.inside("siena"):
        for _number in range(12):
            open_room(world)
    with count_queries() as many:
        browser.get(LIST)
    assert len(many) == len(few)


def test_what_was_called_off_takes_nobody_and_what_ended_early_only_until_then(world: World) -> None:
    def taken(title: str) -> list[timedelta]:
        """How long that takes its host."""
        around = utcnow() - timedelta(hours=3), utcnow() + timedelta(days=3)
        found = find_busy([who.user_id], *around)
        return [each.end - each.start for each in found if each.title == title]

    with world.inside("siena"):
        who, tomorrow = world.actor("trainer"), utcnow() + timedelta(days=1)
        room_id = rooms.create_room(who, CreateRoom(title="Domani", starts_at=tomorrow)).activity.id
        rooms.publish_room(who, room_id)
        assert taken("Domani") == [timedelta(hours=1)]
        calling_off.call_off(who, room_id)
        session().flush()
        assert taken("Domani") == []

        running = open_room(world)
        assert taken("Prova di colloquio") == [timedelta(hours=1)]
        assert running.activity.starts_at
        running.room.ended_at = running.activity.starts_at + timedelta(minutes=8)
        session().flush()
        assert taken("Prova di colloquio") == [timedelta(minutes=8)]


def test_a_meeting_that_would_be_over_already_is_refused_in_words(world: World, sign_in: SignIn) -> None:
    page = sign_in("trainer")
    form = {"title": "Ieri", "duration": "60", "preset": "webinar"}
    past, running = (
        (utcnow() + timedelta(minutes=minutes)).astimezone(ZoneInfo("Europe/Rome"))
        for minutes in (-1500, -30)
    )
    refused = page.post(f"{LIST}new", data=form | {"starts_at": past.strftime("%Y-%m-%dT%H:%M")})
    assert refused.status_code == 422
    assert "Ieri" in refused.text
    assert "Questo orario è già passato" in refused.text
    made = page.post(f"{LIST}new", data=form | {"starts_at": running.strftime("%Y-%m-%dT%H:%M")})
    assert made.status_code == 303
    address = made.location
    rights = {
        "title": "Ieri",
        "duration": "60",
        "rights": ["chat"],
        "layout": "gallery",
        "guests": "none",
        "present_percent": "75",
    }
    moved = page.post(f"{address}/edit", data=rights | {"starts_at": past.strftime("%Y-%m-%dT%H:%M")})
    assert moved.status_code == 422
    with world.inside("siena"), unit_of_work():
        over = open_room(world)
        over.activity.starts_at = utcnow() - timedelta(days=3)
        over.activity.ends_at = utcnow() - timedelta(days=3) + timedelta(minutes=60)
        room_id, begins = over.activity.id, over.activity.starts_at.astimezone(ZoneInfo("Europe/Rome"))
    renamed = page.post(
        f"{LIST}{room_id}/edit", data=rights | {"starts_at": begins.strftime("%Y-%m-%dT%H:%M:%S.%f")}
    )
    assert renamed.status_code == 303
