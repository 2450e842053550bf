"""The unit of work: one transaction, then what follows from it.

Everything a request, socket event, job or command changes is committed at one
place. What must follow the commit is written into the database with it (jobs,
facts, mail) or, where losing it is harmless because clients notice themselves
(socket hints), registered with ``after_commit``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from lms.errors import Conflict, Unavailable
from lms.store.base import session
from lms.store.engine import is_writing, may_turn_to_writing, write_intent
from lms.text import gettext as _

log = structlog.get_logger(__name__)

_KEY = "lms_after_commit"
_NOT_NOW = ("database is locked", "database or disk is full", "disk I/O error")


@contextmanager
def unit_of_work(*, goes_on: bool = False) -> Iterator[Session]:
    """Run the block in one write transaction; commit at its end, roll back on any error.

    Inside another unit of work it joins that one. With ``goes_on`` it takes over a transaction in
    which something was read, where the database allows that: it costs less than ending it to begin
    another. Only for who knows that nothing was changed before. Raises Conflict when a database
    constraint refuses the change, Unavailable when the database stays locked.
    """
    current = session()
    if is_writing():
        yield current
        return
    if current.in_transaction() and not (goes_on and may_turn_to_writing(current.connection())):
        current.rollback()  # ends a read transaction, whose snapshot must not become a write
    callbacks: list[Callable[[], None]] = []
    current.info[_KEY] = callbacks
    try:
        with write_intent():
            yield current
            current.commit()
    except BaseException as error:
        current.rollback()
        if translated := _translate(error):
            raise translated from error
        raise
    finally:
        current.info.pop(_KEY, None)
    for callback in callbacks:
        _run(callback)


def after_commit(callback: Callable[[], None]) -> None:
    """Call ``callback`` once this unit of work is committed; never, if it is rolled back.

    For hints only: a crash between commit and call loses it. What must not be lost
    is a job or a fact.
    """
    callbacks = session().info.get(_KEY)
    if callbacks is None:
        raise RuntimeError("after_commit() needs a unit of work")
    callbacks.append(callback)


def _run(callback: Callable[[], None]) -> None:
    try:
        callback()
    except (OSError, RuntimeError, ValueError) as error:
        log.warning("after_commit.failed", callback=repr(callback), error=str(error))


def _translate(error: BaseException) -> Exception | None:
    if isinstance(error, IntegrityError):
        return Conflict(_("Somebody else has just changed this. Look at it again and repeat your change."))
    if isinstance(error, OperationalError) and str(error.orig).startswith(_NOT_NOW):
        return Unavailable(_("The system is very busy. Nothing was saved; please try again in a moment."))
    return None


@contextmanager
def savepoint() -> Iterator[None]:
    """Undo the changes of the block alone if it fails; the error goes on to the caller."""
    if not is_writing():
        yield
        return
    with session().begin_nested():
        yield
