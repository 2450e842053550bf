"""A fresh site with jobs of a made-up plugin called ``probe``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.lms.live.site import close, fill, make_app, make_settings
from tests.lms.work import probe


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Flask]:
    """An application with tables, people and the probe's jobs."""
    probe.forget()
    app = make_app(make_settings(tmp_path), {"probe": probe})
    app.config["IDS"] = fill(app)
    yield app
    close(app)
