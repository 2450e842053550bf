"""Reading Moodle XML, one question at a time, within bounds of depth and size."""

from __future__ import annotations

import base64
import binascii
import io
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from plugins.quiz.formats.items import (
    BankItem,
    Outcome,
    Refused,
    Texts,
    UnreadableFile,
    as_html,
    ids,
    read_category,
    sound,
)
from plugins.quiz.formats.moodle_gaps import read_cloze, read_drag_words, read_gap_select

DEEPEST = 40
_PLUGINFILE = re.compile(r'\s(?:src|href)="@@PLUGINFILE@@/([^"?#]*)[^"]*"')
Reader = Callable[[Element, Texts], dict[str, Any]]


def read_moodle(data: bytes) -> Iterator[Outcome]:
    """All questions of a file. Raises UnreadableFile for what is no XML, has a DTD, or is nested too deeply."""
    category: tuple[str, ...] = ()
    number = 0
    for node in _questions(data):
        if node.get("type") == "category":
            category = read_category(_plain(node.find("category")))
        else:
            number += 1
            yield _read(node, number, category)


def _questions(data: bytes) -> Iterator[Element]:
    """Each ``question`` as it ends; it is emptied before the next one, so that memory stays small."""
    try:
        yield from _walk(data)
    except ParseError as error:
        raise UnreadableFile("no_xml", f"{error.position[0]}:{error.position[1]}") from None
    except DefusedXmlException:
        raise UnreadableFile("hostile_xml", "") from None
    except LookupError as error:  # an encoding that nobody knows
        raise UnreadableFile("no_xml", str(error)[:100]) from None


def _walk(data: bytes) -> Iterator[Element]:
    depth = 0
    for event, node in iterparse(io.BytesIO(data), events=("start", "end"), forbid_dtd=True):
        if event == "start":
            depth += 1
            if depth == 1 and node.tag != "quiz":
                raise UnreadableFile("no_quiz", str(node.tag)[:60])
            if depth > DEEPEST:
                raise UnreadableFile("too_deep", str(DEEPEST))
            continue
        depth -= 1
        if depth == 1:
            if node.tag == "question":
                yield node
            node.clear()


def _read(node: Element, number: int, category: tuple[str, ...]) -> Outcome:
    name = _plain(node.find("name"))[:200]
    kind = node.get("type") or ""
    try:
        reader = READERS.get(kind)
        if reader is None:
            raise Refused("unknown_type", kind[:60])
        texts = Texts()
        question = sound(_shared(node, texts) | reader(node, texts))
        tags = tuple(_plain(tag)[:60] for tag in node.findall("tags/tag"))
        item = BankItem(question, name, category, tags, tuple(texts.files.values()))
        return Outcome(number, name, item, category=category)
    except Refused as error:
        return Outcome(number, name, None, error.code, error.detail, category)


def _shared(node: Element, texts: Texts) -> dict[str, Any]:
    hints = [html for hint in node.findall("hint") if (html := rich(hint, texts))]
    return {
        "stem": rich(node.find("questiontext"), texts), "feedback": rich(node.find("generalfeedback"), texts),
        "hints": hints[:10], "penalty": min(1.0, max(0.0, _float(node.findtext("penalty"), 0.25))),
    }  # fmt: skip


def _single_or_multiple(node: Element, texts: Texts) -> dict[str, Any]:
    is_single = (node.findtext("single") or "true").strip().lower() in {"true", "1"}
    return {
        "type": "single" if is_single else "multiple", "choices": _choices(node, texts),
        "is_shuffled": _flag(node, "shuffleanswers", is_set=True),
    }  # fmt: skip


def _all_or_nothing(node: Element, texts: Texts) -> dict[str, Any]:
    return {
        "type": "multiple", "is_all_or_nothing": True, "choices": _choices(node, texts),
        "is_shuffled": _flag(node, "shuffleanswers", is_set=True),
    }  # fmt: skip


