"""Questions as pages show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from babel.numbers import format_decimal
from markupsafe import Markup

from lms.plugin import StoredFile, Text, _, _l, current_locale, plain_text, show_richtext
from plugins.quiz import grading as g
from plugins.quiz.asked import find_questions
from plugins.quiz.grading import languages
from plugins.quiz.grading.arranging import arranged_choices, first_order, mixed, mixing_seed
from plugins.quiz.grading.gaps import split_gaps
from plugins.quiz.grading.text import example_of
from plugins.quiz.models import Attempt, AttemptAnswer, Quiz

TYPE_TITLES: Mapping[str, Text] = {
    "single": _l("One right answer"), "multiple": _l("Several right answers"), "truefalse": _l("True or false"),
    "shorttext": _l("Short answer"), "number": _l("Number"), "matching": _l("Matching"), "ordering": _l("Put in order"),
    "gaps": _l("Text with gaps"), "essay": _l("Longer text"), "file": _l("File"), "description": _l("Text to read"),
}  # fmt: skip
TYPE_HINTS: Mapping[str, Text] = {
    "single": _l("One of several answers is chosen."), "multiple": _l("Any number of answers may be chosen."),
    "truefalse": _l("A statement is judged."), "shorttext": _l("A word or a few are typed."),
    "number": _l("A number is typed, with a tolerance and a unit if you like."),
    "matching": _l("Each thing gets the answer that belongs to it."), "ordering": _l("Things are put into their order."),
    "gaps": _l("Gaps in a text are filled."), "essay": _l("A text is written; a person grades it."),
    "file": _l("A file is handed in; a person grades it."), "description": _l("Something to read between questions."),
}  # fmt: skip
TYPE_ICONS: Mapping[str, str] = {
    "single": "check2-circle", "multiple": "list-ul", "truefalse": "circle-half", "shorttext": "pencil", "number": "sliders",
    "matching": "link-45deg", "ordering": "sort-down", "gaps": "puzzle", "essay": "journal-text", "file": "paperclip",
    "description": "info-circle",
}  # fmt: skip


def write_points(value: float) -> str:
    """Points or another figure as the reader writes numbers, with two decimals at most."""
    if value == int(value) and abs(value) < 1000:
        return str(int(value))
    return str(format_decimal(round(value, 2) + 0.0, format="#,##0.##", locale=current_locale()))


class ShownChoice(NamedTuple):
    """Something to choose: its text as HTML, and what is said about it if it was chosen."""

    id: str
    text: Markup
    is_chosen: bool
    note: g.Note | None


@dataclass(frozen=True, slots=True)
class Shown:
    """A question on a page: what was answered, and how much may be seen of the verdict.

    ``grade`` is None where nothing is told; ``reveals`` tells right answers and the explanation.
    """

    position: int
    number: int | None
    question: g.AnyQuestion
    answer: g.Answer = field(default_factory=dict)
    section: str = ""
    seq: int = 0
    seed: int | None = None
    points: float = 1.0
    earned: float | None = None
    grade: g.Grade | None = None
    tries: int = 0
    hints: Sequence[str] = ()
    is_locked: bool = False
    reveals: bool = False
    waits: bool = False
    comment: str = ""
    can_check: bool = False

    @property
    def kind(self) -> str:
        """The name of the type."""
        return self.question.kind

    @property
    def prefix(self) -> str:
        """What the names of its fields begin with."""
        return f"a{self.position}"

    @property
    def name(self) -> str:
        """What it is called above it and in the overview."""
        return _("Question %(number)s", number=self.number) if self.number else _("Text to read")

    @property
    def worth(self) -> str:
        """How many points there are for it."""
        return _("Points: %(points)s", points=write_points(self.points))

    @property
    def reached(self) -> str:
        """How many points the answer got, in words; empty where that is not told."""
        if self.earned is None:
            return ""
        points = write_points(self.points)
        return _("%(earned)s of %(points)s points", earned=write_points(self.earned), points=points)

    @property
    def is_answered(self) -> bool:
        """True if there is an answer (or nothing to answer)."""
        return self.question.is_answered(self.answer)

    @property
    def notes(self) -> dict[str, g.Note]:
        """Notes on parts by their id."""
        return {note.part: note for note in self.grade.notes} if self.grade else {}

    @property
    def feedback(self) -> list[str]:
        """What is said about the parts of the answer, each once (HTML)."""
        return list(dict.fromkeys(note.feedback for note in self.notes.values() if note.feedback))

    def choices(self) -> list[ShownChoice]:
        """Choices in the order of this attempt."""
        q = self.question
        if not isinstance(q, g.SingleChoice | g.MultipleChoice):
            return []
        chosen, notes = self.answer.get("chosen", ()), self.notes
        return [
            ShownChoice(each.id, show_richtext(each.text), each.id in chosen, notes.get(each.id))
            for each in arranged_choices(q, self.seed)
        ]

    def attached(self, files: Mapping[str, StoredFile]) -> list[StoredFile]:
        """Those of the files that are in the answer."""
        return [files[each] for each in self.answer.get("files", ()) if each in files]

    def items(self) -> list[g.Item]:
        """Items in the order of the answer, or in their first order."""
        if not isinstance(self.question, g.Ordering):
            return []
        given = self.answer.get("order")
        if not given:
            return first_order(self.question, self.seed or 0)
        by_id = {item.id: item for item in self.question.items}
        return [by_id[key] for key in given if key in by_id]

    def options(self) -> list[tuple[str, str]]:
        """What can be matched, mixed."""
        return mixed(self.question.options(), self.seed or 0) if isinstance(self.question, g.Matching) else []

    def pieces(self) -> list[tuple[Markup, int | None, g.Gap | None, list[str]]]:
        """A text with gaps: HTML, the gap behind it (number, gap, words to choose from)."""
        q = self.question
        if not isinstance(q, g.GapFill):
            return []
        return [
            (show_richtext(html), number, None if number is None else q.gaps[number], [] if number is None else q.words(number))
            for html, number in split_gaps(q.stem)
        ]  # fmt: skip

    def bank(self) -> list[str]:
        """Words to drag, mixed."""
        q = self.question
        dragged = (
            [n for n, gap in enumerate(q.gaps) if gap.kind == "dragged"] if isinstance(q, g.GapFill) else []
        )
        return mixed(q.words(dragged[0]), self.seed or 0) if dragged and isinstance(q, g.GapFill) else []

    def gap(self, number: int) -> str:
        """What fills a gap."""
        given = self.answer.get("gaps", [])
        return str(given[number]) if number < len(given) else ""

    @property
    def verdict(self) -> tuple[str, Text]:
        """A tone and a word for the answer as a whole."""
        if self.waits:
            return "info", _l("Waiting to be graded")
        share = self.earned / self.points if self.earned is not None and self.points else None
        if not self.question.is_graded or share is None:
            return "plain", ""
        if share >= 0.9999:
            return "success", _l("Right")
        if share > 0:
            return "warn", _l("Partly right")
        return ("danger", _l("Not right")) if self.is_answered else ("plain", _l("Not answered"))

    @property
    def right_answer(self) -> str:
        """The right answer in words (plain text)."""
        return right_answer(self.question)


def shown_rows(
    attempt: Attempt, quiz: Quiz, *, sees: str, locale: str = "", headings: Mapping[str, str] | None = None
) -> list[Shown]:
    """The questions of an attempt, in a language. ``sees``: nothing, score, answers (of what was handed in), all (for staff)."""
    found: list[Shown] = []
    number, section = 0, ""
    questions = find_questions(row.version_id for row in attempt.answers)
    for row in attempt.answers:
        question = questions[row.version_id]
        number += question.is_graded
        heading = (headings or {}).get(row.section, row.section) if row.section != section else ""
        section = row.section
        found.append(
            _shown(
                attempt, quiz, row, question, (number if question.is_graded else None, heading), sees, locale
            )
        )
    return found


def _shown(
    attempt: Attempt,
    quiz: Quiz,
    row: AttemptAnswer,
    question: g.AnyQuestion,
    place: tuple[int | None, str],
    sees: str,
    locale: str,
) -> Shown:
    is_over = attempt.state != "active"
    is_practice = quiz.mode == "practice"
    has_verdict = (is_over and sees in {"answers", "all"}) or (is_practice and not is_over and row.tries > 0)
    reveals = (is_over and sees in {"answers", "all"}) or (is_practice and row.is_done)
    can_check = (
        is_practice and not is_over and not row.is_done and question.is_graded and not question.needs_person
    )
    tells_score = has_verdict or reveals or (is_over and sees == "score")
    told = languages.told_in(question, locale)
    earned = row.fraction * row.points if row.fraction is not None and tells_score else None
    return Shown(
        position=row.position, number=place[0], question=told, answer=row.answer, section=place[1], seq=row.seq,
        seed=mixing_seed(attempt.seed, row.position), points=row.points, earned=earned,
        grade=languages.grade(question, row.answer, locale) if has_verdict else None, tries=row.tries,
        hints=told.hints[: row.tries] if is_practice and not is_over else (), is_locked=is_over or row.is_done,
        reveals=reveals, waits=is_over and row.waits_for_grade and sees != "nothing",
        comment=row.comment if sees in {"answers", "all"} else "", can_check=can_check,
    )  # fmt: skip


def preview_of(question: g.AnyQuestion, answer: g.Answer, seed: int, *, is_checked: bool) -> Shown:
    """A question of the bank as trainees meet it; with a verdict once it was checked."""
    grade = question.grade(answer) if is_checked else None
    return Shown(
        position=1, number=1, question=question, answer=answer, seed=seed, grade=grade, reveals=is_checked,
        earned=grade.fraction if grade else None, waits=grade is not None and grade.fraction is None,
        hints=question.hints if is_checked else (),
    )  # fmt: skip


def answer_text(question: g.AnyQuestion, answer: g.Answer) -> str:
    """An answer in words, for tables and for those who grade."""
    if not question.is_answered(answer):
        return ""
    if isinstance(question, g.SingleChoice | g.MultipleChoice):
        return "; ".join(plain_text(each.text) for each in question.choices if each.id in answer["chosen"])
    if isinstance(question, g.TrueFalse):
        return _("True") if answer["chosen"] == ["true"] else _("False")
    if isinstance(question, g.Matching):
        texts = dict(question.options())
        return "; ".join(
            f"{plain_text(pair.prompt)} → {texts.get(answer['pairs'].get(pair.id, ''), '–')}"
            for pair in question.pairs
        )
    if isinstance(question, g.Ordering):
        names = {item.id: plain_text(item.text) for item in question.items}
        return "; ".join(f"{n}. {names[key]}" for n, key in enumerate(answer["order"], start=1))
    if isinstance(question, g.GapFill):
        return "; ".join(f"{n}. {text or '–'}" for n, text in enumerate(answer["gaps"], start=1))
    return str(answer.get("text", ""))


def right_answer(question: g.AnyQuestion) -> str:
    """The right answer in words; empty where only a person can tell."""
    if isinstance(question, g.ShortText):
        best = max(each.weight for each in question.answers)
        return _(" or ").join(example_of(each.pattern) for each in question.answers if each.weight == best)
    best_answer = question.best_answer()
    return answer_text(question, best_answer) if best_answer else ""
