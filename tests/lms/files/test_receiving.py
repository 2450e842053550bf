"""The files of a form arrive the same, sent before by a script or with the form itself."""

from __future__ import annotations

import io
import uuid

import pytest
from flask import Flask

from lms.demo import World
from lms.errors import Invalid, NotFound
from lms.files.accepting import OWN
from lms.files.receiving import received_files
from lms.store.base import session
from lms.store.files import StoredFile
from lms.store.uow import unit_of_work
from lms.testing import SignIn, upload
from tests.lms.files import samples


def kept(world: World, name: str) -> bool:
    session().rollback()
    rows = session().query(StoredFile).filter_by(owner_id=world.people["trainee"].id, name=name)
    return rows.first() is not None


def test_addresses_and_files_of_one_field_become_files_of_the_person(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    address = upload(sign_in("trainee"), "siena", "before.txt", b"sent before")
    with world.inside("siena"):
        sent = {
            "files": [address, "", (io.BytesIO(b"sent along"), "along.txt"), (io.BytesIO(), "")],
            "other": "x",
        }
        with app.test_request_context("/", method="POST", data=sent):
            found = received_files(world.actor("trainee"), "files", "test.purpose")
            assert [(file.name, file.purpose) for file in found] == [
                ("before.txt", "test.purpose"), ("along.txt", "test.purpose")
            ]  # fmt: skip
            assert received_files(world.actor("trainee"), "none") == []


def test_a_file_with_a_refused_form_of_one_transaction_is_refused_with_it(app: Flask, world: World) -> None:
    with world.inside("siena"), app.test_request_context(
        "/", method="POST", data={"files": (io.BytesIO(b"sent along"), "refused.txt")}
    ):  # fmt: skip
        with pytest.raises(Invalid), unit_of_work():
            assert received_files(world.actor("trainee"), "files")[0].purpose == OWN
            raise Invalid("the form is wrong")
        assert not kept(world, "refused.txt")


def test_other_kinds_and_uploads_of_others_are_refused(app: Flask, world: World, sign_in: SignIn) -> None:
    address = upload(sign_in("trainee"), "siena", "mine.txt", b"mine")
    with world.inside("siena"):
        with app.test_request_context("/", method="POST", data={"files": address}):
            with pytest.raises(Invalid):
                received_files(world.actor("trainee"), "files", allowed=frozenset({"image"}))
            with pytest.raises(NotFound):
                received_files(world.actor("trainee2"), "files")
        for wrong in ("nonsense", f"/o/siena/files/uploads/{uuid.uuid4()}"):
            with app.test_request_context("/", method="POST", data={"files": wrong}), pytest.raises(NotFound):
                received_files(world.actor("trainee"), "files")
        with app.test_request_context(
            "/", method="POST", data={"files": (io.BytesIO(samples.picture()), "a.png")}
        ):
            assert (
                received_files(world.actor("trainee"), "files", allowed=frozenset({"image"}))[0].media_type
                == "image/png"
            )


def test_a_form_may_be_as_long_as_the_largest_file(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "MAX_CONTENT_LENGTH", 1000)
    with world.inside("siena"), app.test_request_context(
        "/", method="POST", data={"files": (io.BytesIO(b"x" * 5000), "long.txt")}
    ):  # fmt: skip
        assert received_files(world.actor("trainee"), "files")[0].size == 5000