def _choices(node: Element, texts: Texts) -> list[dict[str, Any]]:
    answers = node.findall("answer")
    if not any(_weight(answer) > 0 for answer in answers):
        raise Refused("nothing_right")
    return [
        {
            "id": key,
            "text": rich(answer, texts),
            "weight": _weight(answer),
            "feedback": rich(answer.find("feedback"), texts),
        }
        for key, answer in zip(ids(len(answers)), answers, strict=True)
    ]


def _true_false(node: Element, texts: Texts) -> dict[str, Any]:
    answers = {_plain(answer).strip().lower(): answer for answer in node.findall("answer")}
    yes, no = answers.get("true"), answers.get("false")
    if yes is None or no is None:
        raise Refused("no_answers")
    return {
        "type": "truefalse", "is_true": _weight(yes) > _weight(no), "feedback_true": rich(yes.find("feedback"), texts),
        "feedback_false": rich(no.find("feedback"), texts),
    }  # fmt: skip


def _short(node: Element, texts: Texts) -> dict[str, Any]:
    answers = [
        {
            "pattern": " ".join(_plain(each).split()),
            "weight": max(0.0, _weight(each)),
            "feedback": rich(each.find("feedback"), texts),
        }
        for each in node.findall("answer")
        if _plain(each).strip()
    ]
    if not answers:
        raise Refused("no_answers")
    return {
        "type": "shorttext",
        "answers": answers,
        "is_case_sensitive": _flag(node, "usecase", is_set=False),
    }


def _number(node: Element, texts: Texts) -> dict[str, Any]:
    answers = [
        {
            "value": _plain(each).strip(), "tolerance": (each.findtext("tolerance") or "0").strip() or "0",
            "weight": max(0.0, _weight(each)), "feedback": rich(each.find("feedback"), texts),
        }
        for each in node.findall("answer")
        if _plain(each).strip() not in {"", "*"}
    ]  # fmt: skip
    if not answers:
        raise Refused("no_answers")
    units = [
        {
            "name": (each.findtext("unit_name") or "").strip()[:30],
            "factor": (each.findtext("multiplier") or "1").strip(),
        }
        for each in node.findall("units/unit")
    ]
    for unit in units:  # the format says how many of a unit are one; here it is how much one of it is
        factor = _float(unit["factor"], 1.0)
        unit["factor"] = repr(1 / factor) if factor not in {0.0, 1.0} else "1"
    named = [unit for unit in units if unit["name"]]
    is_graded = (node.findtext("unitgradingtype") or "0").strip() != "0"
    return {
        "type": "number", "answers": answers, "units": named,
        "unit_rule": ("required" if is_graded else "optional") if named else "none",
        "unit_penalty": min(1.0, max(0.0, _float(node.findtext("unitpenalty"), 0.1))),
    }  # fmt: skip


def _matching(node: Element, texts: Texts) -> dict[str, Any]:
    pairs, extra = [], []
    subs = node.findall("subquestion")
    for key, each in zip(ids(len(subs)), subs, strict=True):
        answer = _plain(each.find("answer")).strip()
        prompt = rich(each, texts)
        if prompt and answer:
            pairs.append({"id": key, "prompt": prompt, "answer": answer})
        elif answer:
            extra.append(answer)
    return {"type": "matching", "pairs": pairs, "extra_answers": extra}


def _ordering(node: Element, texts: Texts) -> dict[str, Any]:
    answers = node.findall("answer")
    items = [
        {"id": key, "text": rich(each, texts)} for key, each in zip(ids(len(answers)), answers, strict=True)
    ]
    scoring = {"-1": "all", "0": "position", "ALL_OR_NOTHING": "all", "ABSOLUTE_POSITION": "position"}
    found = (node.findtext("gradingtype") or "0").strip()
    return {"type": "ordering", "items": items, "scoring": scoring.get(found, "neighbours")}


