"""The courses of an office: found, filtered, with what each means to the person who looks."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import BindParameter

from lms.plugin import (
    Activity,
    Actor,
    Completion,
    Enrolment,
    NotFound,
    _,
    current_locale,
    owned_by,
    session,
    utcnow,
)
from plugins.courses.ahead import Ahead, look_ahead
from plugins.courses.models import ActivityText, Course, Place
from plugins.courses.outline import COURSE, SECTION, join_steps, step_columns, step_order

MANAGE = "activities.manage"
ON_PAGE = 24


@dataclass(frozen=True, slots=True)
class CourseCard:
    """A course in a list. Of its ``steps``, ``required`` are, and ``done`` of those; ``enrolment`` is empty for those who do
    not take part.
    """

    id: uuid.UUID
    title: str
    summary: str
    state: str
    languages: list[str]
    cover_id: uuid.UUID | None
    cover_alt: str
    minutes: int
    steps: int
    required: int
    enrolment: str
    done: int
    completed_at: datetime | None
    starts_at: datetime | None
    ends_at: datetime | None
    seen_at: datetime | None = None
    place_id: uuid.UUID | None = None

    @property
    def is_over(self) -> bool:
        """Its edition has ended."""
        return self.ends_at is not None and self.ends_at < utcnow()


@dataclass(frozen=True, slots=True)
class Search:
    """What the catalogue is asked for. ``show``: all, mine, done, draft or archived."""

    text: str = ""
    language: str = ""
    show: str = "all"
    page: int = 1


def find_courses(actor: Actor, search: Search) -> tuple[list[CourseCard], int]:
    """A page of the courses that the actor may see, and how many there are. Raises NotFound for strangers."""
    if not actor.is_member:
        raise NotFound(_("There is no such page for you in this office."))
    query = _narrow(_cards(actor.user_id, current_locale()), actor, search)
    count = session().scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    ordered = query.order_by(
        Enrolment.state.is_(None), Completion.completed_at.is_not(None), Activity.title, Activity.id
    )
    rows = session().execute(ordered.limit(ON_PAGE).offset((search.page - 1) * ON_PAGE))
    return [_card(row) for row in rows], count


def find_own_courses(actor: Actor, limit: int = 50) -> tuple[list[CourseCard], Ahead | None]:
    """Courses in which the actor takes part and that are not completed, the one seen last first; and what lies before them in that."""
    language = current_locale()
    wanted = {
        "me": actor.user_id, "user_id": actor.user_id, "language": language, "locale": language, "most": limit,
    }  # fmt: skip
    query, width = _own_courses()
    rows = session().execute(query, wanted).all()
    own = [_card(row) for place, row in enumerate(rows) if place == 0 or row.id != rows[place - 1].id]
    if not own:
        return [], None
    steps = [row[width:] for row in rows if row.id == own[0].id and row[width] is not None]
    is_original = language == own[0].languages[0]
    return own, look_ahead(actor, steps, own[0].place_id, is_original=is_original)


@cache
def _own_courses() -> tuple[Select[*tuple[Any, ...]], int]:
    """A statement for both, for every start page asks it; and where in its rows that of the step begins.

    Each course is a row, but the first has a row for each of its steps.
    """
    order = (
        Place.seen_at.is_(None),
        Place.seen_at.desc(),
        Enrolment.enrolled_at.desc(),
        Activity.id,
    )
    own = (
        _cards(bindparam("me"), bindparam("language"))
        .add_columns(func.row_number().over(order_by=order).label("rank"))
        .where(Enrolment.state == "active", Completion.id.is_(None), Activity.state == "published")
        .order_by(*order)
        .limit(bindparam("most"))
        .subquery()
    )
    is_step = and_(Activity.parent_id == own.c.id, own.c.rank == 1, Activity.state != "archived")
    both = select(*own.c, *step_columns()).select_from(own).outerjoin(Activity, is_step)
    return join_steps(both).order_by(own.c.rank, *step_order()), len(own.c)


def writes_courses(actor: Actor) -> bool:
    """The actor manages all courses of the office, or is an author of one."""
    if actor.can(MANAGE):
        return True
    own = select(Activity.id).where(Activity.type == COURSE, owned_by(actor.user_id)).limit(1)
    return session().scalar(own) is not None


def find_course_languages(actor: Actor) -> list[str]:
    """Every language in which there is a course, for the filter."""
    rows = session().scalars(
        select(Course.languages)
        .join(Activity, Activity.id == Course.activity_id)
        .where(Activity.state == "published")
        .distinct()
    )
    return sorted({code for row in rows for code in row.split(",")})


@cache
def _twins() -> tuple[type[ActivityText], type[Activity], type[Completion]]:
    """The second of each in one statement. Made once: their columns are worked out when first used."""
    return aliased(ActivityText), aliased(Activity), aliased(Completion)


def _cards(
    me: uuid.UUID | BindParameter[Any], language: str | BindParameter[Any]
) -> Select[*tuple[Any, ...]]:
    words, child, done = _twins()
    shown = (child.parent_id == Activity.id, child.state == "published", child.type != SECTION)
    counted = (*shown, child.is_required)
    minutes = select(func.coalesce(func.sum(child.minutes), 0)).where(*counted).scalar_subquery()
    steps = select(func.count(child.id)).where(*shown).scalar_subquery()
    required = select(func.count(child.id)).where(*counted).scalar_subquery()
    finished = (
        select(func.count(done.id))
        .join(child, child.id == done.activity_id)
        .where(*counted, done.user_id == me, done.withdrawn_at.is_(None))
        .scalar_subquery()
    )
    return (
        select(
            Activity.id, Activity.title, Activity.summary, Activity.state, Activity.starts_at, Activity.ends_at,
            Course.languages, Course.cover_id, Course.cover_alt, words.title.label("title_there"),
            words.summary.label("summary_there"), Enrolment.state.label("enrolment"), Completion.completed_at,
            Place.seen_at, Place.step_id, minutes.label("minutes"), steps.label("steps"), required.label("required"), finished.label("done"),
        )
        .join(Course, Course.activity_id == Activity.id)
        .outerjoin(words, and_(words.activity_id == Activity.id, words.locale == language))
        .outerjoin(
            Enrolment,
            and_(
                Enrolment.activity_id == Activity.id,
                Enrolment.user_id == me,
                Enrolment.state != "ended",
            ),
        )
        .outerjoin(
            Completion,
            and_(
                Completion.activity_id == Activity.id,
                Completion.user_id == me,
                Completion.withdrawn_at.is_(None),
            ),
        )
        .outerjoin(Place, and_(Place.course_id == Activity.id, Place.user_id == me))
        .where(Activity.type == COURSE)
    )  # fmt: skip


def _narrow(query: Select[*tuple[Any, ...]], actor: Actor, search: Search) -> Select[*tuple[Any, ...]]:
    wanted = search.show if search.show in {"draft", "archived"} else "published"
    query = query.where(Activity.state == wanted)
    if wanted != "published" and not actor.can(MANAGE):
        query = query.where(owned_by(actor.user_id))
    if search.show in {"mine", "done"}:
        query = query.where(Enrolment.id.is_not(None))
    if search.show == "done":
        query = query.where(Completion.id.is_not(None))
    if search.language:
        query = query.where(("," + Course.languages + ",").contains(f",{search.language},", autoescape=True))
    if search.text:
        there = aliased(ActivityText)
        found = select(there.id).where(
            there.activity_id == Activity.id,
            or_(
                there.title.icontains(search.text, autoescape=True),
                there.summary.icontains(search.text, autoescape=True),
                there.objectives.icontains(search.text, autoescape=True),
            ),
        )
        query = query.where(
            or_(
                Activity.title.icontains(search.text, autoescape=True),
                Activity.summary.icontains(search.text, autoescape=True),
                found.exists(),
            )
        )
    return query


def _card(row: Any) -> CourseCard:
    codes = row.languages.split(",")
    is_original = current_locale() == codes[0]
    return CourseCard(
        row.id, row.title if is_original else row.title_there or row.title,
        row.summary if is_original else row.summary_there or row.summary, row.state, codes,
        row.cover_id, row.cover_alt, int(row.minutes), int(row.steps), int(row.required), row.enrolment or "", int(row.done),
        row.completed_at, row.starts_at, row.ends_at, row.seen_at, row.step_id,
    )  # fmt: skip
