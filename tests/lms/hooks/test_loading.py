"""A bad plugin is named with the reason, and the site starts without it and without its traces."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
from sqlalchemy import inspect
from sqlalchemy.orm import configure_mappers

from lms.app import create_app
from lms.config import load_settings, make_secret_file
from lms.hooks.callers import EXTENSION, Hooks
from lms.store.base import Base

MANIFEST = 'from lms.plugin import Manifest\n\nmanifest = Manifest("NAME", "T", "S", "1", ">=0.1")\n'
MODEL = """
from lms.plugin import Base, Identified
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship
import uuid

class ThingNAME(Identified, Base):
    __tablename__ = "NAME_thing"
"""
VIEW = """
from flask import Blueprint
from lms.plugin import hookimpl, public

blueprint = Blueprint("NAME", __name__)

@hookimpl
def blueprints():
    return [blueprint]
"""
LIVE = """
from lms.plugin import LiveNamespace, hookimpl

class Bad(LiveNamespace):
    path = "/NAME"

    def on_shout(self, data):
        pass

@hookimpl
def socket_namespaces():
    return [Bad()]
"""
# name: (files, what the reason says)
BAD: dict[str, tuple[dict[str, str], str]] = {
    "badimport": ({"hooks.py": "1 / 0"}, "failed at import: ZeroDivisionError"),
    "badexit": ({"hooks.py": "raise SystemExit(3)"}, "failed at import: SystemExit"),
    "badsyntax": ({"hooks.py": "def"}, "failed at import: SyntaxError"),
    "badmanifest": ({"__init__.py": ""}, "no `manifest"),
    "badname": ({"__init__.py": MANIFEST.replace("NAME", "other")}, "says it is called 'other'"),
    "badrange": ({"__init__.py": MANIFEST.replace(">=0.1", ">=99")}, "needs core >=99"),
    "badspec": ({"__init__.py": MANIFEST.replace(">=0.1", "new")}, "not a version range"),
    "badhook": ({"hooks.py": "from lms.plugin import hookimpl\n@hookimpl\ndef navitems(): ...\n"}, "unknown hooks: navitems"),
    "badargument": ({"hooks.py": "from lms.plugin import hookimpl\n@hookimpl\ndef nav_items(nobody): ...\n"}, "hooks do not fit"),
    "badpublish": ({"hooks.py": "def add_hookspecs():\n    return 1 / 0\n"}, "failed to publish its hooks: ZeroDivisionError"),
    "badprefix": ({"hooks.py": MODEL.replace('"NAME_thing"', '"thing_of_nobody"')}, "must start with 'badprefix_'"),
    "badmapping": (
        {"hooks.py": MODEL + '    other_id: Mapped[uuid.UUID] = mapped_column()\n    other: Mapped["Nothing"] = relationship()\n'},
        "models do not fit together",
    ),
    "badperson": (
        {"hooks.py": MODEL + '    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id"))\n'},
        "personal data without declaring it (hook personal_data): badperson_thing",
    ),
    "badview": ({"hooks.py": VIEW + '@blueprint.get("/NAME")\ndef index(): ...\n'}, "routes state no policy: badview.index"),
    "badurl": ({"hooks.py": VIEW + '@blueprint.get("/sign-in")\n@public\ndef index(): ...\n'}, "somebody else's: /sign-in"),
    "badblueprint": ({"hooks.py": VIEW.replace('Blueprint("NAME"', 'Blueprint("home"')}, "its blueprint is called 'home'"),
    "badreach": ({"hooks.py": VIEW + "@blueprint.before_app_request\ndef spy(): ...\n"}, "reaches into pages of others"),
    "badtwice": (
        {"hooks.py": VIEW + '@blueprint.get("/NAME", endpoint="a")\n@public\ndef a(): ...\n@blueprint.get("/NAME2", endpoint="a")\n@public\ndef b(): ...\n'},
        "cannot be used",
    ),
    "badload": ({"hooks.py": "from lms.plugin import hookimpl\n@hookimpl\ndef permissions():\n    raise RuntimeError('planted')\n"}, "hook permissions failed: RuntimeError: planted"),
    "badlive": ({"hooks.py": LIVE}, "live events state no policy: shout"),
    "badpath": ({"hooks.py": LIVE.replace('"/NAME"', '"/lounge"').replace("def on_shout", "def shout")}, "its live namespace is '/lounge'"),
    "office": ({}, "belongs to the core"),
    "groups": ({}, "belongs to the core"),
}  # fmt: skip


def start(folder: Path, names: str, files: dict[str, dict[str, str]]) -> Hooks:
    for name, texts in files.items():
        for path, text in ({"__init__.py": MANIFEST, "hooks.py": ""} | texts).items():
            file = folder / "plugins" / name / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text.replace("NAME", name), "utf-8")
    make_secret_file(folder / "instance")
    environment = {"LMS_ENVIRONMENT": "test", "LMS_LOG_LEVEL": "error", "LMS_PLUGINS": names}
    app = create_app(load_settings(folder / "instance", environment), plugin_folders=[folder / "plugins"])
    assert app.test_client().get("/live").status_code == 200
    found: Hooks = app.extensions[EXTENSION]
    return found


@pytest.mark.parametrize("name", BAD)
def test_a_bad_plugin_is_named_and_the_site_starts_without_it(name: str, tmp_path: Path) -> None:
    files, reason = BAD[name]
    start(tmp_path / "before", "", {})
    tables = set(Base.metadata.tables)
    found = start(tmp_path, name, {name: files})
    assert found.plugins.names() == ()
    assert [each.name for each in found.plugins.failed] == [name]
    assert reason in found.plugins.failed[0].reason
    assert name not in found.owners_of("permissions")
    assert set(Base.metadata.tables) == tables
    configure_mappers()


def test_a_good_plugin_beside_a_bad_one_is_loaded(tmp_path: Path) -> None:
    found = start(tmp_path, "badmix,goodmix", {"badmix": {"hooks.py": "1 / 0"}, "goodmix": {"hooks.py": VIEW + '@blueprint.get("/NAME")\n@public\ndef index():\n    return "hello"\n'}})  # fmt: skip
    assert found.plugins.names() == ("goodmix",)


def test_two_plugins_cannot_have_the_same_address(tmp_path: Path) -> None:
    view = VIEW + '@blueprint.get("/shared")\n@public\ndef index(): ...\n'
    found = start(tmp_path, "firsta,seconda", {"firsta": {"hooks.py": view}, "seconda": {"hooks.py": view}})
    assert len(found.plugins.loaded) == 1
    assert "/shared" in found.plugins.failed[0].reason


def test_two_plugins_may_call_their_models_alike(tmp_path: Path) -> None:
    models = (
        MODEL.replace("ThingNAME", "Thing")
        + """
    parts: Mapped[list["Part"]] = relationship(back_populates="whole")

