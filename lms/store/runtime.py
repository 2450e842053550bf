"""What services may know of the running application: its settings and its shared parts."""

from __future__ import annotations

from typing import Any

from flask import current_app

from lms.config import Settings

SETTINGS = "lms_settings"


def settings() -> Settings:
    """The settings of the running application."""
    found: Settings = current_app.extensions[SETTINGS]
    return found


def part(name: str) -> Any:
    """A shared part that the application was wired with, by its extension name."""
    return current_app.extensions[name]
