"""A self-training module of a meeting: what it is made of, who may make it, and who sees it; and its recording as a step."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from lms.plugin import (
    Activity,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    World,
    children_of,
    completions_in,
    copy_activity,
    enrol_people,
    get_activity,
    hooks,
    plain_text,
    render_pdf,
    session,
    set_state,
    store_file,
    unit_of_work,
)
from lms.testing import SignIn
from plugins.webinar import log, module_parts, modules, recording, replay, replay_steps, rooms, slides
from plugins.webinar.log import AgendaBegun
from plugins.webinar.models import Participant, Question, RecordedTrack, Recording, RecordingConsent
from plugins.webinar.modules import MakeModule
from plugins.webinar.poll_models import Poll, PollOption, Vote
from plugins.webinar.replay_step_models import StepWatched
from plugins.webinar.replay_steps import ChooseRecording
from plugins.webinar.tests.making import LIST, go_in, open_room
from plugins.webinar.watching import Played

DOCUMENTS = Path(__file__).parent.parent / "documents"
SOUND, DECK = DOCUMENTS / "demo.webm", DOCUMENTS / "deck.typ"
LENGTH = 600.0


@dataclass(frozen=True)
class Held:
    """A meeting that was recorded, by ids."""

    room: uuid.UUID
    recording: uuid.UUID


def hold(
    world: World, *, version: str = recording.TEXT_VERSION, agenda: tuple[str, ...] = ("Prima", "Seconda")
) -> Held:
    """Ten minutes were recorded, in items of five; the trainer and a trainee spoke and agreed. Inside the office."""
    meeting = open_room(world)
    people = go_in(world, meeting, "trainer", "trainee")
    began = meeting.activity.starts_at or world.now
    row = Recording(
        room_id=meeting.activity.id,
        started_at=began,
        ended_at=began + timedelta(seconds=LENGTH),
        owner_id=world.people["trainer"].id,
    )
    session().add(row)
    with SOUND.open("rb") as stream:
        file = store_file(
            world.actor("trainer"), stream, "microphone.webm", recording.PURPOSE, declared="video/webm"
        )
    row.tracks = [
        RecordedTrack(
            participant_id=each.id, kind="microphone", file_id=file.id, started_at=at, seconds=250.0
        )
        for each, at in zip(people, (0.0, 300.0), strict=True)
    ]
    for each in people:
        session().add(
            RecordingConsent(room_id=row.room_id, participant_id=each.id, is_given=True, text_version=version)
        )
    session().flush()
    row.first_seq = log.write(meeting.room, "recording.started", log.RecordingRef(recording=row.id), at=began)
    for number, title in enumerate(agenda):
        begun = AgendaBegun(item=uuid.uuid4(), title=title, minutes=5)
        log.write(meeting.room, "agenda.begun", begun, at=began + timedelta(minutes=5 * number))
    session().flush()
    return Held(meeting.activity.id, row.id)


def ask(held: Held, *, is_right: int | None, voters: int = 6) -> Poll:
    """A poll with two answers, of which one is right, or none."""
    poll = Poll(room_id=held.room, kind="single", question=f"Quale? {is_right}", state="closed")
    poll.options = [
        PollOption(text=text, position=n, is_right=n == is_right) for n, text in enumerate(("<b>A</b>", "B"))
    ]
    session().add(poll)
    session().flush()
    session().add_all(
        Vote(poll_id=poll.id, voter=f"voter {n}", option_id=poll.options[0].id) for n in range(voters)
    )
    session().flush()
    return poll


def answer(held: Held, text: str, words: str, *, is_published: bool = True) -> None:
    """A question of a trainee that was answered in writing."""
    person = session().scalars(select(Participant).filter_by(room_id=held.room)).first()
    assert person is not None
    session().add(
        Question(
            room_id=held.room, participant_id=person.id, text=text, answer=words, state="answered", is_published=is_published
        )
    )  # fmt: skip
    session().flush()


def wish(held: Held, **changes: object) -> MakeModule:
    """Everything, by chapters."""
    given = {
        "title": "Il colloquio, da soli",
        "recording_id": held.recording,
        "extras": ["practice", "answers", "files"],
    }
    return MakeModule.read(given | changes)


def add_slides(world: World, held: Held) -> None:
    """A file of slides."""
    body = render_pdf(DECK, {"pages": (("Il colloquio", ("Prima", "Dopo")),)})
    file = store_file(world.actor("trainer"), io.BytesIO(body), "Il colloquio.pdf", slides.PURPOSE)
    slides.draw_now(slides.take_file(rooms.meeting_of(held.room).room, file, world.actor("trainer")))


@pytest.fixture
def held(world: World) -> Held:
    """With a poll that has a right answer, one that has none, an answered question, and slides."""
    with world.inside("siena"), unit_of_work():
        made = hold(world)
        ask(made, is_right=1)
        ask(made, is_right=None)
        answer(made, "Quanto dura <b>di solito</b>?", "Mezz’ora.\n<script>")
        answer(made, "Solo fra noi?", "Sì.", is_published=False)
        add_slides(world, made)
        return made


def make(world: World, held: Held, **changes: object) -> uuid.UUID:
    """The trainer makes it."""
    with world.inside("siena"), unit_of_work():
        return modules.make(world.actor("trainer"), held.room, wish(held, **changes))


def publish(world: World, course: uuid.UUID, *keys: str) -> list[uuid.UUID]:
    """Let people in; returns the steps."""
    with world.inside("siena"), unit_of_work():
        set_state(world.actor("trainer"), course, "published")
        enrol_people(world.actor("trainer"), course, [world.people[key].id for key in keys])
        return [each.id for each in children_of(course)]


def switch(sign_in: SignIn, plugin: str, do: str) -> None:
    """The head switches a part of the product off or on."""
    sign_in("head").post("/o/siena/admin/parts", data={"plugin": plugin, "do": do})


@pytest.fixture
def without(sign_in: SignIn) -> Iterator[Callable[[str], None]]:
    """Switch a part off until the test is over."""
    off: list[str] = []

    def switch_off(plugin: str) -> None:
        off.append(plugin)
        switch(sign_in, plugin, "off")

    yield switch_off
    for plugin in reversed(off):
        switch(sign_in, plugin, "on")


def test_a_module_has_the_chapters_what_can_be_practised_what_was_answered_and_the_files(
    world: World, held: Held
) -> None:
    course = make(world, held)
    with world.inside("siena"):
        steps = children_of(course)
        assert [(each.type, each.title) for each in steps] == [
            ("replay", "Prima"), ("replay", "Seconda"), ("quiz", "Practise"), ("page", "Questions and answers"), ("file", "Il colloquio.pdf"),
        ]  # fmt: skip
        content = {each.type: exported(world, each) for each in steps}
        choices = content["quiz"]["questions"][0]["content"]["choices"]
        assert [each["weight"] for each in choices] == [0, 100]
        assert len(content["quiz"]["questions"]) == 1, "what has no right answer is not practised"
        html = next(iter(content["page"]["pages"][0].values()))["html"]
        assert "Solo fra noi" not in html, "what was not published stays among those who were there"
        assert "<b>di solito" not in html
        assert "Quanto dura <b>di solito</b>?" in plain_text(html)
        assert [line for line in plain_text(html).splitlines() if ": " in line] == ["<b>A</b>: 6", "B: 0"]
        assert "Aïcha" not in html
        assert content["file"]["file"]


def exported(world: World, step: Activity) -> dict[str, Any]:
    """The content of a step, as an archive would hold it."""
    export = hooks().activity_types()[step.type][1].content.export
    assert export is not None
    return export(world.actor("trainer"), step.id, str)


def test_a_draft_is_seen_by_nobody_who_learns_until_it_is_published(world: World, held: Held) -> None:
    course = make(world, held)
    with world.inside("siena"), pytest.raises(NotFound):
        get_activity(world.actor("trainee5"), course)
    steps = publish(world, course, "trainee5")
    with world.inside("siena"):
        assert get_activity(world.actor("trainee5"), course).state == "published"
        found = replay_steps.read_step(world.actor("trainee5"), steps[1])
    assert found["seconds"] == 300
    assert [each["started_at"] for each in found["tracks"]] == [0]
    assert [each["text"] for each in found["agenda"]] == ["Seconda"]


def test_who_is_not_in_the_course_sees_nothing_of_it(sign_in: SignIn, world: World, held: Held) -> None:
    steps = publish(world, make(world, held), "trainee5")
    track = sign_in("trainee5").get(f"{LIST}watch/{steps[0]}/data").json["tracks"][0]["id"]
    for path in ("", "data", f"track/{track}", "captions.vtt"):
        with sign_in("trainee5").get(f"{LIST}watch/{steps[0]}/{path}") as seen:
            assert seen.status_code == 200, path
        assert sign_in("trainee7").get(f"{LIST}watch/{steps[0]}/{path}").status_code == 404, path


def test_a_step_is_done_once_most_of_it_was_watched_and_not_by_jumping(world: World, held: Held) -> None:
    steps = publish(world, make(world, held), "trainee5")
    with world.inside("siena"), unit_of_work():
        who = world.actor("trainee5")
        replay_steps.note_played(who, steps[0], Played(begins=0, ends=20))
        assert replay_steps.note_played(who, steps[0], Played(begins=10, ends=30)) == 30
        with pytest.raises(Invalid):
            replay_steps.note_played(who, steps[0], Played(begins=30, ends=290))
        assert not completions_in(session().get_one(Activity, steps[0]), who.user_id)
        for row in session().scalars(select(StepWatched)):
            row.spent_until -= timedelta(hours=1)  # an hour has gone by
        for begins in (30, 160):
            for row in session().scalars(select(StepWatched)):
                row.spent_until -= timedelta(hours=1)
            replay_steps.note_played(who, steps[0], Played(begins=begins, ends=begins + 130))
        assert completions_in(session().get_one(Activity, steps[0]), who.user_id)


def test_who_agreed_to_be_seen_by_those_who_took_part_is_not_seen_by_others(world: World) -> None:
    with world.inside("siena"), unit_of_work():
        held = hold(world, version="1")
        assert modules.preview(world.actor("trainer"), held.room).left_out == 2
        there = replay.read_replay(world.actor("trainee"), held.room, held.recording)
        assert len(there["tracks"]) == 2
    steps = publish(world, make(world, held, division="whole"), "trainee5")
    with world.inside("siena"):
        assert replay_steps.read_step(world.actor("trainee5"), steps[0])["tracks"] == []
        with pytest.raises(Forbidden):
            replay_steps.get_track(world.actor("trainee5"), steps[0], uuid.UUID(there["tracks"][0]["id"]))


def test_who_takes_consent_back_is_gone_from_the_module_too(world: World, held: Held) -> None:
    steps = publish(world, make(world, held, division="whole"), "trainee5")
    with world.inside("siena"), unit_of_work():
        assert len(replay_steps.read_step(world.actor("trainee5"), steps[0])["tracks"]) == 2
        recording.withdraw(world.actor("trainee"), held.room)
        assert len(replay_steps.read_step(world.actor("trainee5"), steps[0])["tracks"]) == 1


def test_making_it_twice_is_said_and_never_happens_by_itself(
    sign_in: SignIn, world: World, held: Held
) -> None:
    page = f"{LIST}{held.room}/module/?lang=en"
    given = {"title": "Da soli", "recording_id": str(held.recording), "division": "whole", "known": "0"}
    trainer = sign_in("trainer")
    assert "Made already" not in trainer.get(page).text
    assert trainer.post(page, data=given).status_code == 303
    again = trainer.post(page, data=given)
    assert again.status_code == 422
    assert "A module has been made of this meeting just now" in again.text
    shown = trainer.get(page).text
    assert "Made already" in shown
    assert "Da soli" in shown
    assert trainer.post(page, data=given | {"known": "1"}).status_code == 303


def test_without_courses_the_page_says_so_and_offers_nothing(
    sign_in: SignIn, held: Held, world: World, without: Callable[[str], None]
) -> None:
    without("courses")
    shown = sign_in("trainer").get(f"{LIST}{held.room}/module/?lang=en")
    assert shown.status_code == 200
    assert "Courses are switched off in this office." in shown.text
    assert "Make the draft" not in shown.text
    with world.inside("siena"), pytest.raises(Conflict):
        modules.make(world.actor("trainer"), held.room, wish(held))


def test_without_quizzes_the_rest_is_made(
    sign_in: SignIn, held: Held, world: World, without: Callable[[str], None]
) -> None:
    without("quiz")
    assert (
        "Left out: the office has switched off what shows it."
        in sign_in("trainer").get(f"{LIST}{held.room}/module/?lang=en").text
    )
    course = make(world, held)
    with world.inside("siena"):
        assert {each.type for each in children_of(course)} == {"replay", "page", "file"}


def test_only_who_leads_the_meeting_and_may_make_courses_makes_one(sign_in: SignIn, held: Held) -> None:
    page = f"{LIST}{held.room}/module/?lang=en"
    for stranger in ("trainee", "tutor"):
        assert sign_in(stranger).get(page).status_code == 403
        assert "self-training module" not in sign_in(stranger).get(f"{LIST}{held.room}?lang=en").text
    assert "Make a self-training module" in sign_in("trainer").get(f"{LIST}{held.room}?lang=en").text


def test_few_answers_are_not_told_an_order_is_told_by_places_and_without_a_recording_there_is_no_module(
    world: World,
) -> None:
    with world.inside("siena"), unit_of_work():
        held = hold(world)
        poll = ask(held, is_right=None, voters=4)
        html = module_parts.answers_page("it", "Domande", [], [poll])["pages"][0]["it"]["html"]
        assert "Fewer than five people answered" in html
        assert ": 4" not in html
        ranked = Poll(room_id=held.room, kind="ranking", question="In che ordine?", state="closed")
        ranked.options = [PollOption(text=text, position=n) for n, text in enumerate(("Prima", "Dopo"))]
        session().add(ranked)
        session().flush()
        for voter in range(6):
            order = ranked.options if voter == 0 else ranked.options[::-1]
            session().add_all(
                Vote(poll_id=ranked.id, voter=f"voter {voter}", option_id=each.id, number=place)
                for place, each in enumerate(order, start=1)
            )
        session().flush()
        html = module_parts.answers_page("it", "Domande", [], [ranked])["pages"][0]["it"]["html"]
        assert html.index("Dopo: average place 1.2") < html.index("Prima: average place 1.8")
        without = open_room(world)
        found = modules.preview(world.actor("trainer"), without.activity.id)
        assert found.problem.startswith("This meeting has no recording.")


def test_a_copy_shows_the_same_recording_and_a_deleted_one_leaves_a_sentence(
    sign_in: SignIn, world: World, held: Held
) -> None:
    course = make(world, held, division="whole")
    with world.inside("siena"), unit_of_work():
        copies = copy_activity(world.actor("trainer"), course, title="Di nuovo")
        copied = children_of(copies[course])[0]
        assert replay_steps.get_managed(world.actor("trainer"), copied.id).recording is not None
        recording.remove(world.actor("trainer"), held.room, held.recording)
        session().expire_all()
        assert replay_steps.get_managed(world.actor("trainer"), copied.id).recording is None
    steps = publish(world, course, "trainee5")
    assert (
        "This recording is not there any more."
        in sign_in("trainee5").get(f"{LIST}watch/{steps[0]}/?lang=en").text
    )


def test_an_author_chooses_a_recording_they_may_use_and_a_part_that_is_there(
    sign_in: SignIn, world: World, held: Held
) -> None:
    course = make(world, held, division="whole")
    with world.inside("siena"):
        step = children_of(course)[0].id
    page = f"{LIST}watch/{step}/edit"
    trainer = sign_in("trainer")
    assert str(held.recording) in trainer.get(page).text
    chosen = {"recording_id": str(held.recording), "begins": "1", "ends": "2.5"}
    assert trainer.post(page, data=chosen).status_code == 303
    with world.inside("siena"):
        assert replay_steps.get_managed(world.actor("trainer"), step).seconds == 90
    for wrong in ({"begins": "3", "ends": "2"}, {"begins": "11", "ends": ""}):
        assert trainer.post(page, data=chosen | wrong).status_code == 422
    assert sign_in("trainee5").get(page).status_code in {403, 404}
    with world.inside("siena"), pytest.raises(NotFound):
        replay_steps.choose(world.actor("trainer"), step, ChooseRecording(recording_id=uuid.uuid4()))


@pytest.mark.parametrize(
    ("moments", "titles"),
    [
        ([], []),
        ([(0, "Una")], []),
        ([(0, "Una"), (300, "Due")], ["Una", "Due"]),
        ([(100, "Una"), (300, ""), (310, "Tre")], ["Una", "Tre"]),
        ([(0, "Una"), (200, ""), (400, "Tre"), (599, "Fine")], ["Una", "Part 2", "Tre"]),
    ],
)
def test_chapters_follow_each_other_and_cover_the_whole(
    moments: list[tuple[float, str]], titles: list[str]
) -> None:
    slides_shown = [{"at": at, "text": text, "deck": "d", "number": 1} for at, text in moments]
    found = module_parts.chapters_of({"agenda": [], "slides": slides_shown, "seconds": LENGTH})
    assert [each.title for each in found] == titles
    if found:
        assert (found[0].begins, found[-1].ends) == (0, LENGTH)
        assert all(one.ends == other.begins for one, other in pairwise(found))
