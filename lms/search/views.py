"""The search page."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from lms.search.service import LONGEST, search
from lms.web.guard import actor, member

blueprint = Blueprint("search", __name__)


@blueprint.get("/search")
@member
def results() -> ResponseReturnValue:
    """What is found for ``q``, by kind."""
    typed = request.args.get("q", "").strip()[:LONGEST]
    kind = request.args.get("kind", "")[:90]
    page = max(1, request.args.get("page", 1, type=int))
    found = search(actor(), typed, kind=kind, page=page)
    return render_template("search/results.html", typed=typed, kind=kind, page=page, found=found)
