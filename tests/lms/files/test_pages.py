"""Files over HTTP: sending in pieces, serving, and what strangers get."""

from __future__ import annotations

import base64
import hashlib
import io
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lms.demo import World
from lms.errors import Invalid, NotFound
from lms.files import accepting, uploads
from lms.files.service import ref_of, store_logo
from lms.refs import Ref
from lms.store.base import session
from lms.store.files import StoredFile
from lms.store.refs import link
from lms.testing import SignIn, count_queries
from tests.lms.files import samples

TUS = {"Tus-Resumable": "1.0.0"}
START = "/o/siena/files/uploads"


@pytest.fixture
def trainee(sign_in: SignIn) -> FlaskClient:
    return sign_in("trainee")


def begin(browser: FlaskClient, name: str, length: int, query: str = "") -> TestResponse:
    name64 = base64.b64encode(name.encode()).decode()
    return browser.post(
        START + query, headers=TUS | {"Upload-Length": str(length), "Upload-Metadata": f"filename {name64}"}
    )


def begin_unknown(browser: FlaskClient, name: str) -> TestResponse:
    told = f"filename {base64.b64encode(name.encode()).decode()}"
    return browser.post(START, headers=TUS | {"Upload-Defer-Length": "1", "Upload-Metadata": told})


def add(browser: FlaskClient, place: str, offset: int, data: bytes, **more: str) -> TestResponse:
    headers = TUS | {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"} | more
    return browser.patch(place, data=data, headers=headers)


def fetch(browser: FlaskClient, url: str, **headers: str) -> TestResponse:
    """A GET whose body is read, so that the file behind it is closed."""
    return browser.get(
        url, headers={name.replace("_", "-"): value for name, value in headers.items()}, buffered=True
    )


def own_names(world: World) -> list[str]:
    with world.inside("siena"):
        return [
            row.name for row in session().query(StoredFile).filter_by(owner_id=world.people["trainee"].id)
        ]


def test_a_file_sent_in_pieces_goes_on_after_a_break(world: World, trainee: FlaskClient) -> None:
    place = begin(trainee, "diario.txt", 10).headers["Location"]
    assert add(trainee, place, 0, b"01234").headers["Upload-Offset"] == "5"
    head = trainee.head(place, headers=TUS)
    assert (head.headers["Upload-Offset"], head.headers["Upload-Length"]) == ("5", "10")
    assert add(trainee, place, 0, b"01234").status_code == 409
    assert add(trainee, place, 5, b"56789").status_code == 204
    assert "diario.txt" in own_names(world)


def test_what_is_still_being_made_is_sent_before_its_size_is_known(
    world: World, trainee: FlaskClient
) -> None:
    place = begin_unknown(trainee, "canto.txt").headers["Location"]
    assert add(trainee, place, 0, b"one ").headers["Upload-Offset"] == "4"
    head = trainee.head(place, headers=TUS)
    assert (head.headers["Upload-Offset"], head.headers["Upload-Defer-Length"]) == ("4", "1")
    assert "Upload-Length" not in head.headers
    assert add(trainee, place, 4, b"two").status_code == 204
    assert "canto.txt" not in own_names(world)
    last = add(trainee, place, 7, b"", **{"Upload-Length": "7"})
    assert last.headers["Upload-File"]
    assert "canto.txt" in own_names(world)


def test_a_size_told_once_cannot_change_nor_be_less_than_what_came(trainee: FlaskClient) -> None:
    place = begin_unknown(trainee, "a.txt").headers["Location"]
    add(trainee, place, 0, b"data")
    assert add(trainee, place, 4, b"", **{"Upload-Length": "3"}).status_code == 400
    assert add(trainee, place, 4, b"1", **{"Upload-Length": "8"}).status_code == 204
    assert add(trainee, place, 5, b"234", **{"Upload-Length": "9"}).status_code == 400
    assert add(trainee, place, 5, b"234").headers["Upload-File"]


def test_what_has_no_end_is_stopped_where_there_is_no_room(
    trainee: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (accepting, uploads):
        monkeypatch.setattr(module, "max_upload_bytes", lambda: 1_000_000)
    place = begin_unknown(trainee, "a.txt").headers["Location"]
    assert add(trainee, place, 0, b"x" * 900_000).status_code == 204
    assert add(trainee, place, 900_000, b"x" * 200_000).status_code == 413
    assert add(trainee, place, 1_000_000, b"", **{"Upload-Length": "1200000"}).status_code == 413


def test_what_is_only_looked_through_has_its_own_limit_counts_in_no_quota_and_becomes_no_file(
    world: World, trainee: FlaskClient, sign_in: SignIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accepting, "max_upload_bytes", lambda: 5)
    monkeypatch.setattr(accepting, "max_passing_bytes", lambda: 20)
    assert begin(trainee, "a.zip", 10).status_code == 413
    assert begin(trainee, "a.zip", 21, "?passing=1").status_code == 413
    place = begin(trainee, "a.zip", 12, "?passing=1").headers["Location"]
    assert begin(trainee, "b.zip", 12, "?passing=1").status_code == 413
    before = own_names(world)
    assert add(trainee, place, 0, b"PK0123").status_code == 204
    target = tmp_path / "taken" / "a.zip"
    with world.inside("siena"), pytest.raises(Invalid):
        uploads.take_upload(world.actor("trainee"), place, target)
    assert "Upload-File" not in add(trainee, place, 6, b"456789").headers
    with world.inside("siena"):
        actor = world.actor("trainee")
        assert accepting.get_usage(actor).on_the_way == 0
        for key in ("trainee2", "head"):
            with pytest.raises(NotFound):
                uploads.take_upload(world.actor(key), place, target)
        with pytest.raises(NotFound):
            uploads.claim_upload(actor, place, "own")
        assert uploads.take_upload(actor, place, target) == "a.zip"
    assert target.read_bytes() == b"PK0123456789"
    assert own_names(world) == before
    assert trainee.head(place, headers=TUS).status_code == 404


def test_a_damaged_piece_is_not_kept(trainee: FlaskClient) -> None:
    place = begin(trainee, "a.txt", 4).headers["Location"]
    wrong = base64.b64encode(hashlib.sha256(b"other").digest()).decode()
    assert add(trainee, place, 0, b"data", **{"Upload-Checksum": f"sha256 {wrong}"}).status_code == 460
    assert trainee.head(place, headers=TUS).headers["Upload-Offset"] == "0"
    right = base64.b64encode(hashlib.sha256(b"data").digest()).decode()
    assert add(trainee, place, 0, b"data", **{"Upload-Checksum": f"sha256 {right}"}).status_code == 204


def test_an_upload_can_be_given_up(trainee: FlaskClient) -> None:
    place = begin(trainee, "a.txt", 4).headers["Location"]
    assert trainee.delete(place, headers=TUS).status_code == 204
    assert trainee.head(place, headers=TUS).status_code == 404


def test_a_refused_upload_says_why_in_words_and_is_gone(world: World, trainee: FlaskClient) -> None:
    place = begin(trainee, "foto.jpg", 9).headers["Location"]
    answer = add(trainee, place, 0, b"%PDF-1.7\n")
    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["error"]["code"] == "disguised"
    assert trainee.head(place, headers=TUS).status_code == 404
    assert "foto.jpg" not in own_names(world)


def test_a_file_without_a_place_is_refused_before_a_byte_is_sent(trainee: FlaskClient) -> None:
    answer = begin(trainee, "film.mp4", 10**12)
    assert answer.status_code == 413
    assert b"512" in answer.data


def test_the_protocol_is_spoken_as_written(trainee: FlaskClient) -> None:
    assert trainee.post(START, headers={"Upload-Length": "1"}).status_code == 412
    assert trainee.post(START, headers=TUS | {"Upload-Length": "minus"}).status_code == 400
    place = begin(trainee, "a.txt", 4).headers["Location"]
    assert trainee.patch(place, data=b"data", headers=TUS | {"Upload-Offset": "0"}).status_code == 415
    can = trainee.options(START)
    assert can.headers["Tus-Extension"] == "creation,creation-defer-length,termination,checksum,expiration"


def test_nobody_goes_on_with_the_upload_of_somebody_else(trainee: FlaskClient, sign_in: SignIn) -> None:
    place = begin(trainee, "a.txt", 4).headers["Location"]
    assert add(sign_in("trainee2"), place, 0, b"data").status_code == 404


def test_a_form_without_scripts_stores_files_too(world: World, trainee: FlaskClient) -> None:
    sent = {"files": [(io.BytesIO(b"uno"), "uno.txt"), (io.BytesIO(samples.picture()), "due.png")]}
    assert trainee.post("/o/siena/files", data=sent).status_code == 302
    assert {"uno.txt", "due.png"} <= set(own_names(world))
    bad = trainee.post("/o/siena/files", data={"files": (io.BytesIO(b"MZ\x90\x00\x03\x00"), "run.exe")})
    assert bad.status_code == 422
    assert b"run.exe" in bad.data


def demo_file(world: World, name: str = "candidature.csv") -> str:
    return f"/o/siena/files/{world.things[f'file:trainee:{name}']}"


def test_parts_of_a_file_are_served_as_asked_for(world: World, trainee: FlaskClient) -> None:
    url = f"{demo_file(world)}/candidature.csv"
    whole = fetch(trainee, url)
    part = fetch(trainee, url, Range="bytes=5-11")
    assert (part.status_code, part.data) == (206, whole.data[5:12])
    assert part.headers["Content-Range"] == f"bytes 5-11/{len(whole.data)}"
    assert fetch(trainee, url, Range="bytes=99999-").status_code == 416
    assert fetch(trainee, url, Range="bytes=0-1,4-5").data == whole.data
    assert fetch(trainee, url, If_None_Match=whole.headers["ETag"]).status_code == 304
    assert fetch(trainee, url, Range="bytes=0-3", If_Range='"old"').status_code == 200


def test_a_served_file_can_do_nothing(world: World, trainee: FlaskClient) -> None:
    trainee.post(
        "/o/siena/files", data={"files": (io.BytesIO(b"<!doctype html><script>1</script>"), "page.html")}
    )
    with world.inside("siena"):
        file = session().query(StoredFile).filter_by(name="page.html").one()
        url = f"/o/siena/files/{file.id}/page.html"
    answer = fetch(trainee, url)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_strangers_and_other_offices_do_not_find_a_file(
    world: World, client: FlaskClient, sign_in: SignIn
) -> None:
    url = demo_file(world)
    colleague, stranger = sign_in("trainee2"), sign_in("trainee_vienna")
    for path in (url, f"{url}/candidature.csv", f"{url}/preview"):
        assert colleague.get(path).status_code == 404
        assert stranger.get(path.replace("siena", "vienna")).status_code == 404
        assert client.get(path).status_code in {302, 404}


def test_whoever_sees_a_thing_reads_the_file_attached_to_it(world: World, sign_in: SignIn) -> None:
    colleague = sign_in("trainee2")
    url = f"{demo_file(world)}/candidature.csv"
    assert fetch(colleague, url).status_code == 404
    with world.inside("siena"):
        file = session().get_one(StoredFile, world.things["file:trainee:candidature.csv"])
        link(
            ref_of(file), "attached_to", Ref.of("calendar", "item", world.things["date:siena:Ufficio chiuso"])
        )
    assert fetch(colleague, url).status_code == 200


def test_a_deleted_file_can_be_brought_back(world: World, trainee: FlaskClient) -> None:
    url = demo_file(world)
    page = trainee.post(f"{url}/delete", follow_redirects=True)
    assert b"ui-undo-bar" in page.data
    assert trainee.get(url).status_code == 404
    trainee.post(f"{url}/restore")
    assert trainee.get(url).status_code == 200


def test_a_file_whose_room_is_taken_meanwhile_is_not_brought_back(
    world: World, trainee: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = demo_file(world)
    trainee.post(f"{url}/delete")
    monkeypatch.setattr("lms.files.accepting.MEGABYTE", 0)
    assert trainee.post(f"{url}/restore").status_code == 422
    monkeypatch.undo()
    assert trainee.get(url).status_code == 404


def test_a_picture_has_a_preview(world: World, trainee: FlaskClient) -> None:
    answer = fetch(trainee, f"{demo_file(world, 'Attestato HACCP 2026.png')}/preview")
    assert answer.mimetype == "image/webp"


def test_the_logo_is_for_everybody(world: World, client: FlaskClient) -> None:
    class Sent:
        filename, mimetype, stream = "logo.png", "image/png", io.BytesIO(samples.picture())

    assert client.get("/o/siena/brand/logo").status_code == 404
    with world.inside("siena"):
        store_logo(world.actor("head"), Sent())
    assert fetch(client, "/o/siena/brand/logo").mimetype == "image/png"


def test_the_list_asks_the_same_number_of_questions_however_long_it_is(
    world: World, trainee: FlaskClient
) -> None:
    trainee.get("/o/siena/files")
    with count_queries() as few:
        trainee.get("/o/siena/files")
    for number in range(12):
        trainee.post("/o/siena/files", data={"files": (io.BytesIO(b"n%d" % number), f"{number}.txt")})
    trainee.get("/o/siena/files")
    with count_queries() as many:
        trainee.get("/o/siena/files")
    assert len(many) == len(few)
