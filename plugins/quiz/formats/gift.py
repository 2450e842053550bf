"""Reading GIFT: questions as plain text, parted by empty lines.

``::name:: text {answers}``; ``=`` right, ``~`` wrong, ``%50%`` weight, ``#`` feedback, ``####`` general
feedback, ``->`` pairs, ``{#...}`` numbers, ``{T}``/``{F}``, ``{}`` essay, ``$CATEGORY:`` lines, ``//`` comments;
``~ = # { } : \\`` are escaped by a backslash, ``\\n`` is a new line. The format has tags in comments (``[tag:...]``);
hints, for which it has no place, stand there as well (``[hint:...]``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from typing import Any

from plugins.quiz.formats.items import BankItem, Outcome, Refused, Texts, as_html, ids, read_category, sound
from plugins.quiz.grading.choice import even_weights
from plugins.quiz.grading.number import parse_number

LONGEST_QUESTION = 2_000_000
MOST_HINTS = 10
_CATEGORY = re.compile(r"\s*\$CATEGORY:\s*(.*)$")
_FORMAT = re.compile(r"\s*\[(html|moodle|plain|markdown)\]")
_TAG = re.compile(r"\[tag:([^\]]{1,80})\]")
_HINT = re.compile(r"^\s*//\s*\[hint:((?:\\.|[^\]\\])*)\]\s*$")
_WEIGHT = re.compile(r"\s*%(-?\d{1,3}(?:\.\d{1,7})?)%")
_TRUE, _FALSE = frozenset({"T", "TRUE"}), frozenset({"F", "FALSE"})
_ESCAPED = "~=#{}:\\"
_HIDDEN = {letter: chr(0xE000 + number) for number, letter in enumerate(_ESCAPED)}
_SHOWN = {hidden: letter for letter, hidden in _HIDDEN.items()}


@dataclass
class _Block:
    """Lines of one question."""

    line: int
    lines: list[str]
    tags: list[str]
    hints: list[str]


@dataclass(frozen=True)
class _Part:
    """An answer: its sign, weight in percent (None: none given), text and feedback."""

    sign: str
    weight: float | None
    text: str
    feedback: str


def read_gift(text: str) -> Iterator[Outcome]:
    """All questions of a text."""
    category: tuple[str, ...] = ()
    for block in _blocks(text):
        found = _CATEGORY.match(block.lines[0])
        if found and len(block.lines) == 1:
            category = read_category(found[1])
            continue
        yield _read(block, category)


def _blocks(text: str) -> Iterator[_Block]:
    block: _Block | None = None
    tags: list[str] = []
    hints: list[str] = []
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), start=1):
        if line.lstrip().startswith("//"):
            found = _HINT.match(line)
            tags, hints = (tags, [*hints, found[1]]) if found else ([*tags, *_TAG.findall(line)], hints)
        elif _CATEGORY.match(line):
            if block:
                yield block
            yield _Block(number, [line], [], [])
            block = None
        elif line.strip():
            if block is None:
                block, tags, hints = _Block(number, [], tags, hints), [], []
            block.lines.append(line)
        elif block is not None:
            yield block
            block, tags, hints = None, [], []
    if block is not None:
        yield block


def _read(block: _Block, category: tuple[str, ...]) -> Outcome:
    raw = "\n".join(block.lines)
    name = ""
    try:
        if len(raw) > LONGEST_QUESTION:
            raise Refused("too_long")
        name, kind, before, inside, after = _split(_hide(raw))
        texts = Texts()
        content = _content(before, inside, after, kind, texts)
        question = sound(
            content | {"hints": [texts.inline(_read_hint(each)) for each in block.hints[:MOST_HINTS]]}
        )
        item = BankItem(question, _show(name), category, tuple(block.tags), tuple(texts.files.values()))
        return Outcome(block.line, _show(name) or _show(before)[:100], item, category=category)
    except Refused as error:
        return Outcome(block.line, _show(name) or raw[:100], None, error.code, error.detail, category)


def _split(text: str) -> tuple[str, str, str, str | None, str]:
    """Name, text format, text before the answers, answers (None: there are none) and text behind them."""
    text = text.strip()
    name = ""
    if text.startswith("::"):
        end = text.find("::", 2)
        if end < 0:
            raise Refused("open_name")
        name, text = text[2:end].strip(), text[end + 2 :]
    kind = "moodle"
    found = _FORMAT.match(text)
    if found:
        kind, text = found[1], text[found.end() :]
    begin = text.find("{")
    if begin < 0:
        if "}" in text:
            raise Refused("stray_brace")
        return name, kind, text.strip(), None, ""
    end = text.find("}", begin)
    if end < 0:
        raise Refused("open_brace")
    if "{" in text[begin + 1 : end] or "{" in text[end:] or "}" in text[end + 1 :]:
        raise Refused("many_braces")
    return name, kind, text[:begin].strip(), text[begin + 1 : end].strip(), text[end + 1 :].strip()


def _content(before: str, inside: str | None, after: str, kind: str, texts: Texts) -> dict[str, Any]:
    stem = before if not after else f"{before} _____ {after}" if before else f"_____ {after}"
    html = _html(stem, kind, texts)
    if inside is None:
        return {"type": "description", "stem": html}
    inside, _mark, general = inside.partition("####")
    shared = {"stem": html, "feedback": _html(general.strip(), kind, texts) if general.strip() else ""}
    return shared | _answers(inside.strip(), kind, texts)


def _answers(inside: str, kind: str, texts: Texts) -> dict[str, Any]:
    if not inside:
        return {"type": "essay"}
    if inside.startswith("#"):
        return {"type": "number", "answers": _numbers(inside[1:].strip(), kind, texts)}
    word, _mark, feedback = inside.partition("#")
    if word.strip().upper() in _TRUE | _FALSE:
        return _true_false(word.strip().upper() in _TRUE, feedback, kind, texts)
    parts = _parts(inside)
    if not parts:
        raise Refused("no_answers")
    if all(part.sign == "=" for part in parts):
        if any("->" in part.text for part in parts):
            return _matching(parts, kind, texts)
        return {
            "type": "shorttext",
            "answers": [
                {"pattern": _pattern(part.text), "weight": _positive(part.weight), "feedback": _html(part.feedback, kind, texts)}
                for part in parts
            ],
        }  # fmt: skip
    return _choices(parts, kind, texts)


def _parts(inside: str) -> list[_Part]:
    found = []
    pieces = re.split(r"([=~])", inside)
    if pieces[0].strip():
        raise Refused("text_before_answers", _show(pieces[0])[:60])
    for sign, piece in zip(pieces[1::2], pieces[2::2], strict=True):
        match = _WEIGHT.match(piece)
        weight = float(match[1]) if match else None
        if weight is not None and abs(weight) > 100:
            raise Refused("bad_weight", match[1] if match else "")
        text, _mark, feedback = (piece[match.end() :] if match else piece).partition("#")
        found.append(_Part(sign, weight, text.strip(), feedback.strip()))
    return found


def _choices(parts: list[_Part], kind: str, texts: Texts) -> dict[str, Any]:
    is_single = any(part.sign == "=" for part in parts)
    weights = [
        part.weight if part.weight is not None else 100.0 if part.sign == "=" else 0.0 for part in parts
    ]
    if not any(weight > 0 for weight in weights):
        raise Refused("nothing_right")
    if not is_single and all(part.weight is None for part in parts):
        weights = even_weights([False] * len(parts))
    choices = [
        {
            "id": key,
            "text": _html(part.text, kind, texts),
            "weight": weight,
            "feedback": _html(part.feedback, kind, texts),
        }
        for key, part, weight in zip(ids(len(parts)), parts, weights, strict=True)
    ]
    return {"type": "single" if is_single else "multiple", "choices": choices}


def _matching(parts: list[_Part], kind: str, texts: Texts) -> dict[str, Any]:
    pairs, extra = [], []
    for key, part in zip(ids(len(parts)), parts, strict=True):
        prompt, arrow, answer = part.text.partition("->")
        if not arrow or not answer.strip():
            raise Refused("pair_without_answer", _show(part.text)[:60])
        if prompt.strip():
            pairs.append(
                {"id": key, "prompt": _html(prompt.strip(), kind, texts), "answer": _show(answer).strip()}
            )
        else:
            extra.append(_show(answer).strip())
    return {"type": "matching", "pairs": pairs, "extra_answers": extra}


def _true_false(is_true: bool, feedback: str, kind: str, texts: Texts) -> dict[str, Any]:
    wrong, _mark, right = feedback.partition("#")
    own, other = _html(right.strip(), kind, texts), _html(wrong.strip(), kind, texts)
    return {
        "type": "truefalse", "is_true": is_true, "feedback_true": own if is_true else other,
        "feedback_false": other if is_true else own,
    }  # fmt: skip


def _numbers(inside: str, kind: str, texts: Texts) -> list[dict[str, Any]]:
    if not inside.startswith(("=", "~")):
        inside = f"={inside}"
    found = []
    for part in _parts(inside):
        if part.sign == "~":
            if part.text or part.weight:
                raise Refused("bad_number", _show(part.text)[:60])
            continue  # feedback to every other number has no place here
        value, tolerance = _value(_show(part.text))
        found.append(
            {
                "value": str(value), "tolerance": str(tolerance), "weight": _positive(part.weight),
                "feedback": _html(part.feedback, kind, texts),
            }
        )  # fmt: skip
    if not found:
        raise Refused("no_answers")
    return found


def _value(text: str) -> tuple[Decimal, Decimal]:
    if ".." in text:
        low, high = (_number(part) for part in text.split("..", 1))
        if low > high:
            raise Refused("bad_number", text[:60])
        return (low + high) / 2, (high - low) / 2
    value, _mark, tolerance = text.partition(":")
    return _number(value), abs(_number(tolerance)) if tolerance.strip() else Decimal(0)


def _number(text: str) -> Decimal:
    read = parse_number(text)
    if read is None or read[1]:
        raise Refused("bad_number", text[:60])
    return read[0]


def _positive(weight: float | None) -> float:
    return 100.0 if weight is None else max(0.0, weight)


def _pattern(text: str) -> str:
    return " ".join(_show(text).split())


def _html(text: str, kind: str, texts: Texts) -> str:
    shown = _show(text)
    if not shown:
        return ""
    if kind in {"plain", "markdown"}:
        return escape(shown, quote=False).replace("\n", "<br>")
    return texts.inline(shown if kind == "html" else as_html(shown))


def write_hint(html: str) -> str:
    """A hint, for a line of comment."""
    text = html.replace("\\", "\\\\").replace("]", "\\]").replace("\r", "").replace("\n", "\\n")
    return f"[hint:{text}]"


def _read_hint(text: str) -> str:
    return re.sub(r"\\(.)", lambda match: "\n" if match[1] == "n" else match[1], text)


def _hide(text: str) -> str:
    """Escaped signs as letters of a private area, so that they are no signs any more."""
    out, place = [], 0
    for match in re.finditer(r"\\([~=#{}:\\n])", text):
        out += [text[place : match.start()], "\n" if match[1] == "n" else _HIDDEN[match[1]]]
        place = match.end()
    return "".join([*out, text[place:]])


def _show(text: str) -> str:
    return "".join(_SHOWN.get(letter, letter) for letter in text)
