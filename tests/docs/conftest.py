"""The tutorial, followed once by the letter."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from lms.config import ROOT
from lms.ops.ports import find_free_port
from tests.docs.tutorial import read_blocks, write_files

START_SECONDS = 90


@dataclass(frozen=True)
class Followed:
    """A folder in which the tutorial was followed up to its last command, and the environment for it."""

    folder: Path
    environment: Mapping[str, str]
    output: str


@pytest.fixture(scope="session")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Followed:
    """Every file written, every command run, except the last one, which serves."""
    folder = tmp_path_factory.mktemp("tutorial")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LMS_")} | {
        "CONTRADA": str(ROOT),
        "PYTHONPATH": str(ROOT),
        "LMS_PLUGIN_FOLDERS": str(folder),
        "LMS_PLUGINS": "kudos",
        "LMS_INSTANCE": str(folder / "instance"),
    }
    write_files(folder)
    commands = [block.text for block in read_blocks() if block.kind == "sh"]
    output = ""
    for text in commands[:-1]:
        done = subprocess.run(
            ["bash", "-euc", with_this_python(text)],
            cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        output += done.stdout + done.stderr
        assert done.returncode == 0, f"{text}\n{done.stdout}\n{done.stderr}"
    return Followed(folder, environment, output)


@pytest.fixture(scope="session")
def served(followed: Followed) -> Iterator[str]:
    """The last command of the tutorial, running; the address that it printed."""
    command = [block.text for block in read_blocks() if block.kind == "sh"][-1].strip()
    port = find_free_port()
    process = subprocess.Popen(
        ["bash", "-euc", f"exec {with_this_python(command)} --port {port}"],
        cwd=followed.folder, env=dict(followed.environment), stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        yield next(line.split()[1] for line in process.stdout if line.startswith("Ready:"))
    finally:
        process.terminate()
        process.wait(START_SECONDS)
        process.stdout.close()


def with_this_python(text: str) -> str:
    """The commands with the interpreter that runs the tests."""
    return text.replace("$CONTRADA/.venv/bin/python", sys.executable).replace(
        "python3 -m", f"{sys.executable} -m"
    )
