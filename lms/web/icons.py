"""Icons of the sprite, as markup for templates.

A page shows two dozen of them, so they are written here, each once, and not by a macro each time.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from flask import Flask
from markupsafe import Markup

SPRITE = "vendor/icons.svg"
_HIDDEN = Markup('aria-hidden="true"')
_NAMED = Markup('role="img" aria-label="{}"')
_DRAWING = Markup('<svg class="{}" {} focusable="false"><use href="{}#{}"></use></svg>')


def install_icons(app: Flask) -> None:
    """Give templates ``draw_icon``; they know it as ``icon`` of ``ui/icon.html``."""
    environment: Any = app.jinja_env
    address: Callable[[str], str] = environment.globals["asset"]

    def draw_icon(name: str, label: str | None = None, turns: bool = False) -> Markup:
        return _draw(address(SPRITE), name, str(label or ""), turns)

    app.jinja_env.globals["draw_icon"] = draw_icon


@lru_cache(maxsize=1024)
def _draw(sprite: str, name: str, label: str, turns: bool) -> Markup:
    """Hidden from assistive technology unless it has a label; ``turns`` mirrors it where text runs from the right."""
    meaning = _NAMED.format(label) if label else _HIDDEN
    return _DRAWING.format("ui-icon ui-icon-turns" if turns else "ui-icon", meaning, sprite, name)
