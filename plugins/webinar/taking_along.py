"""What of a room goes into a copy or an archive: its kind and rules, its agenda, prepared polls, questions, slides and videos; not its people or its time."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from lms.plugin import Activity, Actor, AddFile, Invalid, StoredFile, TakeFile, _, session
from plugins.webinar import agenda, prepared_polls, registering, rooms, slides, videos
from plugins.webinar.forms import EditRoom
from plugins.webinar.presets import PRESETS
from plugins.webinar.registering import AddField
from plugins.webinar.rights import read_names, write_names


def export_room(_actor: Actor, activity_id: uuid.UUID, add_file: AddFile) -> dict[str, Any]:
    """What a copy of the room needs."""
    room = rooms.meeting_of(activity_id).room
    return {
        "preset": room.preset, "duration": room.duration, "rights": sorted(read_names(room.rights)), "layout": room.layout,
        "has_lobby": room.has_lobby, "guests": room.guests, "present_percent": room.present_percent,
        "replay_percent": room.replay_percent, "slow_seconds": room.slow_seconds, "links": room.links, "private_chat": room.private_chat,
        "questions": [
            {"label": each.label, "is_required": each.is_required} for each in registering.find_fields(activity_id)
        ],
        "agenda": agenda.export_items(activity_id), "polls": prepared_polls.export_polls(activity_id),
        "videos": [
            {"file": add_file(each.file_id), "captions": add_file(each.captions_id) if each.captions_id else None}
            for each in videos.find_videos(activity_id)
        ],
        "slides": [add_file(each.file_id) for each in slides.find_decks(activity_id)],
    }  # fmt: skip


def import_room(actor: Actor, activity_id: uuid.UUID, data: Mapping[str, Any], take_file: TakeFile) -> None:
    """Fill a room from what ``export_room`` gave; the slides are drawn in the background. Raises Invalid."""
    room, activity = rooms.meeting_of(activity_id).room, session().get_one(Activity, activity_id)
    preset = str(data.get("preset", "webinar"))
    if preset not in PRESETS:
        raise Invalid(_("The kind of meeting cannot be read."))
    places = activity.capacity
    rooms.apply_preset(room, activity, preset)
    activity.capacity = min(places or PRESETS[preset].capacity, PRESETS[preset].capacity)
    known = {name: data[name] for name in EditRoom.model_fields if name in data}
    command = EditRoom.read({"title": activity.title, "layout": room.layout} | known)
    room.duration, room.layout, room.has_lobby = command.duration, command.layout, command.has_lobby
    room.guests, room.present_percent = command.guests, command.present_percent
    room.replay_percent = command.replay_percent
    room.slow_seconds, room.links = command.slow_seconds, command.links
    room.private_chat = command.private_chat
    room.rights = write_names(command.rights)
    for question in data.get("questions") or []:
        registering.add_field(actor, activity_id, AddField.read(question))
    agenda.import_items(activity_id, data.get("agenda") or [])
    prepared_polls.import_polls(activity_id, data.get("polls") or [])
    for name in (data.get("slides") or [])[: slides.MOST_DECKS]:
        slides.take_file(room, session().get_one(StoredFile, take_file(str(name))), actor)
    for video in (data.get("videos") or [])[: videos.MOST_VIDEOS]:
        row = videos.take_file(room, session().get_one(StoredFile, take_file(str(video["file"]))))
        row.captions_id = take_file(str(video["captions"])) if video.get("captions") else None
