"""People's rights: everything comes out, everything goes, and both are proved."""

from __future__ import annotations

import json
import uuid
import zipfile

import pytest
from sqlalchemy import inspect, select, update

from lms.access.actor import system_actor
from lms.accounts.models import User
from lms.clock import utcnow
from lms.demo import World
from lms.errors import Conflict, Forbidden, Invalid, NotFound
from lms.hooks.callers import hooks
from lms.notifications.models import Notification
from lms.notifications.service import notify
from lms.privacy import service
from lms.privacy.models import PrivacyRequest
from lms.privacy.proof import find_traces, undeclared_tables
from lms.refs import Ref
from lms.store.audit import AuditEntry, verify_chain, write_audit
from lms.store.base import db, session
from lms.store.scope import all_offices
from lms.store.uow import unit_of_work


def test_every_table_that_names_a_person_says_why(world: World) -> None:
    present = set(inspect(db.engine).get_table_names())  # plugins of other tests may have left models behind
    undeclared = undeclared_tables([entry for _owner, entry in hooks().personal_data()])
    assert [table for table in undeclared if table in present] == []


def test_the_archive_holds_what_the_person_did_and_opens_offline(world: World) -> None:
    trainee = world.actor("trainee")
    with unit_of_work():
        request = service.request_export(trainee)
        request_id = request.id
    service.make_export(request_id)
    path = service.get_export_file(trainee, request_id)
    with zipfile.ZipFile(path) as archive:
        page = archive.read("index.html").decode()
        enrolments = json.loads(archive.read("data/enrolments.json"))
    assert "Aïcha Benali" in page
    assert enrolments


def test_nobody_else_gets_the_archive(world: World) -> None:
    with unit_of_work():
        request_id = service.request_export(world.actor("trainee")).id
    service.make_export(request_id)
    for key in ("trainee2", "head", "operator"):
        with pytest.raises(NotFound):
            service.get_export_file(world.actor(key), request_id)


def test_a_second_archive_waits_for_the_first(world: World) -> None:
    with unit_of_work():
        service.request_export(world.actor("trainee"))
    with pytest.raises(Conflict, match="already being made"), unit_of_work():
        service.request_export(world.actor("trainee"))


def test_erasure_needs_the_own_address_and_can_be_taken_back(world: World) -> None:
    trainee = world.actor("trainee")
    with pytest.raises(Invalid), unit_of_work():
        service.request_erasure(trainee, "somebody.else@example.org")
    with unit_of_work():
        request_id = service.request_erasure(trainee, "Trainee@example.org").id
    with unit_of_work():
        service.cancel_erasure(trainee)
    with unit_of_work():
        session().get_one(PrivacyRequest, request_id).due_at = utcnow()
    service.carry_out_erasure(request_id)
    assert session().get_one(User, trainee.user_id).name == "Aïcha Benali"


def test_an_erasure_that_is_not_due_does_nothing(world: World) -> None:
    trainee = world.actor("trainee")
    with unit_of_work():
        request_id = service.request_erasure(trainee, trainee.email).id
    service.carry_out_erasure(request_id)
    assert session().get_one(User, trainee.user_id).state == "active"


def test_after_the_erasure_no_table_knows_the_person(world: World) -> None:
    person = world.people["trainee"]
    report = service.erase_now(system_actor(), person.id, "on request")
    assert "nothing of the person was found" in report
    with all_offices("a test looks everywhere"):
        assert find_traces(person.id, [person.name, person.email]) == []


def test_the_name_leaves_what_others_were_told(world: World) -> None:
    person, other = world.people["trainee"], world.people["head"]
    with unit_of_work(), world.inside("siena"):
        told = notify(other.id, "enrolled", title=f"{person.name} wrote to you", body=f"By {person.email}")
        assert told is not None
        row_id = told.id
    service.erase_now(system_actor(), person.id, "on request")
    row = session().get_one(Notification, row_id)
    assert (row.title, row.body) == ("… wrote to you", "By …")


def test_every_demo_person_can_be_erased(world: World) -> None:
    for key in ("head", "trainer", "counsellor", "tutor", "trainee7", "head_vienna"):
        service.erase_now(system_actor(), world.people[key].id, "on request")
    session().rollback()
    assert (
        session()
        .scalars(select(User.name).filter_by(state="active").where(User.name == "Ginevra Bracciolini"))
        .all()
        == []
    )


def test_a_forgotten_trace_stops_the_erasure_and_rolls_it_back(world: World) -> None:
    person = world.people["trainee"]
    with unit_of_work():
        session().execute(
            update(User).where(User.email == "head@example.org").values(headline=f"Knows {person.name}")
        )
    with pytest.raises(service.ErasureIncomplete, match=r"user\.headline"):
        service.erase_now(system_actor(), person.id, "on request")
    session().rollback()
    assert session().get_one(User, person.id).name == person.name


def test_only_operators_erase_at_once(world: World) -> None:
    with pytest.raises(Forbidden):
        service.erase_now(world.actor("head"), world.people["trainee"].id, "because")


def test_the_audit_chain_shows_where_somebody_changed_it(world: World) -> None:
    with unit_of_work():
        for number in range(3):
            write_audit(world.actor("head"), "test.done", Ref.of("core", "office", uuid.uuid4()), str(number))
    whole = verify_chain()
    assert whole.broken_at is None
    with unit_of_work():
        session().execute(
            update(AuditEntry).where(AuditEntry.seq == whole.entries - 1).values(detail="something else")
        )
    assert verify_chain().broken_at == whole.entries - 1
