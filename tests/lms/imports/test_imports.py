"""Who can bring people in from a file, and what a bad file can and cannot do."""

from __future__ import annotations

import contextlib
import csv
import io

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from lms.access.actor import Actor
from lms.accounts.models import User
from lms.demo import World
from lms.errors import Invalid
from lms.imports.planning import plan
from lms.imports.reading import decode, find_delimiter, read_rows
from lms.store.base import session
from lms.testing import SignIn
from lms.work.models import Mail
from lms.work.worker import run_due_jobs

FILE = "Nome e cognome;E-mail;Ruolo;Gruppi\nÌsa Nuova;isa@example.org;tutor;Competenze digitali di base\n"


def upload(browser: FlaskClient, data: bytes, name: str = "people.csv") -> str:
    answer = browser.post("/o/siena/people/import", data={"file": (io.BytesIO(data), name)})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def count_users(app: Flask) -> int:
    with app.app_context():
        return int(session().scalar(select(func.count()).select_from(User)) or 0)


def report_of(browser: FlaskClient, address: str) -> dict[str, str]:
    rows = csv.DictReader(io.StringIO(browser.get(f"{address}/report.csv").text.removeprefix("\ufeff")))
    return {row["email"]: row["result"] for row in rows}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_files_are_read_whatever_a_spreadsheet_saved_them_as(encoding: str) -> None:
    (row,) = read_rows(decode(FILE.encode(encoding)))
    assert (row.line, row.name, row.email, row.roles) == (2, "Ìsa Nuova", "isa@example.org", "tutor")


@pytest.mark.parametrize("sign", [";", ",", "\t", "|"])
def test_the_sign_between_cells_is_found(sign: str) -> None:
    assert find_delimiter(sign.join(["name", '"a, b; c"', "email"])) == sign


@pytest.mark.parametrize(
    "data",
    [b"", b"name;email\n", b"who;where\nA;b\n", b"PK\x03\x04\x14\x00\x00\x00", b"\x00" * 64, b'name;email\n"A;b@example.org\n',
     b"\xff\xfe\x00", b"name;email\n" + b"A B;a@example.org\n" * 2001],
)  # fmt: skip
def test_files_that_cannot_be_used_are_refused_in_words(data: bytes, sign_in: SignIn) -> None:
    answer = sign_in("head").post("/o/siena/people/import", data={"file": (io.BytesIO(data), "people.csv")})
    assert answer.status_code == 422
    assert "ui-form-summary" in answer.text


def test_a_file_beyond_two_megabytes_is_refused_in_words(app: Flask) -> None:
    with app.app_context(), pytest.raises(Invalid, match="2 MB"):
        decode(b"x" * 2_000_001)


@given(st.binary(max_size=300))
def test_no_bytes_make_reading_fail_in_an_unknown_way(data: bytes) -> None:
    with contextlib.suppress(Invalid):
        read_rows(decode(data))


def test_nothing_is_written_before_it_is_confirmed_and_then_all_valid_rows_are(
    app: Flask, sign_in: SignIn
) -> None:
    head, before = sign_in("head"), count_users(app)
    rows = (
        FILE
        + "X;bad-address;;\n=HYPERLINK(1);f@example.org;;\nAgain Isa;isa@example.org;;\nGiulia Rossi;trainee2@example.org;trainee;\nNo Role;r@example.org;king;\nNo Group;g@example.org;;Nowhere\nVienna Head;head.vienna@example.org;trainee;\n"
    )
    address = upload(head, rows.encode("cp1252"))
    assert head.get(address).status_code == 200
    assert count_users(app) == before
    assert head.post(f"{address}/confirm").status_code == 303
    assert count_users(app) == before
    run_due_jobs(app)
    assert count_users(app) == before + 1
    verdicts = report_of(head, address)
    assert verdicts.pop("head.vienna@example.org") == "add"
    assert verdicts.pop("trainee2@example.org") == "unchanged"
    assert set(verdicts.values()) == {"refused"}
    assert head.post(f"{address}/confirm").status_code == 409


def test_importing_the_same_file_again_changes_nothing(app: Flask, sign_in: SignIn) -> None:
    head = sign_in("head")
    first = upload(head, FILE.encode())
    head.post(f"{first}/confirm")
    run_due_jobs(app)
    second = upload(head, FILE.encode())
    assert head.post(f"{second}/confirm").status_code == 409
    with app.app_context():
        mails = session().scalar(select(func.count()).select_from(Mail).filter_by(to="isa@example.org"))
    assert mails == 1


def test_only_heads_import_and_only_in_their_office(sign_in: SignIn) -> None:
    address = upload(sign_in("head"), FILE.encode())
    for key in ("trainee", "tutor", "counsellor"):
        assert sign_in(key).get("/o/siena/people/import").status_code == 403
    other = sign_in("head_vienna")
    assert other.get(address).status_code == 403
    assert other.get(address.replace("siena", "vienna")).status_code == 404
    assert other.post(address.replace("siena", "vienna") + "/confirm").status_code == 404


def test_nobody_imports_roles_beyond_their_own_rights(world: World) -> None:
    head = world.actor("head")
    limited = Actor(
        head.user_id,
        head.name,
        office_id=head.office_id,
        roles=head.roles,
        permissions=frozenset({"people.import"}),
    )
    with world.inside("siena"):
        (row,) = plan(limited, read_rows("name,email,roles\nA Person,a@example.org,head\n"))
    assert row.verdict == "refused"
