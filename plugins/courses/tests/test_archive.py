"""A course as one file: nothing is lost on the way, and hostile files leave nothing behind."""

from __future__ import annotations

import io
import json
import uuid
import zipfile
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from lms.plugin import Activity, Invalid, World, session, store_file
from lms.testing import SignIn
from plugins.courses import archive, authoring, rubric, starting, writing
from plugins.courses.forms import AddCondition, EditCourse, SaveCriterion, TranslateTexts, WritePage
from plugins.courses.outline import COURSE
from plugins.courses.tests.making import make_course

SITE = "/o/siena/courses"


def rich_course(world: World) -> uuid.UUID:
    """A course that uses everything. Call it inside an office."""
    trainer = world.actor("trainer")
    course = make_course(world, "section", "page", "book", "file", "link", "assignment")
    authoring.edit_course(
        trainer, course.id,
        EditCourse(title="Tutto", summary="Di tutto", objectives="Uno\nDue", languages=["en"], capacity=12, has_certificate=True, cover_alt="Un ponte"),
    )  # fmt: skip
    authoring.set_cover(trainer, course.id, picture(world))
    image = picture(world)
    page = writing.pages_of(course.steps[1])[0]
    html = f'<p>Guarda</p><img data-file="{image.id}" alt="Un ponte"><aside data-callout="tip"><p>Bene</p></aside>'
    writing.save_draft(trainer, page.id, "it", WritePage(title="Titolo", html=html))
    writing.publish_page(trainer, page.id, "it")
    writing.save_draft(trainer, page.id, "en", WritePage(title="Title", html="<p>Look</p>"))
    writing.publish_page(trainer, page.id, "en")
    writing.add_chapter(trainer, course.steps[2])
    authoring.step_of(session().get_one(Activity, course.steps[3])).file_id = picture(world).id
    authoring.step_of(session().get_one(Activity, course.steps[4])).url = "https://example.org/x"
    rubric.add_criterion(
        trainer, course.steps[5], SaveCriterion(title="Chiarezza", hint="Si capisce", points=7)
    )
    for step, number in zip(course.steps, range(6), strict=True):
        authoring.translate(trainer, step, "en", TranslateTexts(title=f"Step {number}"))
    authoring.add_condition(trainer, course.steps[2], AddCondition(kind="step", other_id=course.steps[1]))
    authoring.add_condition(trainer, course.steps[2], AddCondition(kind="date", opens_at=world.now))
    authoring.add_condition(
        trainer, course.steps[5], AddCondition(kind="score", other_id=course.steps[2], score=70)
    )
    authoring.set_match(trainer, course.steps[2], "any")
    authoring.hide_step(trainer, course.steps[4], is_hidden=True)
    return course.id


def picture(world: World) -> Any:
    """A file of the trainer."""
    out = io.BytesIO()
    Image.new("RGB", (64, 32), (154, 74, world.random.randrange(256))).save(out, "PNG")
    out.seek(0)
    return store_file(world.actor("trainer"), out, "ponte.png", "courses.file")


def contents(data: bytes) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The manifest without what may differ (names of stored files), and the files."""
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        return json.loads(packed.read("manifest.json")), {
            name: packed.read(name) for name in packed.namelist() if name != "manifest.json"
        }


def test_a_round_trip_loses_nothing(world: World, tmp_path: Path) -> None:
    with world.inside("siena"):
        first = archive.export_course(world.actor("trainer"), rich_course(world))
    path = tmp_path / "course.lmscourse"
    path.write_bytes(first)
    with world.inside("vienna"):
        made = archive.import_course(world.actor("trainer_vienna"), path)
        second = archive.export_course(world.actor("trainer_vienna"), made.course_id)
        assert made.left_out == []
    before, after = contents(first), contents(second)
    assert after[1] == before[1]
    assert after[0] == before[0]


def test_the_shipped_path_survives_a_round_trip_too(world: World, tmp_path: Path) -> None:
    with world.inside("siena"):
        trainer = world.actor("trainer")
        first = archive.export_course(trainer, starting.start_course(trainer, "practitioner").course_id)
        (tmp_path / "path").write_bytes(first)
        second = archive.export_course(trainer, archive.import_course(trainer, tmp_path / "path").course_id)
    assert contents(second)[0] == contents(first)[0]


def test_a_trainer_takes_a_course_along_in_the_browser(world: World, sign_in: SignIn) -> None:
    with world.inside("siena"):
        course_id = rich_course(world)
    data = sign_in("trainer").post(f"{SITE}/{course_id}/export").data
    answer = sign_in("trainer_vienna").post(
        "/o/vienna/courses/import", data={"archive": (io.BytesIO(data), "x.lmscourse")}
    )
    assert answer.status_code == 303
    assert "Tutto" in sign_in("trainer_vienna").get(answer.location).text
    assert sign_in("trainee").post(f"{SITE}/{course_id}/export").status_code in {403, 404}
    assert (
        sign_in("trainee").post(f"{SITE}/import", data={"archive": (io.BytesIO(data), "x")}).status_code
        == 403
    )


def pack(manifest: Any, files: dict[str, bytes] | None = None) -> bytes:
    """A ZIP file with whatever."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        if manifest is not None:
            packed.writestr(
                "manifest.json", manifest if isinstance(manifest, (str, bytes)) else json.dumps(manifest)
            )
        for name, body in (files or {}).items():
            packed.writestr(name, body)
    return out.getvalue()


