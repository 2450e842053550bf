"""Video CVs: whose they are, what is kept of them, who sees them and until when."""

from __future__ import annotations

import io
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.plugin import Invalid, StoredFile, World, session, store_file, utcnow
from lms.testing import SignIn, TestSite, count_queries, upload
from plugins.portfolio import films
from plugins.portfolio.cv.forms import SavePrivate
from plugins.portfolio.cv.service import save_person
from plugins.portfolio.films import service
from plugins.portfolio.films.forms import EditCaptions, EditFilm, EditScript, NewFilm, TrimTake
from plugins.portfolio.films.models import Film, Take
from plugins.portfolio.jobs import forget_removed
from plugins.portfolio.pages import service as pages
from plugins.portfolio.pages.forms import NewPage, SaveCard
from plugins.portfolio.pages.models import Page
from plugins.portfolio.refs import ref_of
from plugins.portfolio.sharing import cards, shares
from plugins.portfolio.sharing.forms import ShareWith
from plugins.portfolio.tests.archives import Run, bring, newcomer, outcome, pack, take

HOME = "/o/siena/portfolio"
OWNER = "trainee9"
DRAWN = (Path(films.__file__).parent / "demo.webm").read_bytes()
KEY = "ab" * 16


def make_film(
    world: World, *, agrees: bool = True, is_recorded: bool = True
) -> tuple[uuid.UUID, uuid.UUID | None]:
    """A film of somebody, recorded, cut from 2 to 10 seconds, with captions; ids of film and take."""
    with world.inside("siena"):
        actor = world.actor(OWNER)
        film = service.add_film(actor, NewFilm(title="Per i panifici"))
        service.edit_film(actor, film.id, EditScript(hello="Hello, I am Zaffiro.", wish="Thank you!"))
        service.agree(actor, film.id, is_agreed=True)
        take_id = None
        if is_recorded:
            file = store_file(actor, io.BytesIO(DRAWN), "take.webm", service.PURPOSE)
            row = service.add_take(actor, film.id, file, duration_ms=14_000)
            service.trim_take(actor, row.id, TrimTake(starts=2, ends=10))
            service.make_captions(actor, row.id)
            take_id = row.id
        service.agree(actor, film.id, is_agreed=agrees)
        return film.id, take_id


def on_page(world: World, film_id: uuid.UUID) -> tuple[uuid.UUID, str, uuid.UUID]:
    """A page with the film, shared by a link: its id, the token, the file of the take."""
    with world.inside("siena"):
        actor = world.actor(OWNER)
        page = pages.add_page(actor, NewPage(title="Il mio lavoro"))
        pages.add_block(actor, page.id, "film", {"film": str(film_id), "caption": "Un minuto di me"})
        _row, token = shares.share(actor, ref_of("page", page.id), ShareWith.read({"audience": "link"}))
        row = session().scalar(select(Take).filter_by(film_id=film_id))
        return page.id, token, (row.file_id if row and row.file_id else uuid.UUID(int=0))


# --- whose ------------------------------------------------------------------------------


def test_only_the_owner_reaches_film_take_recording_and_captions(world: World, sign_in: SignIn) -> None:
    film_id, take_id = make_film(world)
    paths = [
        f"/films/{film_id}", f"/films/{film_id}/script", f"/films/{film_id}/record", f"/films/{film_id}/takes", f"/takes/{take_id}", f"/takes/{take_id}/content",
        f"/takes/{take_id}/captions.vtt",
    ]  # fmt: skip
    for path in paths:
        with sign_in(OWNER).get(HOME + path) as answer:
            assert answer.status_code == 200, path
        for key in ("trainee2", "counsellor", "head"):
            assert sign_in(key).get(HOME + path).status_code == 404, path
    for path in (f"/films/{film_id}/agree", f"/films/{film_id}/remove", f"/films/{film_id}/prompter", f"/takes/{take_id}/best", f"/takes/{take_id}/remove", f"/takes/{take_id}/captions"):  # fmt: skip
        assert sign_in("trainee2").post(HOME + path, data={"agrees": "1"}).status_code == 404, path


