"""The transport of jobs: huey over SQLite, or over Redis in scale mode.

It carries nothing but the id of a row in ``job``. When it fails, the row is still there
and the worker's sweep finds it, so the transport may lose messages and may be gone.
"""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Callable
from typing import Any

import structlog
from huey import RedisHuey, SqliteHuey
from huey.exceptions import HueyException
from huey.serializer import SignedSerializer
from redis import ConnectionPool, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

from lms.config import Settings
from lms.hooks.callers import hooks
from lms.hooks.contributions import JobSpec
from lms.store.runtime import part

log = structlog.get_logger(__name__)

EXTENSION = "lms_work"
NAME = "contrada"
TRANSPORT_ERRORS = (RedisError, sqlite3.Error, HueyException, OSError)


class UnknownJob(LookupError):
    """No loaded part of the product has a job of this name."""


class JobQueue:
    """Hands ids of jobs to worker processes. ``handle`` is what a worker does with one."""

    def __init__(self, settings: Settings, handle: Callable[[uuid.UUID], None]) -> None:
        self.settings = settings
        self.is_reachable = True
        self.huey = _huey(settings)
        self._task = self.huey.task(name="run_job")(lambda text: handle(uuid.UUID(text)))
        self._specs: dict[str, tuple[str, JobSpec]] | None = None

    def wake(self, job_id: uuid.UUID) -> bool:
        """Tell a worker about a job; False (and a line in the log) if the transport is gone."""
        try:
            self._task(str(job_id))
        except TRANSPORT_ERRORS as error:
            if self.is_reachable:
                log.warning("jobs.transport_gone", error=str(error))
            self.is_reachable = False
            return False
        self.is_reachable = True
        return True

    def specs(self) -> dict[str, tuple[str, JobSpec]]:
        """Owner and job by full name, asked of the hooks once."""
        if self._specs is None:
            self._specs = hooks().jobs()
        return self._specs

    def spec(self, name: str) -> tuple[str, JobSpec]:
        """Owner and job of a full name. Raises UnknownJob."""
        try:
            return self.specs()[name]
        except KeyError:
            raise UnknownJob(f"there is no job named {name!r}") from None


def job_queue() -> JobQueue:
    """The job queue of the running application."""
    found: JobQueue = part(EXTENSION)
    return found


def _huey(settings: Settings) -> Any:
    # Messages are signed: whoever can write to the queue must not be able to run code here.
    options = {"results": False, "serializer": SignedSerializer(settings.secret_key, salt="lms.jobs")}
    if settings.redis_url:
        pool = ConnectionPool.from_url(
            settings.redis_url, socket_connect_timeout=1, socket_timeout=5, retry=Retry(NoBackoff(), 0)
        )
        return RedisHuey(NAME, connection_pool=pool, **options)
    settings.instance_dir.mkdir(parents=True, exist_ok=True)
    return SqliteHuey(NAME, filename=str(settings.instance_dir / "queue.db"), fsync=False, **options)
