"""The work on whole portfolios that takes longer than a page may: packing, looking through, taking over."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from lms.plugin import (
    Conflict,
    Invalid,
    JobRun,
    NotFound,
    Unavailable,
    _,
    current_locale,
    session,
    unit_of_work,
    utcnow,
)
from plugins.portfolio.moving.leap2a_taking import take_feed
from plugins.portfolio.moving.models import Transfer
from plugins.portfolio.moving.service import KEPT_FOR, let_go_of_file, open_brought, path_of, worker_of
from plugins.portfolio.moving.taking import examine, take_over
from plugins.portfolio.moving.writing import write_archive
from plugins.portfolio.sharing.cards import owner_name

_KILO = 1024


def pack(job: JobRun) -> None:
    """Write the archive beside its place, then move it there: it is whole or not there. Twice is once."""
    row = _transfer(job, "waiting")
    if row is None:
        return
    actor, target = worker_of(row), path_of(row)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = target.with_suffix(".part")
    try:
        with _noting_refusals(job):
            found = write_archive(actor, part, owner_name(actor.user_id), current_locale(), _progress(job))
            size = part.stat().st_size
            part.replace(target)
            with unit_of_work():
                row = session().get_one(Transfer, row_id(job))
                row.state, row.summary, row.size, row.expires_at = "ready", found, size, utcnow() + KEPT_FOR
    finally:
        part.unlink(missing_ok=True)


def examine_brought(job: JobRun) -> None:
    """Look through what was brought, byte by byte; a refusal is told to its person."""
    row = _transfer(job, "waiting")
    if row is None:
        return
    actor = worker_of(row)
    with _noting_refusals(job), open_brought(row) as source:
        summary = examine(actor, source, _progress(job))
        session().rollback()
        with unit_of_work():
            row = session().get_one(Transfer, row_id(job))
            row.state, row.summary = "ready", summary


def unpack(job: JobRun) -> None:
    """Take over what was chosen, all of it or nothing. Twice is once."""
    row = _transfer(job, "running")
    if row is None:
        return
    actor, choices, kind = worker_of(row), dict(row.summary.get("choices", {})), row.kind

    def finish() -> None:
        done = session().get_one(Transfer, row_id(job))
        done.state = "done"
        let_go_of_file(done)

    with _noting_refusals(job), open_brought(row) as source:
        if kind == "leap2a":
            take_feed(actor, source, choices, _progress(job), and_then=finish)
        else:
            take_over(
                actor, source, _progress(job), takes_person=bool(choices.get("person")), and_then=finish
            )


def row_id(job: JobRun) -> uuid.UUID:
    """Which transfer a job is about."""
    return uuid.UUID(str(job.payload["transfer_id"]))


def _transfer(job: JobRun, state: str) -> Transfer | None:
    row = session().get(Transfer, row_id(job))
    return row if row is not None and row.state == state else None


@contextmanager
def _noting_refusals(job: JobRun) -> Iterator[None]:
    """What cannot work however often it is tried is told to the person; the rest is for the runner, and told after the last attempt."""
    try:
        yield
    except (Invalid, Conflict, NotFound) as refusal:
        session().rollback()
        _fail(job, refusal.message)
    except BaseException as error:
        session().rollback()
        if job.is_last_attempt:
            _fail(
                job,
                error.message
                if isinstance(error, Unavailable)
                else _("This did not work. Nothing was changed. Please try again later."),
            )
        raise


def _fail(job: JobRun, message: str) -> None:
    with unit_of_work():
        row = session().get(Transfer, row_id(job))
        if row is not None:
            row.state, row.problem = "failed", message[:500]
            let_go_of_file(row)


def _progress(job: JobRun) -> Callable[[int, int], None]:
    """Bytes as kilobytes, which fit the column; each look is a chance to stop."""

    def tell(done: int, total: int) -> None:
        job.stop_if_cancelled()
        job.progress(done // _KILO, max(total // _KILO, 1))

    return tell
