"""A child process must not outlive its supervisor, even when that is killed with SIGKILL.

Two nets. On Linux the kernel sends SIGTERM to the child when its parent ends
(``end_with_parent``, set between fork and exec). Elsewhere, and for a child that missed that
signal, the child itself looks at its parent's id (``watch_parent``).
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading

SUPERVISOR_PID = "LMS_INTERNAL_SUPERVISOR_PID"
PR_SET_PDEATHSIG, PR_SET_NAME = 1, 15  # prctl(2)

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def end_with_parent(parent_pid: int, signal_number: int = signal.SIGTERM) -> None:
    """Ask the kernel to signal this process when its parent ends. For use between fork and exec.

    The request belongs to the parent's *thread*: fork from one that lives as long as the process.
    """
    if _libc is not None and _libc.prctl(PR_SET_PDEATHSIG, int(signal_number)) != 0:
        os.write(2, b"prctl(PR_SET_PDEATHSIG) failed; this process may outlive its supervisor\n")
    if os.getppid() != parent_pid:  # it ended before the request was made
        os._exit(1)


def name_process(name: str) -> None:
    """What process lists show of this process; at most 15 characters. Does nothing where that cannot be said."""
    if _libc is not None:
        _libc.prctl(PR_SET_NAME, name.encode()[:15])


def watch_parent(poll_seconds: float = 1.0, grace_seconds: float = 10.0) -> bool:
    """Stop this process when its supervisor is gone: SIGTERM first, the hard way after ``grace_seconds``.

    Call it once at the start of a child written in Python. Returns False, and does nothing,
    when the process was not started by a supervisor.
    """
    supervisor = os.environ.get(SUPERVISOR_PID, "")
    if not supervisor.isdigit():
        return False

    def watch() -> None:
        pause = threading.Event()
        while os.getppid() == int(supervisor):
            pause.wait(poll_seconds)
        os.kill(os.getpid(), signal.SIGTERM)
        pause.wait(grace_seconds)
        os._exit(1)

    threading.Thread(target=watch, name="watch-parent", daemon=True).start()
    return True
