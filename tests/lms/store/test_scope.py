"""Rows of another office do not exist: not by query, not by key, not by write."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select, text, update

from lms.activities.models import Activity, Enrolment
from lms.demo import World
from lms.store.base import db, session
from lms.store.scope import ScopeBroken, ScopeMissing, all_offices, office_scope
from lms.store.uow import unit_of_work


def test_without_an_office_a_scoped_query_raises_instead_of_showing_everything(world: World) -> None:
    for query in (
        select(Activity),
        select(Activity.title),
        select(func.count()).select_from(Activity),
        select(Enrolment.id).join(Activity, Activity.id == Enrolment.activity_id),
    ):
        with pytest.raises(ScopeMissing):
            session().execute(query)


def test_each_office_sees_its_own_rows_in_every_form_of_query(world: World) -> None:
    siena, vienna = world.office("siena"), world.office("vienna")
    counts = {}
    for office in (siena, vienna):
        with office_scope(office.id):
            rows = session().scalars(select(Activity)).all()
            counts[office.slug] = len(rows)
            assert {row.office_id for row in rows} == {office.id}
            assert session().scalar(select(func.count()).select_from(Activity)) == len(rows)
            assert len(session().execute(select(Activity.title)).all()) == len(rows)
    with all_offices("a test counts both"):
        assert session().scalar(select(func.count()).select_from(Activity)) == sum(counts.values())


def test_a_row_of_another_office_is_not_found_by_its_key_even_when_it_was_loaded_before(world: World) -> None:
    with office_scope(world.office("siena").id):
        row = session().scalars(select(Activity)).first()
        assert row is not None
        key = row.id
    with office_scope(world.office("vienna").id):
        assert session().get(Activity, key) is None


def test_an_update_reaches_only_rows_of_the_office(world: World) -> None:
    with office_scope(world.office("siena").id), unit_of_work():
        session().execute(update(Activity).values(place="Aula 9"))
    with office_scope(world.office("vienna").id):
        assert "Aula 9" not in set(session().scalars(select(Activity.place)))


def test_writing_a_row_of_another_office_is_stopped_before_the_database(world: World) -> None:
    other = world.office("vienna").id
    with pytest.raises(ScopeBroken), office_scope(world.office("siena").id), unit_of_work():
        session().add(
            Activity(type="event", title="Smuggled", owner_id=world.people["head"].id, office_id=other)
        )


def test_a_new_row_gets_the_office_in_scope(world: World) -> None:
    with world.inside("siena") as office:
        row = Activity(type="event", title="Nuova", owner_id=world.people["head"].id)
        session().add(row)
        session().flush()
        assert row.office_id == office.id


def test_on_postgresql_the_server_hides_other_offices_from_raw_statements_too(world: World) -> None:
    if db.engine.dialect.name != "postgresql":
        assert (
            db.engine.dialect.name == "sqlite"
        )  # SQLite has no row security: the filter above is its only wall
        return
    with office_scope(world.office("siena").id):
        offices = session().execute(text("SELECT DISTINCT office_id FROM activity")).scalars().all()
        assert [str(each) for each in offices] == [str(world.office("siena").id)]
