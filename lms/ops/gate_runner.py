"""``python3 -m lms test``: run the gates, show one table, end with a line a machine can read."""

from __future__ import annotations

import argparse
import os
import re
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from lms.ops import needs
from lms.ops.gates import GATES, Gate

ROOT = Path(__file__).resolve().parent.parent.parent
NO_TESTS_FOUND = 5  # pytest's exit code
SUMMARY = re.compile(r"^=*\s*((?:\d+ [a-z]+(?:, )?)+) in [\d.]+s\b")
BAD_TEST = re.compile(r"^(?:FAILED|ERROR) \S+::")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
INTERRUPTED = 130

Result = Literal["passed", "failed", "not run"]


@dataclass(frozen=True)
class Outcome:
    """What became of one gate. ``passed_tests`` and ``failed_tests`` are pytest's own counts.

    ``bad_tests`` are the lines in which pytest names the tests that failed and says why.
    """

    gate: Gate
    result: Result
    seconds: float = 0.0
    detail: str = ""
    passed_tests: int = 0
    failed_tests: int = 0
    bad_tests: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Written:
    exit_code: int
    last_lines: tuple[str, ...]
    was_too_slow: bool = False


def main(argv: Sequence[str], gates: Sequence[Gate] = GATES) -> int:
    """Run gates as ``argv`` says; returns 0 only when none failed (with CI=true: and all did run).

    The last line printed is ``N passed, N failed``. It counts pytest's tests; a gate that failed
    without a failed test (a lint, a crash, not run in CI) counts as one failure.
    """
    options = _parse(argv, gates)
    if options.list:
        for gate in gates:
            _say(f"{gate.name:<13} {gate.title}{' (slow)' if gate.is_slow else ''}")
        return 0
    chosen = _choose(gates, options)
    if not options.no_install:
        needs.provide([need for gate in chosen for need in gate.needs], _say)
    if options.prepare:
        absent = needs.missing(need for gate in chosen for need in gate.needs)
        return 1 if absent else 0
    try:
        outcomes = [run_gate(gate, ROOT) for gate in chosen]
    except KeyboardInterrupt:
        _say("\nStopped.")
        return INTERRUPTED
    return report(outcomes, is_ci=os.environ.get("CI", "").lower() in {"true", "1"})


def run_gate(gate: Gate, folder: Path) -> Outcome:
    """Run one gate in ``folder``, showing what it writes as it comes."""
    absent = needs.missing(gate.needs)
    if absent:
        detail = "; ".join(f"needs {need.name} ({need.advice})" for need in absent)
        return Outcome(gate, "not run", detail=detail)
    _say(f"\n=== {gate.name}: {gate.title}")
    began = time.monotonic()
    passed = failed = skipped = 0
    for command in gate.commands:
        written = _run(gate, command, folder, gate.limit_seconds - (time.monotonic() - began))
        if gate.counts_tests:
            counts = count_tests(written.last_lines)
            passed += counts.get("passed", 0) + counts.get("xfailed", 0)
            failed += counts.get("failed", 0) + counts.get("error", 0) + counts.get("xpassed", 0)
            skipped += counts.get("skipped", 0)
        problem = _problem(gate, written)
        if problem:
            named = tuple(line for line in written.last_lines if BAD_TEST.match(line))
            return Outcome(gate, "failed", time.monotonic() - began, problem, passed, failed, named)
    detail = f"{passed} tests" + (f", {skipped} skipped" if skipped else "") if gate.counts_tests else ""
    return Outcome(gate, "passed", time.monotonic() - began, detail, passed, failed)


def count_tests(lines: Sequence[str]) -> dict[str, int]:
    """The counts in pytest's summary line (``3 passed, 1 failed in 2.10s``); empty without one."""
    for line in reversed(lines):
        found = SUMMARY.match(line)
        if found:
            pairs = (part.split() for part in found.group(1).split(", "))
            return {word.replace("errors", "error"): int(number) for number, word in pairs}
    return {}


