"""Pages of video CVs: script, recording, takes, cut and captions."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.plugin import (
    Family,
    Form,
    Invalid,
    NotFound,
    StoredFile,
    Text,
    _,
    _l,
    actor,
    claim_upload,
    current_locale,
    max_upload_bytes,
    received_files,
    requires,
    serve_file,
    session,
    slow,
    unit_of_work,
    uses_devices,
    utcnow,
    wants_json,
)
from plugins.portfolio.cv.service import KEEP
from plugins.portfolio.cv.views import refuse_to_scripts, saved_answer
from plugins.portfolio.films import service
from plugins.portfolio.films.captions import write_lines
from plugins.portfolio.films.forms import (
    PART_SECONDS,
    PART_TITLES,
    EditCaptions,
    EditFilm,
    EditPrompter,
    EditScript,
    NewFilm,
    SendTake,
    TrimTake,
)
from plugins.portfolio.films.models import Film, Take
from plugins.portfolio.pages.service import add_block, find_pages

blueprint = Blueprint("portfolio_films", __name__)
SHORTEST, LONGEST = 60, 90
"""Seconds: what is enough, and what people watch."""
SOUND_AND_PICTURE: frozenset[Family] = frozenset({"video", "audio"})
TABS: dict[str, Text] = {"show": _l("Overview"), "script": _l("Script"), "record": _l("Recording")}


@blueprint.get("/portfolio/films")
@requires(KEEP)
def index() -> ResponseReturnValue:
    """All of one's video CVs."""
    films = service.find_films(actor())
    found = service.films_shown(actor().user_id, [film.id for film in films])
    today = utcnow().date()
    return render_template(
        "portfolio/films/index.html", films=films, problems={key: service.problem_of(film, takes, today) for key, (film, takes) in found.items()},
        counts={key: len(takes) for key, (_film, takes) in found.items()}, removed=request.args.get("removed", type=uuid.UUID), breadcrumb=_trail(None),
    )  # fmt: skip


@blueprint.route("/portfolio/films/new", methods=["GET", "POST"])
@requires(KEEP)
def new() -> ResponseReturnValue:
    """A video CV: its title, then the script."""
    form = Form(NewFilm, submit=_("Write the script"))
    made: list[Film] = []
    if form.run(lambda command: made.append(service.add_film(actor(), command, language=current_locale()))):
        return redirect(url_for("portfolio_films.script", film_id=made[0].id), 303)
    title = _("New video CV")
    return render_template(
        "portfolio/films/new.html", form=form, title=title, breadcrumb=_trail(title)
    ), form.status


@blueprint.route("/portfolio/films/<uuid:film_id>", methods=["GET", "POST"])
@requires(KEEP)
def show(film_id: uuid.UUID) -> ResponseReturnValue:
    """What there is, what is missing, and how it is shown."""
    film = service.get_film(actor(), film_id)
    form = Form(EditFilm, values={name: getattr(film, name) for name in EditFilm.model_fields})
    if form.run(lambda command: service.edit_film(actor(), film_id, command)):
        return saved_answer("portfolio_films.show", film_id=film_id)
    refuse_to_scripts(form)
    takes = service.find_takes(film)
    return render_template(
        "portfolio/films/show.html", film=film, form=form, takes=takes, chosen=service.shown_take(film, takes), player=player_of(film, takes),
        problem=service.problem_of(film, takes, utcnow().date()), parts=_parts(film), pages=find_pages(actor()), removed=request.args.get("removed", type=uuid.UUID),
        tabs=_tabs(film, "show"), breadcrumb=_trail(film.title), end_of=service.end_of,
    ), form.status  # fmt: skip


@blueprint.route("/portfolio/films/<uuid:film_id>/script", methods=["GET", "POST"])
@requires(KEEP)
def script(film_id: uuid.UUID) -> ResponseReturnValue:
    """What one wants to say, in four parts."""
    film = service.get_film(actor(), film_id)
    form = Form(EditScript, values={name: getattr(film, name) for name in EditScript.model_fields})
    if form.run(lambda command: service.edit_film(actor(), film_id, command)):
        return saved_answer("portfolio_films.record", film_id=film_id)
    refuse_to_scripts(form)
    return render_template(
        "portfolio/films/script.html", film=film, form=form, seconds=PART_SECONDS, tabs=_tabs(film, "script"), breadcrumb=_trail(film.title, film.id)
    ), form.status  # fmt: skip


@blueprint.get("/portfolio/films/<uuid:film_id>/record")
@uses_devices
@requires(KEEP)
def record(film_id: uuid.UUID) -> ResponseReturnValue:
    """Record a take; the one page that may use camera and microphone. Without a script, a video is sent as a file."""
    film = service.get_film(actor(), film_id)
    prompter = Form(
        EditPrompter,
        values={"pace": film.pace, "text_size": film.text_size},
        action=url_for("portfolio_films.prompter", film_id=film.id),
    )
    return render_template(
        "portfolio/films/record.html", film=film, parts=_parts(film), prompter=prompter, takes=service.find_takes(film), shortest=SHORTEST, longest=LONGEST,
        person=actor().user_id, max_bytes=max_upload_bytes(), tabs=_tabs(film, "record"), breadcrumb=_trail(film.title, film.id), end_of=service.end_of,
    )  # fmt: skip


