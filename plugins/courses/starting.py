"""Courses that come with the product, as templates: plans in TOML, with texts in files beside them."""

from __future__ import annotations

import json
import tomllib
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from lms.plugin import Actor, Invalid, NotFound, Text, _, current_locale, offered_types
from plugins.courses.building import CoursePlan, Made, build_course

CONTENT = Path(__file__).parent / "content"


@dataclass(frozen=True, slots=True)
class Template:
    """A template as it is offered."""

    key: str
    title: Text
    summary: Text
    steps: int
    minutes: int


def find_templates() -> list[Template]:
    """All templates, in the reader's language where they have it."""
    return [_offered(path.parent.name) for path in sorted(CONTENT.glob("*/course.toml"))]


def start_course(actor: Actor, key: str, title: str = "") -> Made:
    """Make a draft course from a template, written in the reader's language first. Raises Forbidden, NotFound."""
    if not (CONTENT / key / "course.toml").is_file() or "/" in key or "." in key:
        raise NotFound(_("There is no such template."))
    offered = {each.name for each in offered_types(actor, "child")}
    plan = read_plan(key, current_locale(), offered)
    if title.strip():
        plan = plan.model_copy(update={"title": title.strip()[:200]})
    return build_course(actor, plan, _no_files)


def read_plan(key: str, first: str, offered: Collection[str] | None = None) -> CoursePlan:
    """A template as a plan whose first language is the one asked for, if it is there.

    With the kinds of steps that an office offers, steps of other kinds are those that the template has instead.
    """
    source = _source(key)
    codes = list(source["languages"])
    codes.sort(key=lambda code: code != first)
    steps = [_there(each, offered) for each in source["step"]]
    return CoursePlan.model_validate(_course(key, source | {"step": steps}, codes))


def _there(step: Mapping[str, Any], offered: Collection[str] | None) -> dict[str, Any]:
    is_there = offered is None or step["type"] in offered
    return {**step} if is_there else {**step, **step.get("instead", {})}


@cache
def _source(key: str) -> dict[str, Any]:
    return tomllib.loads((CONTENT / key / "course.toml").read_text("utf-8"))


def _offered(key: str) -> Template:
    plan = read_plan(key, current_locale())
    steps = [each for each in plan.steps if each.type != "section" and each.is_required]
    return Template(key, plan.title, plan.summary, len(steps), sum(each.minutes or 0 for each in steps))


def _course(key: str, source: Mapping[str, Any], codes: list[str]) -> dict[str, Any]:
    first, rest = codes[0], codes[1:]
    return {
        "title": source["title"][first], "summary": source["summary"][first], "objectives": source["objectives"][first],
        "languages": codes, "template": key,
        "words": {code: {name: source[name][code] for name in ("title", "summary", "objectives")} for code in rest},
        "steps": [_step(key, each, codes) for each in source["step"]],
    }  # fmt: skip


def _step(key: str, source: Mapping[str, Any], codes: list[str]) -> dict[str, Any]:
    first, rest = codes[0], codes[1:]
    names = (
        "key",
        "type",
        "minutes",
        "level",
        "match",
        "is_required",
        "completion_rule",
        "completion_goal",
        "conditions",
    )
    plain = {name: source[name] for name in names if name in source}
    summary = source.get("summary", {})
    return plain | {
        "title": source["title"][first], "summary": summary.get(first, ""),
        "words": {code: {"title": source["title"][code], "summary": summary.get(code, "")} for code in rest},
        "content": _content(key, source, codes),
    }  # fmt: skip


def _content(key: str, source: Mapping[str, Any], codes: list[str]) -> dict[str, Any]:
    """The content of a step: pages (one file for each language), or data in one language with texts in all."""
    if "pages" in source:
        return {"pages": [{code: _page(key, name, code) for code in codes} for name in source["pages"]]}
    content: dict[str, Any] = dict(source.get("data", {}))
    if "by_language" in source:
        content |= json.loads((CONTENT / key / f"{source['by_language']}.{codes[0]}.json").read_text("utf-8"))
    if "by_code" in source:
        content |= source["by_code"][codes[0]]
        others = {code: source["by_code"][code].get("criteria", []) for code in codes[1:]}
        content["criteria"] = [
            line | {"words": {code: lines[number] for code, lines in others.items()}}
            for number, line in enumerate(content.get("criteria", []))
        ]
    if "text" in source:
        content["texts"] = {code: {"html": _page(key, source["text"], code)["html"]} for code in codes}
    return content


@cache
def _page(key: str, name: str, code: str) -> dict[str, str]:
    """A page's file: the title in its first line (``<h1>``), then the text."""
    text = (CONTENT / key / f"{name}.{code}.html").read_text("utf-8")
    head, _end, body = text.partition("</h1>")
    return {"title": head.removeprefix("<h1>").strip(), "html": body.strip()}


def _no_files(name: str) -> uuid.UUID:
    raise Invalid(_("A template has no files."))
