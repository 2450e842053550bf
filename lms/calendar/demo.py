"""Invented dates of the demo offices."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import TYPE_CHECKING, NamedTuple

from lms.calendar.forms import CalendarSettings, Repeat, SaveItem
from lms.calendar.service import create_item
from lms.offices.models import Setting
from lms.store.base import session

if TYPE_CHECKING:
    from lms.demo import World


class Line(NamedTuple):
    """A date, counted in days from the present; ``hours`` from and until, None for the whole day."""

    author: str
    in_days: int
    hours: tuple[int, int] | None
    title: str
    place: str = ""
    repeat: Repeat = "none"
    days: int = 1
    is_public: bool = False


_DATES: dict[str, tuple[Line, ...]] = {
    "siena": (
        Line("counsellor", -175, (14, 18), "Sportello orientamento", "Stanza 4, primo piano", "weekly", is_public=True),
        Line("trainer", -58, (9, 12), "Laboratorio: il mio primo curriculum", "Aula 2"),
        Line("head", -21, None, "Ufficio chiuso", is_public=True),
        Line("trainer", -6, (10, 11), "Prova di colloquio in gruppo", "Aula 1"),
        Line("head", 2, (10, 16), "Giornata del lavoro: trenta aziende della provincia incontrano chi cerca un impiego", "Palazzo comunale", is_public=True),
        Line("trainer", 4, (9, 12), "Laboratorio: il mio primo curriculum", "Aula 2"),
        Line("counsellor", 8, (15, 16), "Incontro informativo sui tirocini", "Online", is_public=True),
        Line("head", 15, None, "Ufficio chiuso per lavori all’impianto elettrico", days=3, is_public=True),
        Line("head", -100, None, "Festa di Santa Caterina", repeat="yearly", is_public=True),
        Line("tutor", 1, (8, 9), "Riunione dei tutor", "Stanza 7", "monthly"),
    ),
    "vienna": (
        Line("counsellor_vienna", -160, (9, 12), "Open advice hours", "Ringgasse 7, ground floor", "weekly", is_public=True),
        Line("head_vienna", 3, (10, 16), "Career fair", "Entrance Donaustraße", is_public=True),
        Line("trainer_vienna", 6, (13, 15), "Practice: job interviews", "Room 12"),
        Line("head_vienna", 18, None, "Office closed", days=2, is_public=True),
    ),
}  # fmt: skip


def add_dates(world: World) -> None:
    """Half a year of dates in both offices, some repeating; Siena offers its public ones to everybody."""
    for slug, lines in _DATES.items():
        with world.inside(slug) as office:
            for line in lines:
                day = _working_day((world.now + timedelta(days=line.in_days)).date())
                command = SaveItem(
                    title=line.title, day=day, place=line.place, repeat=line.repeat, is_public=line.is_public,
                    starts=time(line.hours[0]) if line.hours else None, ends=time(line.hours[1]) if line.hours else None,
                    last_day=day + timedelta(days=line.days - 1) if line.days > 1 else None,
                )  # fmt: skip
                author = world.actor(line.author if line.author != "tutor" else "head")
                world.things[f"date:{slug}:{line.title}"] = create_item(author, command).id
            if slug == "siena":
                values = CalendarSettings(has_public_feed=True).model_dump()
                session().add(Setting(office_id=office.id, plugin="core.calendar", values=values))


def _working_day(day: date) -> date:
    """The day, or the Monday after a weekend."""
    return day + timedelta(days=7 - day.weekday() if day.weekday() > 4 else 0)
