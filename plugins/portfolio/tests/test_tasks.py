"""Tasks: a locked copy is handed in, judged, and completes the activity."""

from __future__ import annotations

import io
import posixpath
import re
import uuid
import zipfile
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from lms.plugin import (
    Conflict,
    CreateActivity,
    Forbidden,
    NotFound,
    Ref,
    World,
    completions_in,
    create_activity,
    enrol_people,
    get_activity,
    get_file,
    linked,
    set_state,
    utcnow,
)
from lms.testing import SignIn
from plugins.portfolio.cv import tailoring
from plugins.portfolio.cv.service import find_entries
from plugins.portfolio.pages import service as pages
from plugins.portfolio.refs import ref_of
from plugins.portfolio.tasks import service
from plugins.portfolio.tasks.archive import zip_stream
from plugins.portfolio.tasks.service import Judge

HOME = "/o/siena/portfolio"


def make_task(world: World, rule: str = "confirmed") -> uuid.UUID:
    with world.inside("siena"):
        trainer = world.actor("trainer")
        activity = create_activity(
            trainer, CreateActivity(title="Mostra un tuo lavoro", type="portfolio_task")
        )
        activity.completion_rule = rule
        set_state(trainer, activity.id, "published")
        enrol_people(trainer, activity.id, [world.people["trainee"].id, world.people["trainee2"].id])
        return activity.id


def hand_in(world: World, task_id: uuid.UUID) -> uuid.UUID:
    with world.inside("siena"):
        actor = world.actor("trainee")
        page = next(page for page in pages.find_pages(actor) if page.title == "I miei lavori")
        return service.hand_in(actor, task_id, ref_of("page", page.id)).id


def test_a_copy_stays_as_it_was_when_the_original_changes(world: World, sign_in: SignIn) -> None:
    submission_id = hand_in(world, make_task(world))
    with world.inside("siena"):
        actor = world.actor("trainee")
        page = next(page for page in pages.find_pages(actor) if page.title == "I miei lavori")
        for block in pages.find_blocks(page.id):
            pages.remove_block(actor, block.id)
    for key in ("trainer", "trainee"):
        assert "Come lavoro" in sign_in(key).get(f"{HOME}/submissions/{submission_id}").text


def test_files_of_a_copy_are_for_its_owner_and_staff_alone(world: World, sign_in: SignIn) -> None:
    submission_id = hand_in(world, make_task(world))
    with world.inside("siena"):
        _activity, row = service.get_submission(world.actor("trainer"), submission_id)
        file_id = row.content["files"][0]
    for key, wanted in (("trainer", 200), ("trainee", 200), ("trainee2", 404), ("trainee3", 404)):
        with sign_in(key).get(f"{HOME}/submissions/{submission_id}/files/{file_id}") as answer:
            assert answer.status_code == wanted, key
    with sign_in("trainer").get(f"{HOME}/submissions/{submission_id}/files/{uuid.uuid4()}") as answer:
        assert answer.status_code == 404


def test_a_copy_keeps_its_files_when_their_owner_deletes_them(world: World, sign_in: SignIn) -> None:
    submission_id = hand_in(world, make_task(world))
    with world.inside("siena"):
        _activity, row = service.get_submission(world.actor("trainer"), submission_id)
        assert row.content["files"]
        copy = ref_of("submission", submission_id)
        shown = [uuid.UUID(file_id) for file_id in row.content["files"]]
        for file_id in shown:
            get_file(world.actor("trainee"), file_id).deleted_at = utcnow() - timedelta(days=31)
            assert linked(Ref.of("files", "file", file_id), "kept_for") == [copy]
        address = f"{HOME}/submissions/{submission_id}/files/{shown[0]}"
    for key, wanted in (("trainer", 200), ("trainee", 200), ("trainee2", 404)):
        with sign_in(key).get(address) as answer:
            assert answer.status_code == wanted, key
    with world.inside("siena"), pytest.raises(NotFound):
        get_file(world.actor("trainee"), shown[0])


def test_a_pass_completes_the_task_and_the_person_hears_it(world: World, sign_in: SignIn) -> None:
    task_id = make_task(world)
    submission_id = hand_in(world, task_id)
    answer = sign_in("trainer").post(
        f"{HOME}/submissions/{submission_id}", data={"result": "pass", "note": "Molto bello"}
    )
    assert answer.status_code == 303
    with world.inside("siena"):
        activity = get_activity(world.actor("trainee"), task_id)
        assert [row.user_id for row in completions_in(activity)] == [world.people["trainee"].id]
    assert "Molto bello" in sign_in("trainee").get(f"{HOME}/tasks/{task_id}").text


def test_handing_in_alone_completes_where_that_is_the_rule(world: World) -> None:
    task_id = make_task(world, "submitted")
    hand_in(world, task_id)
    with world.inside("siena"):
        assert len(completions_in(get_activity(world.actor("trainee"), task_id))) == 1


