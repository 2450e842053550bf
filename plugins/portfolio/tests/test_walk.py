"""Every page of the portfolio opens for its owner."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from lms.plugin import World, session
from lms.testing import SignIn
from plugins.portfolio.cv.models import Cv, Entry, Import, Letter
from plugins.portfolio.evidence.models import Item, Journal, JournalEntry, Plan
from plugins.portfolio.pages.models import Block, Collection, Page, Version

HOME = "/o/siena/portfolio"


@pytest.mark.parametrize(
    "path",
    ["", "/cv", "/cv/person", "/cv/work/new", "/cv/import", "/cvs/new", "/letters/new", "/pages", "/pages/new", "/collections/new", "/card", "/messages",
     *(f"/evidence/{tab}" for tab in ("files", "journals", "plans", "skills", "proofs", "new/note", "new/journal"))],
)  # fmt: skip
def test_lists_and_first_forms_open(sign_in: SignIn, path: str) -> None:
    assert sign_in("trainee").get(HOME + path).status_code == 200


def test_each_thing_of_the_demo_opens_for_its_owner(sign_in: SignIn, world: World) -> None:
    paths = {
        Entry: ["/cv/entries/{}"], Cv: ["/cvs/{}", "/cvs/{}/sheet", "/cvs/{}/print", "/cvs/{}/text", "/cvs/{}/downloads", "/cvs/{}/cv.pdf", "/cvs/{}/europass.pdf", "/cvs/{}/europass.xml", "/cvs/{}/resume.json", "/share/cvs/{}", "/share/cvs/{}/visits", "/shared/cv/{}", "/shared/cv/{}/cv.pdf"],
        Letter: ["/letters/{}", "/letters/{}/letter.pdf", "/letters/{}/letter.pdf?with=cv"], Import: ["/cv/import/{}"], Item: ["/evidence/items/{}"], Journal: ["/evidence/journals/{}"],
        JournalEntry: ["/evidence/entries/{}"], Plan: ["/evidence/plans/{}"], Collection: ["/collections/{}", "/share/collections/{}"],
        Page: ["/pages/{}", "/pages/{}/about", "/pages/{}/versions", "/share/pages/{}", "/share/pages/{}/visits", "/shared/pages/{}", "/pages/{}/as/employer", "/pages/{}/as/counsellor", "/pages/{}/as/public"],
    }  # fmt: skip
    owner = world.people["trainee"].id
    with world.inside("siena"):
        found = {
            model: list(session().scalars(select(model.id).filter_by(owner_id=owner))) for model in paths
        }
        pages = select(Page.id).filter_by(owner_id=owner)
        blocks = list(session().scalars(select(Block.id).where(Block.page_id.in_(pages))))
        versions = list(session().scalars(select(Version.id).where(Version.page_id.in_(pages))))
    browser = sign_in("trainee")
    asked = [path.format(each) for model, ids in found.items() for each in ids for path in paths[model]]
    asked += (
        [f"/blocks/{each}" for each in blocks]
        + [f"/blocks/{each}/shown" for each in blocks]
        + [f"/versions/{each}" for each in versions]
    )
    wrong = [
        (path, status) for path in asked if (status := browser.get(HOME + path).status_code) not in {200, 302}
    ]
    assert len(asked) > 60
    assert wrong == []


def test_the_inbox_and_templates_open_for_a_counsellor(sign_in: SignIn) -> None:
    browser = sign_in("counsellor")
    assert browser.get(f"{HOME}/inbox").status_code == 200
    assert browser.get(f"{HOME}/inbox?all=1").status_code == 200
    assert browser.get(f"{HOME}/templates").status_code == 200