def test_camera_and_microphone_are_for_the_page_that_records_alone(world: World, sign_in: SignIn) -> None:
    film_id, take_id = make_film(world)
    browser = sign_in(OWNER)
    allowed = browser.get(f"{HOME}/films/{film_id}/record").headers["Permissions-Policy"]
    assert "camera=(self), microphone=(self)" in allowed
    for path in ("", f"/films/{film_id}", f"/films/{film_id}/script", f"/takes/{take_id}", "/pages"):
        assert "camera=(), microphone=()" in browser.get(HOME + path).headers["Permissions-Policy"], path


def test_nothing_is_recorded_before_its_person_says_yes(world: World, sign_in: SignIn) -> None:
    film_id, _take = make_film(world, agrees=False, is_recorded=False)
    browser = sign_in(OWNER)
    assert "pf-recorder" not in browser.get(f"{HOME}/films/{film_id}/record").text.replace("pf-recorder-", "")
    sent = upload(browser, "siena", "take.webm", DRAWN)
    answer = browser.post(f"{HOME}/films/{film_id}/takes", data={"upload": sent, "key": KEY})
    assert answer.status_code == 403
    assert browser.post(f"{HOME}/films/{film_id}/agree").status_code == 422
    browser.post(f"{HOME}/films/{film_id}/agree", data={"agrees": "1"})
    assert "<pf-recorder" in browser.get(f"{HOME}/films/{film_id}/record").text


# --- takes ------------------------------------------------------------------------------


def test_a_take_that_arrives_twice_is_one(world: World, sign_in: SignIn) -> None:
    film_id, _take = make_film(world, is_recorded=False)
    browser = sign_in(OWNER)
    data = {"upload": upload(browser, "siena", "take.webm", DRAWN), "key": KEY, "duration_ms": "14000"}
    first = browser.post(f"{HOME}/films/{film_id}/takes", data=data)
    again = browser.post(f"{HOME}/films/{film_id}/takes", data=data)
    assert first.json == again.json
    with world.inside("siena"):
        rows = service.find_takes(service.get_film(world.actor(OWNER), film_id))
        assert [(take.number, take.is_best, take.duration_ms, file.purpose) for take, file in rows] == [
            (1, True, 14_000, service.PURPOSE)
        ]


def test_the_upload_of_somebody_else_or_another_kind_is_no_take(world: World, sign_in: SignIn) -> None:
    film_id, _take = make_film(world, is_recorded=False)
    foreign = upload(sign_in("trainee2"), "siena", "take.webm", DRAWN)
    browser = sign_in(OWNER)
    post = f"{HOME}/films/{film_id}/takes"
    assert browser.post(post, data={"upload": foreign, "key": KEY}).status_code == 404
    text = upload(browser, "siena", "take.txt", b"no film")
    assert browser.post(post, data={"upload": text, "key": KEY}).status_code == 422
    with world.inside("siena"):
        actor = world.actor(OWNER)
        disguised = b"<html><script>alert(1)</script></html>" + DRAWN
        with pytest.raises(Invalid):
            store_file(
                actor, io.BytesIO(disguised), "take.webm", service.PURPOSE, allowed=frozenset({"video"})
            )
        sound = store_file(actor, io.BytesIO(b"RIFF\x24\0\0\0WAVEfmt " + b"\0" * 40), "a.wav", "own")
        with pytest.raises(Invalid):
            service.add_take(actor, film_id, sound)


def test_the_best_take_is_shown_and_removing_it_makes_room_and_can_be_undone(world: World) -> None:
    film_id, first_id = make_film(world)
    assert first_id
    with world.inside("siena"):
        actor = world.actor(OWNER)
        file = store_file(actor, io.BytesIO(DRAWN), "second.webm", service.PURPOSE)
        second = service.add_take(actor, film_id, file)
        service.choose_take(actor, second.id)
        film = service.get_film(actor, film_id)
        assert [(take.number, take.is_best) for take, _file in service.find_takes(film)] == [
            (2, True),
            (1, False),
        ]
        service.remove_take(actor, second.id)
        session().flush()
        assert [(take.number, take.is_best) for take, _file in service.find_takes(film)] == [(1, True)]
        assert file.deleted_at is not None
        service.restore_take(actor, second.id)
        session().flush()
        assert file.deleted_at is None
        assert len(service.find_takes(film)) == 2
        assert sum(take.is_best for take, _file in service.find_takes(film)) == 1


