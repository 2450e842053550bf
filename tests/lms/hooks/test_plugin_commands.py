"""``python3 -m lms plugin``: list, new, enable, disable, purge."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import inspect

from lms.config import make_secret_file
from lms.demo import build_world
from lms.errors import Conflict, Invalid
from lms.hooks.callers import hooks
from lms.offices.directory import directory
from lms.ops.commands import application
from lms.ops.plugin_commands import plugin
from lms.scaffold.writing import NewPlugin, write_plugin
from lms.store import migrate
from lms.store.base import db, session

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """``run("list", plugins="links")``: the command on an installation of its own."""
    make_secret_file(tmp_path / "instance")
    monkeypatch.setenv("LMS_INSTANCE", str(tmp_path / "instance"))
    monkeypatch.setenv("LMS_ENVIRONMENT", "test")
    monkeypatch.setenv("LMS_LOG_LEVEL", "error")

    def close() -> None:
        if application.cache_info().currsize:
            with application().app_context():
                session().close()
                db.engine.dispose()
            application.cache_clear()

    def invoke(*arguments: str, plugins: str = "links", folders: str = "") -> Result:
        close()
        monkeypatch.setenv("LMS_PLUGINS", plugins)
        monkeypatch.setenv("LMS_PLUGIN_FOLDERS", folders)
        return CliRunner().invoke(plugin, list(arguments))

    application.cache_clear()
    yield invoke
    close()


def fill() -> None:
    with application().app_context():
        migrate.upgrade(db.engine, migrate.owners(hooks().plugins))
        build_world()


def test_list_names_what_is_loaded_what_failed_and_why_and_what_is_left_behind(
    run: Run, tmp_path: Path
) -> None:
    run("list")
    fill()
    assert "loaded  links 1.0.0  on in: siena, vienna" in run("list").output.replace(
        "vienna, siena", "siena, vienna"
    )
    answer = run("list", plugins="absent").output
    assert "FAILED  absent: no package 'absent'" in answer
    assert "absent  links (links_link)" in answer
    assert "No plugins" in run("list", plugins="").output


def test_an_office_can_be_given_a_plugin_and_lose_it_again(run: Run) -> None:
    run("list")
    fill()
    assert "is off in" in run("disable", "links", "--office", "siena").output
    with application().app_context():
        siena = directory().by_slug("siena")
        assert siena is not None
        assert "links" not in siena.plugins
    assert "is on in" in run("enable", "links", "--office", "siena").output
    wrong = run("enable", "links", "--office", "nowhere")
    assert wrong.exit_code == 1
    assert "choose one of" in wrong.output


def test_purge_refuses_while_the_plugin_is_loaded(run: Run) -> None:
    run("list")
    fill()
    answer = run("purge", "links")
    assert answer.exit_code == 1
    assert "repeat with --yes" in answer.output
    with application().app_context():
        assert "links_link" in inspect(db.engine).get_table_names()


def test_purge_saves_every_row_then_drops_the_tables(run: Run, tmp_path: Path) -> None:
    run("list")
    fill()
    target = tmp_path / "links.zip"
    answer = run("purge", "links", "--to", str(target), plugins="")
    assert answer.exit_code == 0, answer.output
    with zipfile.ZipFile(target) as archive:
        rows = json.loads(archive.read("links_link.json"))
    assert "Offerte di lavoro in provincia di Siena" in [row["title"] for row in rows]
    with application().app_context():
        assert [name for name in inspect(db.engine).get_table_names() if "links" in name] == []
    assert "absent" not in run("list", plugins="").output


def test_purge_of_something_unknown_says_so(run: Run) -> None:
    run("list")
    fill()
    answer = run("purge", "office")
    assert answer.exit_code == 1
    assert "holds nothing of a plugin 'office'" in answer.output


def test_new_writes_a_plugin_and_says_what_comes_next(run: Run, tmp_path: Path) -> None:
    answer = run("new", "wishes", "--dir", str(tmp_path), "--title", "Wishes")
    assert "lms.toml" in answer.output
    listed = run("list", plugins="wishes", folders=str(tmp_path))
    fill()
    listed = run("list", plugins="wishes", folders=str(tmp_path))
    assert "loaded  wishes 0.1.0" in listed.output


@pytest.mark.parametrize("name", ["x", "Wishes", "my-plugin", "a" * 31, "../up", "9lives"])
def test_a_name_that_no_plugin_can_have_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(Invalid):
        write_plugin(NewPlugin(name, "Title"), tmp_path)


def test_a_title_that_would_break_the_code_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid):
        write_plugin(NewPlugin("fine", 'T"), __import__("os"'), tmp_path)


def test_nothing_is_written_over(tmp_path: Path) -> None:
    write_plugin(NewPlugin("wishes", "Wishes"), tmp_path)
    with pytest.raises(Conflict):
        write_plugin(NewPlugin("wishes", "Wishes"), tmp_path)
