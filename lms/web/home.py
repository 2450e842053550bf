"""The first page: choice of offices, an office's landing page, or the dashboard."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, current_app, redirect, render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from lms.accounts.actors import offices_of
from lms.hooks.callers import hooks
from lms.hooks.contributions import DashboardCard, NextStep
from lms.offices.directory import directory
from lms.web.guard import guest_or_actor, public
from lms.web.offices import current_office, office_url
from lms.web.slots import fill

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@public
def index() -> ResponseReturnValue:
    """Where somebody lands: their dashboard if they are a member here, else what is here."""
    office, who = current_office(), guest_or_actor()
    if office is None:
        own = offices_of(who.user_id) if who else []
        if len(own) == 1:
            return redirect(office_url(own[0].slug))
        return render_template("home/site.html", own=own, all_offices=directory().all())
    if who is None or not who.is_member:
        return render_template("home/landing.html")
    cards = hooks().dashboard_cards(who)
    return render_template(
        "home/dashboard.html", cards=cards, next_step=_first(cards), render_card=_card_renderer()
    )


def _first(cards: list[DashboardCard]) -> NextStep | None:
    offers = [card.next_step for card in cards if card.next_step]
    return min(offers, key=lambda offer: offer.priority, default=None)


def _card_renderer() -> Callable[[DashboardCard], Markup]:
    """Renders cards over what every page knows, which is put together once for all of them."""
    shared: dict[str, Any] = {}
    current_app.update_template_context(shared)
    templates = current_app.jinja_env

    def render(card: DashboardCard) -> Markup:
        template, context = card.template, shared | dict(card.context)
        return fill("dashboard_cards", template, lambda: templates.get_template(template).render(context))

    return render
