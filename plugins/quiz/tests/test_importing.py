"""Files of questions into the bank and out of it: looked at first, all or nothing."""

from __future__ import annotations

import base64
import re
import uuid
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image

from lms.plugin import World, office_scope
from lms.testing import SignIn
from plugins.quiz import bank, importing, thumbnails
from plugins.quiz.bank import Search
from plugins.quiz.formats.items import EmbeddedFile
from plugins.quiz.tests.making import SINGLE, add_question
from plugins.quiz.thumbnails import thumbnail_of

FOLDER = Path(__file__).parent / "samples"
IMPORT = "/o/siena/quiz/import"


def upload(sign_in: SignIn, data: bytes, name: str = "q.txt", **more: str) -> str:
    answer = sign_in("trainer").post(
        IMPORT, data={"file": (BytesIO(data), name)} | more, content_type="multipart/form-data"
    )
    assert answer.status_code == 303, answer.text[-1500:]
    return str(answer.location)


def work(world: World, url: str, run: Any = importing.run_import) -> list[tuple[int, int]]:
    """Let the job run as the worker does; returns what it said about its progress."""
    progress: list[tuple[int, int]] = []
    with office_scope(world.office("siena").id):
        run(
            SimpleNamespace(
                payload={"import_id": url.rsplit("/", 1)[1]}, progress=lambda done, total: progress.append((done, total)),
                stop_if_cancelled=lambda: None, result=lambda values: None,
            )
        )  # fmt: skip
    return progress


def count(world: World, text: str = "") -> int:
    with office_scope(world.office("siena").id):
        return bank.find_questions(world.actor("trainer"), Search(text=text))[1]


def test_a_file_is_looked_at_first_and_then_comes_in(sign_in: SignIn, world: World) -> None:
    before = count(world)
    url = upload(sign_in, (FOLDER / "all-types.gift.txt").read_bytes())
    page = sign_in("trainer").get(url).text
    assert "13" in page
    assert count(world) == before
    assert sign_in("trainer").post(f"{url}/confirm").status_code == 303
    assert count(world) == before
    assert work(world, url)[-1] == (13, 13)
    assert count(world) == before + 13
    work(world, url)
    assert count(world) == before + 13
    with office_scope(world.office("siena").id):
        paths = {each.path for each in bank.find_categories(world.actor("trainer"))}
    assert ("Percorso", "Colloquio a distanza") in paths


def test_each_question_is_seen_with_its_right_answer_before_it_comes_in(sign_in: SignIn) -> None:
    url = upload(sign_in, (FOLDER / "all-types.xml").read_bytes())
    page = re.sub(r"<[^>]+>", "", sign_in("trainer").get(url).text)
    for words in ("Che cosa la rende forte? Un punto rosso", "Dice che cosa ho fatto"):
        assert words in page


def test_a_picture_is_seen_small_before_its_question_comes_in(sign_in: SignIn) -> None:
    page = sign_in("trainer").get(upload(sign_in, (FOLDER / "all-types.xml").read_bytes(), "q.xml")).text
    [drawn] = re.findall(r'<img class="quiz-thumbnail" src="data:image/webp;base64,([^"]+)"', page)
    with Image.open(BytesIO(base64.b64decode(drawn))) as image:
        assert max(image.size) <= 160


@pytest.mark.parametrize("content", [b"", b"<svg onload='alert(1)'/>", b"\x89PNG\r\n\x1a\n broken"])
def test_what_is_no_sound_picture_has_no_thumbnail(content: bytes) -> None:
    assert thumbnail_of([EmbeddedFile(uuid.uuid4(), "a.png", content)]) == ""


def test_a_picture_with_too_many_pixels_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    made = BytesIO()
    Image.new("L", (30, 30)).save(made, "PNG")
    assert thumbnail_of([EmbeddedFile(uuid.uuid4(), "a.png", made.getvalue())]).startswith("data:image/webp")
    monkeypatch.setattr(thumbnails, "MOST_PIXELS", 899)
    assert thumbnail_of([EmbeddedFile(uuid.uuid4(), "a.png", made.getvalue())]) == ""


