"""A child that is a copy of this process: what was loaded before is there at once, and held in memory once.

For children that run the product itself. It behaves like ``subprocess.Popen`` as far as the
supervisor looks: ``pid``, ``stdout``, ``poll``, ``send_signal``.
"""

from __future__ import annotations

import atexit
import ctypes
import gc
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import NoReturn

from lms.ops.orphan import end_with_parent, name_process

RESET_SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD)
M_ARENA_MAX = -8  # mallopt(3)


class ForkedProcess:
    """Runs ``run()`` in a copy of this process; its exit code is what ``run`` returns or exits with.

    ``env`` is added to the environment of the copy, ``name`` is what process lists show.
    ``own_descriptors`` are this process's own and closed in the copy.
    """

    def __init__(
        self, run: Callable[[], int | None], name: str, env: Mapping[str, str], own_descriptors: Iterable[int]
    ) -> None:
        reader, writer = os.pipe2(os.O_CLOEXEC)
        parent = os.getpid()
        sys.stdout.flush()
        sys.stderr.flush()
        self._code: int | None = None
        self.pid = os.fork()
        if self.pid == 0:
            _live_as_child(run, partial(_become_child, parent, name, env, writer, [*own_descriptors, reader]))
        os.close(writer)
        self.stdout = os.fdopen(reader, "rb", buffering=0)

    def poll(self) -> int | None:
        """Its exit code (negative: the signal that ended it), or None while it runs."""
        if self._code is None:
            try:
                ended, status = os.waitpid(self.pid, os.WNOHANG)
            except ChildProcessError:  # somebody else has waited for it
                self._code = 0
            else:
                self._code = os.waitstatus_to_exitcode(status) if ended else None
        return self._code

    def send_signal(self, number: int) -> None:
        """Signal it, if it still runs."""
        if self.poll() is None:
            os.kill(self.pid, number)


@contextmanager
def loading_for_all() -> Iterator[None]:
    """Around loading what all copies share, before the first copy is made.

    What is there afterwards stays where it is: a collection of garbage that touched it would copy
    its memory into every child; and none is made meanwhile, when all is new and stays. Many
    threads with an arena each would keep much memory that nobody uses.
    """
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt"):
        libc.mallopt(M_ARENA_MAX, 2)
    gc.disable()
    try:
        yield
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()
        if hasattr(libc, "malloc_trim"):  # what loading needed for a while goes back
            libc.malloc_trim(0)


def _become_child(parent: int, name: str, env: Mapping[str, str], output: int, others: Iterable[int]) -> None:
    os.setpgid(0, 0)
    end_with_parent(parent)
    signal.set_wakeup_fd(-1)
    for number in RESET_SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for descriptor in others:
        os.close(descriptor)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(source, target)
    os.close(nothing)
    os.close(output)
    name_process(name)
    os.environ.update(env)


def _live_as_child(run: Callable[[], int | None], become_child: Callable[[], None]) -> NoReturn:
    """All that the copy ever does; nothing may reach the supervisor's code that called this."""
    code: int | str | None = 1
    try:
        become_child()
        code = run()
    except SystemExit as wish:
        code = wish.code
    finally:
        problem = sys.exception()
        if problem is not None:
            traceback.print_exception(problem)
        _end(code)


def _end(code: int | str | None) -> NoReturn:
    """What the interpreter does at the end of a program, as far as it counts here."""
    try:
        atexit._run_exitfuncs()
        if isinstance(code, str):
            sys.stderr.write(f"{code}\n")
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code if isinstance(code, int) else int(code is not None))
