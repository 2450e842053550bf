"""Background work of the portfolio."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from lms.plugin import JobRun, OfficeView, in_each_office, utcnow
from plugins.portfolio.cv import service as cv
from plugins.portfolio.evidence import plan_templates
from plugins.portfolio.evidence import service as evidence
from plugins.portfolio.films import service as films
from plugins.portfolio.moving import service as moving
from plugins.portfolio.pages import service as pages
from plugins.portfolio.sharing import watching


def forget_removed(job: JobRun) -> None:
    """Delete for good what was removed long ago, office by office. Twice is once."""
    in_each_office(job, _forget_removed)


def remind_of_plans(job: JobRun) -> None:
    """Tell people what is due, office by office, each on its own day. Twice is once."""
    in_each_office(
        job,
        lambda office: plan_templates.remind(utcnow().astimezone(ZoneInfo(office.zone)).date(), office.slug),
    )


def tell_watchers(job: JobRun) -> None:
    """Tell readers of what has changed, office by office. Twice is once."""
    in_each_office(job, lambda _office: watching.tell_watchers(utcnow()))


def _forget_removed(_office: OfficeView) -> None:
    cv.forget_removed()
    evidence.forget_removed()
    pages.forget_removed()
    films.forget_removed()
    moving.forget_expired()
