"""For how long recordings are kept, who is told, and that nothing is left afterwards."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from pathlib import Path

import pytest

from lms.plugin import Forbidden, Invalid, World, save_settings, session, unit_of_work, utcnow
from lms.testing import SignIn, notifications_of
from plugins.webinar import recording, retaining
from plugins.webinar.models import RecordedTrack, Recording
from plugins.webinar.retaining import KeepUntil, WebinarSettings
from plugins.webinar.tests.making import LIST, go_in, open_room


def record(world: World, file: Path, ended_days_ago: int) -> Recording:
    """A recording of the trainer, of which the engine left a file."""
    meeting = open_room(world)
    (row,) = go_in(world, meeting, "trainer")
    ended = utcnow() - timedelta(days=ended_days_ago)
    file.write_bytes(b"sound")
    made = Recording(
        room_id=meeting.activity.id, owner_id=world.people["trainer"].id, started_at=ended, ended_at=ended,
        tracks=[RecordedTrack(participant_id=row.id, kind="microphone", path=str(file), started_at=0, seconds=9)],
    )  # fmt: skip
    session().add(made)
    session().flush()
    return made


def warnings(world: World, row_id: uuid.UUID) -> int:
    """How often the trainer was told that it ends."""
    found = notifications_of(world.people["trainer"].id)
    return sum(each.kind == retaining.KIND and str(row_id) in each.url for each in found)


def in_days(days: int) -> date:
    """The day so many days from today."""
    return utcnow().date() + timedelta(days=days)


def test_the_office_decides_for_how_long_and_then_nothing_is_left(world: World, tmp_path: Path) -> None:
    with world.inside("siena") as office:
        files = [tmp_path / name for name in ("old.webm", "new.webm")]
        old, new = record(world, files[0], 100), record(world, files[1], 80)
        ids = [old.id, new.id]
        retaining.forget_old()
        assert [session().get(Recording, each) is None for each in ids] == [False, False]
        save_settings(world.actor("head"), office.id, "webinar", WebinarSettings(recording_months=3))
        retaining.forget_old()
        assert [session().get(Recording, each) is None for each in ids] == [True, False]
        assert [each.exists() for each in files] == [False, True]


def test_its_owner_is_told_two_weeks_before_and_once(world: World, tmp_path: Path) -> None:
    with world.inside("siena"):
        soon, later = record(world, tmp_path / "a.webm", 5), record(world, tmp_path / "b.webm", 5)
        soon.kept_until, later.kept_until = in_days(14), in_days(15)
        for _again in range(2):
            retaining.forget_old()
        assert [warnings(world, each.id) for each in (soon, later)] == [1, 0]


def test_who_leads_chooses_another_day_and_others_do_not(
    sign_in: SignIn, world: World, tmp_path: Path
) -> None:
    with world.inside("siena"), unit_of_work():
        row = record(world, tmp_path / "a.webm", 360)
        row_id, room_id = row.id, row.room_id
        recording.answer(world.actor("trainer"), room_id, is_given=True)
    page, chosen = f"{LIST}{room_id}/replay/{row_id}", in_days(700)
    assert sign_in("trainee").post(f"{page}/keep", data={"last_day": str(chosen)}).status_code == 403
    assert sign_in("trainer").post(f"{page}/keep", data={"last_day": str(chosen)}).status_code == 303
    assert str(chosen) in sign_in("trainer").get(page).text
    assert "Scegli un altro ultimo giorno" not in sign_in("trainee").get(page).text
    with world.inside("siena"):
        assert retaining.last_day(session().get_one(Recording, row_id)) == chosen


@pytest.mark.parametrize("days", [-1, 4000])
def test_a_day_that_is_over_or_far_away_is_refused(world: World, tmp_path: Path, days: int) -> None:
    with world.inside("siena"):
        row = record(world, tmp_path / "a.webm", 5)
        with pytest.raises(Invalid):
            retaining.keep_until(
                world.actor("trainer"), row.room_id, row.id, KeepUntil(last_day=in_days(days))
            )
        with pytest.raises(Forbidden):
            retaining.keep_until(world.actor("trainee"), row.room_id, row.id, KeepUntil(last_day=in_days(9)))
        assert row.kept_until is None
