"""A plugin whose jobs leave traces, also of a worker in a process of its own."""

from __future__ import annotations

import os
import signal
import time
import uuid
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from lms.clock import utcnow
from lms.hooks.contributions import JobSpec
from lms.hooks.specs import hookimpl
from lms.refs import Ref
from lms.store.records import write_record
from lms.store.scope import current_scope
from lms.store.uow import unit_of_work
from lms.text import current_locale
from lms.work.jobs import JobRun

runs: list[dict[str, Any]] = []
heard: list[tuple[uuid.UUID, uuid.UUID]] = []
failures_left = 0


def forget() -> None:
    """Start a test with a clean memory."""
    global failures_left
    runs.clear()
    heard.clear()
    failures_left = 0


def note(job: JobRun) -> None:
    """Remember how the job was called."""
    runs.append(
        {
            "payload": dict(job.payload),
            "office": current_scope().office_id,
            "locale": current_locale(),
            "attempt": job.attempt,
        }
    )
    job.progress(3, 4, "nearly")
    job.result({"answer": 42})


def stumble(job: JobRun) -> None:
    """Fail as often as the test said."""
    global failures_left
    if failures_left:
        failures_left -= 1
        raise RuntimeError("stumbled")
    note(job)


def wait_for_cancel(job: JobRun) -> None:
    """Work until somebody cancels."""
    runs.append({"job": job.job_id})
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        job.stop_if_cancelled()
        time.sleep(0.02)


def record_once(job: JobRun) -> None:
    """Write one record under a key, the first time killing its own process right before or right after the commit."""
    flag = Path(job.payload["flag"])
    is_first = not flag.exists()
    flag.touch()
    if is_first and job.payload["when"] == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    user_id = uuid.UUID(job.payload["user_id"])
    with unit_of_work():
        write_record(
            user_id,
            "completed",
            Ref("probe", "thing", "1"),
            key=f"probe-{job.payload['user_id']}",
            at=utcnow(),
        )
    if is_first:
        os.kill(os.getpid(), signal.SIGKILL)


@hookimpl
def jobs() -> Sequence[JobSpec]:
    return [
        JobSpec("note", note, "Note"),
        JobSpec("stumble", stumble, "Stumble", max_attempts=3),
        JobSpec("wait", wait_for_cancel, "Wait"),
        JobSpec("record", record_once, "Record"),
        JobSpec("daily", note, "Daily", every=timedelta(days=1)),
    ]


@hookimpl
def on_user_joined(office_id: uuid.UUID, user_id: uuid.UUID) -> None:
    global failures_left
    if failures_left:
        failures_left -= 1
        raise RuntimeError("did not listen")
    heard.append((office_id, user_id))