def report(outcomes: Sequence[Outcome], *, is_ci: bool) -> int:
    """Print the table and the last line; returns the exit code."""
    wide = max((len(outcome.gate.name) for outcome in outcomes), default=4)
    _say(f"\n{'gate':<{wide}}  result   seconds")
    for outcome in outcomes:
        row = f"{outcome.gate.name:<{wide}}  {outcome.result:<8} {outcome.seconds:7.1f}  {outcome.detail}"
        _say(row.rstrip())
    bad = [o for o in outcomes if o.result == "failed" or (is_ci and o.result == "not run")]
    passed = sum(outcome.passed_tests for outcome in outcomes)
    failed = sum(max(outcome.failed_tests, 1) for outcome in bad)
    if bad:
        _say(f"\nNot good: {', '.join(outcome.gate.name for outcome in bad)}")
        for line in (line for outcome in bad for line in outcome.bad_tests):
            _say(line)
    _say(f"\n{passed} passed, {failed} failed")
    return 1 if bad else 0


def _parse(argv: Sequence[str], gates: Sequence[Gate]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python3 -m lms test",
        description="Run every gate that a change must pass.",
        epilog="Exit code 0: all good; 1: a gate failed (with CI=true also: could not run); 2: wrong usage.",
    )
    names = [gate.name for gate in gates]
    parser.add_argument(
        "--only", action="append", choices=names, metavar="NAME", help="this gate; repeatable"
    )
    parser.add_argument("--fast", action="store_true", help="leave out the slow gates")
    parser.add_argument("--list", action="store_true", help="name the gates and end")
    parser.add_argument("--no-install", action="store_true", help="install no system packages")
    parser.add_argument("--prepare", action="store_true", help="install what the gates need and end")
    return parser.parse_args(list(argv))


def _choose(gates: Sequence[Gate], options: argparse.Namespace) -> list[Gate]:
    if options.only:
        return [gate for gate in gates if gate.name in options.only]
    return [gate for gate in gates if not (options.fast and gate.is_slow)]


def _problem(gate: Gate, written: _Written) -> str:
    if written.was_too_slow:
        return f"stopped after {gate.limit_seconds:g} seconds"
    if gate.counts_tests and written.exit_code == NO_TESTS_FOUND:
        return "found no tests"
    if written.exit_code:
        summary = next((line.strip("= ") for line in reversed(written.last_lines) if line.strip()), "")
        return summary[:100] or f"ended with code {written.exit_code}"
    if gate.counts_tests and not count_tests(written.last_lines).get("passed"):
        return "no test passed"
    return ""


def _run(gate: Gate, command: Sequence[str], folder: Path, seconds: float) -> _Written:
    """Run ``command``, copy what it writes, end its whole process group when it is too slow."""
    try:
        process = subprocess.Popen(
            list(command),
            cwd=folder,
            env={**os.environ, **gate.env, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            process_group=0,
        )
    except OSError as problem:
        return _Written(127, (f"{command[0]}: {problem.strerror}",))
    with process:
        try:
            lines, was_too_slow = _copy_output(process, time.monotonic() + seconds, _write)
        except KeyboardInterrupt:
            _end_group(process)
            raise
        if was_too_slow:
            _end_group(process)
        return _Written(process.wait(), tuple(lines), was_too_slow)


def _copy_output(
    process: subprocess.Popen[bytes], deadline: float, write: Callable[[bytes], None]
) -> tuple[list[str], bool]:
    """Copy output to ``write`` until it ends or the time is over; returns the last lines."""
    if process.stdout is None:
        return [], False
    kept = b""
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while (left := deadline - time.monotonic()) > 0:
            if not selector.select(min(left, 1.0)):
                if process.poll() is not None:  # a grandchild may still hold the pipe
                    break
                continue
            piece = os.read(process.stdout.fileno(), 65_536)
            if not piece:
                break
            write(piece)
            kept = (kept + piece)[-16_384:]
    return COLOUR.sub("", kept.decode("utf-8", "replace")).splitlines(), deadline <= time.monotonic()


def _end_group(process: subprocess.Popen[bytes]) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
            process.wait(timeout=10)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue


def _write(piece: bytes) -> None:
    sys.stdout.flush()
    sys.stdout.buffer.write(piece)
    sys.stdout.buffer.flush()


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
