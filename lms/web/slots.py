"""Places in pages that plugins fill."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from flask import Flask, render_template
from markupsafe import Markup

from lms.hooks.callers import hooks
from lms.refs import Ref
from lms.web.guard import guest_or_actor
from lms.web.offices import current_office


def slot(name: str, ref: Ref | str | None = None) -> Markup:
    """Everything that plugins put into the slot ``name`` of this page."""
    parsed = Ref.parse(ref) if isinstance(ref, str) else ref
    office = current_office()
    pieces = hooks().page_slot(name, guest_or_actor(), parsed, office.id if office else None)
    return Markup("").join(
        fill("page_slot", piece.template, partial(render_template, piece.template, **piece.context))
        for piece in pieces
    )


def fill(hook: str, template: str, render: Callable[[], str]) -> Markup:
    """A piece of a page that a plugin fills; where it fails, nothing, and the operator learns of it."""
    text = hooks().shield(template.partition("/")[0], hook, render)
    return Markup(text or "")  # noqa: S704 - rendered by our own templates


def install_slots(app: Flask) -> None:
    """Give templates ``slot()``."""
    app.jinja_env.globals["slot"] = slot
