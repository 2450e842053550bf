"""The contrast check never lets an unreadable accent through, and the theme's own colours pass it."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.offices.contrast import (
    PAPER_DARK,
    PAPER_LIGHT,
    REQUIRED_RATIO,
    brand_css,
    check_accent,
    contrast_ratio,
)

THEME = Path(__file__).parents[3] / "lms/static/css/theme.css"
colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06X}")


def tokens_of(selector: str) -> dict[str, str]:
    """The custom properties in the first block of a selector."""
    match = re.search(re.escape(selector) + r" \{(.*?)\}", THEME.read_text("utf-8"), re.DOTALL)
    assert match, selector
    return dict(re.findall(r"(--[\w-]+):\s*([^;]+);", match[1]))


def hex_of(value: str) -> str:
    """The colour of a token; of an accent the default that stands in it."""
    return re.findall(r"#[0-9A-F]{6}", value)[0]


def test_black_on_white_is_twenty_one() -> None:
    assert contrast_ratio("#000", "#FFFFFF") == pytest.approx(21)


def test_a_known_pair_has_its_published_ratio() -> None:
    assert contrast_ratio("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)


@given(colours, colours)
def test_order_does_not_matter_and_the_ratio_stays_in_its_range(a: str, b: str) -> None:
    assert contrast_ratio(a, b) == contrast_ratio(b, a)
    assert 1 <= contrast_ratio(a, b) <= 21 + 1e-9


@given(colours)
def test_every_proposal_can_be_read_on_its_paper(accent: str) -> None:
    verdict = check_accent(accent)
    assert contrast_ratio(verdict.proposal_light, PAPER_LIGHT) >= REQUIRED_RATIO
    assert contrast_ratio(verdict.proposal_light, "#FFFFFF") >= REQUIRED_RATIO
    assert contrast_ratio(verdict.proposal_dark, PAPER_DARK) >= REQUIRED_RATIO


@given(colours)
def test_what_passes_is_kept_and_what_is_proposed_passes(accent: str) -> None:
    verdict = check_accent(accent)
    assert (verdict.proposal_light == accent) is verdict.ok
    assert check_accent(verdict.proposal_light).ok


@given(colours)
def test_the_proposal_is_the_nearest_one(accent: str) -> None:
    verdict = check_accent(accent)
    if not verdict.ok:
        assert contrast_ratio(verdict.proposal_light, PAPER_LIGHT) < REQUIRED_RATIO + 0.35


def test_a_yellow_is_refused_and_a_dark_yellow_proposed() -> None:
    verdict = check_accent("#FFD500")
    assert not verdict.ok
    red, green, blue = (int(verdict.proposal_light[i : i + 2], 16) for i in (1, 3, 5))
    assert red > blue
    assert green > blue


@pytest.mark.parametrize("text", ["", "red", "#12", "#GGGGGG", "#1234567", "#9A4A22; } body { display: none"])
def test_what_is_not_a_colour_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a hex colour"):
        check_accent(text)
    with pytest.raises(ValueError, match="not a hex colour"):
        brand_css(text)


def test_the_brand_stylesheet_sets_what_the_theme_reads() -> None:
    names = set(re.findall(r"(--[\w-]+):", brand_css("#0A5C36")))
    assert names == {"--brand-accent", "--brand-accent-dark"}
    assert all(f"var({name}," in THEME.read_text("utf-8") for name in names)


def test_dark_by_choice_and_dark_by_device_are_the_same() -> None:
    assert tokens_of('[data-theme="dark"]') == tokens_of('[data-theme="auto"]')


@pytest.mark.parametrize("selector", [":root", '[data-theme="dark"]'])
def test_the_themes_text_colours_can_be_read_on_all_its_papers(selector: str) -> None:
    tokens = tokens_of(selector)
    for text in ("--ink", "--muted", "--accent", "--success", "--warn", "--danger", "--info"):
        for paper in ("--paper", "--surface", "--raised", "--sunk"):
            ratio = contrast_ratio(hex_of(tokens[text]), hex_of(tokens[paper]))
            assert ratio >= REQUIRED_RATIO, f"{text} on {paper} in {selector}: {ratio:.2f}"
    assert contrast_ratio(hex_of(tokens["--on-accent"]), hex_of(tokens["--accent"])) >= REQUIRED_RATIO


@pytest.mark.parametrize("selector", [":root", '[data-theme="dark"]'])
def test_the_borders_of_controls_can_be_seen(selector: str) -> None:
    tokens = tokens_of(selector)
    for paper in ("--paper", "--surface", "--raised", "--sunk"):
        for line in ("--line-strong", "--focus"):
            assert contrast_ratio(hex_of(tokens[line]), hex_of(tokens[paper])) >= 3, (line, paper)


def test_the_papers_of_the_check_are_the_themes_own() -> None:
    assert tokens_of(":root")["--sunk"] == PAPER_LIGHT
    assert tokens_of('[data-theme="dark"]')["--raised"] == PAPER_DARK