def test_a_cut_changes_no_byte_and_moves_no_word(world: World, sign_in: SignIn) -> None:
    film_id, take_id = make_film(world)
    browser = sign_in(OWNER)
    with browser.get(f"{HOME}/takes/{take_id}/content") as answer:
        assert answer.data == DRAWN
    before = browser.get(f"{HOME}/takes/{take_id}/captions.vtt").text
    assert before.startswith("WEBVTT\n\n00:00:02.000 --> ")
    with world.inside("siena"):
        actor = world.actor(OWNER)
        assert take_id
        service.save_captions(actor, take_id, EditCaptions(lines="0:01 - 0:03 Hello <all>\n0:05 - 0:30 Bye"))
        service.trim_take(actor, take_id, TrimTake(starts=4, ends=10))
        _film, row = service.get_take(actor, take_id)
        assert [(cue.starts_ms, cue.ends_ms, cue.text) for cue in service.cues_of(row)] == [
            (0, 1000, "Hello <all>"), (3000, 6000, "Bye"),
        ]  # fmt: skip
    assert "00:00:07.000 --> 00:00:10.000\nBye" in browser.get(f"{HOME}/takes/{take_id}/captions.vtt").text
    wrong = browser.post(f"{HOME}/takes/{take_id}", data={"form_id": "trimtake", "starts": "9", "ends": "3"})
    assert wrong.status_code == 422
    lines = browser.post(f"{HOME}/takes/{take_id}", data={"form_id": "editcaptions", "lines": "no times"})
    assert lines.status_code == 422
    assert film_id


# --- who sees it ------------------------------------------------------------------------


def test_a_film_follows_the_right_of_its_page_with_captions_and_ranges(
    world: World, client: FlaskClient, sign_in: SignIn
) -> None:
    film_id, _take = make_film(world)
    page_id, token, file_id = on_page(world, film_id)
    link = f"{HOME}/s/{token}"
    page = client.get(link).text
    assert f"files/{file_id}#t=2.0,10.0" in page
    assert "Hello, I am Zaffiro." in page
    video, captions = f"{link}/{page_id}/files/{file_id}", f"{link}/{page_id}/files/{file_id}/captions.vtt"
    with client.get(video, headers={"Range": "bytes=0-9"}) as part:
        assert (part.status_code, part.data) == (206, DRAWN[:10])
    words = client.get(captions)
    assert (words.mimetype, words.headers["X-Robots-Tag"][:7]) == ("text/vtt", "noindex")
    shared = f"{HOME}/shared/pages/{page_id}/files/{file_id}"
    for path in (shared, f"{shared}/captions.vtt"):
        assert client.get(path).status_code == 404
        assert sign_in("trainee2").get(path).status_code == 404
    assert sign_in(OWNER).get(f"{HOME}/pages/{page_id}/files/{file_id}/captions.vtt").mimetype == "text/vtt"
    with world.inside("siena"):
        shares.share_with_nobody(world.actor(OWNER), ref_of("page", page_id))
    assert [client.get(path).status_code for path in (link, video, captions)] == [404, 404, 404]


@pytest.mark.parametrize("end", ["withdrawn", "expired", "removed", "no recording"])
def test_after_its_end_nobody_but_the_owner_sees_a_film(world: World, client: FlaskClient, end: str) -> None:
    film_id, take_id = make_film(world)
    page_id, token, file_id = on_page(world, film_id)
    with world.inside("siena"):
        actor = world.actor(OWNER)
        if end == "withdrawn":
            service.agree(actor, film_id, is_agreed=False)
        elif end == "expired":
            day = utcnow().date() - timedelta(days=1)
            service.edit_film(actor, film_id, EditFilm(title="x", expires_on=day))
        elif end == "removed":
            service.remove_film(actor, film_id)
        else:
            assert take_id
            service.remove_take(actor, take_id)
    link = f"{HOME}/s/{token}"
    assert "<video" not in client.get(link).text
    for path in (f"{link}/{page_id}/files/{file_id}", f"{link}/{page_id}/files/{file_id}/captions.vtt"):
        assert client.get(path).status_code == 404


