"""A checker that finds nothing is worth nothing: each finds the fault planted for it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from lms.ops.gate_runner import ROOT, run_gate
from lms.ops.gates import GATES

FAULTS = {
    "format": "answer = {'a':1}\n",
    "lint": 'def find(query: str, /, id: int = eval("1")) -> str:\n    return query + str(id)\n',
    "types": 'def count() -> int:\n    return "three"\n',
    "sqlite": "def test_wrong() -> None:\n    assert 1 + 1 == 3\n",
}
SOUND = {"sqlite": "def test_right() -> None:\n    assert 1 + 1 == 2\n"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The settings of this project around next to no code."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for name in ("lms", "plugins", "benchmarks", "tests"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").touch()
    (tmp_path / "wsgi.py").touch()
    return tmp_path


@pytest.mark.parametrize("name", FAULTS)
def test_the_gate_passes_sound_code_and_finds_the_planted_fault(project: Path, name: str) -> None:
    gate = next(gate for gate in GATES if gate.name == name)
    target = project / ("tests/test_sample.py" if gate.counts_tests else "lms/sample.py")

    target.write_text(SOUND.get(name, "ANSWER = 42\n"), "utf-8")
    assert run_gate(gate, project).result == "passed"

    target.write_text(FAULTS[name], "utf-8")
    outcome = run_gate(gate, project)
    assert outcome.result == "failed"
    assert outcome.failed_tests == int(gate.counts_tests)
