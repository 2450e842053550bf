"""Background work of the portfolio."""

from __future__ import annotations

from lms.plugin import JobRun, directory, office_scope, unit_of_work
from plugins.portfolio.cv import service as cv
from plugins.portfolio.evidence import service as evidence
from plugins.portfolio.films import service as films
from plugins.portfolio.moving import service as moving
from plugins.portfolio.pages import service as pages


def forget_removed(job: JobRun) -> None:
    """Delete for good what was removed long ago, office by office. Twice is once."""
    offices = directory().all()
    for number, office in enumerate(offices, start=1):
        with office_scope(office.id), unit_of_work():
            cv.forget_removed()
            evidence.forget_removed()
            pages.forget_removed()
            films.forget_removed()
            moving.forget_expired()
        job.progress(number, len(offices))
