"""Writing questions: a command for each family, and the way between it and a question."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, ValidationError

from lms.plugin import Command, Invalid, Ui, _, _l, is_empty
from plugins.quiz import grading as g
from plugins.quiz.bank import Draft
from plugins.quiz.gaptext import read_gaps
from plugins.quiz.grading.choice import even_weights
from plugins.quiz.grading.number import parse_number
from plugins.quiz.lines import as_html, as_inline, new_ids, read_decimal, refuse

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
            refuse("option", _("Please write at least two answers."))
        weights = [_percent(_at(self.option_weight, number)) for number in kept]
        if not any(rights) and not any(each and each > 0 for each in weights):
            refuse("option", _("Please mark the right answer."))
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
                id=ids[place], text=as_inline(self.option[number]), feedback=as_html(_at(self.option_feedback, number)),
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
    feedback_true: Annotated[
        str | None, Field(max_length=5000), Ui(_l("What to say to “true”"), kind="richline")
    ] = None
    feedback_false: Annotated[
        str | None, Field(max_length=5000), Ui(_l("What to say to “false”"), kind="richline")
    ] = None

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
            refuse("pattern", _("Please write at least one right answer."))
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
            refuse("value", _("Please write the right number."))
        answers = tuple(
            g.NumberAnswer(
                value=read_decimal("value", self.value[number]), tolerance=abs(read_decimal("value", _at(self.tolerance, number) or "0")),
                weight=_share(_at(self.value_weight, number)), feedback=as_html(_at(self.value_feedback, number)),
            )
            for number in kept
        )  # fmt: skip
        units = tuple(
            g.Unit(
                name=name[:30],
                factor=read_decimal("unit", _at(self.unit_factor, number) or "1") or Decimal(1),
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
            refuse("prompt", _("Please write at least two pairs."))
        ids = new_ids([_at(self.prompt_id, number) for number in kept])
        pairs = tuple(
            g.Pair(id=ids[place], prompt=as_inline(self.prompt[number]), answer=self.match[number].strip())
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
            refuse("item", _("Please write at least two items."))
        ids = new_ids([_at(self.item_id, number) for number in kept])
        items = tuple(
            g.Item(id=ids[place], text=as_inline(self.item[number])) for place, number in enumerate(kept)
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
            refuse(
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


def draft_of(command: SaveQuestion) -> Draft:
    """The question that a form holds. Raises Invalid, tied to the field where one is to blame."""
    if is_empty(command.stem):
        refuse("stem", _("Please write the question."))
    try:
        question = command.question()
    except ValidationError as error:
        raise Invalid(
            _("This question is not complete: %(reason)s", reason=error.errors()[0]["msg"])
        ) from None
    return Draft(command.category_id, question, command.name or "", command.tag_list)


def _levels(text: str) -> tuple[g.Level, ...]:
    found = []
    for line in text.splitlines():
        points, _space, words = line.strip().partition(" ")
        read = parse_number(points.rstrip("=:."))
        if line.strip() and (read is None or read[0] < 0):
            refuse(
                "criterion", _("Each level is a line that begins with its points, such as: 2 All is named.")
            )
        if read is not None:
            found.append(g.Level(points=float(read[0]), text=words.strip()))
    if len(found) < 2:
        refuse("criterion", _("A criterion needs at least two levels, each on its own line."))
    return tuple(found)


def _lines(text: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line.strip() for line in (text or "").splitlines() if line.strip()))[:60]


def _at(values: Sequence[str], number: int) -> str:
    return values[number] if number < len(values) else ""


def _percent(text: str) -> float | None:
    read = parse_number(text.replace("%", "")) if text.strip() else None
    if text.strip() and (read is None or abs(read[0]) > 100):
        refuse("option", _("A share is a number of percent between -100 and 100."))
    return float(read[0]) if read else None


def _share(text: str) -> float:
    found = _percent(text)
    return 100.0 if found is None else max(0.0, found)
