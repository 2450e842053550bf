"""Keeping the index up to date."""

from __future__ import annotations

from lms.offices.directory import directory
from lms.search.service import forget_plugin, index_office
from lms.store.scope import office_scope
from lms.work.jobs import JobRun


def index_all(job: JobRun) -> None:
    """Every office in turn; ``complete`` in the payload also forgets what is gone."""
    offices = directory().all()
    count = 0
    for number, office in enumerate(offices):
        job.stop_if_cancelled()
        job.progress(number, len(offices), office.name)
        with office_scope(office.id):
            count += index_office(office.id, complete=bool(job.payload.get("complete")))
    job.result({"documents": count})


def index_one(job: JobRun) -> None:
    """One office, after a part of the product was switched on or off in it."""
    if job.office_id is None:
        raise ValueError("an index belongs to an office")
    if plugin := job.payload.get("forget"):
        forget_plugin(str(plugin))
        return
    job.result({"documents": index_office(job.office_id, complete=True)})
