"""Several engines on one machine, one for each core: starts them, and starts again what ends.

Each has its own control socket and its own port: the one asked for, and those that follow it.
This program carries nothing itself; it loads nothing but the standard library.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence

SETTINGS_ARE_WRONG = 78
"""Exit code of sysexits.h (EX_CONFIG): starting again cannot help."""
PAUSE_SECONDS, LONGEST_PAUSE = 0.1, 5.0
LIVED_WELL = 30.0
"""Seconds after which an engine that ends is started again at once."""
PATIENCE_SECONDS = 10.0


class _Engine:
    """One of them."""

    def __init__(self, argv: Sequence[str]) -> None:
        self._argv = argv
        self._pause = PAUSE_SECONDS
        self.start()

    def start(self) -> None:
        """Begin; it ends with this program, whose end it notices by its standard input."""
        self.begun_at = time.monotonic()
        self.process = subprocess.Popen(self._argv, stdin=subprocess.PIPE)

    def start_again(self) -> None:
        """Begin anew, a little later if it ended soon."""
        if time.monotonic() - self.begun_at > LIVED_WELL:
            self._pause = PAUSE_SECONDS
        time.sleep(self._pause)
        self._pause = min(self._pause * 2, LONGEST_PAUSE)
        self.close()
        self.start()

    def close(self) -> None:
        """Let go what was held of it."""
        if self.process.stdin is not None:
            self.process.stdin.close()


def main(argv: Sequence[str]) -> int:
    """Run as many engines as ``--workers`` says until told to stop (SIGTERM, SIGINT)."""
    parser = argparse.ArgumentParser(prog="media", add_help=False)
    parser.add_argument("--workers", type=int, required=True)
    parser.add_argument("--port", type=int, default=8430)
    wanted, others = parser.parse_known_args(argv)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)
    engines: list[_Engine] = []
    try:
        for place in range(wanted.workers):
            port = wanted.port + place if wanted.port else 0
            own = ["--port", str(port), "--number", str(place), "--with-parent"]
            engines.append(_Engine([sys.executable, sys.argv[0], *others, *own]))
        return _watch(engines)
    except _Stopped:
        return 0
    finally:
        _end(engines)


class _Stopped(Exception):
    """Told to stop."""


def _stop(_number: int, _frame: object) -> None:
    raise _Stopped


def _watch(engines: Sequence[_Engine]) -> int:
    while True:
        pid, status = os.wait()
        ended = next((each for each in engines if each.process.pid == pid), None)
        if ended is None:
            continue
        ended.process.returncode = os.waitstatus_to_exitcode(status)
        if ended.process.returncode == SETTINGS_ARE_WRONG:
            return SETTINGS_ARE_WRONG
        ended.start_again()


def _end(engines: Sequence[_Engine]) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    for each in engines:
        each.process.terminate()
    for each in engines:
        try:
            each.process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            each.process.kill()
            each.process.wait()
        each.close()