@blueprint.post("/portfolio/films/<uuid:film_id>/prompter")
@requires(KEEP)
def prompter(film_id: uuid.UUID) -> ResponseReturnValue:
    """Speed and size of the running text."""
    service.edit_film(actor(), film_id, EditPrompter.read(request.form.to_dict()))
    return saved_answer("portfolio_films.record", film_id=film_id)


@blueprint.post("/portfolio/films/<uuid:film_id>/<any(agree, withdraw, remove, restore):action>")
@requires(KEEP)
def change(film_id: uuid.UUID, action: str) -> ResponseReturnValue:
    """Agree to be recorded, take that back, remove, restore."""
    if action == "remove":
        service.remove_film(actor(), film_id)
        return redirect(url_for("portfolio_films.index", removed=film_id), 303)
    if action == "restore":
        service.restore_film(actor(), film_id)
    elif action == "agree" and "agrees" not in request.form:
        raise Invalid(_("Tick the box first."))
    else:
        service.agree(actor(), film_id, is_agreed=action == "agree")
    then = "portfolio_films.record" if action == "agree" else "portfolio_films.show"
    return redirect(url_for(then, film_id=film_id), 303)


@blueprint.post("/portfolio/films/<uuid:film_id>/on-page")
@requires(KEEP)
def put_on_page(film_id: uuid.UUID) -> ResponseReturnValue:
    """A block with it at the end of one of one's pages."""
    film, page_id = service.get_film(actor(), film_id), request.form.get("page", type=uuid.UUID)
    block = add_block(
        actor(), page_id or uuid.UUID(int=0), "film", {"film": str(film.id), "caption": ""}
    )  # fmt: skip
    return redirect(url_for("portfolio_pages.edit", page_id=page_id, _anchor=f"block-{block.id}"), 303)


# --- takes ----------------------------------------------------------------------------


@blueprint.post("/portfolio/films/<uuid:film_id>/takes")
@slow(requires(KEEP))
def add_take(film_id: uuid.UUID) -> ResponseReturnValue:
    """A recording that was sent in pieces while it was made; the same one twice is once."""
    command = SendTake.read(request.form.to_dict())
    with unit_of_work():
        take = service.known_take(actor(), film_id, command.key)
        if take is None:
            file = claim_upload(actor(), command.upload, service.PURPOSE, allowed=SOUND_AND_PICTURE)
            take = service.add_take(actor(), film_id, file, key=command.key, duration_ms=command.duration_ms)
        return {"take": str(take.id), "number": take.number}


@blueprint.get("/portfolio/films/<uuid:film_id>/takes")
@requires(KEEP)
def takes(film_id: uuid.UUID) -> ResponseReturnValue:
    """The list of recordings alone, for the script that has just sent one."""
    film = service.get_film(actor(), film_id)
    return render_template(
        "portfolio/films/_takes.html", film=film, takes=service.find_takes(film), end_of=service.end_of
    )


@blueprint.post("/portfolio/films/<uuid:film_id>/files")
@slow(requires(KEEP))
def add_files(film_id: uuid.UUID) -> ResponseReturnValue:
    """A video or sound that was recorded with another program."""
    with unit_of_work():
        service.get_film(actor(), film_id)
    found = received_files(actor(), "files", service.PURPOSE, allowed=SOUND_AND_PICTURE)
    if not found:
        raise Invalid(_("Choose a file first."))
    with unit_of_work():
        for file in found:
            service.add_take(actor(), film_id, file)
    return redirect(url_for("portfolio_films.show", film_id=film_id), 303)


@blueprint.route("/portfolio/takes/<uuid:take_id>", methods=["GET", "POST"])
@requires(KEEP)
def take(take_id: uuid.UUID) -> ResponseReturnValue:
    """Cut a recording, give it captions and a picture."""
    film, row = service.get_take(actor(), take_id)
    file = _file_of(row)
    cut = Form(TrimTake, values={"starts": row.starts_ms / 1000, "ends": row.ends_ms / 1000 if row.ends_ms else None}, submit=_("Save the cut"))  # fmt: skip
    words = Form(EditCaptions, values={"lines": write_lines(service.cues_of(row))}, submit=_("Save the captions"))  # fmt: skip
    if cut.run(lambda asked: service.trim_take(actor(), take_id, asked)) or words.run(
        lambda asked: service.save_captions(actor(), take_id, asked)
    ):
        return saved_answer("portfolio_films.take", take_id=take_id)
    refuse_to_scripts(cut, words)
    return render_template(
        "portfolio/films/take.html", film=film, take=row, file=file, cut=cut, words=words, url=url_for("portfolio_films.content", take_id=row.id), cues=service.cues_of(row),
        captions_url=url_for("portfolio_films.captions", take_id=row.id), end=service.end_of(row), max_bytes=max_upload_bytes(), has_script=any(getattr(film, name) for name in PART_TITLES),
        tabs=_tabs(film, ""), breadcrumb=_trail(film.title, film.id, _("Recording %(number)d", number=row.number)),
    ), max(cut.status, words.status)  # fmt: skip


