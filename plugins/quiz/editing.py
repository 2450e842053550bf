"""Writing questions: a command for each family, and the way between it and a question."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal
from html import escape, unescape
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from lms.plugin import Command, Invalid, Ui, _, _l, is_empty, plain_text
from plugins.quiz import grading as g
from plugins.quiz.grading.choice import even_weights
from plugins.quiz.grading.gaps import split_gaps
from plugins.quiz.grading.number import parse_number
from plugins.quiz.grading.text import example_of

Rows = Annotated[list[str], Field(max_length=60)]
SCORING_CHOICES = [
    ("position", _l("Points for each item in its place")),
    ("neighbours", _l("Points for each item that is followed by the right one")),
    ("all", _l("Points only for the whole order")),
]
UNIT_CHOICES = [
    ("none", _l("Only the number counts")),
    ("optional", _l("A wrong unit costs a little")),
    ("required", _l("A unit must be written")),
]
GAP_CHOICES = [
    ("typed", _l("Typed")),
    ("selected", _l("Chosen from a list in each gap")),
    ("dragged", _l("Filled with words that are dragged or picked")),
]
_GAP = re.compile(r"(?<!\\)\[((?:\\.|[^\[\]<>\\]){1,1500})\]")
_MARKUP = re.compile(r"<(?!/?p>|br ?/?>)\w")


class SaveQuestion(Command):
    """What all questions have. Lists hold one entry for each row of the form."""

    stem: Annotated[str, Field(min_length=1, max_length=50_000), Ui(_l("Question"), kind="richtext")]
    feedback: Annotated[
        str | None,
        Field(max_length=50_000),
        Ui(_l("Explanation"), _l("Shown after answering, right or wrong."), kind="richtext"),
    ] = None
    hint: Rows = []
    penalty: Annotated[
        int, Field(ge=0, le=100), Ui(_l("What each further try costs, in percent"), _l("Only in practice."))
    ] = 25
    name: Annotated[
        str | None,
        Field(max_length=200),
        Ui(_l("Name in the bank"), _l("Left empty, it is the beginning of the question.")),
    ] = None
    tags: Annotated[
        str | None, Field(max_length=600), Ui(_l("Tags"), _l("Words to find it by, with commas between."))
    ] = None
    category_id: Annotated[uuid.UUID, Ui(_l("Category"), kind="select")]

    rows: ClassVar[Mapping[str, int]] = {}
    """Names of the rows that can grow, and how many a new form shows."""

    def question(self) -> g.Question:
        """The question that was written. Raises Invalid, tied to the field."""
        raise NotImplementedError

    def shared(self) -> dict[str, Any]:
        """What goes into every question as it is."""
        return {
            "stem": self.stem, "feedback": self.feedback or "", "penalty": self.penalty / 100,
            "hints": tuple(as_html(each) for each in self.hint if each.strip()),
        }  # fmt: skip

    @property
    def tag_list(self) -> tuple[str, ...]:
        """Tags in pieces."""
        return tuple((self.tags or "").split(","))


class SaveChoice(SaveQuestion):
    """Choices; ``right`` holds the numbers of the rows that are right."""

    option: Rows = []
    option_id: Rows = []
    option_weight: Rows = []
    option_feedback: Rows = []
    right: Rows = []
    is_shuffled: Annotated[bool, Ui(_l("Mix the answers"))] = True

    rows: ClassVar[Mapping[str, int]] = {"option": 4}

    def choices(self, *, is_single: bool) -> tuple[g.Choice, ...]:
        """The choices with their weights. Raises Invalid."""
        kept = [number for number, text in enumerate(self.option) if text.strip()]
        rights = [str(number) in self.right for number in kept]
        if len(kept) < 2:
            _refuse("option", _("Please write at least two answers."))
        weights = [_percent(_at(self.option_weight, number)) for number in kept]
        if not any(rights) and not any(each and each > 0 for each in weights):
            _refuse("option", _("Please mark the right answer."))
        even = (
            [100.0 * each for each in rights]
            if is_single
            else even_weights(rights)
            if any(rights)
            else [0.0] * len(kept)
        )
        ids = new_ids([_at(self.option_id, number) for number in kept])
        return tuple(
            g.Choice(
                id=ids[place], text=as_html(self.option[number]), feedback=as_html(_at(self.option_feedback, number)),
                weight=even[place] if weights[place] is None else weights[place] or 0.0,
            )
            for place, number in enumerate(kept)
        )  # fmt: skip


class SaveSingle(SaveChoice):
    """One answer is right."""

    def question(self) -> g.Question:
        """Single choice."""
        return g.SingleChoice(
            **self.shared(), choices=self.choices(is_single=True), is_shuffled=self.is_shuffled
        )


class SaveMultiple(SaveChoice):
    """Several answers are right."""

    is_all_or_nothing: Annotated[bool, Ui(_l("Points only if exactly the right answers are chosen"))] = False

    def question(self) -> g.Question:
        """Multiple choice."""
        return g.MultipleChoice(
            **self.shared(), choices=self.choices(is_single=False), is_shuffled=self.is_shuffled,
            is_all_or_nothing=self.is_all_or_nothing,
        )  # fmt: skip


class SaveTrueFalse(SaveQuestion):
    """A statement."""

    is_true: Annotated[
        Literal["true", "false"],
        Ui(_l("The statement is"), kind="radio", choices=[("true", _l("True")), ("false", _l("False"))]),
    ] = "true"
    feedback_true: Annotated[str | None, Field(max_length=5000), Ui(_l("What to say to “true”"))] = None
    feedback_false: Annotated[str | None, Field(max_length=5000), Ui(_l("What to say to “false”"))] = None

    def question(self) -> g.Question:
        """True or false."""
        return g.TrueFalse(
            **self.shared(), is_true=self.is_true == "true", feedback_true=as_html(self.feedback_true or ""),
            feedback_false=as_html(self.feedback_false or ""),
        )  # fmt: skip


class SaveShortText(SaveQuestion):
    """Answers with patterns."""

    pattern: Rows = []
    pattern_weight: Rows = []
    pattern_feedback: Rows = []
    is_case_sensitive: Annotated[bool, Ui(_l("Capital letters matter"))] = False

    rows: ClassVar[Mapping[str, int]] = {"pattern": 2}

    def question(self) -> g.Question:
        """Short text."""
        kept = [number for number, text in enumerate(self.pattern) if text.strip()]
        if not kept:
            _refuse("pattern", _("Please write at least one right answer."))
        answers = tuple(
            g.TextAnswer(
                pattern=self.pattern[number], weight=_share(_at(self.pattern_weight, number)),
                feedback=as_html(_at(self.pattern_feedback, number)),
            )
            for number in kept
        )  # fmt: skip
        return g.ShortText(**self.shared(), answers=answers, is_case_sensitive=self.is_case_sensitive)


class SaveNumber(SaveQuestion):
    """Values with tolerances, and units."""

    value: Rows = []
    tolerance: Rows = []
    value_weight: Rows = []
    value_feedback: Rows = []
    unit: Rows = []
    unit_factor: Rows = []
    unit_rule: Annotated[
        Literal["none", "optional", "required"], Ui(_l("Unit"), kind="select", choices=UNIT_CHOICES)
    ] = "none"

    rows: ClassVar[Mapping[str, int]] = {"value": 1, "unit": 1}

    def question(self) -> g.Question:
        """Number."""
        kept = [number for number, text in enumerate(self.value) if text.strip()]
        if not kept:
            _refuse("value", _("Please write the right number."))
        answers = tuple(
            g.NumberAnswer(
                value=_decimal("value", self.value[number]), tolerance=abs(_decimal("value", _at(self.tolerance, number) or "0")),
                weight=_share(_at(self.value_weight, number)), feedback=as_html(_at(self.value_feedback, number)),
            )
            for number in kept
        )  # fmt: skip
        units = tuple(
            g.Unit(
                name=name[:30], factor=_decimal("unit", _at(self.unit_factor, number) or "1") or Decimal(1)
            )
            for number, name in enumerate(self.unit)
            if name.strip()
        )
        return g.Number(
            **self.shared(), answers=answers, units=units, unit_rule=self.unit_rule if units else "none"
        )


class SaveMatching(SaveQuestion):
    """Pairs."""

    prompt: Rows = []
    prompt_id: Rows = []
    match: Rows = []
    extra: Annotated[
        str | None,
        Field(max_length=10_000),
        Ui(_l("Answers that fit nothing"), _l("One a line."), kind="textarea"),
    ] = None

    rows: ClassVar[Mapping[str, int]] = {"prompt": 3}

    def question(self) -> g.Question:
        """Matching."""
        kept = [n for n, text in enumerate(self.prompt) if text.strip() and _at(self.match, n).strip()]
        if len(kept) < 2:
            _refuse("prompt", _("Please write at least two pairs."))
        ids = new_ids([_at(self.prompt_id, number) for number in kept])
        pairs = tuple(
            g.Pair(id=ids[place], prompt=as_html(self.prompt[number]), answer=self.match[number].strip())
            for place, number in enumerate(kept)
        )
        return g.Matching(**self.shared(), pairs=pairs, extra_answers=_lines(self.extra))


class SaveOrdering(SaveQuestion):
    """Items in their right order."""

    item: Rows = []
    item_id: Rows = []
    scoring: Annotated[
        Literal["position", "neighbours", "all"],
        Ui(_l("How it is judged"), kind="radio", choices=SCORING_CHOICES),
    ] = "position"

    rows: ClassVar[Mapping[str, int]] = {"item": 4}

    def question(self) -> g.Question:
        """Ordering."""
        kept = [number for number, text in enumerate(self.item) if text.strip()]
        if len(kept) < 2:
            _refuse("item", _("Please write at least two items."))
        ids = new_ids([_at(self.item_id, number) for number in kept])
        items = tuple(
            g.Item(id=ids[place], text=as_html(self.item[number])) for place, number in enumerate(kept)
        )
        return g.Ordering(**self.shared(), items=items, scoring=self.scoring)


class SaveGaps(SaveQuestion):
    """A text with its gaps in square brackets."""

    kind: Annotated[
        Literal["typed", "selected", "dragged"], Ui(_l("Gaps are"), kind="radio", choices=GAP_CHOICES)
    ] = "typed"
    words: Annotated[
        str | None,
        Field(max_length=10_000),
        Ui(_l("Wrong words that are offered too"), _l("One a line."), kind="textarea"),
    ] = None
    is_case_sensitive: Annotated[bool, Ui(_l("Capital letters matter"))] = False

    def question(self) -> g.Question:
        """Gap fill."""
        stem, gaps = read_gaps(self.stem, self.kind, is_case_sensitive=self.is_case_sensitive)
        if not gaps:
            _refuse(
                "stem", _("Please put each right answer into square brackets, such as: Rome lies in [Italy].")
            )
        return g.GapFill(**{**self.shared(), "stem": stem}, gaps=gaps, extra_words=_lines(self.words))


class SaveEssay(SaveQuestion):
    """A longer text."""

    most_words: Annotated[
        int | None, Field(ge=1, le=20_000), Ui(_l("How many words at most"), _l("Advice only."))
    ] = None
    criterion: Rows = []
    criterion_id: Rows = []
    levels: Rows = []
    grader_notes: Annotated[
        str | None, Field(max_length=20_000), Ui(_l("Notes for those who grade"), kind="richtext")
    ] = None

    rows: ClassVar[Mapping[str, int]] = {"criterion": 2}

    def rubric(self) -> tuple[g.Criterion, ...]:
        """Criteria with their levels. Raises Invalid."""
        kept = [number for number, text in enumerate(self.criterion) if text.strip()]
        ids = new_ids([_at(self.criterion_id, number) for number in kept])
        return tuple(
            g.Criterion(id=ids[place], title=self.criterion[number], levels=_levels(_at(self.levels, number)))
            for place, number in enumerate(kept)
        )

    def question(self) -> g.Question:
        """Essay."""
        return g.Essay(
            **self.shared(),
            most_words=self.most_words,
            rubric=self.rubric(),
            grader_notes=self.grader_notes or "",
        )


class SaveFileAnswer(SaveEssay):
    """Files that are handed in."""

    most_words: int | None = None
    most_files: Annotated[int, Field(ge=1, le=10), Ui(_l("How many files at most"))] = 1

    def question(self) -> g.Question:
        """File answer."""
        return g.FileAnswer(
            **self.shared(),
            most_files=self.most_files,
            rubric=self.rubric(),
            grader_notes=self.grader_notes or "",
        )


class SaveDescription(SaveQuestion):
    """A text between questions."""

    def question(self) -> g.Question:
        """Description."""
        return g.Description(**self.shared())


COMMANDS: Mapping[str, type[SaveQuestion]] = {
    "single": SaveSingle, "multiple": SaveMultiple, "truefalse": SaveTrueFalse, "shorttext": SaveShortText,
    "number": SaveNumber, "matching": SaveMatching, "ordering": SaveOrdering, "gaps": SaveGaps, "essay": SaveEssay,
    "file": SaveFileAnswer, "description": SaveDescription,
}  # fmt: skip


def values_of(question: g.AnyQuestion) -> dict[str, Any]:
    """What the form of a question shows."""
    values: dict[str, Any] = {
        "stem": question.stem, "feedback": question.feedback, "penalty": round(question.penalty * 100),
        "hint": [as_typed(each) for each in question.hints],
    }  # fmt: skip
    return values | _values(question)


def _values(q: g.AnyQuestion) -> dict[str, Any]:
    if isinstance(q, g.SingleChoice | g.MultipleChoice):
        return _choice_values(q)
    if isinstance(q, g.TrueFalse):
        return {
            "is_true": "true" if q.is_true else "false",
            "feedback_true": as_typed(q.feedback_true),
            "feedback_false": as_typed(q.feedback_false),
        }
    if isinstance(q, g.ShortText):
        return {
            "pattern": [each.pattern for each in q.answers], "pattern_weight": [_shown(each.weight) for each in q.answers],
            "pattern_feedback": [as_typed(each.feedback) for each in q.answers], "is_case_sensitive": q.is_case_sensitive,
        }  # fmt: skip
    if isinstance(q, g.Number):
        return {
            "value": [f"{each.value}" for each in q.answers],
            "tolerance": [f"{each.tolerance}" if each.tolerance else "" for each in q.answers],
            "value_weight": [_shown(each.weight) for each in q.answers],
            "value_feedback": [as_typed(each.feedback) for each in q.answers], "unit_rule": q.unit_rule,
            "unit": [each.name for each in q.units], "unit_factor": [f"{each.factor}" for each in q.units],
        }  # fmt: skip
    return _more_values(q)


def _more_values(q: g.AnyQuestion) -> dict[str, Any]:
    if isinstance(q, g.Matching):
        return {
            "prompt": [as_typed(each.prompt) for each in q.pairs], "prompt_id": [each.id for each in q.pairs],
            "match": [each.answer for each in q.pairs], "extra": "\n".join(q.extra_answers),
        }  # fmt: skip
    if isinstance(q, g.Ordering):
        texts, ids = [as_typed(each.text) for each in q.items], [each.id for each in q.items]
        return {"item": texts, "item_id": ids, "scoring": q.scoring}
    if isinstance(q, g.GapFill):
        return {
            "stem": write_gaps(q), "kind": next((gap.kind for gap in q.gaps if gap.kind != "number"), "typed"),
            "words": "\n".join(q.extra_words), "is_case_sensitive": any(gap.is_case_sensitive for gap in q.gaps),
        }  # fmt: skip
    if isinstance(q, g.Essay | g.FileAnswer):
        levels = ["\n".join(f"{each.points:g} {each.text}" for each in row.levels) for row in q.rubric]
        own = {"most_words": q.most_words} if isinstance(q, g.Essay) else {"most_files": q.most_files}
        titles, ids = [row.title for row in q.rubric], [row.id for row in q.rubric]
        return own | {
            "criterion": titles,
            "criterion_id": ids,
            "levels": levels,
            "grader_notes": q.grader_notes,
        }
    return {}


def _choice_values(q: g.SingleChoice | g.MultipleChoice) -> dict[str, Any]:
    rights = [each.is_right for each in q.choices]
    even = even_weights(rights) if isinstance(q, g.MultipleChoice) else [100.0 * each for each in rights]
    is_even = all(abs(each.weight - own) < 0.01 for each, own in zip(q.choices, even, strict=True))
    is_even = is_even or (isinstance(q, g.MultipleChoice) and q.is_all_or_nothing)
    values: dict[str, Any] = {
        "option": [as_typed(each.text) for each in q.choices], "option_id": [each.id for each in q.choices],
        "option_weight": ["" if is_even else f"{each.weight:g}" for each in q.choices],
        "option_feedback": [as_typed(each.feedback) for each in q.choices], "is_shuffled": q.is_shuffled,
        "right": [str(number) for number, is_right in enumerate(rights) if is_right],
    }  # fmt: skip
    return values | ({"is_all_or_nothing": q.is_all_or_nothing} if isinstance(q, g.MultipleChoice) else {})


def read_gaps(stem: str, kind: str, *, is_case_sensitive: bool) -> tuple[str, tuple[g.Gap, ...]]:
    """The stem with numbered gaps, from one with answers in brackets.

    ``[Rome|Roma]`` has two right answers, ``[Rome|~Milan]`` a wrong one, ``[#9.8±0.1]`` is a number; ``\\[`` is a bracket.
    """
    gaps: list[g.Gap] = []

    def take(match: re.Match[str]) -> str:
        gaps.append(_gap(unescape(match[1]), kind, is_case_sensitive))
        return f"[[{len(gaps)}]]"

    return _GAP.sub(take, stem).replace("\\[", "[").replace("\\]", "]"), tuple(gaps)


def write_gaps(question: g.GapFill) -> str:
    """The stem with its answers in brackets, as ``read_gaps`` reads it."""
    parts = []
    for html, number in split_gaps(question.stem):
        parts.append(html.replace("[", "\\[").replace("]", "\\]"))
        if number is not None:
            parts.append(f"[{escape(_inside(question.gaps[number]), quote=False)}]")
    return "".join(parts)


def as_html(text: str) -> str:
    """What was typed into a line, as HTML: plain text is escaped, markup stays (and is cleaned later)."""
    text = text.strip()
    return text if _MARKUP.search(text) else escape(text, quote=False).replace("\n", "<br>")


def as_typed(html: str) -> str:
    """HTML as it is shown in a line: as plain text where nothing gets lost."""
    return html if _MARKUP.search(html) else plain_text(html)


def new_ids(given: Sequence[str]) -> list[str]:
    """The ids of parts: kept where they are known, new where they are not; no two alike."""
    found: list[str] = []
    fresh = (f"n{number}" for number in range(1, 10_000))
    used = {each for each in given if each}
    for each in given:
        own = each[:20] if each and each[:20] not in found else ""
        found.append(own or next(name for name in fresh if name not in used))
    return found


def check_stem(command: SaveQuestion) -> None:
    """A question asks something. Raises Invalid."""
    if is_empty(command.stem):
        _refuse("stem", _("Please write the question."))


def _gap(text: str, kind: str, is_case_sensitive: bool) -> g.Gap:
    if text.startswith("#"):
        value, _mark, tolerance = text[1:].replace("+-", "±").partition("±")
        answer = g.NumberAnswer(
            value=_decimal("stem", value), tolerance=abs(_decimal("stem", tolerance or "0"))
        )
        return g.Gap(kind="number", numbers=(answer,))
    pieces = [each.strip() for each in re.split(r"(?<!\\)\|", text) if each.strip()]
    pieces = [each.replace("\\|", "|").replace("\\[", "[").replace("\\]", "]") for each in pieces]
    right = tuple(g.TextAnswer(pattern=each) for each in pieces if not each.startswith("~"))
    wrong = tuple(each[1:].strip() for each in pieces if each.startswith("~"))
    if not right:
        _refuse("stem", _("A gap needs a right answer: [%(text)s]", text=text))
    return g.Gap.model_validate(
        {"kind": kind, "answers": right, "wrong": wrong, "is_case_sensitive": is_case_sensitive}
    )


def _inside(gap: g.Gap) -> str:
    if gap.kind == "number":
        best = max(gap.numbers, key=lambda each: each.weight)
        return f"#{best.value}±{best.tolerance}" if best.tolerance else f"#{best.value}"
    right = [each.pattern for each in gap.answers if each.weight >= 100] or [
        example_of(gap.answers[0].pattern)
    ]
    pieces = [*right, *(f"~{each}" for each in gap.wrong)]
    return "|".join(each.replace("|", "\\|").replace("[", "\\[").replace("]", "\\]") for each in pieces)


def _levels(text: str) -> tuple[g.Level, ...]:
    found = []
    for line in text.splitlines():
        points, _space, words = line.strip().partition(" ")
        read = parse_number(points.rstrip("=:."))
        if line.strip() and (read is None or read[0] < 0):
            _refuse(
                "criterion", _("Each level is a line that begins with its points, such as: 2 All is named.")
            )
        if read is not None:
            found.append(g.Level(points=float(read[0]), text=words.strip()))
    if len(found) < 2:
        _refuse("criterion", _("A criterion needs at least two levels, each on its own line."))
    return tuple(found)


def _lines(text: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line.strip() for line in (text or "").splitlines() if line.strip()))[:60]


def _at(values: Sequence[str], number: int) -> str:
    return values[number] if number < len(values) else ""


def _percent(text: str) -> float | None:
    read = parse_number(text.replace("%", "")) if text.strip() else None
    if text.strip() and (read is None or abs(read[0]) > 100):
        _refuse("option", _("A share is a number of percent between -100 and 100."))
    return float(read[0]) if read else None


def _share(text: str) -> float:
    found = _percent(text)
    return 100.0 if found is None else max(0.0, found)


def _shown(weight: float) -> str:
    return "" if weight == 100 else f"{weight:g}"


def _decimal(field: str, text: str) -> Decimal:
    read = parse_number(text)
    if read is None or read[1]:
        _refuse(field, _("“%(text)s” is not a number.", text=text[:40]))
    return read[0] if read else Decimal(0)


def _refuse(field: str, text: str) -> None:
    raise Invalid(text, fields={field: text})