def test_sound_or_text_alone_gives_nobody_the_picture(world: World, client: FlaskClient) -> None:
    film_id, _take = make_film(world)
    page_id, token, file_id = on_page(world, film_id)
    link = f"{HOME}/s/{token}"
    for variant in ("audio", "text"):
        with world.inside("siena"):
            service.edit_film(world.actor(OWNER), film_id, EditFilm(title="x", variant=variant))
        assert client.get(f"{link}/{page_id}/files/{file_id}").status_code == 404
        page = client.get(link).text
        assert "<video" not in page
        assert ("Thank you!" in page) is (variant == "text")


def on_card(world: World, film_id: uuid.UUID, *, is_public: bool = True) -> None:
    """The film on its person's card."""
    with world.inside("siena"):
        save_person(world.actor(OWNER), SavePrivate(birth_date="1990"))
        command = SaveCard(slug="zaffiro", headline="Fornaia", film_id=film_id, is_public=is_public)
        cards.save_card(world.actor(OWNER), command)


def test_everybody_plays_the_film_of_a_public_card_and_no_other_file(
    world: World, client: FlaskClient, sign_in: SignIn
) -> None:
    film_id, take_id = make_film(world)
    other_id, _take = make_film(world)
    on_card(world, film_id)
    file_id, other = file_of(world, film_id), file_of(world, other_id)
    page = client.get(f"{HOME}/p/zaffiro")
    path = f"{HOME}/p/zaffiro/film/{file_id}"
    assert f'src="{path}#t=2.0,10.0"' in page.text
    assert f'property="og:video" content="http://localhost{path}"' in page.text
    assert "Hello, I am Zaffiro." in page.text
    with client.get(path, headers={"Range": "bytes=0-99"}) as part:
        assert (part.status_code, len(part.data), part.mimetype) == (206, 100, "video/webm")
    assert "Hello, I am Zaffiro." in client.get(f"{path}/captions.vtt").text
    for wrong in (f"{HOME}/p/zaffiro/film/{other}", f"{HOME}/p/aicha-benali/film/{file_id}"):
        assert client.get(wrong).status_code == 404
        assert client.get(f"{wrong}/captions.vtt").status_code == 404
    look = sign_in(OWNER).get(f"{HOME}/card/look").text
    assert f"/takes/{take_id}/content#t=2.0,10.0" in look


@pytest.mark.parametrize(
    "end", ["not public", "no consent", "last day", "another film", "removed", "under age", "sound"]
)
def test_a_film_ends_with_its_card_its_consent_and_its_last_day(
    world: World, client: FlaskClient, end: str
) -> None:
    film_id, _take = make_film(world)
    on_card(world, film_id)
    path = f"{HOME}/p/zaffiro/film/{file_of(world, film_id)}"
    with client.get(path) as before:
        assert before.status_code == 200
        assert before.headers["X-Accel-Buffering"] == "no"
    with world.inside("siena"):
        actor = world.actor(OWNER)
        card, film = cards.get_card(actor), service.get_film(actor, film_id)
        if end == "not public":
            card.is_public = False
        elif end == "no consent":
            service.agree(actor, film_id, is_agreed=False)
        elif end == "last day":
            film.expires_on = utcnow().date() - timedelta(days=1)
        elif end == "another film":
            card.film_id = None
        elif end == "removed":
            service.remove_film(actor, film_id)
        elif end == "under age":
            save_person(actor, SavePrivate(birth_date=str(utcnow().year - 16)))
        else:
            film.variant = "audio"
    for address in (path, f"{path}/captions.vtt"):
        assert client.get(address, headers={"Range": "bytes=0-99"}).status_code == 404