def _essay(node: Element, texts: Texts) -> dict[str, Any]:
    files = int(_float(node.findtext("attachments"), 0))
    shared: dict[str, Any] = {"grader_notes": rich(node.find("graderinfo"), texts), "rubric": _rubric(node)}
    if (node.findtext("responseformat") or "").strip() == "noinline":
        return shared | {"type": "file", "most_files": min(10, max(1, files)) if files >= 0 else 10}
    words = int(_float(node.findtext("maxwordlimit"), 0))
    template = re.sub(r"<[^>]+>", "", _plain(node.find("responsetemplate")))
    return shared | {
        "type": "essay",
        "most_words": words if 0 < words <= 20_000 else None,
        "template": template,
    }


def _rubric(node: Element) -> list[dict[str, Any]]:
    """An element of our own, which other programs leave alone."""
    return [
        {
            "id": row.get("id") or f"n{number}", "title": row.get("title") or "",
            "levels": [{"points": _float(level.get("points"), 0), "text": level.text or ""} for level in row.findall("level")],
        }
        for number, row in enumerate(node.findall("contrada-rubric/criterion"), start=1)
    ]  # fmt: skip


def _description(_node: Element, _texts: Texts) -> dict[str, Any]:
    return {"type": "description"}


READERS: Mapping[str, Reader] = {
    "multichoice": _single_or_multiple, "multichoiceset": _all_or_nothing, "truefalse": _true_false, "shortanswer": _short,
    "numerical": _number, "matching": _matching, "ordering": _ordering, "essay": _essay, "description": _description,
    "cloze": lambda node, texts: read_cloze(rich(node.find("questiontext"), texts)),
    "gapselect": lambda node, texts: read_gap_select(node, rich(node.find("questiontext"), texts)),
    "ddwtos": lambda node, texts: read_drag_words(node, rich(node.find("questiontext"), texts)),
}  # fmt: skip


def rich(node: Element | None, texts: Texts) -> str:
    """The text of a node as HTML, its files taken along."""
    if node is None:
        return ""
    raw = node.findtext("text") or ""
    kind = (node.get("format") or "html").strip()
    html = as_html(raw.strip()) if kind in {"html", "moodle_auto_format", ""} else _escaped(raw.strip())
    names = {}
    for file in node.findall("file"):
        name = file.get("name") or ""
        names[(file.get("path") or "/").strip("/") + "/" + name] = texts.take(name, _decoded(file, name))

    def change(match: re.Match[str]) -> str:
        path = unquote(match[1].replace("&amp;", "&"))
        key = names.get(path) or names.get(f"/{path}")
        if key is None:
            raise Refused("file_missing", path[:100])
        return f' data-file="{key}"'

    return texts.inline(_PLUGINFILE.sub(change, html))


def _decoded(file: Element, name: str) -> bytes:
    if (file.get("encoding") or "base64") != "base64":
        raise Refused("bad_file", name[:100])
    try:
        content = base64.b64decode("".join((file.text or "").split()), validate=True)
    except (binascii.Error, ValueError):
        raise Refused("bad_file", name[:100]) from None
    if not content:
        raise Refused("bad_file", name[:100])
    return content


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\n", "<br>")


def _plain(node: Element | None) -> str:
    return (node.findtext("text") or "").strip() if node is not None else ""


def _weight(node: Element) -> float:
    value = _float(node.get("fraction"), 0.0)
    if not -100 <= value <= 100:
        raise Refused("bad_weight", str(value))
    return value


def _flag(node: Element, name: str, *, is_set: bool) -> bool:
    text = node.findtext(name)
    return is_set if text is None else text.strip().lower() in {"1", "true"}


def _float(text: str | None, otherwise: float) -> float:
    try:
        found = float((text or "").strip())
    except ValueError:
        return otherwise
    return found if abs(found) < 1e15 else otherwise
