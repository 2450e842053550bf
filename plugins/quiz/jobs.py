"""Background work of quizzes."""

from __future__ import annotations

from lms.plugin import JobRun, in_each_office
from plugins.quiz import attempts


def settle_overdue(job: JobRun) -> None:
    """Hand in attempts whose time is over, office by office, with the answers that arrived in time. Twice is once."""
    in_each_office(job, lambda _office: attempts.settle_overdue())
