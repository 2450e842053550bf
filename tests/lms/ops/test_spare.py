"""What the embedded system does not load, and what it opens before it is copied."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask, template_rendered

from lms.config import make_secret_file
from lms.hooks.callers import hooks
from lms.ops.spare import without
from lms.ops.warming import warm_up
from tests.lms.ops.conftest import ROOT

LOADING = """\
import sys
from lms.config import load_settings
from lms.ops.spare import spare_libraries, without
names = spare_libraries(load_settings().settings)
with without(names):
    import wsgi
print(wsgi.app.test_client().get("/live").status_code, sorted(name for name in names if name in sys.modules))
"""


def test_a_hidden_library_is_as_if_it_were_not_installed_and_comes_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)

    with without(("colorsys", "json")), pytest.raises(ImportError):
        importlib.import_module("colorsys")

    assert importlib.import_module("colorsys").rgb_to_hsv(0, 0, 0) == (0.0, 0.0, 0)
    assert "json" in sys.modules


def test_the_product_loads_without_what_it_never_serves_with(tmp_path: Path) -> None:
    make_secret_file(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", LOADING], cwd=ROOT, capture_output=True, text=True, check=False,
        env={"PATH": "/usr/bin", "PYTHONPATH": str(ROOT), "LMS_INSTANCE": str(tmp_path), "LMS_ENVIRONMENT": "test"},
    )  # fmt: skip

    assert done.stdout.strip() == "200 []", done.stderr


def test_start_pages_are_opened_before_copies_are_made_and_nothing_fails(app: Flask) -> None:
    opened: list[str] = []

    def note(_app: Flask, template: object, **_more: object) -> None:
        opened.append(getattr(template, "name", ""))

    with template_rendered.connected_to(note, app):
        warm_up(app, "http://localhost/")

    assert opened.count("home/dashboard.html") == 2
    with app.app_context():
        assert list(hooks().watch.failures) == []


def test_a_start_page_that_fails_does_not_keep_the_product_from_starting(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_application: Flask, _site_url: str) -> None:
        raise RuntimeError("this page is broken")

    monkeypatch.setattr("lms.ops.warming._open_start_pages", fail)

    warm_up(app, "http://localhost/")

    with app.app_context():
        assert [each.reason for each in hooks().watch.failures] == ["RuntimeError: this page is broken"]
