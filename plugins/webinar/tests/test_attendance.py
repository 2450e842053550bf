"""Who was there for how long, what it counts for, and how it is proved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.plugin import Forbidden, World, completions_of, enrol_people, session, utcnow
from lms.testing import SignIn, sent_mail
from plugins.webinar import attendance, entering, jobs, moderating
from plugins.webinar.attendance import CorrectMinutes, seconds_within
from plugins.webinar.models import Interval, Participant
from plugins.webinar.rooms import Meeting
from plugins.webinar.tests.making import LIST, go_in, open_room

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
moments = st.integers(-100, 200).map(lambda minutes: NOON + timedelta(minutes=minutes))
spans = st.lists(st.tuples(moments, moments).map(lambda pair: (min(pair), max(pair))), max_size=8)


@given(spans)
def test_what_overlaps_counts_once_and_nothing_outside_counts(found: list[tuple[datetime, datetime]]) -> None:
    ends = NOON + timedelta(minutes=60)
    minutes = {NOON + timedelta(minutes=number) for number in range(60)}
    covered = {each for each in minutes if any(start <= each < stop for start, stop in found)}
    assert seconds_within(found, NOON, ends) == len(covered) * 60


def attend(world: World, meeting: Meeting, key: str, minutes: int, *, ago: int = 0) -> Participant:
    """Somebody was there for so many minutes, until so many minutes ago."""
    row = go_in(world, meeting, key)[0]
    interval = session().query(Interval).filter_by(participant_id=row.id).one()
    interval.seen_at = utcnow() - timedelta(minutes=ago)
    interval.entered_at = interval.seen_at - timedelta(minutes=minutes)
    session().flush()
    return row


def long_ago(world: World) -> Meeting:
    """A meeting of an hour that began 58 minutes ago."""
    meeting = open_room(world)
    meeting.activity.starts_at = meeting.room.opened_at = utcnow() - timedelta(minutes=58)
    meeting.activity.ends_at = utcnow() + timedelta(minutes=2)
    enrol_people(
        world.actor("trainer"), meeting.activity.id, [world.people[key].id for key in ("trainee", "trainee2")]
    )
    return meeting


def test_who_was_there_long_enough_gets_the_tick_while_still_inside(world: World) -> None:
    with world.inside("siena"):
        meeting = long_ago(world)
        attend(world, meeting, "trainee", 50)
        attend(world, meeting, "trainee2", 20)
        for key in ("trainee", "trainee2"):
            entering.here(world.actor(key), meeting.activity.id)
        done = {
            key: meeting.activity.id in {each.id for _row, each in completions_of(world.people[key].id)}
            for key in ("trainee", "trainee2")
        }
        assert done == {"trainee": True, "trainee2": False}


def test_the_end_counts_for_everybody_once(world: World) -> None:
    with world.inside("siena"):
        meeting = long_ago(world)
        row = attend(world, meeting, "trainee", 50)
        go_in(world, meeting, "trainer")
        moderating.end_room(world.actor("trainer"), meeting.activity.id)
        attendance.count_all(meeting.room)
        assert row.counted_minutes == 50


def test_a_correction_needs_a_reason_counts_and_is_audited(sign_in: SignIn, world: World) -> None:
    with world.inside("siena"):
        meeting = long_ago(world)
        row_id = attend(world, meeting, "trainee", 10).id
        room_id = meeting.activity.id
        with pytest.raises(Forbidden):
            attendance.correct(
                world.actor("trainee"), room_id, row_id, CorrectMinutes(minutes=60, reason="io c'ero")
            )
    page, trainer = f"{LIST}{room_id}/attendance", sign_in("trainer")
    assert trainer.post(page, data={"person": row_id, "minutes": "60", "reason": ""}).status_code == 422
    assert (
        trainer.post(page, data={"person": row_id, "minutes": "60", "reason": "Era al telefono"}).status_code
        == 303
    )
    assert "Era al telefono" in trainer.get(page).text
    assert "Ha corretto la presenza di qualcuno" in sign_in("head").get("/o/siena/admin/audit").text
    with world.inside("siena"):
        assert room_id in {each.id for _row, each in completions_of(world.people["trainee"].id)}


def test_the_sheet_comes_as_paper_and_tables_and_its_code_can_be_compared(
    sign_in: SignIn, world: World
) -> None:
    with world.inside("siena"):
        meeting = long_ago(world)
        attend(world, meeting, "trainee", 45)
        room_id = meeting.activity.id
    trainer, page = sign_in("trainer"), f"{LIST}{room_id}/attendance"
    assert trainer.post(f"{page}.pdf").data.startswith(b"%PDF")
    assert "Aïcha Benali" in trainer.get(f"{page}.csv").data.decode("utf-8-sig")
    assert trainer.get(f"{page}.xlsx").data.startswith(b"PK")
    assert sign_in("trainee").get(f"{page}.csv").status_code == 403
    assert sign_in("head_vienna").get(f"/o/vienna/webinar/{room_id}/attendance").status_code == 404
    with world.inside("siena"):
        code = session().query(attendance.Sheet).filter_by(room_id=room_id).one().code
    assert "Prova di colloquio" in sign_in("trainee").get(f"{LIST}verify?code={code.lower()}").text
    assert "Prova di colloquio" not in sign_in("trainee").get(f"{LIST}verify?code=AAAA-BBBB-CCCC").text


def test_two_devices_are_one_person_and_a_closed_page_ends_the_time(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with world.inside("siena"):
        meeting = open_room(world)
        row = go_in(world, meeting, "trainee")[0]
        entering.here(world.actor("trainee"), meeting.activity.id)
        begun = utcnow()
        for seconds, said_goodbye in ((30, True), (45, False)):
            monkeypatch.setattr(
                attendance, "utcnow", lambda seconds=seconds: begun + timedelta(seconds=seconds)
            )
            entering.lost(row, said_goodbye=said_goodbye)
        interval = session().query(Interval).filter_by(participant_id=row.id).one()
        assert round((interval.seen_at - begun).total_seconds()) == 30


def test_after_the_meeting_the_present_are_thanked_and_the_absent_missed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with world.inside("siena"):
        meeting = long_ago(world)
        attend(world, meeting, "trainee", 55)
        later = utcnow() + timedelta(hours=3)
        monkeypatch.setattr(jobs, "utcnow", lambda: later)
        assert jobs.close_office() >= 1
        assert jobs.close_office() == 0
        subjects = {
            key: [
                mail.subject
                for mail in sent_mail(f"{key}@example.org")
                if "Prova di colloquio" in mail.subject
            ]
            for key in ("trainee", "trainee2")
        }
        assert len(subjects["trainee"]) == len(subjects["trainee2"])
        assert subjects["trainee"][-1] != subjects["trainee2"][-1]