class Part(Identified, Base):
    __tablename__ = "NAME_part"
    whole_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("NAME_thing.id"))
    whole: Mapped["Thing"] = relationship(back_populates="parts")
"""
    )
    found = start(tmp_path, "likea,likeb", {"likea": {"hooks.py": models}, "likeb": {"hooks.py": models}})
    assert found.plugins.names() == ("likea", "likeb")
    configure_mappers()
    parts = importlib.import_module("plugins.likeb.hooks").Part
    assert inspect(parts).relationships["whole"].mapper.class_.__module__ == "plugins.likeb.hooks"


def test_a_plugin_that_is_nowhere_is_named(tmp_path: Path) -> None:
    found = start(tmp_path, "nowhere", {})
    assert "no package 'nowhere'" in found.plugins.failed[0].reason


def test_a_plugin_named_twice_is_loaded_once(tmp_path: Path) -> None:
    found = start(tmp_path, "twofold,twofold", {"twofold": {}})
    assert found.plugins.names() == ("twofold",)
    assert "twice" in found.plugins.failed[0].reason


def test_a_plugin_can_publish_hooks_under_its_own_name_and_others_implement_them(tmp_path: Path) -> None:
    publisher = {
        "specs.py": "from lms.plugin import hookspec\n@hookspec\ndef publisher_blocks(): ...\n",
        "hooks.py": "from lms.plugin import hookimpl\nfrom plugins.publisher import specs\n"
        "@hookimpl\ndef add_hookspecs():\n    return [specs]\n",
    }
    reader = {
        "hooks.py": "from lms.plugin import hookimpl\n@hookimpl\ndef publisher_blocks():\n    return ['a block']\n"
    }
    found = start(tmp_path, "publisher,reader", {"publisher": publisher, "reader": reader})
    assert found.plugins.failed == []
    assert found.extra("publisher_blocks", None) == ["a block"]  # noqa: S610 - no Django here