def test_a_film_of_somebody_else_is_not_put_on_a_card(world: World, sign_in: SignIn) -> None:
    film_id, _take = make_film(world)
    sent = {"slug": "ladro", "film_id": str(film_id)}
    assert sign_in("trainee2").post(f"{HOME}/card", data=sent).status_code == 404


def file_of(world: World, film_id: uuid.UUID) -> uuid.UUID:
    """The file of the only take of a film."""
    with world.inside("siena"):
        found = session().scalar(select(Take.file_id).filter_by(film_id=film_id))
    assert found is not None
    return found


def test_a_film_of_somebody_else_is_not_put_on_a_page(world: World, sign_in: SignIn) -> None:
    film_id, _take = make_film(world)
    with world.inside("siena"):
        actor = world.actor("trainee2")
        page = pages.add_page(actor, NewPage(title="Mine"))
        block = pages.add_block(actor, page.id, "film", {"film": "", "caption": ""})
        with pytest.raises(Invalid):
            pages.edit_block(actor, block.id, {"film": str(film_id), "caption": ""})
        page_id = page.id
    assert (
        sign_in("trainee2").post(f"{HOME}/films/{film_id}/on-page", data={"page": str(page_id)}).status_code
        == 404
    )


def test_a_film_that_ended_is_put_away_at_night_and_its_room_is_free(world: World, app: Flask) -> None:
    film_id, _take = make_film(world)
    with world.inside("siena"):
        film = session().get_one(Film, film_id)
        film.expires_on = utcnow().date() - timedelta(days=1)
    with app.app_context():
        forget_removed(Run({}))  # type: ignore[arg-type]  # what a job's function needs of its run
    with world.inside("siena"):
        film = session().get_one(Film, film_id)
        assert film.removed_at is not None
        file_id = session().scalar(select(Take.file_id).filter_by(film_id=film_id))
        assert session().get_one(StoredFile, file_id).deleted_at is not None
        film.removed_at -= timedelta(days=31)
        for row in session().scalars(select(Take).filter_by(film_id=film_id)):
            row.removed_at = film.removed_at
    with app.app_context():
        forget_removed(Run({}))  # type: ignore[arg-type]  # as above
    with world.inside("siena"):
        assert session().get(Film, film_id) is None
        assert not list(session().scalars(select(Take).filter_by(film_id=film_id)))


def test_ten_films_on_a_page_need_no_more_queries_than_one(world: World, client: FlaskClient) -> None:
    film_id, _take = make_film(world)
    page_id, token, _file = on_page(world, film_id)
    client.get(f"{HOME}/s/{token}")
    with count_queries() as one:
        client.get(f"{HOME}/s/{token}")
    with world.inside("siena"):
        for _time in range(9):
            pages.add_block(world.actor(OWNER), page_id, "film", {"film": str(film_id), "caption": ""})
    with count_queries() as ten:
        client.get(f"{HOME}/s/{token}")
    assert len(ten.statements) == len(one.statements)


# --- carried along ----------------------------------------------------------------------


def test_a_film_goes_along_with_script_takes_cut_and_captions_but_not_its_consent(
    app: Flask, site: TestSite
) -> None:
    world, key = site.world, newcomer(site.world)
    with app.app_context():
        film_id, _take = make_film(world)
        on_page(world, film_id)
    body = pack(app, world, OWNER, "siena")
    transfer_id = bring(app, world, body, key, "vienna")
    take(app, world, transfer_id, key, "vienna")
    assert outcome(app, world, transfer_id, "vienna") == ("done", "")
    with app.app_context(), world.inside("vienna"):
        actor = world.actor(key)
        film = service.find_films(actor)[0]
        rows = service.find_takes(film)
        assert (film.hello, film.wish, film.consented_at) == ("Hello, I am Zaffiro.", "Thank you!", None)
        assert [(row.starts_ms, row.ends_ms, row.duration_ms) for row, _file in rows] == [
            (2000, 10_000, 14_000)
        ]
        assert "Zaffiro" in rows[0][0].captions
        page = session().scalars(select(Page).filter_by(owner_id=actor.user_id, title="Il mio lavoro")).one()
        assert pages.find_blocks(page.id)[0].content["film"] == str(film.id)
