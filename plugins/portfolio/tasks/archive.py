"""Everything that was handed in for a task as one ZIP: pages that open without a net, their files, a table of results."""

from __future__ import annotations

import io
import re
import unicodedata
import uuid
import zipfile
from collections.abc import Iterator, Sequence

from sqlalchemy import select

from lms.plugin import (
    Activity,
    Actor,
    PersonView,
    Ref,
    StoredFile,
    Table,
    _,
    find_members,
    get_managed_activity,
    open_file,
    session,
    to_csv,
    utcnow,
    write_audit,
)
from plugins.portfolio.moving.offline import render_offline, style_offline
from plugins.portfolio.tasks.copies import with_addresses
from plugins.portfolio.tasks.models import Submission
from plugins.portfolio.tasks.service import RESULT_NAMES, get_task

Member = tuple[str, bytes | StoredFile]
_BLOCK = 256 * 1024
_WORD = re.compile(r"[^a-z0-9]+")


def collect_submissions(actor: Actor, activity_id: uuid.UUID) -> tuple[Activity, list[Member]]:
    """The members of the archive, all that the database has to say; files are named and not read yet.

    Noted in the audit. Raises NotFound, Forbidden.
    """
    activity = get_task(actor, activity_id)
    get_managed_activity(actor, activity.id)
    query = (
        select(Submission).filter_by(activity_id=activity.id).order_by(Submission.owner_id, Submission.number)
    )
    rows = list(session().scalars(query))
    people = find_members(actor, list({row.owner_id for row in rows}))
    files = _files_of(rows)
    write_audit(actor, "portfolio.read", Ref.of("core", "activity", activity.id), "zip")
    listed = [
        (row, _name_of(people.get(row.owner_id)), f"{_folder_of(row, people)}/index.html") for row in rows
    ]
    members: list[Member] = [("style.css", style_offline()), ("results.csv", _results(rows, people))]
    members.append(("index.html", render_offline("submissions", {"activity": activity, "listed": listed, "results": RESULT_NAMES, "root": "", "owner": activity.title})))  # fmt: skip
    for row, name, path in listed:
        own = {file_id: files[file_id] for file_id in _ids(row) if file_id in files}
        members.append((path, _page(row, name, own)))
        members += [(f"{path.removesuffix('index.html')}{_member(file)}", file) for file in own.values()]
    return activity, members


def zip_stream(members: Sequence[Member]) -> Iterator[bytes]:
    """The archive piece by piece: however large it is, one piece of it is in memory. Raises Unavailable."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[call-overload]  # it needs only write and flush
        for name, body in members:
            with archive.open(
                zipfile.ZipInfo(name, utcnow().timetuple()[:6]), "w", force_zip64=True
            ) as target:
                for piece in _pieces(body):
                    target.write(piece)
                    yield sink.take()
    yield sink.take()


class _Sink:
    """Where the archive is written to, and taken from at once."""

    def __init__(self) -> None:
        self._kept = io.BytesIO()

    def write(self, piece: bytes) -> int:
        """Keep a piece until it is taken."""
        return self._kept.write(piece)

    def flush(self) -> None:
        """Nothing waits."""

    def take(self) -> bytes:
        """What was written since the last time."""
        found, self._kept = self._kept.getvalue(), io.BytesIO()
        return found


def _pieces(body: bytes | StoredFile) -> Iterator[bytes]:
    if isinstance(body, bytes):
        yield body
        return
    with open_file(body) as source:
        while piece := source.read(_BLOCK):
            yield piece


def _page(row: Submission, name: str, files: dict[uuid.UUID, StoredFile]) -> bytes:
    def address(file_id: uuid.UUID) -> str:
        return _member(files[file_id]) if file_id in files else ""

    blocks = [(block["width"], with_addresses(block["html"], address)) for block in row.content["blocks"]]
    values = {"submission": row, "blocks": blocks, "results": RESULT_NAMES, "root": "../../", "owner": name}
    return render_offline("submission", values)


def _results(rows: Sequence[Submission], people: dict[uuid.UUID, PersonView]) -> bytes:
    lines = [
        [_name_of(people.get(row.owner_id)), row.number, row.title, row.handed_in_at, str(RESULT_NAMES[row.result]), row.judged_at, row.note]
        for row in rows
    ]  # fmt: skip
    columns = [
        _("Person"),
        _("Attempt"),
        _("Title"),
        _("Handed in"),
        _("Result"),
        _("Judged on"),
        _("A few words"),
    ]
    return to_csv(Table(_("Results"), columns, lines))


def _files_of(rows: Sequence[Submission]) -> dict[uuid.UUID, StoredFile]:
    """The files of all copies, also of those that their owners deleted, in one query."""
    wanted = {file_id for row in rows for file_id in _ids(row)}
    owners = {row.owner_id for row in rows}
    query = select(StoredFile).where(StoredFile.id.in_(wanted), StoredFile.owner_id.in_(owners))
    return {file.id: file for file in session().scalars(query)}


def _ids(row: Submission) -> list[uuid.UUID]:
    return [uuid.UUID(file_id) for file_id in row.content["files"]]


def _member(file: StoredFile) -> str:
    stem, _dot, suffix = file.name.rpartition(".")
    return f"files/{file.id}/{_plain(stem or suffix)}{f'.{_plain(suffix)}' if stem else ''}"


def _folder_of(row: Submission, people: dict[uuid.UUID, PersonView]) -> str:
    """A folder for each person (two may have one name) and attempt."""
    return f"{_plain(_name_of(people.get(row.owner_id)))}-{row.owner_id.hex[-6:]}/{row.number}"


def _name_of(person: PersonView | None) -> str:
    return person.name if person else str(_("Former member"))


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().casefold()
    return _WORD.sub("-", folded).strip("-")[:60] or "x"
