"""The button with which readers watch a page or CV."""

from __future__ import annotations

import uuid

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from lms.plugin import _, actor, signed_in
from plugins.portfolio.sharing import shares, watching
from plugins.portfolio.sharing.shown_views import current_viewer

blueprint = Blueprint("portfolio_watching", __name__)


@blueprint.post("/portfolio/shared/<any(pages, cv):kind>/<uuid:thing_id>/<any(watch, unwatch):action>")
@signed_in
def change(kind: str, thing_id: uuid.UUID, action: str) -> ResponseReturnValue:
    """Begin or end to watch something that the actor may see."""
    wants = action == "watch"
    if kind == "pages":
        page, _access = shares.get_shared_page(current_viewer(), thing_id)
        watching.watch(actor(), page, wants=wants)
        back = url_for("portfolio_shown.page", page_id=thing_id)
    else:
        cv, _access = shares.get_shared_cv(current_viewer(), thing_id)
        watching.watch(actor(), cv, wants=wants)
        back = url_for("portfolio_shown.cv", cv_id=thing_id)
    flash(_("You hear of it when it changes.") if wants else _("You do not watch it any more."), "success")
    return redirect(back, 303)
