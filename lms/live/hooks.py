"""What live channels give to the rest: health, and people's rights over what they wrote."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update

from lms.hooks.contributions import ErasurePolicy, HealthCheck, PersonalData
from lms.hooks.specs import hookimpl
from lms.live.bus import live_health
from lms.live.models import LiveChannel, LiveEvent, LivePresence
from lms.store.base import session
from lms.store.scope import all_offices
from lms.text import lazy_gettext as _l

if TYPE_CHECKING:
    from lms.privacy.archive import ExportArchive


@hookimpl
def health_checks() -> Sequence[HealthCheck]:
    """Do the processes hear each other?"""
    return [live_health()]


@hookimpl
def personal_data() -> Sequence[PersonalData]:
    """What people write into channels, and who is here."""
    return [
        PersonalData("live_event", "actor_id", ("actor_name", "payload"), _l("What people write and do in live channels"), "public_task", _l("As long as the channel is kept")),
        PersonalData("live_presence", "user_id", ("name",), _l("Showing who is here"), "public_task", _l("Less than a minute after leaving")),
    ]  # fmt: skip


@hookimpl
def export_user(user_id: uuid.UUID, archive: ExportArchive) -> None:
    """All that the person wrote into channels of any office."""
    with all_offices("export of one person"):
        rows = session().execute(
            select(LiveChannel.name, LiveEvent)
            .join(LiveChannel, LiveChannel.id == LiveEvent.channel_id)
            .where(LiveEvent.actor_id == user_id)
            .order_by(LiveEvent.at)
        )
        archive.add_rows(
            "live",
            _l("Live channels"),
            [
                {"at": event.at, "channel": channel, "kind": event.kind, "payload": event.payload}
                for channel, event in rows
            ],
        )


@hookimpl
def erase_user(user_id: uuid.UUID, policy: ErasurePolicy) -> None:
    """What was written stays in the log, without the author; whose words it must not keep is the channel's owner's affair."""
    with all_offices("erasure of one person"):
        session().execute(delete(LivePresence).where(LivePresence.user_id == user_id))
        session().execute(
            update(LiveEvent).where(LiveEvent.actor_id == user_id).values(actor_id=None, actor_name="")
        )