def test_questions_that_cannot_come_in_are_named_and_the_report_goes_along(
    sign_in: SignIn, world: World
) -> None:
    url = upload(sign_in, (FOLDER / "broken.gift.txt").read_bytes())
    page = sign_in("trainer").get(url).text
    assert page.count("quiz-reason") == 8
    report = sign_in("trainer").get(f"{url}?form=csv").data.decode("utf-8-sig")
    assert len(report.strip().splitlines()) == 11
    sign_in("trainer").post(f"{url}/confirm")
    work(world, url)
    assert count(world, "Buona") == 1
    assert count(world, "Due risposte") == 0


def test_pictures_come_in_and_are_shown_to_those_who_are_asked(sign_in: SignIn, world: World) -> None:
    url = upload(sign_in, (FOLDER / "all-types.xml").read_bytes(), "q.xml")
    sign_in("trainer").post(f"{url}/confirm")
    work(world, url)
    with office_scope(world.office("siena").id):
        [row], _count = bank.find_questions(world.actor("trainer"), Search(text="Prova forte"))
        question_id = row.id
    page = sign_in("trainer").get(f"/o/siena/quiz/bank/questions/{question_id}/preview").text
    address = re.findall(r'src="(/o/siena/files/[\w-]+/content)"', page)[0]
    with sign_in("head").get(address) as seen:
        assert seen.data.startswith(b"\x89PNG")
    assert sign_in("trainee").get(address).status_code == 404


def test_a_picture_that_is_none_keeps_only_its_question_out(sign_in: SignIn, world: World) -> None:
    text = (FOLDER / "all-types.xml").read_text("utf-8")
    broken = re.sub(
        r'(encoding="base64">)[\w+/=]+', r"\1PGh0bWw+PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0PjwvaHRtbD4=", text
    )
    url = upload(sign_in, broken.encode(), "q.xml")
    sign_in("trainer").post(f"{url}/confirm")
    work(world, url)
    assert count(world, "Prova forte") == 0
    assert count(world, "Diverse") == 1
    assert sign_in("trainer").get(url).text.count("quiz-reason") == 3


