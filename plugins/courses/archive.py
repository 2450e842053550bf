"""A course as one file (``.lmscourse``): a ZIP with ``manifest.json`` and the files that the course shows.

All or nothing: the manifest, every file and its checksum are looked at before anything is made.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import uuid
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError
from sqlalchemy import select

from lms.plugin import (
    Activity,
    Actor,
    AddFile,
    Invalid,
    NotFound,
    StoredFile,
    _,
    check_archive,
    children_of,
    find_groups,
    get_file,
    hooks,
    open_file,
    session,
    store_file,
)
from plugins.courses import authoring
from plugins.courses.building import CoursePlan, Made, Plan, build_course
from plugins.courses.models import ActivityText
from plugins.courses.outline import languages_of

MANIFEST = "manifest.json"
FORMAT, VERSION = "lmscourse", 1
MOST_MANIFEST_BYTES = 20_000_000
MOST_FILES = 2000
_STAMP = (2026, 1, 1, 0, 0, 0)
"""Archives of the same course are the same bytes."""


class ArchivedFile(Plan):
    """A file of the archive: where it is, what it is called, and its SHA-256 (FIPS 180-4)."""

    path: Annotated[str, Field(pattern=r"^files/[0-9]{1,6}$")]
    name: Annotated[str, Field(min_length=1, max_length=200)]
    media_type: Annotated[str, Field(max_length=120)] = ""
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Manifest(Plan):
    """The content of ``manifest.json``."""

    format: Literal["lmscourse"]
    version: Literal[1]
    course: CoursePlan
    files: Annotated[dict[str, ArchivedFile], Field(max_length=MOST_FILES)] = Field(default_factory=dict)


def export_course(actor: Actor, course_id: uuid.UUID) -> bytes:
    """The archive of a course. Raises NotFound, Forbidden."""
    files: dict[uuid.UUID, StoredFile] = {}

    def add_file(file_id: uuid.UUID) -> str:
        try:
            files.setdefault(file_id, get_file(actor, file_id))
        except NotFound:
            return "missing"
        return f"f{list(files).index(file_id) + 1}"

    course = plan_of(actor, course_id, add_file)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        listed = {}
        for number, file in enumerate(files.values(), start=1):
            with open_file(file) as stream:
                body = stream.read()
            archive.writestr(zipfile.ZipInfo(f"files/{number}", _STAMP), body)
            listed[f"f{number}"] = {
                "path": f"files/{number}", "name": file.name, "media_type": file.media_type, "sha256": hashlib.sha256(body).hexdigest(),
            }  # fmt: skip
        manifest = {"format": FORMAT, "version": VERSION, "course": course, "files": listed}
        archive.writestr(
            zipfile.ZipInfo(MANIFEST, _STAMP),
            json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True),
        )
    return out.getvalue()


def plan_of(actor: Actor, course_id: uuid.UUID, add_file: AddFile) -> dict[str, Any]:
    """A course as a plan. Raises NotFound, Forbidden."""
    activity, course = authoring.get_course(actor, course_id)
    codes = languages_of(course)
    steps = children_of(course_id)
    words = _words([course_id, *(each.id for each in steps)], codes)
    keys = {each.id: f"s{number}" for number, each in enumerate(steps, start=1)}
    own = authoring.find_texts(course_id, codes[0])
    return {
        "title": activity.title, "summary": activity.summary, "objectives": own.objectives if own else "", "languages": codes,
        "words": words.get(course_id, {}), "has_certificate": course.has_certificate, "template": course.template,
        "cover": add_file(course.cover_id) if course.cover_id else None, "cover_alt": course.cover_alt,
        "capacity": activity.capacity, "enrolment_rule": activity.enrolment_rule, "enrolment_key": activity.enrolment_key,
        "completion_rule": activity.completion_rule, "completion_goal": activity.completion_goal,
        "steps": [_plan_step(actor, each, keys, words.get(each.id, {}), add_file) for each in steps],
    }  # fmt: skip


def _plan_step(
    actor: Actor, step: Activity, keys: Mapping[uuid.UUID, str], words: dict[str, Any], add_file: AddFile
) -> dict[str, Any]:
    row = authoring.step_of(step)
    kind = hooks().activity_types().get(step.type, ("", None))[1]
    content = (
        kind.content.export(actor, step.id, add_file) if kind is not None and kind.content.export else {}
    )
    names = {each.id: each.name for each in find_groups(actor)} if actor.can("groups.manage") else {}
    conditions = [
        {
            "kind": gate.kind, "other": keys.get(gate.other_id) if gate.other_id else None,
            "opens_at": gate.opens_at.isoformat() if gate.opens_at else None,
            "group": names.get(gate.group_id, "?") if gate.group_id else None, "score": gate.score,
        }
        for gate in authoring.conditions_of(step.id)
        if gate.other_id is None or gate.other_id in keys
    ]  # fmt: skip
    return {
        "key": keys[step.id], "type": step.type, "title": step.title, "summary": step.summary, "minutes": step.minutes,
        "is_required": step.is_required, "is_hidden": step.state != "published", "level": row.level, "match": row.match,
        "completion_rule": step.completion_rule, "completion_goal": step.completion_goal, "words": words,
        "conditions": conditions, "content": content,
    }  # fmt: skip


def _words(ids: list[uuid.UUID], codes: list[str]) -> dict[uuid.UUID, dict[str, Any]]:
    rows = session().scalars(
        select(ActivityText)
        .where(ActivityText.activity_id.in_(ids), ActivityText.locale.in_(codes[1:]))
        .order_by(ActivityText.locale)
    )
    found: dict[uuid.UUID, dict[str, Any]] = {}
    for row in rows:
        if row.title or row.summary or row.objectives:
            found.setdefault(row.activity_id, {})[row.locale] = {
                "title": row.title,
                "summary": row.summary,
                "objectives": row.objectives,
            }
    return found


def import_course(actor: Actor, path: Path) -> Made:
    """Make a draft course from an archive. Raises Invalid, with the reason, for anything that is not right; nothing is kept then."""
    check_archive(path)
    with zipfile.ZipFile(path) as archive:
        manifest = read_manifest(archive)
        _check_files(archive, manifest)
        taken: dict[str, uuid.UUID] = {}

        def take_file(name: str) -> uuid.UUID:
            if name not in taken:
                taken[name] = _store(actor, archive, manifest, name)
            return taken[name]

        return build_course(actor, manifest.course, take_file)


def read_manifest(archive: zipfile.ZipFile) -> Manifest:
    """The manifest, complete and checked. Raises Invalid."""
    try:
        info = archive.getinfo(MANIFEST)
    except KeyError:
        raise Invalid(
            _("This is not an archive of a course: it has no manifest.json."), code="no_manifest"
        ) from None
    if info.file_size > MOST_MANIFEST_BYTES:
        raise Invalid(_("The description in this archive is too large."), code="too_large")
    try:
        data = json.loads(archive.read(info))
        return Manifest.model_validate(data)
    except (ValueError, RecursionError, zipfile.BadZipFile) as error:
        raise Invalid(
            _(
                "The description in this archive is not in the form that is needed (%(where)s).",
                where=_where(error),
            ),
            code="bad_manifest",
        ) from None


def _where(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return ".".join(str(part) for part in error.errors()[0]["loc"])[:120]
    return "JSON"


def _check_files(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    known = set(archive.namelist())
    for each in manifest.files.values():
        if each.path not in known:
            raise Invalid(_("The archive lacks the file “%(name)s”.", name=each.name), code="missing_file")
        digest = hashlib.sha256()
        try:
            with archive.open(each.path) as stream:
                while block := stream.read(1 << 20):
                    digest.update(block)
        except (zipfile.BadZipFile, EOFError) as error:
            raise Invalid(_("This archive is damaged and cannot be opened."), code="damaged") from error
        if digest.hexdigest() != each.sha256:
            raise Invalid(
                _("The file “%(name)s” in the archive is not the one that it should be.", name=each.name),
                code="changed_file",
            )


def _store(actor: Actor, archive: zipfile.ZipFile, manifest: Manifest, name: str) -> uuid.UUID:
    listed = manifest.files.get(name)
    if listed is None:
        raise Invalid(_("The archive names a file that it does not hold."), code="missing_file")
    with archive.open(listed.path) as stream:
        return store_file(actor, io.BytesIO(stream.read()), listed.name, "courses.file").id


def file_name(title: str) -> str:
    """What the archive of a course is called."""
    words = re.sub(r"[^\w-]+", "-", title.casefold()).strip("-")[:60]
    return f"{words or 'course'}.lmscourse"
