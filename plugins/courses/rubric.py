"""The rubric of an assignment: what is looked at, in each language of the course."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select

from lms.plugin import Actor, Conflict, Invalid, NotFound, _, session
from plugins.courses.assignment_models import Assignment, Criterion, CriterionText, Mark
from plugins.courses.authoring import get_managed_step
from plugins.courses.forms import CriterionWords, SaveCriterion
from plugins.courses.outline import languages_of
from plugins.courses.writing import course_of

MOST_CRITERIA = 20


@dataclass(frozen=True, slots=True)
class CriterionView:
    """A line of the rubric in a language, as far as it is there in it."""

    id: uuid.UUID
    title: str
    hint: str
    points: int


def criteria_of(activity_id: uuid.UUID) -> list[Criterion]:
    """The rubric."""
    query = select(Criterion).filter_by(activity_id=activity_id).order_by(Criterion.position, Criterion.id)
    return list(session().scalars(query))


def read_rubric(activity_id: uuid.UUID, locale: str) -> list[CriterionView]:
    """The rubric in a language."""
    rows = session().execute(
        select(Criterion, CriterionText)
        .outerjoin(
            CriterionText, (CriterionText.criterion_id == Criterion.id) & (CriterionText.locale == locale)
        )
        .where(Criterion.activity_id == activity_id)
        .order_by(Criterion.position, Criterion.id)
    )
    return [
        CriterionView(
            row.id, words.title if words and words.title else row.title, words.hint if words and words.hint else row.hint, row.points
        )
        for row, words in rows
    ]  # fmt: skip


def add_criterion(actor: Actor, step_id: uuid.UUID, command: SaveCriterion) -> uuid.UUID:
    """One more line of the rubric. Raises NotFound, Forbidden, Invalid when there are too many."""
    get_managed_step(actor, step_id)
    if session().get(Assignment, step_id) is None:
        raise NotFound(_("There is no such assignment."))
    known = criteria_of(step_id)
    if len(known) >= MOST_CRITERIA:
        raise Invalid(_("A rubric has at most %(count)s lines.", count=MOST_CRITERIA))
    row = Criterion(
        activity_id=step_id,
        position=len(known),
        title=command.title,
        hint=command.hint or "",
        points=command.points,
    )
    session().add(row)
    session().flush()
    return row.id


def remove_criterion(actor: Actor, step_id: uuid.UUID, criterion_id: uuid.UUID) -> None:
    """Take a line out of the rubric. Raises NotFound, Forbidden, Conflict once it was used."""
    get_managed_step(actor, step_id)
    if session().scalar(select(Mark.id).filter_by(criterion_id=criterion_id).limit(1)):
        raise Conflict(_("This line was used for grading already, so it stays."))
    session().execute(delete(Criterion).where(Criterion.id == criterion_id, Criterion.activity_id == step_id))


def words_of(step_id: uuid.UUID, locale: str) -> dict[uuid.UUID, CriterionText]:
    """The words of each line in a language, as far as they are there."""
    rows = session().scalars(
        select(CriterionText)
        .join(Criterion, Criterion.id == CriterionText.criterion_id)
        .where(Criterion.activity_id == step_id, CriterionText.locale == locale)
    )
    return {row.criterion_id: row for row in rows}


def save_words(
    actor: Actor, step_id: uuid.UUID, locale: str, given: Mapping[uuid.UUID, CriterionWords]
) -> None:
    """Write lines of the rubric in a further language; empty ones go. Raises NotFound, Forbidden, Invalid."""
    activity, _step = get_managed_step(actor, step_id)
    if locale not in languages_of(course_of(activity))[1:]:
        raise Invalid(_("The course is not there in this language."))
    known = words_of(step_id, locale)
    for row in criteria_of(step_id):
        words = given.get(row.id)
        if words is None:
            continue
        there = known.get(row.id)
        if not words.title and not words.hint:
            if there is not None:
                session().delete(there)
        elif there is None:
            session().add(
                CriterionText(
                    criterion_id=row.id, locale=locale, title=words.title or "", hint=words.hint or ""
                )
            )
        else:
            there.title, there.hint = words.title or "", words.hint or ""
    session().flush()


def lacking_words(activity_ids: Sequence[uuid.UUID], locale: str) -> set[uuid.UUID]:
    """Assignments of which a line of the rubric is not there in a language."""
    rows = session().execute(
        select(Criterion.activity_id, Criterion.hint, CriterionText.title, CriterionText.hint)
        .outerjoin(
            CriterionText, (CriterionText.criterion_id == Criterion.id) & (CriterionText.locale == locale)
        )
        .where(Criterion.activity_id.in_(activity_ids))
    )
    return {row[0] for row in rows if not row[2] or (row[1] and not row[3])}


def export_criteria(step_id: uuid.UUID) -> list[dict[str, Any]]:
    """The rubric for an archive, in all languages."""
    rows = session().scalars(
        select(CriterionText)
        .join(Criterion, Criterion.id == CriterionText.criterion_id)
        .where(Criterion.activity_id == step_id)
        .order_by(CriterionText.locale)
    )
    words: dict[uuid.UUID, dict[str, dict[str, str]]] = {}
    for row in rows:
        words.setdefault(row.criterion_id, {})[row.locale] = {"title": row.title, "hint": row.hint}
    return [
        {"title": each.title, "hint": each.hint, "points": each.points, "words": words.get(each.id, {})}
        for each in criteria_of(step_id)
    ]


def import_criteria(actor: Actor, step_id: uuid.UUID, lines: Iterable[Mapping[str, Any]]) -> None:
    """What ``export_criteria`` wrote. Raises Invalid."""
    for line in list(lines)[:MOST_CRITERIA]:
        criterion_id = add_criterion(actor, step_id, SaveCriterion.read(line))
        for locale, given in dict(line.get("words") or {}).items():
            words = CriterionWords.read(given)
            session().add(
                CriterionText(
                    criterion_id=criterion_id, locale=str(locale)[:10], title=words.title or "", hint=words.hint or ""
                )
            )  # fmt: skip
    session().flush()
