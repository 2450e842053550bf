"""Counts that change quickly are told together, and the larger the crowd, the more seldom."""

from __future__ import annotations

import pytest

from plugins.webinar.merging import pause_for


@pytest.mark.parametrize(("pages", "most"), [(0, 4), (30, 4), (160, 4), (500, 1.4), (1000, 1), (100_000, 1)])
def test_a_page_gets_no_more_counts_a_second_than_its_crowd_can_be_told(pages: int, most: float) -> None:
    assert 1 / pause_for(pages) <= most


@pytest.mark.parametrize("pages", [0, 30, 500, 100_000])
def test_nobody_waits_for_a_chart_longer_than_a_second(pages: int) -> None:
    assert pause_for(pages) <= 1


@pytest.mark.parametrize("pages", [0, 30, 160])
def test_a_class_sees_four_counts_a_second(pages: int) -> None:
    assert 1 / pause_for(pages) == 4
