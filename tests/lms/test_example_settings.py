"""The example of lms.toml names every setting with its default."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

from lms.config import ROOT, Settings, setting_keys

EXAMPLE = ROOT / "instance" / "lms.example.toml"


def flat(values: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in values.items():
        if isinstance(value, dict):
            yield from flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def test_an_operator_finds_every_setting_with_its_default() -> None:
    shown = dict(flat(tomllib.loads(EXAMPLE.read_text("utf-8"))))
    assert shown == {key: default for key, default, _text in setting_keys()}


def test_the_lines_that_fix_an_office_may_be_used_as_they_stand() -> None:
    lines = EXAMPLE.read_text("utf-8").splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("# [offices."))
    fixed = "\n".join(line.removeprefix("# ") for line in lines[start:])
    assert Settings.model_validate(tomllib.loads(fixed)).offices["siena"].plugins == ["links"]
