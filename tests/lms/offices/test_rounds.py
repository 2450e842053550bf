"""Work for every office, one after the other."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from lms.access.actor import system_actor
from lms.activities.models import Activity
from lms.demo import World
from lms.offices.directory import OfficeView, directory
from lms.offices.rounds import in_each_office
from lms.refs import Ref
from lms.store.audit import AuditEntry, write_audit
from lms.store.base import session
from lms.store.scope import all_offices


class Progress:
    """A job that only remembers how far it came."""

    def __init__(self) -> None:
        self.seen: list[tuple[int, int]] = []

    def progress(self, done: int, total: int) -> None:
        """As jobs do."""
        self.seen.append((done, total))


def test_each_office_has_its_scope_and_the_job_shows_how_far_it_is(world: World) -> None:
    job, seen = Progress(), {}

    def work(office: OfficeView) -> None:
        seen[office.id] = set(session().scalars(select(Activity.office_id)))

    in_each_office(job, work)  # type: ignore[arg-type]  # all that it needs of a job
    every = [office.id for office in directory().all()]
    assert list(seen) == every
    assert all(offices <= {office_id} for office_id, offices in seen.items())
    assert job.seen == [(number, len(every)) for number in range(1, len(every) + 1)]


def test_offices_without_the_plugin_are_left_out(world: World) -> None:
    seen: list[str] = []
    in_each_office(Progress(), lambda office: seen.append(office.slug), plugin="links")  # type: ignore[arg-type]  # as above
    assert seen == [office.slug for office in directory().all() if "links" in office.plugins]
    assert seen
    in_each_office(Progress(), lambda office: seen.append("none"), plugin="not_there")  # type: ignore[arg-type]  # as above
    assert "none" not in seen


def test_an_error_keeps_what_the_offices_before_have(world: World) -> None:
    first, second = directory().all()[:2]

    def work(office: OfficeView) -> None:
        write_audit(
            system_actor(office.id), "office.rounds", Ref.of("office", "office", office.id), office.name
        )
        if office.id == second.id:
            raise RuntimeError("the second office")

    job = Progress()
    with pytest.raises(RuntimeError):
        in_each_office(job, work)  # type: ignore[arg-type]  # as above
    assert job.seen == [(1, len(directory().all()))]
    with all_offices("a test"):
        rows = session().scalars(select(AuditEntry.office_id).filter_by(action="office.rounds"))
        assert list(rows) == [first.id]
