"""What services may know of the running application: its settings and its shared parts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import current_app

from lms.config import Settings

SETTINGS = "lms_settings"


def settings() -> Settings:
    """The settings of the running application."""
    found: Settings = current_app.extensions[SETTINGS]
    return found


def run_folder() -> Path:
    """Where the processes of this installation meet: sockets and marks, worth nothing when they have ended."""
    return settings().instance_dir / "run"


def part(name: str) -> Any:
    """A shared part that the application was wired with, by its extension name."""
    return current_app.extensions[name]
