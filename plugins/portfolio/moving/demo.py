"""What the demo's people brought with them."""

from __future__ import annotations

from lms.plugin import Actor, World, session
from plugins.portfolio.moving.models import Transfer
from plugins.portfolio.moving.service import KEPT_FOR


def add_transfers(world: World, aicha: Actor) -> None:
    """What Aïcha brought from her school's portfolio a while ago."""
    session().add(
        Transfer(
            owner_id=aicha.user_id,
            kind="leap2a",
            state="done",
            name="mahara-aicha.zip",
            size=48_000,
            summary={"owner": "Aïcha", "product": "Mahara", "offers": 3},
            created_at=world.moment(60),
            expires_at=world.now + KEPT_FOR,
        )
    )
    session().flush()