def test_revise_opens_another_attempt_and_nothing_else_does(world: World) -> None:
    task_id = make_task(world)
    first = hand_in(world, task_id)
    with pytest.raises(Conflict):
        hand_in(world, task_id)
    with world.inside("siena"):
        service.judge(world.actor("trainer"), first, Judge(result="revise"))
        with pytest.raises(Conflict):
            service.judge(world.actor("trainer"), first, Judge(result="pass"))
    second = hand_in(world, task_id)
    with world.inside("siena"):
        _activity, row = service.get_submission(world.actor("trainee"), second)
        assert row.number == 2
        service.judge(world.actor("trainer"), second, Judge(result="fail"))
    with pytest.raises(Conflict):
        hand_in(world, task_id)


def test_who_handed_in_nothing_is_named_first(world: World, sign_in: SignIn) -> None:
    task_id = make_task(world)
    hand_in(world, task_id)
    with world.inside("siena"):
        standings = service.find_standings(world.actor("trainer"), task_id)
        assert [(each.person.name, each.latest is None) for each in standings] == [
            ("Giulia Rossi", True),
            ("Aïcha Benali", False),
        ]
    assert "Giulia Rossi" not in sign_in("trainee").get(f"{HOME}/tasks/{task_id}").text


def test_only_own_things_are_handed_in_and_only_by_those_who_take_part(world: World) -> None:
    task_id = make_task(world)
    with world.inside("siena"):
        foreign = pages.find_pages(world.actor("trainee"))[0].id
        with pytest.raises(NotFound):
            service.hand_in(world.actor("trainee2"), task_id, ref_of("page", foreign))
        cv = tailoring.find_cvs(world.actor("trainee3"))[0]
        with pytest.raises(Conflict):
            service.hand_in(world.actor("trainee3"), task_id, ref_of("cv", cv.id))


def test_a_trainee_judges_nobody(world: World) -> None:
    submission_id = hand_in(world, make_task(world))
    with world.inside("siena"):
        with pytest.raises(Forbidden):
            service.judge(world.actor("trainee"), submission_id, Judge(result="pass"))
        with pytest.raises(NotFound):
            service.judge(world.actor("trainee2"), submission_id, Judge(result="pass"))


def test_a_cv_is_handed_in_as_it_is(world: World) -> None:
    task_id = make_task(world)
    with world.inside("siena"):
        actor = world.actor("trainee2")
        cv = tailoring.find_cvs(actor)[0]
        row = service.hand_in(actor, task_id, ref_of("cv", cv.id))
        assert find_entries(actor.user_id)[0].title in row.content["blocks"][0]["html"]


def archive_of(browser: FlaskClient, task_id: uuid.UUID) -> dict[str, bytes]:
    """The members of the archive that somebody downloads."""
    with browser.get(f"{HOME}/tasks/{task_id}/submissions.zip") as answer:
        assert answer.status_code == 200
        with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
            assert archive.testzip() is None
            return {name: archive.read(name) for name in archive.namelist()}


def test_staff_take_everything_that_was_handed_in_as_pages_that_open_offline(
    world: World, sign_in: SignIn
) -> None:
    task_id = make_task(world)
    submission_id = hand_in(world, task_id)
    with world.inside("siena"):
        service.judge(world.actor("trainer"), submission_id, Judge(result="revise", note="=Zaffiro"))
    hand_in(world, task_id)
    members = archive_of(sign_in("trainer"), task_id)
    pages_in_it = [name for name in members if name.endswith("/index.html")]
    assert sorted(name.rpartition("/")[0].rpartition("/")[2] for name in pages_in_it) == ["1", "2"]
    for name in pages_in_it:
        for address in re.findall(r'(?:src|href|poster)="([^"]+)"', members[name].decode()):
            if address.startswith(("http", "mailto", "#")):
                continue
            assert posixpath.normpath(f"{name.rpartition('/')[0]}/{address.partition('#')[0]}") in members, (
                address
            )
        assert b"<script" not in members[name]
    assert any(body[:2] == b"\xff\xd8" for name, body in members.items() if "/files/" in name)
    assert "'=Zaffiro" in members["results.csv"].decode()
    assert all(name in members["index.html"].decode() for name in pages_in_it)


def test_nobody_but_staff_of_the_task_takes_what_was_handed_in(world: World, sign_in: SignIn) -> None:
    task_id = make_task(world)
    hand_in(world, task_id)
    for key in ("trainee", "trainee2"):
        assert sign_in(key).get(f"{HOME}/tasks/{task_id}/submissions.zip").status_code == 403
    assert sign_in("trainee_vienna").get(f"{HOME}/tasks/{task_id}/submissions.zip").status_code in {403, 404}
    assert "submissions.zip" in sign_in("trainer").get(f"{HOME}/tasks/{task_id}").text
    assert "submissions.zip" not in sign_in("trainee").get(f"{HOME}/tasks/{task_id}").text


def test_a_large_file_passes_through_the_archive_in_pieces() -> None:
    sizes = [len(piece) for piece in zip_stream([("a.bin", b""), ("b.txt", b"x" * 1000)])]
    assert max(sizes) < 2000
    with zipfile.ZipFile(io.BytesIO(b"".join(zip_stream([("b.txt", b"x" * 1000)])))) as archive:
        assert archive.read("b.txt") == b"x" * 1000
