"""Handing in a locked copy, and saying what one thinks of it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field
from sqlalchemy import select

from lms.plugin import (
    Activity,
    Actor,
    Command,
    Conflict,
    Forbidden,
    NotFound,
    PersonView,
    Ref,
    StoredFile,
    Text,
    Ui,
    _,
    _l,
    enrolment_of,
    find_members,
    get_activity,
    get_managed_activity,
    keep_file,
    list_enrolments,
    may_manage,
    notify,
    record_progress,
    session,
    utcnow,
    write_audit,
)
from plugins.portfolio.pages.models import Collection
from plugins.portfolio.refs import ref_of
from plugins.portfolio.sharing.shares import get_thing
from plugins.portfolio.tasks.copies import locked_copy
from plugins.portfolio.tasks.models import Submission

TYPE = "portfolio_task"


RESULT_NAMES: Mapping[str, Text] = {
    "": _l("Waits for a result"), "pass": _l("Passed"), "revise": _l("Work on it again"), "fail": _l("Not passed"),
}  # fmt: skip


class Judge(Command):
    """What a member of staff thinks of a submission."""

    result: Annotated[Literal["pass", "revise", "fail"], Ui(_l("Result"))]
    note: Annotated[
        Annotated[str, BeforeValidator(lambda value: value or ""), Field(max_length=2000)],
        Ui(_l("A few words"), kind="textarea"),
    ] = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a person stands in a task: their latest submission, if there is one."""

    person: PersonView
    latest: Submission | None


def get_task(actor: Actor, activity_id: uuid.UUID) -> Activity:
    """A task that the actor may see. Raises NotFound, also for activities of another kind."""
    activity = get_activity(actor, activity_id)
    if activity.type != TYPE:
        raise NotFound(_("There is no such portfolio task."))
    return activity


def find_own(actor: Actor, activity_id: uuid.UUID) -> list[Submission]:
    """What the actor handed in, the latest first. Raises NotFound."""
    get_task(actor, activity_id)
    query = select(Submission).filter_by(activity_id=activity_id, owner_id=actor.user_id)
    return list(session().scalars(query.order_by(Submission.number.desc())))


def takes_part(actor: Actor, activity: Activity) -> bool:
    """Whether the actor is enrolled, in the task or in the course that it is a step of."""
    wanted = activity.parent_id or activity.id
    row = enrolment_of(actor, wanted)
    return row is not None and row.state == "active"


def why_not(actor: Actor, activity: Activity, own: list[Submission]) -> str:
    """Why the actor cannot hand in now, in words; empty if they can."""
    if not takes_part(actor, activity):
        return _("You do not take part in this task.")
    if activity.ends_at is not None and activity.ends_at < utcnow():
        return _("The time for handing in is over.")
    if own and own[0].result in {"", "pass", "fail"}:
        return {
            "": _("You handed in; it waits for a result."),
            "pass": _("You passed."),
            "fail": _("The task is closed for you."),
        }[own[0].result]
    return ""


def hand_in(actor: Actor, activity_id: uuid.UUID, target: Ref) -> Submission:
    """Hand in a copy of one's own page or CV. Raises NotFound, and Conflict where it is not the time for it."""
    activity = get_task(actor, activity_id)
    own = find_own(actor, activity_id)
    if reason := why_not(actor, activity, own):
        raise Conflict(reason)
    thing = get_thing(actor, target)
    if isinstance(thing, Collection):
        raise NotFound(_("Choose a page or a CV."))
    row = Submission(
        activity_id=activity.id, owner_id=actor.user_id, number=len(own) + 1, target=str(target), title=thing.title[:160],
        content=locked_copy(thing), handed_in_at=utcnow(),
    )  # fmt: skip
    session().add(row)
    session().flush()
    _keep_files(row)
    record_progress(
        actor, activity.id, "submitted", result={"attempt": row.number}, key=f"portfolio:{row.id}"
    )
    return row


def get_submission(actor: Actor, submission_id: uuid.UUID) -> tuple[Activity, Submission]:
    """A submission, to whoever handed it in and whoever manages the task. Raises NotFound."""
    row = session().scalar(select(Submission).filter_by(id=submission_id))
    activity = get_task(actor, row.activity_id) if row else None
    if row is None or activity is None or not (row.owner_id == actor.user_id or may_manage(actor, activity)):
        raise NotFound(_("There is no such submission."))
    return activity, row


def get_file_of(submission: Submission, file_id: uuid.UUID) -> StoredFile:
    """A file that a submission shows, also when its owner deleted it since; the right to the submission was checked.

    Raises NotFound.
    """
    file = session().get(StoredFile, file_id) if str(file_id) in submission.content["files"] else None
    if file is None:
        raise NotFound(_("There is no such file on this page."))
    return file


def note_reading(actor: Actor, submission: Submission) -> None:
    """Write into the audit that staff read what somebody handed in."""
    if actor.user_id != submission.owner_id:
        write_audit(actor, "portfolio.read", Ref.of("portfolio", "submission", submission.id))


def judge(actor: Actor, submission_id: uuid.UUID, command: Judge) -> Submission:
    """Say pass, revise or fail; the person hears it, and a pass completes the task. Raises NotFound, Forbidden, Conflict."""
    activity, row = get_submission(actor, submission_id)
    get_managed_activity(actor, activity.id)
    if row.owner_id == actor.user_id:
        raise Forbidden(_("Nobody judges their own work."))
    if row.result:
        raise Conflict(_("Somebody has judged this already."))
    row.result, row.note = command.result, command.note
    row.judged_at, row.judged_by_id = utcnow(), actor.user_id
    if command.result == "pass":
        record_progress(actor, activity.id, "confirmed", user_id=row.owner_id, key=f"portfolio:pass:{row.id}")
    titles = {
        "pass": _l("Passed: %(title)s", title=activity.title),
        "revise": _l("Please work on it again: %(title)s", title=activity.title),
        "fail": _l("Not passed: %(title)s", title=activity.title),
    }
    notify(
        row.owner_id, "portfolio_answer", title=titles[command.result], body=command.note[:300],
        url=f"/o/{actor.office_slug}/portfolio/tasks/{activity.id}", ref=Ref.of("core", "activity", activity.id), key=f"judged:{row.id}",
    )  # fmt: skip
    return row


def find_standings(actor: Actor, activity_id: uuid.UUID) -> list[Standing]:
    """Everybody who takes part, with what they handed in last: who handed in nothing comes first. Raises Forbidden."""
    activity = get_task(actor, activity_id)
    get_managed_activity(actor, activity.id)
    enrolled = [
        row.user_id
        for row in list_enrolments(actor, activity.parent_id or activity.id)
        if row.state == "active"
    ]
    latest: dict[uuid.UUID, Submission] = {}
    for row in session().scalars(
        select(Submission).filter_by(activity_id=activity.id).order_by(Submission.number)
    ):
        latest[row.owner_id] = row
    people = find_members(actor, list({*enrolled, *latest}))
    found = [Standing(person, latest.get(user_id)) for user_id, person in people.items()]
    order: Mapping[str, int] = {"": 1, "revise": 2, "pass": 3, "fail": 3}
    return sorted(found, key=lambda each: (order[each.latest.result] if each.latest else 0, each.person.name))


def _keep_files(submission: Submission) -> None:
    """What a copy shows stays with it, whatever its owner deletes afterwards."""
    wanted = [uuid.UUID(file_id) for file_id in submission.content["files"]]
    query = select(StoredFile).where(StoredFile.id.in_(wanted), StoredFile.owner_id == submission.owner_id)
    for file in session().scalars(query):
        keep_file(file, ref_of("submission", submission.id))
