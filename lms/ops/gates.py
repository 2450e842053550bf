"""The gates: everything a change must pass, in order. To add one, add a line to ``GATES``.

Run by ``python3 -m lms test`` through ``lms.ops.gate_runner``. A gate of tests is a folder of
tests or a marker; each test belongs to exactly one gate, except that the core's and plugins' own
tests run on both databases.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

from lms.ops.needs import CHROMIUM, NODE, POSTGRESQL, REDIS, Need

PYTHON = sys.executable
_PYTEST = (PYTHON, "-m", "pytest")
_ORDINARY = ("-m", "not browser and not scale and not fault")
# These folders are gates of their own.
_OWN_GATES = tuple(
    f"--ignore=tests/{name}" for name in ("architecture", "contract", "docs", "migrations", "translations")
)

_NO_DATABASE = ("--ignore=tests/lms/ops", "--ignore=tests/lms/test_bootstrap.py")


@dataclass(frozen=True)
class Gate:
    """One check. ``commands`` run in order until one fails; ``env`` is added to the environment.

    ``needs`` must be on the system, otherwise the gate is reported as not run. ``is_slow`` gates are
    left out by ``--fast``. ``counts_tests``: the commands are pytest, whose summaries are added up,
    and finding no test is a failure. Stopped and failed after ``limit_seconds``.
    """

    name: str
    title: str
    commands: tuple[tuple[str, ...], ...]
    needs: tuple[Need, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    is_slow: bool = False
    counts_tests: bool = False
    limit_seconds: float = 1800


def _tests(name: str, title: str, *arguments: str, **more: object) -> Gate:
    return Gate(name, title, ((*_PYTEST, *arguments),), counts_tests=True, **more)  # type: ignore[arg-type]  # fields of Gate


GATES: tuple[Gate, ...] = (
    Gate("format", "code is formatted", ((PYTHON, "-m", "ruff", "format", "--check", "."),)),
    Gate("lint", "code follows the rules", ((PYTHON, "-m", "ruff", "check", "."),)),
    Gate("types", "types agree", ((PYTHON, "-m", "mypy"),)),
    Gate(
        "imports",
        "imports point downwards",
        ((PYTHON, "-c", "from importlinter.cli import lint_imports_command as run; run()"),),
    ),
    Gate(
        "scripts",
        "browser scripts: types and rules",
        (("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"), ("npm", "run", "check")),
        needs=(NODE,),
    ),
    _tests("architecture", "the shape of the code", "tests/architecture"),
    _tests("sqlite", "services and pages on SQLite", "-n", "2", *_ORDINARY, *_OWN_GATES),
    _tests(
        "postgresql",
        "the same on PostgreSQL",
        *("-n", "2", *_ORDINARY, *_OWN_GATES, *_NO_DATABASE),
        needs=(POSTGRESQL,),
        env={"LMS_TEST_DATABASE": "postgresql"},
    ),
    _tests(
        "migrations",
        "migrations up, down, up on both databases",
        "tests/migrations",
        needs=(POSTGRESQL,),
    ),
    _tests("contract", "every plugin keeps the contract", "-n", "2", "tests/contract", *_ORDINARY),
    _tests("translations", "English and Italian are complete", "tests/translations"),
    _tests("docs", "documents run and are up to date", "tests/docs", *_ORDINARY),
    _tests(
        "browser",
        "journeys in Chromium",
        *("-m", "browser and not scale and not fault"),
        needs=(CHROMIUM,),
        is_slow=True,
    ),
    _tests(
        "scale",
        "several processes share work",
        *("-m", "scale and not fault"),
        needs=(POSTGRESQL, REDIS),
        is_slow=True,
    ),
    _tests(
        "faults",
        "processes killed, links cut, disks full",
        *("-m", "fault"),
        needs=(POSTGRESQL, REDIS),
        is_slow=True,
        limit_seconds=3600,
    ),
    Gate(
        "benchmarks",
        "benchmarks run (small sizes)",
        ((PYTHON, "-m", "benchmarks", "--smoke"),),
        needs=(CHROMIUM, POSTGRESQL, REDIS),
        is_slow=True,
    ),
)
