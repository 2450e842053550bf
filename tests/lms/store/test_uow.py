"""The unit of work: all or nothing, and what follows only after the commit."""

from __future__ import annotations

import threading

import pytest
from flask import Flask
from sqlalchemy import select

from lms.accounts.models import User
from lms.demo import World
from lms.errors import Conflict
from lms.store.base import session
from lms.store.uow import after_commit, savepoint, unit_of_work

EMAIL = "trainee@example.org"


def _phone() -> str:
    session().rollback()
    return session().scalars(select(User.phone).filter_by(email=EMAIL)).one()


def _set_phone(phone: str) -> None:
    session().scalars(select(User).filter_by(email=EMAIL)).one().phone = phone


def test_an_error_undoes_everything_and_nothing_follows(world: World) -> None:
    followed: list[str] = []
    with pytest.raises(ValueError, match="stop"), unit_of_work():
        _set_phone("1")
        after_commit(lambda: followed.append("mail"))
        raise ValueError("stop")
    assert (_phone(), followed) == ("", [])


def test_what_follows_sees_the_committed_state(world: World) -> None:
    seen: list[str] = []
    with unit_of_work():
        _set_phone("2")
        after_commit(lambda: seen.append(_phone()))
    assert seen == ["2"]


def test_a_unit_inside_another_joins_it(world: World) -> None:
    with pytest.raises(ValueError, match="outer"), unit_of_work():
        with unit_of_work():
            _set_phone("3")
        raise ValueError("outer")
    assert _phone() == ""


def test_a_savepoint_undoes_only_its_own_part(world: World) -> None:
    with unit_of_work():
        _set_phone("4")
        with pytest.raises(ValueError, match="inner"), savepoint():
            _set_phone("5")
            raise ValueError("inner")
    assert _phone() == "4"


def test_a_refused_constraint_becomes_a_conflict_for_a_person(world: World) -> None:
    with pytest.raises(Conflict, match="Somebody else"), unit_of_work():
        session().add(User(name="Twin", email=EMAIL))


def test_eight_writers_lose_no_update(app: Flask, world: World) -> None:
    session().close()
    failures: list[BaseException] = []

    def count_up() -> None:
        with app.app_context():
            for _turn in range(10):
                try:
                    with unit_of_work():
                        user = session().scalars(select(User).filter_by(email=EMAIL).with_for_update()).one()
                        user.totp_last_step += 1
                except Exception as error:  # noqa: BLE001 - whatever it is, the test shows it
                    failures.append(error)

    writers = [threading.Thread(target=count_up) for _number in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    session().rollback()
    assert failures == []
    assert session().scalars(select(User.totp_last_step).filter_by(email=EMAIL)).one() == 80
