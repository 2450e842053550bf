"""Hooks: each is documented, implemented, tested and called from one place."""

from __future__ import annotations

import ast
import inspect

import pytest

from lms.config import ROOT
from lms.hooks import callers, specs
from lms.hooks.specs import HOOK_KINDS
from lms.ops import reference

WAITING = {
    "check_sign_in": "for house rules of an installation, such as opening hours",
    "check_enrol": "for plugins that know prerequisites of a whole activity",
    "check_upload": "for a virus scanner",
    "on_file_stored": "for plugins that convert files; the webinar's slides are the first",
    "on_recorded": "for statistics and learning record stores",
}
"""Hooks whose first real implementation comes with a later plugin."""


@pytest.mark.parametrize("name", HOOK_KINDS)
def test_each_hook_says_when_it_is_called_what_it_may_raise_and_since_when(name: str) -> None:
    hook = reference.read_hook(name)
    assert hook.summary.endswith(".")
    ast.parse(hook.example)


def test_there_are_no_more_hooks_than_one_can_know() -> None:
    assert len(HOOK_KINDS) <= 47


def test_the_reference_is_up_to_date() -> None:
    written = (ROOT / "docs" / "hooks.md").read_text("utf-8")
    assert written == reference.hook_reference(), "run scripts/docs"


def test_a_specification_without_its_words_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def bad() -> None:
        """Something. kind: L."""

    monkeypatch.setattr(specs, "bad", bad, raising=False)
    with pytest.raises(ValueError, match="bad"):
        reference.read_hook("bad")


def test_each_hook_is_implemented_by_a_part_of_the_product() -> None:
    missing = set(HOOK_KINDS) - set(reference.implementations())
    assert missing == set(WAITING)


def test_each_hook_has_one_typed_caller() -> None:
    typed = {name for name, _value in inspect.getmembers(callers.Hooks, inspect.isfunction)}
    assert set(HOOK_KINDS) - typed == {"add_hookspecs"}


def test_nobody_calls_a_hook_past_its_caller() -> None:
    found = []
    for path in (ROOT / "lms").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            is_past = (
                isinstance(node, ast.Attribute)
                and node.attr == "hook"
                and ast.unparse(node.value).endswith("manager")
            )
            if is_past and path.name not in {"callers.py", "reference.py"}:  # the reference only lists them
                found.append(f"{path.name}:{node.lineno}")
    assert found == []


def test_each_hook_is_mentioned_by_a_test() -> None:
    texts = [
        path.read_text("utf-8")
        for folder in ("tests", "plugins")
        for path in (ROOT / folder).rglob("*.py")
        if "tests" in path.parts and path.name != "test_hooks.py"
    ]
    assert [name for name in HOOK_KINDS if not any(name in text for text in texts)] == []
