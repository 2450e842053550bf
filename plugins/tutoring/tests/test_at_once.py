"""Many people want the same few times at the same moment."""

from __future__ import annotations

import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from flask import Flask
from sqlalchemy import select

from lms.plugin import Actor, Conflict, Unavailable, World, office_scope, session, unit_of_work
from lms.testing import TestSite
from plugins.tutoring import booking
from plugins.tutoring.forms import Book
from plugins.tutoring.models import Booking

PEOPLE, TIMES = 24, 6


def try_all(app: Flask, who: Actor, slot_ids: list[uuid.UUID]) -> int:
    """One person tries every time; returns how many they got."""
    got = 0
    assert who.office_id
    with app.app_context():
        for slot_id in slot_ids:
            try:
                with office_scope(who.office_id), unit_of_work():
                    booking.book(who, slot_id, Book())
                got += 1
            except (Conflict, Unavailable):
                session().rollback()
    return got


def test_no_time_is_given_away_twice_and_nobody_gets_two(app: Flask, site: TestSite) -> None:
    world: World = site.world
    with app.app_context():
        people = [world.actor(person.key) for person in world.trainees("siena")[2 : 2 + PEOPLE]]
        with world.inside("siena"):
            slot_ids = [each.slot.id for each in booking.find_free(people[0], limit=TIMES)]
    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda who: try_all(app, who, slot_ids), people))
    with app.app_context(), world.inside("siena"):
        taken = (
            session()
            .scalars(select(Booking.slot_id).where(Booking.slot_id.in_(slot_ids), Booking.state == "booked"))
            .all()
        )
    assert Counter(taken) == Counter(slot_ids)
    assert sum(got) == TIMES
    assert max(got) == 1
