"""The test command tells the truth: what passed, what failed, what could not run."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from lms.ops import apt
from lms.ops.gate_runner import count_tests, main, report, run_gate
from lms.ops.gates import GATES, Gate
from lms.ops.needs import Need

NEVER_THERE = Need("a unicorn", lambda: None, ("unicorn",))


@pytest.fixture(autouse=True)
def not_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setattr(apt, "may_install", lambda: False)


def python(source: str, **more: object) -> Gate:
    """A gate that runs a line of Python."""
    return Gate("sample", "a sample", ((sys.executable, "-c", source),), **more)  # type: ignore[arg-type]


def last_line(capfd: pytest.CaptureFixture[str]) -> str:
    return capfd.readouterr().out.splitlines()[-1]


def test_every_gate_has_a_name_of_its_own_and_a_command() -> None:
    assert len({gate.name for gate in GATES}) == len(GATES)
    assert all(gate.commands for gate in GATES)


def test_tests_are_added_up_in_the_last_line(capfd: pytest.CaptureFixture[str]) -> None:
    gates = [
        python("print('==== 12 passed, 1 skipped in 3.21s ====')", counts_tests=True),
        python("print('3 passed, 2 deselected in 62.00s (0:01:02)')", counts_tests=True),
        python("pass"),
    ]

    assert main([], gates) == 0
    assert last_line(capfd) == "15 passed, 0 failed"


def test_failed_tests_and_failed_checks_are_counted_and_named(capfd: pytest.CaptureFixture[str]) -> None:
    failing = "import sys; print('== 2 failed, 5 passed, 1 error in 1.00s =='); sys.exit(1)"

    assert main([], [python(failing, counts_tests=True), python("raise SystemExit('bad style')")]) == 1
    written = capfd.readouterr().out
    assert "Not good: sample, sample" in written
    assert "bad style" in written
    assert written.splitlines()[-1] == "5 passed, 4 failed"


def test_tests_that_failed_are_named_again_at_the_end(capfd: pytest.CaptureFixture[str]) -> None:
    lines = [
        "FAILED tests/a.py::test_b - assert 1",
        "ERROR tests/c.py::test_d",
        "== 1 failed, 1 error in 1s ==",
    ]
    failing = f"import sys; print(*{lines!r}, sep='\\n'); sys.exit(1)"

    main([], [python(failing, counts_tests=True), python("print('ERROR of no test')")])

    end = capfd.readouterr().out.partition("Not good:")[2].splitlines()
    assert end == [" sample", *lines[:2], "", "0 passed, 2 failed"]


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("raise SystemExit(5)", "found no tests"),
        ("print('== 4 skipped in 0.10s ==')", "no test passed"),
        ("print('a crash without a summary')", "no test passed"),
    ],
)
def test_a_gate_of_tests_that_proves_nothing_fails(tmp_path: Path, source: str, reason: str) -> None:
    outcome = run_gate(python(source, counts_tests=True), tmp_path)

    assert (outcome.result, outcome.detail) == ("failed", reason)


def test_what_cannot_run_is_reported_and_fails_only_in_ci(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    gates = [python("print('1 passed in 0.10s')", counts_tests=True), python("pass", needs=(NEVER_THERE,))]

    assert main([], gates) == 0
    written = capfd.readouterr().out
    assert "not run" in written
    assert "needs a unicorn" in written
    assert "apt-get install unicorn" in written
    assert written.splitlines()[-1] == "1 passed, 0 failed"
    monkeypatch.setenv("CI", "true")
    assert main([], gates) == 1
    assert last_line(capfd) == "1 passed, 1 failed"


def test_root_on_debian_gets_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    on_system: list[str] = []
    need = Need("a unicorn", lambda: "/usr/bin/unicorn" if on_system else None, ("unicorn",))
    monkeypatch.setattr(apt, "may_install", lambda: True)
    monkeypatch.setattr(apt, "install", lambda packages: on_system.extend(packages) or "")

    assert main(["--prepare"], [python("raise SystemExit(1)", needs=(need,))]) == 0
    assert on_system == ["unicorn"]


def test_a_gate_that_hangs_is_stopped_with_everything_it_started(tmp_path: Path) -> None:
    source = (
        "import subprocess, sys, time\n"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "time.sleep(600)"
    )

    outcome = run_gate(python(source, limit_seconds=0.3), tmp_path)

    assert (outcome.result, outcome.detail) == ("failed", "stopped after 0.3 seconds")
    assert outcome.seconds < 30


def test_a_later_command_does_not_run_after_a_failed_one(tmp_path: Path) -> None:
    fail, mark = (sys.executable, "-c", "raise SystemExit(1)"), ("touch", "reached")

    assert run_gate(Gate("two", "two commands", (fail, mark)), tmp_path).result == "failed"
    assert not (tmp_path / "reached").exists()
    assert run_gate(Gate("none", "no such program", (("nowhere-to-be-found",),)), tmp_path).result == "failed"


def test_gates_are_chosen_by_name_or_speed(capfd: pytest.CaptureFixture[str]) -> None:
    quick = Gate("quick", "quick one", ((sys.executable, "-c", "print('ran quick')"),))
    slow = Gate("slow", "slow one", ((sys.executable, "-c", "print('ran slow')"),), is_slow=True)

    main(["--fast"], [quick, slow])
    assert "ran slow" not in capfd.readouterr().out
    main(["--only", "slow"], [quick, slow])
    assert "ran quick" not in capfd.readouterr().out
    assert main(["--list"], [quick, slow]) == 0
    assert capfd.readouterr().out.splitlines() == ["quick         quick one", "slow          slow one (slow)"]
    with pytest.raises(SystemExit):
        main(["--only", "unknown"], [quick, slow])


def test_colours_do_not_hide_the_counts(tmp_path: Path) -> None:
    source = r"print('\x1b[32m==== \x1b[1m7 passed\x1b[0m in 0.10s ====\x1b[0m')"

    assert run_gate(python(source, counts_tests=True), tmp_path).passed_tests == 7


def test_a_run_without_gates_says_so(capfd: pytest.CaptureFixture[str]) -> None:
    assert report([], is_ci=True) == 0
    assert last_line(capfd) == "0 passed, 0 failed"
    assert count_tests(["no tests ran in 0.01s"]) == {}
