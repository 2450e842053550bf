"""Work that is done for every office, one after the other."""

from __future__ import annotations

from collections.abc import Callable

from lms.offices.directory import OfficeView, directory
from lms.store.scope import office_scope
from lms.store.uow import unit_of_work
from lms.work.jobs import JobRun


def in_each_office(job: JobRun, work: Callable[[OfficeView], object], *, plugin: str | None = None) -> None:
    """Do ``work`` in every office, each in its scope and a transaction of its own; the job shows how far it is.

    With ``plugin`` only in offices in which it is switched on. An error ends the round: what the offices
    before have is kept, and the job begins again, so twice must be once.
    """
    offices = [each for each in directory().all() if plugin is None or plugin in each.plugins]
    for number, office in enumerate(offices, start=1):
        with office_scope(office.id), unit_of_work():
            work(office)
        job.progress(number, len(offices))
