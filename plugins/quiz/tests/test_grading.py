"""Grading: what is right, what is worth how much, and that nothing sent can break it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.quiz.grading import QUESTIONS, GapFill, UnreadableQuestion, read_question
from plugins.quiz.grading.arranging import first_order, is_untouched, mixed
from plugins.quiz.grading.choice import even_weights
from plugins.quiz.grading.gaps import split_gaps
from plugins.quiz.grading.number import parse_number
from plugins.quiz.grading.scoring import Part, add_up, after_tries, item_figures
from plugins.quiz.grading.text import example_of, fits

SAMPLES: dict[str, dict[str, Any]] = {
    "single": {"choices": [{"id": "a", "text": "A", "weight": 100}, {"id": "b", "text": "B"}, {"id": "c", "text": "C", "weight": 50}]},
    "multiple": {"choices": [{"id": "a", "text": "A", "weight": 50}, {"id": "b", "text": "B", "weight": 50}, {"id": "c", "text": "C", "weight": -100}]},
    "truefalse": {"is_true": True},
    "shorttext": {"answers": [{"pattern": "Rome"}, {"pattern": "R*a", "weight": 50}]},
    "number": {"answers": [{"value": "3.5", "tolerance": "0.1"}], "units": [{"name": "m"}, {"name": "km", "factor": "1000"}], "unit_rule": "required"},
    "matching": {"pairs": [{"id": "a", "prompt": "1", "answer": "one"}, {"id": "b", "prompt": "2", "answer": "two"}], "extra_answers": ["three"]},
    "ordering": {"items": [{"id": "a", "text": "1"}, {"id": "b", "text": "2"}, {"id": "c", "text": "3"}]},
    "gaps": {"stem": "[[1]] and [[2]]", "gaps": [{"answers": [{"pattern": "x"}]}, {"kind": "dragged", "answers": [{"pattern": "y"}], "wrong": ["z"]}]},
    "essay": {"rubric": [{"id": "c", "title": "t", "levels": [{"points": 0, "text": ""}, {"points": 2, "text": ""}]}]},
    "file": {},
    "description": {},
}  # fmt: skip


def make(kind: str, **more: Any) -> Any:
    return read_question({"type": kind, "stem": "x"} | SAMPLES[kind] | more)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=True) | st.integers() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=8), inner, max_size=5),
    max_leaves=12,
)
RAW = st.dictionaries(
    st.sampled_from(["chosen", "text", "pairs", "order", "gaps", "files", "x"]), JSON, max_size=7
)


@pytest.mark.parametrize("kind", QUESTIONS)
@given(raw=RAW)
def test_whatever_is_sent_gives_an_answer_and_a_share_between_0_and_1(kind: str, raw: dict[str, Any]) -> None:
    question = make(kind)
    answer = question.accept(raw)
    assert question.accept(answer) == answer
    fraction = question.grade(answer).fraction
    assert fraction is None or 0 <= fraction <= 1
    if not question.is_answered(answer):
        assert fraction == 0


@pytest.mark.parametrize("kind", QUESTIONS)
def test_the_best_answer_gets_everything(kind: str) -> None:
    question = make(kind)
    best = question.best_answer()
    if best:
        assert question.grade(question.accept(best)).fraction == 1


@pytest.mark.parametrize(
    ("kind", "raw", "share"),
    [
        ("single", {"chosen": "a"}, 1), ("single", {"chosen": "c"}, 0.5), ("single", {"chosen": "zz"}, 0),
        ("single", {"chosen": ["b", "a"]}, 0), ("multiple", {"chosen": ["a"]}, 0.5), ("multiple", {"chosen": ["a", "b"]}, 1),
        ("multiple", {"chosen": ["a", "b", "c"]}, 0), ("truefalse", {"chosen": "true"}, 1), ("truefalse", {"chosen": "false"}, 0),
        ("shorttext", {"text": "  rome "}, 1), ("shorttext", {"text": "Roma"}, 0.5), ("shorttext", {"text": "Paris"}, 0),
        ("number", {"text": "3,45 m"}, 1), ("number", {"text": "0.0035 km"}, 1), ("number", {"text": "3.5"}, 0.9),
        ("number", {"text": "3.7 m"}, 0), ("matching", {"pairs": {"a": "a", "b": "x0"}}, 0.5),
        ("ordering", {"order": ["a", "b", "c"]}, 1), ("ordering", {"order": ["a", "c", "b"]}, 1 / 3),
        ("gaps", {"gaps": ["X", "z"]}, 0.5), ("gaps", {"gaps": ["x", "y"]}, 1), ("gaps", {"gaps": ["", "not offered"]}, 0),
    ],
)  # fmt: skip
def test_answers_get_their_share(kind: str, raw: dict[str, Any], share: float) -> None:
    question = make(kind)
    assert question.grade(question.accept(raw)).fraction == pytest.approx(share, abs=1e-6)


def test_scoring_of_an_order_can_be_chosen() -> None:
    given_order = {"order": ["b", "c", "a"]}
    assert make("ordering", scoring="all").grade(given_order).fraction == 0
    assert make("ordering", scoring="neighbours").grade(given_order).fraction == 0.5


def test_all_or_nothing_gives_nothing_for_a_part() -> None:
    question = make("multiple", is_all_or_nothing=True)
    assert question.grade({"chosen": ["a"]}).fraction == 0
    assert question.grade({"chosen": ["a", "b"]}).fraction == 1


def test_a_person_judges_what_was_written_and_nothing_is_worth_nothing() -> None:
    essay = make("essay")
    assert essay.grade({"text": "words"}).fraction is None
    assert essay.grade({}).fraction == 0
    assert essay.share_of({"c": 1}) == 1
    assert essay.share_of({"c": 0}) == 0
    assert essay.share_of({}) is None
    assert essay.share_of({"c": 9}) is None


@pytest.mark.parametrize(
    "broken",
    [
        {"type": "single", "stem": "x", "choices": [{"id": "a", "text": "A"}, {"id": "b", "text": "B"}]},
        {"type": "gaps", "stem": "[[1]] [[3]]", "gaps": [{"answers": [{"pattern": "x"}]}, {"answers": [{"pattern": "y"}]}]},
        {"type": "unheard of", "stem": "x"}, {"type": "number", "stem": "x", "answers": [{"value": "1e999"}]},
        {"type": "matching", "stem": "x", "pairs": [{"id": "a", "prompt": "1", "answer": "x"}, {"id": "a", "prompt": "2", "answer": "y"}]},
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_no_question(broken: dict[str, Any]) -> None:
    with pytest.raises(UnreadableQuestion):
        read_question(broken)


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("3,5 m", "3.5", "m"), ("1.234,5", "1234.5", ""), ("1,234.5", "1234.5", ""), ("1 000", "1000", ""), ("1'000", "1000", ""),
        ("-2e3 kg", "-2000", "kg"), ("−4", "-4", ""), (".5", "0.5", ""), ("1,000,000", "1000000", ""), ("1.5 x 10^3", "1500", ""),
    ],
)  # fmt: skip
def test_numbers_are_read_as_people_of_many_countries_write_them(text: str, value: str, unit: str) -> None:
    read = parse_number(text)
    assert read is not None
    assert (read[0], read[1]) == (Decimal(value), unit)


@given(st.text(max_size=80))
def test_no_text_breaks_the_reading_of_numbers(text: str) -> None:
    read = parse_number(text)
    assert read is None or read[0].is_finite()


@given(st.decimals(min_value=-(10**6), max_value=10**6, places=3))
def test_a_written_number_is_read_again(value: Decimal) -> None:
    assert parse_number(f"{value}") == (value, "")
    assert parse_number(f"{value}".replace(".", ",")) == (value, "")


@given(st.text(alphabet="ab*\\ ", max_size=12), st.text(alphabet="ab* ", max_size=12))
def test_a_pattern_fits_like_a_regular_expression(pattern: str, text: str) -> None:
    import re

    pieces = re.split(r"(?<!\\)((?:\\\\)*)\*", pattern)
    plain = example_of(pattern)
    if "*" not in pattern and "\\" not in pattern:
        assert fits(pattern, text, is_case_sensitive=False) == (
            re.sub(r"\s+", " ", plain).strip() == re.sub(r"\s+", " ", text).strip()
        )
    assert fits("*", text, is_case_sensitive=True)
    assert len(pieces) >= 1


def test_a_pattern_of_many_stars_takes_no_time() -> None:
    assert not fits("a*" * 400 + "b", "a" * 1000, is_case_sensitive=False)


@given(st.lists(st.booleans(), min_size=2, max_size=12).filter(any))
def test_even_weights_give_everything_for_exactly_the_right_ones(rights: list[bool]) -> None:
    weights = even_weights(rights)
    assert sum(weight for weight, right in zip(weights, rights, strict=True) if right) == pytest.approx(
        100, abs=0.01
    )
    assert all((weight > 0) == right for weight, right in zip(weights, rights, strict=True))


@given(st.floats(0, 1), st.floats(0, 1), st.integers(0, 20))
def test_each_try_costs_and_never_more_than_all(fraction: float, penalty: float, tries: int) -> None:
    assert 0 <= after_tries(fraction, penalty, tries + 1) <= after_tries(fraction, penalty, tries) <= 1


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 1) | st.none()), max_size=20))
def test_a_total_is_never_more_than_everything(parts: list[tuple[float, float | None]]) -> None:
    total = add_up(Part(points, fraction) for points, fraction in parts)
    assert 0 <= total.percent <= 100
    assert total.is_complete == all(fraction is not None for _points, fraction in parts)


def test_percent_are_rounded_down_so_that_nearly_is_not_passed() -> None:
    assert add_up([Part(1000, 0.599)]).percent == 59
    assert add_up([Part(10, 0.6)]).percent == 60
    assert add_up([Part(3, 1.0)]).percent == 100


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=30))
def test_figures_stay_within_their_bounds(shares: list[tuple[float, float]]) -> None:
    figures = item_figures(shares)
    assert figures is not None
    assert 0 <= figures.facility <= 1
    assert figures.discrimination is None or -1 <= figures.discrimination <= 1


@given(st.integers(0, 2**40))
def test_an_order_never_stands_right_at_first_and_leaving_it_is_no_answer(seed: int) -> None:
    question = make("ordering")
    shown = [item.id for item in first_order(question, seed)]
    assert shown != ["a", "b", "c"]
    assert is_untouched(question, {"order": shown}, seed)
    assert mixed([1, 2, 3], seed) == mixed([1, 2, 3], seed)


def test_a_gap_inside_a_tag_is_no_gap() -> None:
    html = '<p>See <img alt="[[1]] onload=x"> here [[1]]</p>'
    assert [number for _html, number in split_gaps(html)] == [0, None]
    question = read_question({"type": "gaps", "stem": html, "gaps": [{"answers": [{"pattern": "x"}]}]})
    assert isinstance(question, GapFill)