@blueprint.post("/portfolio/takes/<uuid:take_id>/<any(best, captions, remove, restore):action>")
@requires(KEEP)
def change_take(take_id: uuid.UUID, action: str) -> ResponseReturnValue:
    """Choose it, make captions from the script, remove, restore."""
    if action == "captions":
        service.make_captions(actor(), take_id)
        return redirect(url_for("portfolio_films.take", take_id=take_id, _anchor="captions"), 303)
    doing = {"best": service.choose_take, "remove": service.remove_take, "restore": service.restore_take}
    film = doing[action](actor(), take_id)
    return redirect(
        url_for("portfolio_films.show", film_id=film.id, removed=take_id if action == "remove" else None), 303
    )


@blueprint.post("/portfolio/takes/<uuid:take_id>/poster")
@slow(requires(KEEP))
def poster(take_id: uuid.UUID) -> ResponseReturnValue:
    """The picture that stands there before it plays: a moment of the film, or a photo."""
    with unit_of_work():
        film_id = service.get_take(actor(), take_id)[0].id
    found = received_files(actor(), "poster", service.PURPOSE, allowed=frozenset({"image"}))
    with unit_of_work():
        service.set_poster(actor(), film_id, found[0].id if found else None)
    if wants_json():
        return {"saved": True}
    return redirect(url_for("portfolio_films.take", take_id=take_id, _anchor="picture"), 303)


@blueprint.get("/portfolio/takes/<uuid:take_id>/content")
@requires(KEEP)
def content(take_id: uuid.UUID) -> ResponseReturnValue:
    """The recording itself, whole, for its person alone."""
    _film, row = service.get_take(actor(), take_id)
    return serve_file(_file_of(row), as_download="download" in request.args)


@blueprint.get("/portfolio/takes/<uuid:take_id>/captions.vtt")
@requires(KEEP)
def captions(take_id: uuid.UUID) -> ResponseReturnValue:
    """Its captions as a file."""
    _film, row = service.get_take(actor(), take_id)
    return Response(service.vtt_of(_file_of(row).id), mimetype="text/vtt")


@blueprint.get("/portfolio/films/<uuid:film_id>/poster")
@requires(KEEP)
def poster_file(film_id: uuid.UUID) -> ResponseReturnValue:
    """The picture before it plays, for its person."""
    film = service.get_film(actor(), film_id)
    file = session().get(StoredFile, film.poster_id) if film.poster_id else None
    if file is None or file.deleted_at is not None:
        raise NotFound(_("There is no picture yet."))
    return serve_file(file, as_download=False)


def player_of(film: Film, takes: Sequence[tuple[Take, StoredFile]]) -> dict[str, Any]:
    """What the player macro needs for one's own film."""
    chosen = service.shown_take(film, takes)
    if chosen is None:
        return {}
    take, file = chosen
    return {
        "film": film, "take": take, "file": file, "url": url_for("portfolio_films.content", take_id=take.id), "cues": service.cues_of(take),
        "starts": take.starts_ms / 1000, "ends": (service.end_of(take) or 0) / 1000,
        "poster_url": url_for("portfolio_films.poster_file", film_id=film.id) if film.poster_id else "",
        "captions_url": url_for("portfolio_films.captions", take_id=take.id) if take.captions else "",
    }  # fmt: skip


def _file_of(take: Take) -> StoredFile:
    file = session().get(StoredFile, take.file_id) if take.file_id else None
    if file is None or file.deleted_at is not None:
        raise NotFound(_("This recording is not there any more."))
    return file


def _parts(film: Film) -> list[dict[str, Any]]:
    """The storyboard with the words of the script."""
    return [
        {"name": name, "title": str(title), "seconds": PART_SECONDS[name], "text": getattr(film, name)}
        for name, title in PART_TITLES.items()
    ]


def _tabs(film: Film, active: str) -> list[tuple[Text, str, bool, int | None]]:
    return [
        (title, url_for(f"portfolio_films.{name}", film_id=film.id), name == active, None)
        for name, title in TABS.items()
    ]


def _trail(
    title: Text | None, film_id: uuid.UUID | None = None, last: Text = ""
) -> list[tuple[Text, str | None]]:
    way: list[tuple[Text, str | None]] = [(_("Portfolio"), url_for("portfolio.home"))]
    if title is None:
        return [*way, (_("Video CV"), None)]
    way.append((_("Video CV"), url_for("portfolio_films.index")))
    if film_id is None:
        return [*way, (title, None)]
    way.append((title, url_for("portfolio_films.show", film_id=film_id)))
    return [*way, (last, None)] if last else way
