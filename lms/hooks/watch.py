"""Keeping a failing or hanging plugin from taking the page with it.

A hook of a plugin that raises is noted and left out of the answer. One that does
not come back within its time is interrupted; after that its hook rests for a while,
so that at most a few requests ever wait for it.
"""

from __future__ import annotations

import ctypes
import os
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog

from lms.clock import monotonic, utcnow

log = structlog.get_logger(__name__)

TIME_LIMIT_SECONDS = 5.0
REST_SECONDS = 120.0
KEPT_FAILURES = 200
LOOK_SECONDS = 0.25


class HookTimeout(BaseException):
    """Raised inside a hook that took too long. Not an Exception, so the plugin does not swallow it by habit."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One failed call, as the operator's page shows it."""

    plugin: str
    hook: str
    reason: str
    trace: str
    at: datetime = field(default_factory=utcnow)


class Resting(Exception):
    """The hook hung lately and is not called for now."""


class Watch:
    """Runs hook implementations of plugins; remembers failures and who must rest."""

    def __init__(self, limit: float = TIME_LIMIT_SECONDS, rest: float = REST_SECONDS) -> None:
        self._limit = limit
        self._rest = rest
        self._resting: dict[tuple[str, str], float] = {}
        self._lock = threading.Lock()
        self.failures: deque[Failure] = deque(maxlen=KEPT_FAILURES)

    def call(self, plugin: str, hook: str, function: Callable[..., Any], arguments: Mapping[str, Any]) -> Any:
        """Call ``function`` within the time limit. Raises Resting or HookTimeout, or what the function raises."""
        if self.is_resting(plugin, hook):
            raise Resting(f"{plugin}.{hook} hung lately and rests")
        alarm = _Alarm(self._limit, lambda: self._let_rest(plugin, hook))
        try:
            return function(**arguments)
        finally:
            alarm.cancel()

    def is_resting(self, plugin: str, hook: str) -> bool:
        """True while the hook is not called because it hung."""
        until = self._resting.get((plugin, hook))
        return until is not None and monotonic() < until

    def note(self, plugin: str, hook: str, error: BaseException) -> None:
        """Remember and log a failure."""
        reason = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        trace = "".join(traceback.format_exception(error))
        self.failures.append(Failure(plugin, hook, reason, trace))
        log.error("hook.failed", plugin=plugin, hook=hook, reason=reason, trace=trace)

    def _let_rest(self, plugin: str, hook: str) -> None:
        with self._lock:
            self._resting[(plugin, hook)] = monotonic() + self._rest


class _Alarm:
    """Interrupts the thread that made it unless cancelled in time.

    The interruption reaches running Python code at once and a blocking call when
    that returns; the hook rests from the moment the time is up in either case.
    """

    def __init__(self, seconds: float, on_ring: Callable[[], None]) -> None:
        self._thread_id = threading.get_ident()
        self._on_ring = on_ring
        self._lock = threading.Lock()
        self._is_over = False
        _clock.add(monotonic() + seconds, self)

    def cancel(self) -> None:
        with self._lock:
            self._is_over = True
        _clock.discard(self)

    def ring(self) -> None:
        self._on_ring()
        with self._lock:
            if not self._is_over:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(
                    ctypes.c_ulong(self._thread_id), ctypes.py_object(HookTimeout)
                )


class _AlarmClock:
    """One thread that rings all alarms of the process; it begins with the first one.

    Setting and forgetting an alarm are single steps of the interpreter and need no lock.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pending: dict[_Alarm, float] = {}
        self._thread: threading.Thread | None = None
        self._process_id = 0

    def add(self, due: float, alarm: _Alarm) -> None:
        self._pending[alarm] = due
        if self._process_id != os.getpid():  # threads do not live on in a forked process
            self._begin()

    def discard(self, alarm: _Alarm) -> None:
        self._pending.pop(alarm, None)

    def _begin(self) -> None:
        with self._lock:
            if self._process_id != os.getpid():
                self._thread = threading.Thread(target=self._run, name="hook-alarms", daemon=True)
                self._thread.start()
                self._process_id = os.getpid()

    def _run(self) -> None:
        while True:
            time.sleep(LOOK_SECONDS)
            now = monotonic()
            for alarm, when in self._pending.copy().items():
                if when <= now:
                    self._pending.pop(alarm, None)
                    alarm.ring()


_clock = _AlarmClock()
