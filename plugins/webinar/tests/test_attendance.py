"""Who was there for how long, what it counts for, and how it is proved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete

from lms.plugin import Conflict, Forbidden, World, completions_of, enrol_people, session, utcnow
from lms.testing import SignIn, sent_mail
from plugins.webinar import attendance, entering, jobs, moderating, rooms
from plugins.webinar.attendance import CorrectMinutes, seconds_within
from plugins.webinar.entering import Enter
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


HEARTBEAT = 10


@dataclass(frozen=True)
class Page:
    """A page of the room that somebody has open, in seconds of the meeting; ``cuts`` are times without a link."""

    opened: float
    closed: float
    cuts: tuple[tuple[float, float], ...] = ()
    says_goodbye: bool = True

    def happenings(self) -> list[tuple[float, str]]:
        """What the server hears of it, and when."""
        beats = [self.opened + HEARTBEAT * number for number in range(1, 400)]
        heard = [each for each in beats if each < self.closed and not self._is_cut(each)]
        back = [(end, "here") for _start, end in self.cuts]
        end = [(self.closed, "goodbye")] if self.says_goodbye else []
        return [(self.opened, "enter"), *((each, "here") for each in heard), *back, *end]

    def _is_cut(self, moment: float) -> bool:
        return any(start <= moment < end for start, end in self.cuts)


SCRIPT: dict[str, tuple[tuple[Page, ...], float, float]] = {
    "trainee": ((Page(0, 3600, cuts=((600, 610), (1800.5, 1841))),), 3600, 0),
    "trainee2": ((Page(0, 1503.5), Page(1200, 3600, cuts=((2000, 2030),))), 3600, 0),
    "trainee3": (
        (Page(197, 1240.4), Page(1270.2, 2400), Page(2402.5, 3570.25)),
        1240.4 - 197 + 3570.25 - 1270.2, 0,
    ),
    "trainee4": ((Page(0, 3005, cuts=((600, 900),), says_goodbye=False),), 600 + 2105, 2 * HEARTBEAT),
}  # fmt: skip
"""Pages of each, how long they were there in truth, and what a link that dies without a word may cost.

Two cuts; two devices, of which the first is closed; half a minute outside and a page loaded anew;
a cut that is too long to be joined and a battery that dies.
"""


def test_the_sheet_agrees_with_what_happened_in_an_hour_with_cuts_and_two_devices(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with world.inside("siena"):
        meeting = open_room(world)
        begun = utcnow()
        meeting.activity.starts_at = meeting.room.opened_at = begun
        meeting.activity.ends_at = begun + timedelta(hours=1)
        rows = {key: entering.enter(world.actor(key), meeting.activity.id, Enter(name=key)) for key in SCRIPT}
        session().execute(delete(Interval))
        happenings = sorted(
            (moment, key, what)
            for key, (pages, _truth, _allowed) in SCRIPT.items()
            for page in pages
            for moment, what in page.happenings()
        )
        for moment, key, what in happenings:
            now = begun + timedelta(seconds=moment)
            for module in (attendance, entering, rooms):
                monkeypatch.setattr(module, "utcnow", lambda now=now: now)
            if what == "enter":
                entering.enter(world.actor(key), meeting.activity.id, Enter(name=key))
            elif what == "here":
                attendance.beat(rows[key])
            else:
                entering.lost(rows[key], said_goodbye=True)
        meeting.room.ended_at = begun + timedelta(hours=1)
        _meeting, lines = attendance.read_sheet(world.actor("trainer"), meeting.activity.id)
        measured = {line.participant.name: line.measured.total_seconds() for line in lines}
        for key, (_pages, truth, allowed) in SCRIPT.items():
            assert truth - 5 - allowed <= measured[key] <= truth + 5, key
        table = attendance.as_table(meeting, lines)
        clocks = {row[0]: row[5] for row in table.rows}
        assert {clocks["trainee"], clocks["trainee2"]} == {"1:00:00"}
        assert clocks["trainee3"] == str(timedelta(seconds=round(measured["trainee3"])))
        times = {row[0]: str(row[4]) for row in table.rows}
        assert [times[key].count("–") for key in SCRIPT] == [1, 1, 2, 2]


def test_who_closes_the_page_makes_room_for_the_next_at_once(world: World) -> None:
    with world.inside("siena"):
        meeting = open_room(world)
        meeting.activity.capacity = 1
        row = go_in(world, meeting, "trainee")[0]
        with pytest.raises(Conflict):
            go_in(world, meeting, "trainee2")
        entering.lost(row, said_goodbye=True)
        go_in(world, meeting, "trainee2")


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
