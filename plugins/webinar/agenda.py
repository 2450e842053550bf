"""The agenda of a meeting: prepared before it, followed in the room as a run sheet, chapters of the replay after it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import Field
from sqlalchemy import false, func, or_, select

from lms.plugin import Actor, Command, Conflict, Forbidden, NotFound, Ui, _, _l, session
from plugins.webinar import log, rooms
from plugins.webinar.agenda_models import AgendaItem
from plugins.webinar.entering import require_right
from plugins.webinar.log import AgendaBegun
from plugins.webinar.models import Room
from plugins.webinar.rooms import Meeting
from plugins.webinar.slides import require_inside
from plugins.webinar.talking import own_key

MOST_ITEMS = 50


class WriteItem(Command):
    """What an item of the agenda says."""

    title: Annotated[str, Field(min_length=2, max_length=200), Ui(_l("Title"))]
    minutes: Annotated[int, Field(ge=1, le=600), Ui(_l("Planned minutes"))]
    who: Annotated[str | None, Field(max_length=120), Ui(_l("Who speaks"))] = None


@dataclass(frozen=True, slots=True)
class PlannedItem:
    """An item as it is planned; ``begins_at`` is None while the meeting has no date."""

    title: str
    who: str
    minutes: int
    begins_at: datetime | None


def find_items(room_id: uuid.UUID) -> list[AgendaItem]:
    """The items of a room, in their order."""
    query = select(AgendaItem).filter_by(room_id=room_id)
    return list(session().scalars(query.order_by(AgendaItem.position, AgendaItem.id)))


def plan_items(room_id: uuid.UUID, starts_at: datetime | None) -> list[PlannedItem]:
    """The items of a room with the moment at which each is planned to begin: what guests may know before they come."""
    found: list[PlannedItem] = []
    for item in find_items(room_id):
        found.append(PlannedItem(item.title, item.who, item.minutes, starts_at))
        starts_at = starts_at and starts_at + timedelta(minutes=item.minutes)
    return found


def get_led(actor: Actor, room_id: uuid.UUID) -> Meeting:
    """A room whose agenda the actor may prepare. Raises NotFound, Forbidden."""
    meeting = rooms.get_room(actor, room_id)
    if not rooms.leads(actor, meeting):
        raise Forbidden(_("Only those who lead it can do this."))
    return meeting


def get_item(actor: Actor, room_id: uuid.UUID, item_id: uuid.UUID) -> AgendaItem:
    """An item that the actor may change. Raises NotFound, Forbidden."""
    get_led(actor, room_id)
    return _item(room_id, item_id)


def add_item(actor: Actor, room_id: uuid.UUID, command: WriteItem) -> AgendaItem:
    """Put an item at the end. Raises NotFound, Forbidden, Conflict."""
    room = get_led(actor, room_id).room
    count = session().scalar(select(func.count()).select_from(AgendaItem).filter_by(room_id=room_id)) or 0
    if count >= MOST_ITEMS:
        raise Conflict(_("There are %(count)s items already. Take one out first.", count=MOST_ITEMS))
    item = AgendaItem(room_id=room_id, position=count, **_columns(command))
    session().add(item)
    _tell(room)
    return item


def change_item(actor: Actor, room_id: uuid.UUID, item_id: uuid.UUID, command: WriteItem) -> None:
    """Write an item anew. Raises NotFound, Forbidden."""
    item = get_item(actor, room_id, item_id)
    for name, value in _columns(command).items():
        setattr(item, name, value)
    _tell(session().get_one(Room, room_id))


def move_item(actor: Actor, room_id: uuid.UUID, item_id: uuid.UUID, where: Literal["up", "down"]) -> None:
    """Change places with its neighbour; the first goes no further up, the last no further down. Raises NotFound, Forbidden."""
    item = get_item(actor, room_id, item_id)
    items = find_items(room_id)
    here = items.index(item)
    there = max(0, min(len(items) - 1, here + (1 if where == "down" else -1)))
    items.insert(there, items.pop(here))
    _number(items)
    _tell(session().get_one(Room, room_id))


def remove_item(actor: Actor, room_id: uuid.UUID, item_id: uuid.UUID) -> None:
    """Take an item out. Raises NotFound, Forbidden."""
    session().delete(get_item(actor, room_id, item_id))
    session().flush()
    _number(find_items(room_id))
    _tell(session().get_one(Room, room_id))


def read_agenda(actor: Actor, room_id: uuid.UUID) -> list[dict[str, Any]]:
    """The agenda as the room shows it; for people inside. Raises Forbidden."""
    require_inside(actor, room_id)
    return [
        {"id": str(each.id), "title": each.title, "minutes": each.minutes, "who": each.who}
        for each in find_items(room_id)
    ]


def begin(actor: Actor, room_id: uuid.UUID, item_id: uuid.UUID | None, key: str) -> None:
    """Go to an item, for everybody; none: the agenda is done. For who leads the room; to be there already changes nothing.

    Raises Forbidden, NotFound.
    """
    me = require_right(actor, room_id, "moderate")
    now = log.read_state(me.room)[1].get("agenda")
    if item_id is None:
        if now is not None:
            log.write(me.room, "agenda.ended", log.Nothing(), own_key(me, key))
        return
    item = _item(room_id, item_id)
    if now is None or now["item"] != str(item.id):
        begun = AgendaBegun(item=item.id, title=item.title, minutes=item.minutes)
        log.write(me.room, "agenda.begun", begun, own_key(me, key))


def export_items(room_id: uuid.UUID) -> list[dict[str, Any]]:
    """What a copy or an archive takes along: what is planned, not who speaks."""
    return [{"title": each.title, "minutes": each.minutes} for each in find_items(room_id)]


def import_items(room_id: uuid.UUID, items: Iterable[Mapping[str, Any]]) -> None:
    """Put items that ``export_items`` gave into a new room. Raises Invalid."""
    commands = [WriteItem.read(each) for each in items][:MOST_ITEMS]
    session().add_all(
        AgendaItem(room_id=room_id, position=number, **_columns(each)) for number, each in enumerate(commands)
    )
    session().flush()


def take_speakers(source_id: uuid.UUID, room_id: uuid.UUID) -> None:
    """The same meeting again: the same people speak."""
    for item, origin in zip(find_items(room_id), find_items(source_id), strict=True):
        item.who = origin.who


def find_naming(names: Sequence[str], *, room_ids: Sequence[uuid.UUID] | None = None) -> list[AgendaItem]:
    """Items in which one of these names stands; in these rooms, or in all of the offices in scope."""
    fields = (AgendaItem.title, AgendaItem.who)
    stands = [field.contains(name, autoescape=True) for name in names if name for field in fields]
    query = select(AgendaItem).where(or_(false(), *stands)).order_by(AgendaItem.room_id, AgendaItem.position)
    return list(
        session().scalars(query if room_ids is None else query.where(AgendaItem.room_id.in_(room_ids)))
    )


def _columns(command: WriteItem) -> dict[str, Any]:
    return {"title": command.title, "minutes": command.minutes, "who": command.who or ""}


def _item(room_id: uuid.UUID, item_id: uuid.UUID) -> AgendaItem:
    item = session().get(AgendaItem, item_id)
    if item is None or item.room_id != room_id:
        raise NotFound(_("There is no such item."))
    return item


def _number(items: Sequence[AgendaItem]) -> None:
    for number, each in enumerate(items):
        each.position = number


def _tell(room: Room) -> None:
    """Pages in the room ask again what the agenda is."""
    session().flush()
    log.write(room, "agenda.changed", log.Nothing())
