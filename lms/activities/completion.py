"""Completion, computed from records by the activity's rule, and explained."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select

from lms.activities.models import Activity, Completion, Enrolment
from lms.clock import utcnow
from lms.hooks.builtin import CORE
from lms.hooks.callers import hooks
from lms.refs import Ref
from lms.store.base import session
from lms.store.records import Record
from lms.text import gettext as _

VERB_OF_RULE: Mapping[str, str] = {
    "viewed": "viewed",
    "minutes": "worked",
    "score": "scored",
    "submitted": "submitted",
    "attended": "attended",
    "confirmed": "confirmed",
    "own_tick": "ticked",
}

_COMPLETION = select(Completion).where(
    Completion.activity_id == bindparam("activity_id"), Completion.user_id == bindparam("user_id")
)
_RECORDS = (
    select(Record.id, Record.user_id, Record.at, Record.result)
    .where(
        Record.object == bindparam("object"),
        Record.verb == bindparam("verb"),
        Record.user_id.in_(bindparam("people", expanding=True)),
    )
    .order_by(Record.at, Record.id)
)
"""Kept ready: they are asked each time anybody does anything."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """That a rule is met: when it came true, by how much, and by which record."""

    completed_at: datetime
    value: int | None
    record_id: uuid.UUID | None


class _Evidence(NamedTuple):
    """What a rule reads of a record. There may be hundreds for one person, and no row is changed here."""

    id: uuid.UUID
    at: datetime
    result: dict[str, Any]


@dataclass(frozen=True, slots=True)
class RuleChange:
    """What another rule would do: who would gain the completion and who would lose it."""

    gains: tuple[uuid.UUID, ...]
    losses: tuple[uuid.UUID, ...]


def ref_of(activity_id: uuid.UUID) -> Ref:
    """The ref under which records of an activity are written."""
    return Ref.of(CORE, "activity", activity_id)


def evaluate(activity: Activity, user_id: uuid.UUID, *, may_withdraw: bool = True) -> Completion | None:
    """Bring a person's completion up to date with the records; tells when it is new. The parent's follows."""
    verdict = judge(activity.completion_rule, activity.completion_goal, activity, [user_id]).get(user_id)
    row = session().scalar(_COMPLETION, {"activity_id": activity.id, "user_id": user_id})
    if verdict is None:
        if row is not None and row.withdrawn_at is None and may_withdraw:
            row.withdrawn_at = utcnow()
            session().flush()
            _evaluate_parent(activity, user_id, may_withdraw=True)
        return None
    if row is None:
        row = Completion(
            activity_id=activity.id, user_id=user_id, completed_at=verdict.completed_at, rule=activity.completion_rule,
            rule_version=activity.rule_version, value=verdict.value, record_id=verdict.record_id,
        )  # fmt: skip
        session().add(row)
        session().flush()
        hooks().on_completed(activity.office_id, activity.id, user_id)
    else:
        row.withdrawn_at = None
        session().flush()
    _evaluate_parent(activity, user_id, may_withdraw=False)
    return row


def concerns(activity: Activity, verb: str) -> bool:
    """True if a record with this verb can change who completes the activity by its rule."""
    return VERB_OF_RULE.get(activity.completion_rule, verb) == verb


def settle(activity: Activity) -> int:
    """Give the completion to everybody enrolled who meets the rule now (a required step may be gone); takes none away.

    Returns how many are new.
    """
    enrolled_in = activity.root_id or activity.id
    done = (
        select(Completion.user_id).filter_by(activity_id=activity.id).where(Completion.withdrawn_at.is_(None))
    )
    waiting = select(Enrolment.user_id).filter_by(activity_id=enrolled_in, state="active")
    people = list(session().scalars(waiting.where(Enrolment.user_id.not_in(done))))
    met = judge(activity.completion_rule, activity.completion_goal, activity, people)
    for person in sorted(met):
        evaluate(activity, person, may_withdraw=False)
    return len(met)


def preview_rule(activity: Activity, rule: str, goal: int | None) -> RuleChange:
    """Who would gain or lose the completion under another rule."""
    enrolled_in = activity.root_id or activity.id
    people = list(
        session().scalars(select(Enrolment.user_id).filter_by(activity_id=enrolled_in, state="active"))
    )
    before = set(
        session().scalars(
            select(Completion.user_id)
            .filter_by(activity_id=activity.id)
            .where(Completion.withdrawn_at.is_(None))
        )
    )
    after = set(judge(rule, goal, activity, [*people, *before]))
    return RuleChange(gains=tuple(sorted(after - before)), losses=tuple(sorted(before - after)))


def explain(activity: Activity, completion: Completion, record: Record | None = None) -> str:
    """Why somebody has the tick, in words for that person; ``record`` (the evidence) lets it name points."""
    version, reason = completion.rule_version, reason_of(completion, record)
    return _("Completed %(reason)s (rule %(version)s).", reason=reason, version=version)


def reason_of(completion: Completion, record: Record | None = None) -> str:
    """The reason alone, such as "because of 8 of 10 points"."""
    value = completion.value
    points = record.result if record is not None else {}
    if completion.rule == "score" and "points" in points and "max" in points:
        return _("because of %(points)s of %(max)s points", points=points["points"], max=points["max"])
    reasons = {
        "viewed": _("because it was viewed to the end"),
        "minutes": _("because of %(value)s minutes of work", value=value),
        "score": _("because of a score of %(value)s %%", value=value),
        "submitted": _("because something was handed in"),
        "attended": _("because of %(value)s minutes of attendance", value=value),
        "confirmed": _("because a member of staff confirmed it"),
        "own_tick": _("because it was ticked by the person"),
        "children": _("because all parts are completed"),
    }
    return reasons[completion.rule]


def judge(
    rule: str, goal: int | None, activity: Activity, people: Sequence[uuid.UUID]
) -> dict[uuid.UUID, Verdict]:
    """Who of ``people`` meets a rule, and since when."""
    if rule == "children":
        return _judge_children(activity, people)
    known = {"object": str(ref_of(activity.id)), "verb": VERB_OF_RULE[rule], "people": list(people)}
    by_person: dict[uuid.UUID, list[_Evidence]] = defaultdict(list)
    for record_id, user_id, at, result in session().execute(_RECORDS, known):
        by_person[user_id].append(_Evidence(record_id, at, result))
    found = {person: _first_met(rule, goal, records) for person, records in by_person.items()}
    return {person: verdict for person, verdict in found.items() if verdict}


def _first_met(rule: str, goal: int | None, records: Iterable[_Evidence]) -> Verdict | None:
    if rule in {"minutes", "attended", "score"}:
        return _reached(rule, goal or 1, records)
    standing: Verdict | None = None
    for record in records:
        if record.result.get("undone"):
            standing = None
        elif standing is None:
            standing = Verdict(record.at, None, record.id)
    return standing


def _reached(rule: str, goal: int, records: Iterable[_Evidence]) -> Verdict | None:
    total = 0
    for record in _in_force(records) if rule == "score" else records:
        if rule == "score":
            total = max(total, int(record.result.get("score", 0)))
        else:
            total += int(record.result.get("minutes", 0))
        if total >= goal:
            return Verdict(record.at, total, record.id)
    return None


def _in_force(records: Iterable[_Evidence]) -> list[_Evidence]:
    """Of the scores that name the same ``source`` (an attempt that was judged again) only the last."""
    found: dict[object, _Evidence] = {}
    for record in records:
        source = record.result.get("source") or record.id
        found.pop(source, None)
        found[source] = record
    return list(found.values())


def _judge_children(activity: Activity, people: Sequence[uuid.UUID]) -> dict[uuid.UUID, Verdict]:
    required = select(Activity.id).filter_by(parent_id=activity.id, state="published", is_required=True)
    children = set(session().scalars(required))
    if not children:
        return {}
    done: dict[uuid.UUID, dict[uuid.UUID, datetime]] = defaultdict(dict)
    rows = session().scalars(
        select(Completion).where(
            Completion.activity_id.in_(children),
            Completion.user_id.in_(people),
            Completion.withdrawn_at.is_(None),
        )
    )
    for row in rows:
        done[row.user_id][row.activity_id] = row.completed_at
    return {
        person: Verdict(max(dates.values()), None, None)
        for person, dates in done.items()
        if children <= set(dates)
    }


def _evaluate_parent(activity: Activity, user_id: uuid.UUID, *, may_withdraw: bool) -> None:
    """A step gained never takes the whole away (a step may have been added since); a step lost may."""
    parent = session().get(Activity, activity.parent_id) if activity.parent_id else None
    if parent is not None and parent.completion_rule == "children":
        evaluate(parent, user_id, may_withdraw=may_withdraw)
