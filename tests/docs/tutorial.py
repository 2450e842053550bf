"""The tutorial as a program: its files and its commands, taken out of the text in their order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lms.config import ROOT

TUTORIAL = ROOT / "docs" / "tutorial.md"
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A block of the tutorial: a file with its path, or commands of a shell."""

    kind: str
    text: str
    path: str = ""


def read_blocks(document: Path = TUTORIAL) -> Iterator[Block]:
    """Files (their first line names them) and commands. ``console`` blocks are for the reader only."""
    for match in _BLOCK.finditer(document.read_text("utf-8")):
        kind, text = match.groups()
        if kind == "console":
            continue
        if kind == "sh":
            yield Block("sh", text)
        else:
            first, _newline, rest = text.partition("\n")
            yield Block("file", rest, first.removeprefix("# ").strip())


def write_files(folder: Path) -> None:
    """Write every file of the tutorial into ``folder``."""
    for block in read_blocks():
        if block.kind == "file":
            target = folder / block.path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(block.text, "utf-8")
