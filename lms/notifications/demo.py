"""What the invented people were told in the last weeks."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from lms.notifications.models import Notification
from lms.store.base import session

if TYPE_CHECKING:
    from lms.demo import World

_TOLD: dict[str, tuple[tuple[str, str, str, float], ...]] = {
    "siena": (
        # kind, title, body, days ago
        ("announcement", "L’ufficio resta chiuso lunedì", "Lavori all’impianto elettrico. Gli appuntamenti in video restano confermati.", 1),
        ("enrolled", "Hai un posto: Il mio primo curriculum", "Si comincia giovedì alle 9:30. Porta un documento.", 4),
        ("approved", "La tua richiesta è stata accettata: Sicurezza sul lavoro", "", 9),
        ("waiting_list_place", "Si è liberato un posto: Italiano per il lavoro, livello A2, gruppo del mattino", "Conferma entro venerdì.", 16),
        ("announcement", "Lo sportello orientamento cambia orario", "Mercoledì è aperto fino alle 18.", 41),
    ),
    "vienna": (
        ("announcement", "The tasks of week two are reviewed", "You find our remarks beside your answers.", 2),
        ("enrolled", "You have a place: Job interviews", "The first meeting is on Friday at 10:00.", 6),
        ("approved", "Your request was accepted: Basic bookkeeping", "", 21),
    ),
}  # fmt: skip
_UNREAD_DAYS = 5


def tell(world: World) -> None:
    """Several notifications for each trainee; those of the last days are unread. None waits to be mailed."""
    for slug, told in _TOLD.items():
        with world.inside(slug) as office:
            for number, person in enumerate(world.trainees(slug)):
                for kind, title, body, days_ago in told[number % 2 :]:
                    at = min(world.moment(days_ago, 8 + number % 8, 5), world.now)
                    is_read = days_ago >= _UNREAD_DAYS
                    session().add(
                        Notification(
                            user_id=person.id, office_id=office.id, kind=kind, title=title, body=body,
                            url=f"/o/{slug}/activities" if kind != "announcement" else f"/o/{slug}/lounge",
                            by_mail="daily" if kind == "announcement" else "at_once", created_at=at,
                            read_at=at + timedelta(hours=3) if is_read else None, mailed_at=at,
                        )
                    )  # fmt: skip
