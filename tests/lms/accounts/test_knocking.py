"""Doors of plugins: secret links and messages from strangers are counted like the doors of the site."""

from __future__ import annotations

import pytest

from lms.demo import World
from lms.plugin import TooMany, knock


def test_a_plugins_door_closes_after_too_many_tries_and_only_for_whoever_tried(world: World) -> None:
    for _time in range(10):
        knock("secret_link", "the link", "192.0.2.1")
    with pytest.raises(TooMany):
        knock("secret_link", "the link", "192.0.2.1")
    knock("secret_link", "another link", "192.0.2.1")
    knock("secret_link", "the link", "192.0.2.2")


def test_guessing_many_links_closes_the_door_for_the_address(world: World) -> None:
    for number in range(60):
        knock("secret_link", f"guess {number}", "192.0.2.1")
    with pytest.raises(TooMany):
        knock("secret_link", "one more", "192.0.2.1")
