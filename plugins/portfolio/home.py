"""The first page of the portfolio: what is there, what waits, what others share."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from lms.plugin import actor, find_members, requires
from plugins.portfolio.cv.service import KEEP, TEMPLATES, find_entries, get_person
from plugins.portfolio.cv.tailoring import find_cvs
from plugins.portfolio.evidence.service import find_items, find_proofs
from plugins.portfolio.pages.service import find_pages
from plugins.portfolio.refs import ref_of
from plugins.portfolio.sharing.comments import count_open
from plugins.portfolio.sharing.requests import count_waiting
from plugins.portfolio.sharing.shares import ADVISE, count_living, find_shared_with
from plugins.portfolio.sharing.views import things_with_urls

blueprint = Blueprint("portfolio", __name__)


@blueprint.get("/portfolio")
@requires(KEEP)
def home() -> ResponseReturnValue:
    """Everything at a glance, with one next step."""
    who = actor()
    pages, cvs = find_pages(who), find_cvs(who)
    targets = [str(ref_of("page", page.id)) for page in pages] + [str(ref_of("cv", cv.id)) for cv in cvs]
    shared = find_shared_with(who)
    return render_template(
        "portfolio/home.html", person=get_person(who), entries=find_entries(who.user_id), cvs=cvs, pages=pages, files=find_items(who, "file"), proofs=find_proofs(who),
        shared=count_living(targets), comments=count_open(targets), theirs=things_with_urls(shared[:12]), owners=find_members(who, [each.owner_id for each in shared]),
        waiting=count_waiting(who), may_advise=who.can(ADVISE), may_keep_templates=who.can(TEMPLATES),
    )  # fmt: skip