def test_a_malformed_file_brings_nothing_in(sign_in: SignIn, world: World) -> None:
    before = count(world)
    data = (FOLDER / "all-types.xml").read_bytes()
    url = upload(sign_in, data[: len(data) // 2], "q.xml")
    page = sign_in("trainer").get(url).text
    assert "XML" in page
    assert sign_in("trainer").post(f"{url}/confirm").status_code == 409
    assert count(world) == before


def test_a_crash_in_the_middle_leaves_nothing_and_the_second_run_writes_all(
    sign_in: SignIn, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = count(world)
    text = "\n\n".join(f"::Crash {number}::x {{=a ~b}}" for number in range(450))
    url = upload(sign_in, text.encode())
    sign_in("trainer").post(f"{url}/confirm")
    own, calls = importing._write_piece, []

    def crash(*arguments: Any) -> Any:
        calls.append(1)
        if len(calls) == 3:
            raise RuntimeError("the worker died")
        return own(*arguments)

    monkeypatch.setattr(importing, "_write_piece", crash)
    with pytest.raises(RuntimeError):
        work(world, url)
    assert count(world) == before
    work(world, url)
    assert count(world) == before + 450


def test_a_large_file_is_read_by_a_job_with_progress(
    sign_in: SignIn, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "SMALL", 1000)
    text = "\n\n".join(f"::Big {number}::Nr. {number} {{=a ~b}}" for number in range(2500))
    url = upload(sign_in, text.encode())
    assert sign_in("trainer").post(f"{url}/confirm").status_code == 409
    work(world, url, importing.examine_import)
    assert sign_in("trainer").post(f"{url}/confirm").status_code == 303
    assert len(work(world, url)) == 13
    assert count(world, "Big ") == 2500


def test_a_draft_can_be_discarded_and_others_cannot_see_it(sign_in: SignIn, world: World) -> None:
    url = upload(sign_in, b"::x::y {=a ~b}")
    assert sign_in("trainee").get(url).status_code == 403
    elsewhere = url.replace("/o/siena", "/o/vienna")
    assert sign_in("trainer_vienna").get(elsewhere).status_code == 404
    assert sign_in("trainer_vienna").post(f"{elsewhere}/confirm").status_code == 404
    sign_in("trainer").post(f"{url}/discard")
    assert sign_in("trainer").get(url).status_code == 404


@pytest.mark.parametrize("data", [b"", b"   \n", b"MZ\x90\x00" + b"\x00" * 200])
def test_what_is_no_file_of_questions_is_refused(sign_in: SignIn, data: bytes) -> None:
    answer = sign_in("trainer").post(
        IMPORT, data={"file": (BytesIO(data), "q.txt")}, content_type="multipart/form-data"
    )
    assert answer.status_code in {303, 422}
    if answer.status_code == 303:
        assert (
            "error" in sign_in("trainer").get(answer.location).text
            or "ui-tone-danger" in sign_in("trainer").get(answer.location).text
        )


def test_the_refusal_of_another_kind_of_file_names_what_can_be_sent(sign_in: SignIn) -> None:
    picture = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4
    answer = sign_in("trainer").post(
        f"{IMPORT}?lang=en", data={"file": (BytesIO(picture), "q.xml")}, content_type="multipart/form-data"
    )
    assert answer.status_code == 422
    assert "This is no text. Questions come in as GIFT (a text file) or as Moodle XML." in answer.text
    assert "HTML" not in answer.text


def test_no_file_is_said_so(sign_in: SignIn) -> None:
    assert sign_in("trainer").post(IMPORT, data={}).status_code == 422


def test_hostile_html_in_a_file_is_inert_in_the_bank(sign_in: SignIn, world: World) -> None:
    evil = "::<script>alert(1)</script>::[html]<script>alert(2)</script><img src\\=x onerror\\=alert(3)>What? {=a<script>alert(4)</script> ~b}"
    url = upload(sign_in, evil.encode())
    page = sign_in("trainer").get(url).text
    sign_in("trainer").post(f"{url}/confirm")
    work(world, url)
    page += sign_in("trainer").get("/o/siena/quiz/bank").text
    question = re.findall(
        r"/o/siena/quiz/bank/questions/[\w-]{36}", sign_in("trainer").get("/o/siena/quiz/bank?q=alert").text
    )[0]
    page += sign_in("trainer").get(f"{question}/preview").text
    assert "<script>alert" not in page
    assert "onerror" not in page


@pytest.mark.parametrize("form", ["gift", "moodle"])
def test_the_bank_goes_out_and_comes_in_again(sign_in: SignIn, world: World, form: str) -> None:
    browser = sign_in("trainer")
    assert "GIFT" in browser.get(f"{IMPORT}/export").text
    data = browser.get(f"{IMPORT}/export/{form}").data
    before = count(world)
    url = upload(sign_in, data)
    browser.post(f"{url}/confirm")
    work(world, url)
    with office_scope(world.office("siena").id):
        assert not [line for line in importing.lines_of(importing.get_import(world.actor("trainer"), uuid.UUID(url.rsplit("/", 1)[1]))) if line.code]  # fmt: skip
    assert count(world) > before * (1.9 if form == "moodle" else 1.5)
    assert sign_in("trainee").get(f"{IMPORT}/export/{form}").status_code == 403


def test_before_gift_is_downloaded_the_page_says_what_it_has_no_place_for(
    sign_in: SignIn, world: World
) -> None:
    with world.inside("siena"):
        add_question(world, SINGLE, name="Which one of three")
    page = sign_in("trainer").get(f"{IMPORT}/export").text
    assert "<strong>Which one of three</strong>: " in page
    assert "[hint:" in sign_in("trainer").get(f"{IMPORT}/export/gift").text
