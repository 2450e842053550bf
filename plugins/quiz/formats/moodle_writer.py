"""Writing Moodle XML. Every type has its place in it."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from uuid import UUID
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from plugins.quiz import grading as g
from plugins.quiz.formats.items import BankItem, EmbeddedFile, write_category
from plugins.quiz.grading.gaps import split_gaps
from plugins.quiz.grading.text import example_of

_EMBEDDED = re.compile(r'<(a|img|video|audio)((?:\s[\w-]+(?:="[^"]*")?)*?)\sdata-file="([0-9a-f-]{36})"')
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SCORING = {"all": "-1", "position": "0", "neighbours": "1"}
Files = Mapping[UUID, EmbeddedFile]


def write_moodle(items: Iterable[BankItem]) -> bytes:
    """The file, in UTF-8."""
    root = Element("quiz")
    category: tuple[str, ...] | None = None
    for item in items:
        if item.category != category:
            category = item.category
            _text(
                SubElement(SubElement(root, "question", type="category"), "category"),
                write_category(category),
            )
        _question(root, item)
    indent(root, " ")
    found: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return found


def _question(root: Element, item: BankItem) -> None:
    q = item.question
    files = {file.id: file for file in item.files}
    node = SubElement(root, "question", type=_type(q))
    _text(SubElement(node, "name"), item.name)
    stem = _gap_stem(q) if isinstance(q, g.GapFill) else q.stem
    _rich(node, "questiontext", stem, files)
    _rich(node, "generalfeedback", q.feedback, files)
    SubElement(node, "penalty").text = f"{q.penalty:.7f}"
    SubElement(node, "hidden").text = "0"
    _own(node, q, files)
    for hint in q.hints:
        _rich(node, "hint", hint, files)
    if item.tags:
        tags = SubElement(node, "tags")
        for tag in item.tags:
            _text(SubElement(tags, "tag"), tag)


def _type(q: g.AnyQuestion) -> str:
    if isinstance(q, g.MultipleChoice) and q.is_all_or_nothing:
        return "multichoiceset"
    if isinstance(q, g.GapFill):
        return "ddwtos" if all(gap.kind == "dragged" for gap in q.gaps) else "cloze"
    names = {
        "single": "multichoice", "multiple": "multichoice", "truefalse": "truefalse", "shorttext": "shortanswer",
        "number": "numerical", "matching": "matching", "ordering": "ordering", "essay": "essay", "file": "essay",
    }  # fmt: skip
    return names.get(q.kind, "description")


def _own(node: Element, q: g.AnyQuestion, files: Files) -> None:
    if isinstance(q, g.SingleChoice | g.MultipleChoice):
        SubElement(node, "single").text = "true" if isinstance(q, g.SingleChoice) else "false"
        SubElement(node, "shuffleanswers").text = "true" if q.is_shuffled else "false"
        for choice in q.choices:
            _answer(node, choice.text, choice.weight, choice.feedback, files)
    elif isinstance(q, g.TrueFalse):
        for word, is_right, said in (
            ("true", q.is_true, q.feedback_true),
            ("false", not q.is_true, q.feedback_false),
        ):
            _answer(node, word, 100.0 * is_right, said, files)
    elif isinstance(q, g.ShortText):
        SubElement(node, "usecase").text = str(int(q.is_case_sensitive))
        for answer in q.answers:
            _answer(node, answer.pattern, answer.weight, answer.feedback, files)
    elif isinstance(q, g.Number):
        _number(node, q, files)
    else:
        _other(node, q, files)


def _other(node: Element, q: g.AnyQuestion, files: Files) -> None:
    if isinstance(q, g.Matching):
        for pair in q.pairs:
            sub = _rich(node, "subquestion", pair.prompt, files)
            _text(SubElement(sub, "answer"), pair.answer)
        for extra in q.extra_answers:
            sub = _rich(node, "subquestion", "", files)
            _text(SubElement(sub, "answer"), extra)
    elif isinstance(q, g.Ordering):
        SubElement(node, "gradingtype").text = _SCORING[q.scoring]
        for item in q.items:
            _answer(node, item.text, 100, "", files)
    elif isinstance(q, g.Essay | g.FileAnswer):
        _essay(node, q, files)
    elif isinstance(q, g.GapFill) and _type(q) == "ddwtos":
        for word in [
            *(gap.right for gap in q.gaps),
            *q.extra_words,
            *(word for gap in q.gaps for word in gap.wrong),
        ]:
            box = SubElement(node, "dragbox")
            SubElement(box, "text").text = _clean(word)
            SubElement(box, "group").text = "1"


def _number(node: Element, q: g.Number, files: Files) -> None:
    for answer in q.answers:
        made = _answer(node, f"{answer.value}", answer.weight, answer.feedback, files)
        SubElement(made, "tolerance").text = f"{answer.tolerance}"
    if q.units:
        units = SubElement(node, "units")
        for unit in q.units:
            own = SubElement(units, "unit")
            SubElement(own, "multiplier").text = f"{Decimal(1) / unit.factor:.12g}"
            SubElement(own, "unit_name").text = _clean(unit.name)
        SubElement(node, "unitgradingtype").text = "1" if q.unit_rule == "required" else "0"
        SubElement(node, "unitpenalty").text = f"{q.unit_penalty:g}"


def _essay(node: Element, q: g.Essay | g.FileAnswer, files: Files) -> None:
    is_file = isinstance(q, g.FileAnswer)
    SubElement(node, "responseformat").text = "noinline" if is_file else "plain"
    SubElement(node, "attachments").text = str(q.most_files) if isinstance(q, g.FileAnswer) else "0"
    if isinstance(q, g.Essay):
        if q.most_words:
            SubElement(node, "maxwordlimit").text = str(q.most_words)
        if q.template:
            _text(SubElement(node, "responsetemplate", format="plain_text"), q.template)
    _rich(node, "graderinfo", q.grader_notes, files)
    if q.rubric:
        rubric = SubElement(node, "contrada-rubric")
        for criterion in q.rubric:
            row = SubElement(rubric, "criterion", id=criterion.id, title=_clean(criterion.title))
            for level in criterion.levels:
                SubElement(row, "level", points=f"{level.points:g}").text = _clean(level.text)


def _gap_stem(q: g.GapFill) -> str:
    parts = []
    for html, number in split_gaps(q.stem):
        parts.append(html)
        if number is not None:
            parts.append(f"[[{number + 1}]]" if _type(q) == "ddwtos" else _cloze(q, number))
    return "".join(parts)


def _cloze(q: g.GapFill, number: int) -> str:
    gap = q.gaps[number]
    if gap.kind == "number":
        kind = "NUMERICAL"
        answers = [
            f"{_share(each.weight)}{each.value}:{each.tolerance}{_said(each.feedback)}"
            for each in gap.numbers
        ]
    elif gap.kind == "typed":
        kind = "SHORTANSWER_C" if gap.is_case_sensitive else "SHORTANSWER"
        answers = [
            f"{_share(each.weight)}{_escaped(each.pattern)}{_said(each.feedback)}" for each in gap.answers
        ]
    else:
        kind = "MULTICHOICE"
        right = {example_of(each.pattern) for each in gap.answers}
        answers = [
            f"{_share(each.weight)}{_escaped(example_of(each.pattern))}{_said(each.feedback)}"
            for each in gap.answers
        ]
        answers += [_escaped(word) for word in q.words(number) if word not in right]
    return f"{{{gap.weight}:{kind}:{'~'.join(answers)}}}"


def _share(weight: float) -> str:
    return "=" if weight == 100 else f"%{weight:g}%"


def _said(feedback: str) -> str:
    return f"#{_escaped(feedback)}" if feedback else ""


def _escaped(text: str) -> str:
    return re.sub(r"([}~#\\])", r"\\\1", text.replace("&", "&amp;").replace("<", "&lt;"))


def _answer(node: Element, text: str, weight: float, feedback: str, files: Files) -> Element:
    made = _rich(node, "answer", text, files)
    made.set("fraction", f"{weight:.7g}")
    _rich(made, "feedback", feedback, files)
    return made


def _rich(node: Element, tag: str, html: str, files: Files) -> Element:
    made = SubElement(node, tag, format="html")
    used: dict[UUID, EmbeddedFile] = {}

    def change(match: re.Match[str]) -> str:
        file = files.get(UUID(match[3]))
        if file is None:
            return f"<{match[1]}{match[2]}"
        used[file.id] = file
        where = "href" if match[1] == "a" else "src"
        return f'<{match[1]}{match[2]} {where}="@@PLUGINFILE@@/{_file_name(file)}"'

    _text(made, _EMBEDDED.sub(change, html))
    for file in used.values():
        own = SubElement(made, "file", name=_file_name(file), path="/", encoding="base64")
        own.text = base64.b64encode(file.content).decode()
    return made


def _file_name(file: EmbeddedFile) -> str:
    """A name that needs no escaping and that no two files share."""
    stem, _dot, suffix = file.name.rpartition(".")
    plain = re.sub(r"[^\w-]+", "_", stem or file.name, flags=re.ASCII)[:60] or "file"
    return f"{plain}-{file.id.hex[:8]}" + (f".{suffix}" if stem and suffix.isalnum() else "")


def _text(node: Element, text: str) -> None:
    SubElement(node, "text").text = _clean(text)


def _clean(text: str) -> str:
    return _NOT_IN_XML.sub("", text)
