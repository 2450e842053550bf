"""The reference of hooks as a document, made from their specifications."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pluggy

from lms.config import ROOT
from lms.hooks import specs
from lms.hooks.builtin import BUILTIN
from lms.hooks.specs import HOOK_KINDS, HookKind

KINDS: Mapping[HookKind, str] = {
    "L": "Asked once, when plugins are loaded",
    "C": "Collected from the plugins that the office has switched on",
    "F": "The first answer wins",
    "V": "May refuse, before the commit",
    "E": "Facts, told after the commit and tried again when they fail",
    "A": "Asked of all loaded plugins, switched on or not",
}
_HEAD = """# Hooks
Made by `scripts/docs` from `lms/hooks/specs.py`; do not edit by hand.

A plugin implements a hook by a function of that name in its `hooks.py`, marked with `@hookimpl`. It may take fewer arguments than listed, in any order,
and is called by name. A hook that raises or hangs is left out and named on the operator's page; the page goes on without it.
"""


@dataclass(frozen=True, slots=True)
class HookText:
    """What the docstring of a specification says. ``summary`` may have several lines."""

    name: str
    signature: str
    summary: str
    example: str
    raises: str
    since: str


def hook_reference() -> str:
    """The whole document."""
    parts = [_HEAD]
    users = implementations()
    for kind, title in KINDS.items():
        parts.append(f"\n## {title} ({kind})\n")
        parts.extend(
            _section(read_hook(name), users.get(name, []))
            for name, each in HOOK_KINDS.items()
            if each == kind
        )
    return "".join(parts)


def read_hook(name: str) -> HookText:
    """A specification in words. Raises ValueError when its docstring is not complete."""
    function = getattr(specs, name)
    text = inspect.getdoc(function) or ""
    match = re.fullmatch(
        r"(?P<summary>.+?) kind: \w\.(?P<more>.*?)\nExample: ``(?P<example>.+?)``\n"
        r"May raise: (?P<raises>.+?)\. Since (?P<since>[\d.]+)\.",
        text,
        re.DOTALL,
    )
    if match is None:
        raise ValueError(f"the docstring of {name} has not all of: summary, kind, Example, May raise, Since")
    summary = (match["summary"] + match["more"]).strip().replace("``", "`")
    return HookText(name, _signature(function), summary, match["example"], match["raises"], match["since"])


def implementations() -> dict[str, list[str]]:
    """Who implements each hook, in the core and in the plugins that come with it."""
    manager = pluggy.PluginManager(specs.PROJECT)
    manager.add_hookspecs(specs)
    plugins = sorted(f"plugins.{path.parent.name}.hooks" for path in (ROOT / "plugins").glob("*/hooks.py"))
    for name in (*BUILTIN, *plugins):
        manager.register(importlib.import_module(name), name=name)
    callers = {name: getattr(manager.hook, name).get_hookimpls() for name in HOOK_KINDS}
    return {name: [each.plugin_name for each in reversed(found)] for name, found in callers.items() if found}


def _signature(function: Any) -> str:
    signature = inspect.signature(function)
    shown = ", ".join(f"{each.name}: {each.annotation}" for each in signature.parameters.values())
    return f"{function.__name__}({shown}) -> {signature.return_annotation}"


def _section(hook: HookText, users: list[str]) -> str:
    links = ", ".join(f"`{name}`" for name in users)
    return (
        f"\n### {hook.name}\n```python\n{hook.signature}\n```\n{hook.summary}\n\n"
        f"- Example: `{hook.example}`\n- May raise: {hook.raises}\n- Since: {hook.since}\n"
        + (f"- Used by: {links}\n" if links else "")
    )
