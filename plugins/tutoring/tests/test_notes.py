"""Private notes: only their tutor reads them, no copy of the database shows them, each reading is written down."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from lms.plugin import ExportArchive, Forbidden, NotFound, World, session, utcnow
from lms.testing import SignIn
from plugins.tutoring import privacy
from plugins.tutoring.desk import notes
from plugins.tutoring.desk.notes import WriteNote
from plugins.tutoring.models import PrivateNote
from plugins.tutoring.tests.test_desk import begin

SECRET = "Ha paura del telefono"


def test_a_copy_of_the_database_shows_no_note(world: World) -> None:
    (talk,) = begin(world, "trainee5")
    with world.inside("siena"):
        notes.write_note(world.actor("tutor"), talk, WriteNote(text=SECRET))
        rows = session().scalars(select(PrivateNote.sealed)).all()
        assert rows
        assert not any("paura" in each for each in rows)
        assert notes.read_note(world.actor("tutor"), talk) == SECRET


def test_only_its_tutor_reads_a_note(sign_in: SignIn, world: World) -> None:
    (talk,) = begin(world, "trainee5")
    with world.inside("siena"):
        notes.write_note(world.actor("tutor"), talk, WriteNote(text=SECRET))
        with pytest.raises(Forbidden):
            notes.read_note(world.actor("trainee5"), talk)
        for key in ("counsellor", "head"):
            with pytest.raises(NotFound):
                notes.read_note(world.actor(key), talk)
    address = f"/o/siena/tutoring/sessions/{talk}/note"
    assert SECRET in sign_in("tutor").post(address).text
    assert sign_in("counsellor").post(address).status_code == 404
    assert sign_in("trainee5").post(address).status_code == 403


def test_each_reading_and_writing_is_in_the_audit_without_words(sign_in: SignIn, world: World) -> None:
    (talk,) = begin(world, "trainee5")
    browser, address = sign_in("tutor"), f"/o/siena/tutoring/sessions/{talk}/note"
    assert browser.post(f"{address}/save", data={"form_id": "writenote", "text": SECRET}).status_code == 303
    browser.post(address)
    page = sign_in("head").get("/o/siena/admin/audit").text
    assert "Ha scritto una nota privata su qualcuno" in page
    assert "Ha aperto una nota privata su qualcuno" in page
    assert SECRET not in page


def test_an_emptied_note_is_gone(world: World) -> None:
    (talk,) = begin(world, "trainee5")
    with world.inside("siena"):
        tutor = world.actor("tutor")
        notes.write_note(tutor, talk, WriteNote(text=SECRET))
        notes.write_note(tutor, talk, WriteNote(text=" "))
        person = world.people["trainee5"].id
        assert session().scalar(select(PrivateNote).filter_by(trainee_id=person)) is None
        assert notes.read_note(tutor, talk) == ""


def test_the_person_finds_the_words_in_their_export_and_the_tutor_only_that_there_are_some(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    (talk,) = begin(world, "trainee5")
    with world.inside("siena"):
        notes.write_note(world.actor("tutor"), talk, WriteNote(text=SECRET))
    found: dict[str, str] = {}
    monkeypatch.setattr(
        ExportArchive, "add_rows", lambda _self, name, _title, rows: found.update({name: str(rows)})
    )
    privacy.export_person(world.people["trainee5"].id, ExportArchive("A", utcnow()))
    assert SECRET in found["tutoring_notes"]
    privacy.export_person(world.people["tutor"].id, ExportArchive("B", utcnow()))
    assert SECRET not in found["tutoring_notes"]
    assert "somebody else" in found["tutoring_notes"]
