"""Cleaning up after files."""

from __future__ import annotations

from datetime import timedelta

from lms.clock import utcnow
from lms.files import service
from lms.files.accepting import file_store
from lms.files.uploads import forget_stale_uploads
from lms.store.scope import all_offices
from lms.store.uow import unit_of_work
from lms.work.jobs import JobRun

SETTLED = timedelta(days=1)
"""Bytes younger than this may belong to a file that is just being accepted."""


def clean_up(job: JobRun) -> None:
    """Forget uploads that stopped, remove files deleted long ago, and bytes that nothing uses."""
    now = utcnow()
    with all_offices("cleaning up files"):
        with unit_of_work():
            forget_stale_uploads(now)
        gone = 1
        while gone:
            job.stop_if_cancelled()
            with unit_of_work():
                gone = service.purge_deleted(now)
    with unit_of_work():
        removed = service.remove_unreferenced(file_store().keys_before(now - SETTLED))
    job.result({"removed": removed})


def remove_bytes(job: JobRun) -> None:
    """Remove the bytes of files that were erased with their owner."""
    with unit_of_work():
        service.remove_unreferenced(job.payload["keys"])
