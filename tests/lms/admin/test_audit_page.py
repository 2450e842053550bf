"""The page "Who did what" speaks to people."""

from __future__ import annotations

import ast
import html
import re

from lms.config import ROOT
from lms.demo import World
from lms.hooks.callers import hooks
from lms.testing import SignIn


def written_actions() -> set[str]:
    """Names that the core's services give to the audit, as they stand in the code."""
    found = set()
    for path in (ROOT / "lms").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in {"write_audit", "_audit"}:
                words = [
                    each.value
                    for part in node.args
                    for each in ast.walk(part)
                    if isinstance(each, ast.Constant)
                ]
                found |= {
                    each
                    for each in words
                    if isinstance(each, str) and re.fullmatch(r"[a-z_]+\.[a-z_]+", each)
                }
    return found


def test_everything_that_the_core_writes_has_words(world: World) -> None:
    assert len(written_actions()) > 15
    assert written_actions() - set(hooks().audit_actions()) == set()


def test_a_head_reads_in_words_what_was_done(sign_in: SignIn) -> None:
    head = sign_in("head")
    head.post("/profile/language", data={"locale": "en"})
    head.post("/o/siena/admin/parts", data={"plugin": "links", "do": "off"})
    page = head.get("/o/siena/admin/audit").text
    assert "Switched a part off" in page
    assert "plugin.switched" not in page
    assert "Useful links" in page


def test_a_head_reads_whose_roles_and_which_rights_were_changed(sign_in: SignIn, world: World) -> None:
    head = sign_in("head")
    head.post("/profile/language", data={"locale": "en"})
    trainee = world.actor("trainee").user_id
    head.post(f"/o/siena/people/{trainee}/membership", data={"roles": ["trainee", "tutor"]})
    head.post("/o/siena/admin/roles", data={"right": "tutor:office.reports", "do": "grant"})
    page = head.get("/o/siena/admin/audit").text
    assert re.search(r"Aïcha Benali · Trainee, Tutor", page)
    assert "Tutor: See the office's numbers" in html.unescape(page)
    assert "core:user:" not in page
