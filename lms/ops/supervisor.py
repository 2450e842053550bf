"""``serve``: keep a handful of processes running in one command.

One loop without threads waits for output, signals, ends of children and deadlines. A child
that ends is started again after 1, 2, 4 ... 30 seconds; one that keeps ending at once makes the
supervisor give up loudly. When the supervisor itself is killed, its children stop by themselves
(``lms.ops.orphan``).
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import FrameType
from typing import TextIO
from urllib.parse import urlsplit

from lms.ops.child import Child, ChildSpec
from lms.ops.readiness import ReadinessProbe

__all__ = ["ChildSpec", "Supervisor", "Timing"]

# sysexits.h EX_CONFIG: the child says that its settings are wrong; trying again cannot help.
EXIT_CONFIG = 78
PROBE_PAUSE = 0.1
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


@dataclass(frozen=True)
class Timing:
    """Patience of the supervisor, in seconds. Who dies after a long life is started again at once; ``restart_delays`` are for who dies quickly."""

    restart_delays: Sequence[float] = (1, 2, 4, 8, 16, 30)
    quick_death: float = 10.0
    max_quick_deaths: int = 5
    grace: float = 10.0
    slow_start: float = 15.0


class Supervisor:
    """Runs ``children`` until it is told to stop (SIGTERM, SIGINT, SIGHUP) or has to give up.

    Prints ``Ready: http://HOST:PORT/`` once every child with a ``ready_url`` answers there, then
    calls ``on_ready``. Log lines of children carry their name. Must run in the main thread.
    """

    def __init__(
        self,
        children: Sequence[ChildSpec],
        *,
        timing: Timing | None = None,
        out: TextIO | None = None,
        on_ready: Callable[[], None] | None = None,
    ) -> None:
        self._children = [Child(spec) for spec in children]
        self._timing = timing or Timing()
        self._console = _Console(out or sys.stdout, max((len(spec.name) for spec in children), default=0))
        self._on_ready = on_ready
        self._selector = selectors.DefaultSelector()
        self._readiness = {child: _Readiness(child) for child in self._children if child.spec.ready_url}
        self._was_announced = False
        self._stop_requests = 0
        self._stop_deadline: float | None = None
        self._exit_code = 0

    def run(self) -> int:
        """Supervise until the end; returns 0 after a requested stop, 1 after giving up."""
        with self._signals():
            for child in self._children:
                if self._stop_deadline is None:
                    self._start(child)
            while not self._is_finished():
                for key, _events in self._selector.select(self._wait_seconds()):
                    key.data()
                self._notice_ends()
                self._obey_stop_requests()
                self._restart_due()
                self._ask_readiness()
        for child in self._children:
            child.end_leftovers()
        self._selector.close()
        return self._exit_code

    # -- starting and ending children

    def _start(self, child: Child) -> None:
        try:
            output = child.start([key.fd for key in self._selector.get_map().values()])
        except OSError as problem:
            self._give_up(f"{child.spec.name} cannot be started: {problem}", [])
            return
        self._selector.register(output, selectors.EVENT_READ, lambda: self._copy_output(child))
        if child in self._readiness:
            self._readiness[child].restart()

    def _copy_output(self, child: Child) -> bool:
        lines, has_ended = child.read_lines()
        for line in lines:
            self._console.say(child.spec.name, line)
        if has_ended and child.process and child.process.stdout:
            with contextlib.suppress(KeyError):  # already unregistered at an earlier end of output
                self._selector.unregister(child.process.stdout)
        return bool(lines) and not has_ended

    def _notice_ends(self) -> None:
        for child in self._children:
            code = child.ended_with()
            if child.is_running and code is not None:
                self._forget(child)
                if self._stop_deadline is None:
                    self._plan_restart(child, code)
        _reap_strangers({child.process.pid for child in self._children if child.process})

    def _forget(self, child: Child) -> None:
        while self._copy_output(child):
            pass
        if child.process and child.process.stdout:
            with contextlib.suppress(KeyError):  # its output had ended before
                self._selector.unregister(child.process.stdout)
        child.forget_process()
        child.signal_group(signal.SIGTERM)
        if child in self._readiness:
            self._readiness[child].stop()

    def _plan_restart(self, child: Child, code: int) -> None:
        lived = time.monotonic() - child.started_at
        child.quick_deaths = child.quick_deaths + 1 if lived < self._timing.quick_death else 0
        how = _how_it_ended(code)
        if code == EXIT_CONFIG:
            self._give_up(f"{child.spec.name} {how}: its settings are wrong", child.tail)
        elif child.quick_deaths >= self._timing.max_quick_deaths:
            times = f"{child.quick_deaths} times within {self._timing.quick_death:g} seconds of its start"
            self._give_up(f"{child.spec.name} {how}, {times}", child.tail)
        else:
            delays = self._timing.restart_delays
            delay = delays[min(child.quick_deaths, len(delays)) - 1] if child.quick_deaths else 0
            child.restart_at = time.monotonic() + delay
            when = f"in {delay:g} s" if delay else "at once"
            self._console.say("serve", f"{child.spec.name} {how}; starting it again {when}")

    def _restart_due(self) -> None:
        for child in self._children:
            if child.restart_at is not None and time.monotonic() >= child.restart_at:
                self._start(child)

    # -- stopping

    def _give_up(self, reason: str, tail: Sequence[str] | Iterator[str]) -> None:
        self._exit_code = 1
        self._console.say("serve", f"Giving up: {reason}.")
        last_lines = list(tail)
        if last_lines:
            self._console.say("serve", "Its last lines were:")
            for line in last_lines:
                self._console.say("serve", f"    {line}")
        self._begin_stop()

    def _begin_stop(self) -> None:
        if self._stop_deadline is None:
            self._stop_deadline = time.monotonic() + self._timing.grace
        for child in self._children:
            child.restart_at = None
            child.signal(signal.SIGTERM)

    def _obey_stop_requests(self) -> None:
        if self._stop_requests and self._stop_deadline is None:
            self._console.say("serve", "Stopping; a second Ctrl-C stops at once")
            self._begin_stop()
        is_late = self._stop_deadline is not None and time.monotonic() >= self._stop_deadline
        if self._stop_requests > 1 or is_late:
            for child in self._children:
                child.signal_group(signal.SIGKILL)

    def _is_finished(self) -> bool:
        return self._stop_deadline is not None and not any(child.is_running for child in self._children)

    # -- readiness

    def _ask_readiness(self) -> None:
        if self._stop_deadline is not None:
            return
        for child, readiness in self._readiness.items():
            if child.is_running and readiness.ask(self._selector):
                if self._was_announced:
                    self._console.say("serve", f"{child.spec.name} answers again")
            elif child.is_running and readiness.is_slow(self._timing.slow_start):
                answer = f"status {readiness.last_status}" if readiness.last_status else "none"
                self._console.say(
                    "serve",
                    f"{child.spec.name} is not ready yet at {child.spec.ready_url} (last answer: {answer})",
                )
        if self._readiness and not self._was_announced and all(r.is_ready for r in self._readiness.values()):
            self._was_announced = True
            parts = urlsplit(next(iter(self._readiness)).spec.ready_url or "")
            self._console.say(None, f"Ready: {parts.scheme}://{parts.netloc}/")
            if self._on_ready:
                self._on_ready()

    # -- waiting

    def _wait_seconds(self) -> float | None:
        due = [child.restart_at for child in self._children if child.restart_at is not None]
        if self._stop_deadline is not None:
            # SIGKILL needs a moment to show its effect; never spin while waiting for it.
            due.append(max(self._stop_deadline, time.monotonic() + PROBE_PAUSE))
        elif any(child.is_running and not r.is_ready for child, r in self._readiness.items()):
            due.append(time.monotonic() + PROBE_PAUSE)
        return max(0.0, min(due) - time.monotonic()) if due else None

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        """Turn signals into something the selector sees; put everything back at the end."""
        reader, writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._selector.register(reader, selectors.EVENT_READ, lambda: os.read(reader, 4096))
        before = {number: signal.signal(number, self._on_stop_signal) for number in STOP_SIGNALS}
        before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        wakeup_before = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(wakeup_before)
            for number, handler in before.items():
                signal.signal(number, handler)
            self._selector.unregister(reader)
            os.close(reader)
            os.close(writer)

    def _on_stop_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._stop_requests += 1


class _Readiness:
    """Keeps asking one child until it answers 200."""

    def __init__(self, child: Child) -> None:
        self._url = child.spec.ready_url or ""
        self._host = child.spec.ready_host
        self._probe: ReadinessProbe | None = None
        self.restart()

    def restart(self) -> None:
        self.is_ready = False
        self.last_status: int | None = None
        self._since = self._ask_at = time.monotonic()
        self._was_slow = False

    def stop(self) -> None:
        self.is_ready = False
        if self._probe:
            self._probe.close()
            self._probe = None

    def ask(self, selector: selectors.BaseSelector) -> bool:
        """Go on asking; returns True in the moment the child becomes ready."""
        if self._probe is None and not self.is_ready and time.monotonic() >= self._ask_at:
            self._probe = ReadinessProbe(selector, self._url, self._host)
        if self._probe is None:
            return False
        self._probe.check_deadline()
        if not self._probe.is_done:
            return False
        self.last_status = self._probe.status or self.last_status
        self.is_ready = self._probe.status == 200
        self._probe = None
        self._ask_at = time.monotonic() + PROBE_PAUSE
        return self.is_ready

    def is_slow(self, limit: float) -> bool:
        """True once, when it took longer than ``limit`` seconds."""
        if self.is_ready or self._was_slow or time.monotonic() < self._since + limit:
            return False
        self._was_slow = True
        return True


class _Console:
    """Writes whole lines, each with the name of who said it."""

    def __init__(self, out: TextIO, width: int) -> None:
        self._out: TextIO | None = out
        self._width = max(width, len("serve"))

    def say(self, name: str | None, line: str) -> None:
        if self._out is None:
            return
        try:
            self._out.write(f"{line}\n" if name is None else f"{name:<{self._width}} | {line}\n")
            self._out.flush()
        except BrokenPipeError:
            self._out = None  # nobody reads any more; the children go on serving


def _how_it_ended(code: int) -> str:
    if code >= 0:
        return f"ended with code {code}"
    try:
        return f"was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"was ended by signal {-code}"


def _reap_strangers(own: set[int]) -> None:
    """As the first process of a container, adopted orphans end here; do not leave them as zombies."""
    if os.getpid() != 1:
        return
    with contextlib.suppress(ChildProcessError):  # there is no child at all
        while ended := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            if ended.si_pid in own:
                return  # its own turn comes with the next look
            os.waitpid(ended.si_pid, os.WNOHANG)
