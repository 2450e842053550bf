"""Documents lead somewhere: their links, their commands, their pictures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import click
import pytest
from flask import Flask

from lms.config import ROOT
from lms.hooks.callers import hooks
from lms.ops.gate_runner import GATES
from lms.ops.root import root

DOCUMENTS = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "plugins").glob("*/README.md")]
)
BIGGEST_PICTURES = 1_500_000
_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
_COMMAND = re.compile(
    r"(?:python3 -m lms|^contrada|`contrada) +([a-z][\w-]*)(?: +([a-z][\w-]*))?((?: +[^`\n]*)?)", re.MULTILINE
)
_OPTION = re.compile(r"(?<!\S)--[a-z][\w-]*")
_NOT_COMMANDS = {"test"}  # known before the product loads


def broken_links(path: Path, text: str) -> list[str]:
    """Targets in the repository that do not exist."""
    targets = (match.group(1) for match in _LINK.finditer(text))
    return [each for each in targets if "://" not in each and not (path.parent / each).exists()]


def unknown_commands(text: str, known: Mapping[str, click.Command]) -> Iterator[str]:
    """Commands, their children and their options that the product does not have."""
    for match in _COMMAND.finditer(text):
        name, child, rest = match.group(1), match.group(2), match.group(3)
        if name in _NOT_COMMANDS:
            continue
        command = known.get(name)
        if isinstance(command, click.Group) and child:
            command = command.commands.get(child)
        if command is None:
            yield match.group(0)
            continue
        options = {text for each in command.params for text in each.opts} | {"--help", "--instance"}
        yield from (f"{match.group(0)}: {each}" for each in _OPTION.findall(rest) if each not in options)


@pytest.fixture
def known(app: Flask) -> dict[str, click.Command]:
    """Every command, also those of areas and plugins."""
    with app.app_context():
        return {**root.commands, **{command.name or "": command for command in hooks().commands()}}


@pytest.mark.parametrize("path", DOCUMENTS, ids=[str(path.relative_to(ROOT)) for path in DOCUMENTS])
def test_a_reader_can_follow_every_link(path: Path) -> None:
    assert broken_links(path, path.read_text("utf-8")) == []


def test_every_command_in_the_documents_exists(known: dict[str, click.Command]) -> None:
    found = {
        str(path.relative_to(ROOT)): faults
        for path in DOCUMENTS
        if (faults := list(unknown_commands(path.read_text("utf-8"), known)))
    }
    assert found == {}


def test_every_gate_named_by_contributing_exists() -> None:
    named = re.findall(r"--only (\w+)", (ROOT / "CONTRIBUTING.md").read_text("utf-8"))
    assert named
    assert set(named) <= {gate.name for gate in GATES}


def test_pictures_stay_small_enough_for_a_clone() -> None:
    pictures = list((ROOT / "docs" / "screens").iterdir())
    assert len(pictures) >= 8
    assert sum(path.stat().st_size for path in pictures) < BIGGEST_PICTURES


def test_a_broken_link_is_found(tmp_path: Path) -> None:
    assert broken_links(tmp_path / "a.md", "see [this](gone.md#part)") == ["gone.md"]


@pytest.mark.parametrize(
    "text",
    ["`python3 -m lms fly`", "contrada plugin dance", "python3 -m lms backup --where /tmp", "`contrada fly`"],
)
def test_a_command_that_is_not_there_is_found(known: dict[str, click.Command], text: str) -> None:
    assert list(unknown_commands(text, known))
