"""Background work of quizzes."""

from __future__ import annotations

from lms.plugin import JobRun, directory, office_scope, unit_of_work
from plugins.quiz import attempts


def settle_overdue(job: JobRun) -> None:
    """Hand in attempts whose time is over, office by office, with the answers that arrived in time. Twice is once."""
    offices = directory().all()
    for number, office in enumerate(offices, start=1):
        with office_scope(office.id), unit_of_work():
            attempts.settle_overdue()
        job.progress(number, len(offices))
