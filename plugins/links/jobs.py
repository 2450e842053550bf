"""Background work of links."""

from __future__ import annotations

from lms.plugin import JobRun, in_each_office
from plugins.links import service


def forget_removed(job: JobRun) -> None:
    """Delete links for good that were removed long ago, office by office. Twice is once."""
    in_each_office(job, lambda _office: service.forget_removed_links())