def plan(**course: Any) -> dict[str, Any]:
    """A manifest that is right but for what is asked."""
    return {
        "format": "lmscourse",
        "version": 1,
        "course": {"title": "Prova", "languages": ["it"]} | course,
        "files": {},
    }


STEP = {"key": "a", "type": "page", "title": "Aa"}
HOSTILE: dict[str, bytes] = {
    "nothing": b"",
    "no zip": b"hello",
    "cut off": pack(plan())[:80],
    "no manifest": pack(None, {"x": b"y"}),
    "no json": pack("{"),
    "another format": pack(plan() | {"format": "scorm"}),
    "a newer version": pack(plan() | {"version": 2}),
    "a list": pack([1, 2]),
    "deep": pack("[" * 100_000),
    "no title": pack(plan(title="")),
    "unknown language": pack(plan(languages=["xx"])),
    "unknown field": pack(plan(owner="me")),
    "two steps of one key": pack(plan(steps=[STEP, STEP])),
    "a circle": pack(plan(steps=[
        STEP | {"conditions": [{"kind": "step", "other": "b"}]}, STEP | {"key": "b", "conditions": [{"kind": "step", "other": "a"}]},
    ])),
    "a condition on nothing": pack(plan(steps=[STEP | {"conditions": [{"kind": "step"}]}])),
    "content of another form": pack(plan(steps=[STEP | {"content": {"pages": "all"}}])),
    "too many chapters": pack(plan(steps=[STEP | {"content": {"pages": [{}] * 5000}}])),
    "a file that is not there": pack(plan(cover="f1") | {"files": {"f1": {"path": "files/1", "name": "x.png", "sha256": "0" * 64}}}),
    "a file of another content": pack(plan(cover="f1") | {"files": {"f1": {"path": "files/1", "name": "x.png", "sha256": "0" * 64}}}, {"files/1": b"x"}),
    "a name that is not listed": pack(plan(cover="f7")),
    "a path outside": pack(plan() | {"files": {"f1": {"path": "../../etc/passwd", "name": "x", "sha256": "0" * 64}}}),
    "a member outside": pack(plan(), {"../x": b"y"}),
    "a bomb": pack(plan(), {"files/1": b"\0" * 70_000_000}),
    "a link that is none": pack(plan(steps=[{"key": "a", "type": "link", "title": "Aa", "content": {"url": "javascript:alert(1)"}}])),
    "an assignment that asks nothing": pack(plan(steps=[{"key": "a", "type": "assignment", "title": "Aa", "content": {"takes_text": False}}])),
    "points without end": pack(plan(steps=[{"key": "a", "type": "assignment", "title": "Aa", "content": {"takes_text": True, "criteria": [{"title": "x", "points": 10**9}]}}])),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_or_broken_archive_is_refused_with_a_reason_and_leaves_nothing(
    world: World, sign_in: SignIn, name: str
) -> None:
    with world.inside("siena"):
        before = session().query(Activity).filter_by(type=COURSE).count()
    answer = sign_in("trainer").post(
        f"{SITE}/import", data={"archive": (io.BytesIO(HOSTILE[name]), "x.lmscourse")}
    )
    assert answer.status_code == 422
    assert "ui-notice" in answer.text
    with world.inside("siena"):
        assert session().query(Activity).filter_by(type=COURSE).count() == before


def test_the_texts_of_an_archive_are_cleaned(world: World, tmp_path: Path) -> None:
    bad = '<p onclick="x()">Ciao</p><script>x()</script><img src="https://evil.example.org/x.png">'
    content = {"pages": [{"it": {"title": "<b>T</b>", "html": bad, "files": {}}}]}
    (tmp_path / "x").write_bytes(pack(plan(title="<script>", steps=[STEP | {"content": content}])))
    with world.inside("siena"):
        made = archive.import_course(world.actor("trainer"), tmp_path / "x")
        [step] = authoring.children_of(made.course_id)
        assert writing.read_written(writing.pages_of(step.id)[0].id, "it").html == "<p>Ciao</p>"


def test_what_an_office_does_not_have_is_left_out_with_a_line(world: World, tmp_path: Path) -> None:
    steps = [
        STEP, {"key": "b", "type": "hologram", "title": "Bb"},
        {"key": "c", "type": "page", "title": "Cc", "conditions": [{"kind": "step", "other": "b"}, {"kind": "group", "group": "Nessuno"}]},
    ]  # fmt: skip
    (tmp_path / "x").write_bytes(pack(plan(steps=steps)))
    with world.inside("siena"):
        made = archive.import_course(world.actor("trainer"), tmp_path / "x")
        assert [each.title for each in authoring.children_of(made.course_id)] == ["Aa", "Cc"]
        assert len(made.left_out) == 3
        assert "hologram" in made.left_out[0]


def test_a_file_that_the_office_would_not_take_stops_the_whole_import(world: World, tmp_path: Path) -> None:
    import hashlib

    body = b"MZ\x90\x00" + b"\0" * 500
    files = {"f1": {"path": "files/1", "name": "x.exe", "sha256": hashlib.sha256(body).hexdigest()}}
    (tmp_path / "x").write_bytes(pack(plan(cover="f1") | {"files": files}, {"files/1": body}))
    with pytest.raises(Invalid), world.inside("siena"):
        archive.import_course(world.actor("trainer"), tmp_path / "x")
