"""Carrying notifications to people outside the page."""

from __future__ import annotations

import uuid
from datetime import timedelta

from sqlalchemy import delete

from lms.clock import utcnow
from lms.hooks.callers import hooks
from lms.notifications.mailing import send_digests
from lms.notifications.models import Notification
from lms.store.base import session
from lms.store.uow import unit_of_work
from lms.work.jobs import JobRun

KEPT = timedelta(days=180)


def deliver(job: JobRun) -> None:
    """One notification over one channel; a channel that is no longer there is nothing to wait for."""
    channel = hooks().message_channels().get(str(job.payload["channel"]))
    if channel is not None:
        channel.send(uuid.UUID(str(job.payload["notification_id"])))


def send_daily(job: JobRun) -> None:
    """The daily message, for everybody whose morning has come."""
    job.result({"sent": send_digests(utcnow())})


def forget_old(job: JobRun) -> None:
    """Remove notifications older than half a year."""
    with unit_of_work():
        session().execute(delete(Notification).where(Notification.created_at < utcnow() - KEPT))
