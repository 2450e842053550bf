"""One installation for each plugin under test, made when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lms.store.base import db, session
from tests.contract.subjects import Subject, open_subject, subject_names, write_subject

Planter = Callable[..., Subject]


@pytest.fixture(scope="session", params=subject_names())
def subject(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Subject]:
    """A plugin that must keep the contract."""
    folder = tmp_path_factory.mktemp(request.param)
    plugins = folder / "plugins"
    plugins.mkdir()
    write_subject(request.param, plugins)
    opened = open_subject(request.param, folder, plugins)
    yield opened
    with opened.app.app_context():
        session().close()
        db.engine.dispose()


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Planter]:
    """``plant("bad1", {"hooks.py": ...}, is_filled=False)``: a plugin written here, alone with the core."""
    opened: list[Subject] = []

    def write(name: str, files: dict[str, str], *, is_filled: bool = False) -> Subject:
        own = tmp_path / "plugins" / name
        manifest = (
            f'from lms.plugin import Manifest\n\nmanifest = Manifest("{name}", "Bad", "Bad", "1", ">=0.1")\n'
        )
        for path, text in ({"__init__.py": manifest, "hooks.py": ""} | files).items():
            (own / path).parent.mkdir(parents=True, exist_ok=True)
            (own / path).write_text(text.replace("@NAME@", name), "utf-8")
        opened.append(open_subject(name, tmp_path, tmp_path / "plugins", is_filled=is_filled))
        return opened[-1]

    yield write
    for each in opened:
        with each.app.app_context():
            session().close()
            db.engine.dispose()
