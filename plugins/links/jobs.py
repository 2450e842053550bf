"""Background work of links."""

from __future__ import annotations

from lms.plugin import JobRun, directory, office_scope, unit_of_work
from plugins.links import service


def forget_removed(job: JobRun) -> None:
    """Delete links for good that were removed long ago, office by office. Twice is once."""
    offices = directory().all()
    for number, office in enumerate(offices, start=1):
        with office_scope(office.id), unit_of_work():
            service.forget_removed_links()
        job.progress(number, len(offices))
