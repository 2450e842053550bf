"""Setting up a quiz: its rules, and which questions it asks."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, select

from lms.plugin import (
    Activity,
    Actor,
    AddFile,
    Conflict,
    Invalid,
    NotFound,
    Ref,
    TakeFile,
    _,
    attach_embedded,
    clean_html,
    embedded_files,
    find_members,
    get_managed_activity,
    replace_files,
    session,
    utcnow,
)
from plugins.quiz import bank
from plugins.quiz.forms import DrawQuestions, EditSlot, GiveTime, SetUpQuiz
from plugins.quiz.grading import read_question
from plugins.quiz.models import (
    Attempt,
    BankQuestion,
    Category,
    ExtraTime,
    QuestionVersion,
    Quiz,
    QuizText,
    Slot,
)

TYPE = "quiz"
MOST_SLOTS = 200
_RULES = (
    "mode", "intro", "time_limit", "max_attempts", "pass_mark", "opens_at", "closes_at", "review", "review_time",
    "is_shuffled",
)  # fmt: skip
_QUIZ = select(Quiz).where(Quiz.activity_id == bindparam("activity_id"))
_EXTRA_TIMES = select(ExtraTime.user_id, ExtraTime.minutes).where(ExtraTime.quiz_id == bindparam("quiz_id"))
_EXTRA_TIME = select(ExtraTime.minutes).where(
    ExtraTime.quiz_id == bindparam("quiz_id"), ExtraTime.user_id == bindparam("user_id")
)
_CARRIED = ("mode", "time_limit", "max_attempts", "pass_mark", "review", "is_shuffled")


@dataclass(frozen=True, slots=True)
class SlotView:
    """A place of a quiz as its author sees it. ``available`` is how many questions a draw can choose from."""

    id: uuid.UUID
    position: int
    section: str
    title: str
    type: str
    points: float
    question_id: uuid.UUID | None
    category_id: uuid.UUID | None
    draw_count: int
    available: int

    @property
    def is_short(self) -> bool:
        """True if the category has fewer questions than are to be drawn."""
        return self.category_id is not None and self.available < self.draw_count


def create_quiz(actor: Actor, activity_id: uuid.UUID) -> None:
    """The rows of a new quiz: practice, no limits. Its activity completes at the usual pass mark."""
    activity = get_managed_activity(actor, activity_id)
    quiz = Quiz(activity_id=activity.id)
    session().add(quiz)
    session().flush()
    if activity.completion_rule == "score" and activity.completion_goal is None:
        activity.completion_goal = quiz.pass_mark


def quiz_of(activity: Activity) -> Quiz:
    """What is special about an activity that is a quiz. Raises NotFound for one of another type."""
    quiz = session().scalar(_QUIZ, {"activity_id": activity.id})
    if quiz is None:
        raise NotFound(_("There is no such quiz."))
    return quiz


def get_managed_quiz(actor: Actor, activity_id: uuid.UUID) -> tuple[Activity, Quiz]:
    """A quiz that the actor may change. Raises NotFound, Forbidden."""
    activity = get_managed_activity(actor, activity_id)
    return activity, quiz_of(activity)


def set_up(actor: Actor, activity_id: uuid.UUID, command: SetUpQuiz) -> None:
    """Change the rules; times come aware. Attempts that run keep their end. Raises NotFound, Forbidden, Invalid."""
    _activity, quiz = get_managed_quiz(actor, activity_id)
    for name in _RULES:
        setattr(quiz, name, getattr(command, name))
    quiz.intro = clean_html(command.intro or "")
    attach_embedded(actor, quiz.intro, Ref.of("core", "activity", activity_id))


def find_slots(quiz: Quiz) -> list[SlotView]:
    """The places of a quiz in their order, in a constant number of queries."""
    rows = list(session().scalars(select(Slot).filter_by(quiz_id=quiz.id).order_by(Slot.position, Slot.id)))
    ids = {row.question_id for row in rows if row.question_id}
    questions = {
        row.id: row for row in session().scalars(select(BankQuestion).where(BankQuestion.id.in_(ids)))
    }
    pools = pools_of([row.category_id for row in rows if row.category_id])
    names = dict(session().execute(select(Category.id, Category.name).where(Category.id.in_(pools))).all())
    found = []
    for number, row in enumerate(rows, start=1):
        question = questions.get(row.question_id) if row.question_id else None
        title = question.name if question else names.get(row.category_id, "") if row.category_id else ""
        pool = len(pools.get(row.category_id, ())) if row.category_id else 1
        found.append(
            SlotView(
                row.id, number, row.section, title, question.type if question else "", row.points, row.question_id,
                row.category_id, row.draw_count, pool,
            )
        )  # fmt: skip
    return found


def add_questions(actor: Actor, activity_id: uuid.UUID, question_ids: Sequence[uuid.UUID]) -> int:
    """Put questions of the bank at the end; those that are in already stay where they are. Returns how many are new."""
    _activity, quiz = get_managed_quiz(actor, activity_id)
    known = set(session().scalars(select(Slot.question_id).filter_by(quiz_id=quiz.id)))
    new = [bank.get_question(actor, each) for each in dict.fromkeys(question_ids) if each not in known]
    _check_room(quiz, len(new))
    place = _next_position(quiz)
    for number, each in enumerate(new):
        points = 0.0 if each.row.type == "description" else 1.0
        session().add(Slot(quiz_id=quiz.id, position=place + number, question_id=each.row.id, points=points))
    session().flush()
    return len(new)


def add_draw(actor: Actor, activity_id: uuid.UUID, command: DrawQuestions) -> None:
    """Ask questions that are drawn from a category for each person. Raises NotFound, Forbidden, Invalid."""
    _activity, quiz = get_managed_quiz(actor, activity_id)
    category = bank.get_category(actor, command.category_id)
    _check_room(quiz, 1)
    session().add(
        Slot(
            quiz_id=quiz.id,
            position=_next_position(quiz),
            category_id=category.id,
            draw_count=command.draw_count,
        )
    )
    session().flush()


def edit_slot(actor: Actor, activity_id: uuid.UUID, slot_id: uuid.UUID, command: EditSlot) -> None:
    """Change points and heading of a place. Raises NotFound, Forbidden."""
    slot = _get_slot(actor, activity_id, slot_id)
    slot.points, slot.section = command.points, command.section or ""


def move_slot(actor: Actor, activity_id: uuid.UUID, slot_id: uuid.UUID, by: int) -> None:
    """Move a place up (negative) or down. Raises NotFound, Forbidden."""
    slot = _get_slot(actor, activity_id, slot_id)
    rows = list(
        session().scalars(select(Slot).filter_by(quiz_id=slot.quiz_id).order_by(Slot.position, Slot.id))
    )
    here = rows.index(slot)
    rows.insert(max(0, min(len(rows) - 1, here + by)), rows.pop(here))
    for position, row in enumerate(rows):
        row.position = position


def remove_slot(actor: Actor, activity_id: uuid.UUID, slot_id: uuid.UUID) -> None:
    """Take a place out; attempts keep their questions. Raises NotFound, Forbidden."""
    session().delete(_get_slot(actor, activity_id, slot_id))
    session().flush()


def give_time(actor: Actor, activity_id: uuid.UUID, command: GiveTime) -> None:
    """Give a member more time, also in an attempt that runs; 0 takes it back. Raises NotFound, Forbidden."""
    _activity, quiz = get_managed_quiz(actor, activity_id)
    if command.user_id not in find_members(actor, [command.user_id]):
        raise NotFound(_("There is no such person."))
    row = session().scalar(select(ExtraTime).filter_by(quiz_id=quiz.id, user_id=command.user_id))
    before = row.minutes if row else 0
    if row is None:
        row = ExtraTime(quiz_id=quiz.id, user_id=command.user_id, minutes=0)
        session().add(row)
    row.minutes = command.minutes
    running = select(Attempt).filter_by(quiz_id=quiz.id, user_id=command.user_id, state="active")
    for attempt in session().scalars(running.where(Attempt.due_at > utcnow())):
        if attempt.due_at is not None:
            attempt.due_at += timedelta(minutes=command.minutes - before)
    if command.minutes == 0:
        session().flush()
        session().delete(row)


def extra_time(quiz: Quiz, user_id: uuid.UUID) -> int:
    """Extra minutes of one person."""
    return session().scalar(_EXTRA_TIME, {"quiz_id": quiz.id, "user_id": user_id}) or 0


def extra_times(quiz: Quiz) -> dict[uuid.UUID, int]:
    """Extra minutes by person."""
    return dict(session().execute(_EXTRA_TIMES, {"quiz_id": quiz.id}).all())


def end_of(quiz: Quiz, started: datetime, extra: int) -> datetime | None:
    """When an attempt that began at ``started`` is over, with ``extra`` minutes; None without any limit."""
    more = timedelta(minutes=extra)
    ends = []
    if quiz.time_limit is not None:
        ends.append(started + timedelta(minutes=quiz.time_limit) + more)
    if quiz.closes_at is not None:
        ends.append(quiz.closes_at + more)
    return min(ends, default=None)


def pool_of(category_id: uuid.UUID) -> list[uuid.UUID]:
    """Questions that a draw from a category chooses from, its own and those below; texts that ask nothing are left out."""
    return pools_of([category_id]).get(category_id, [])


def copy_quiz(actor: Actor, source_id: uuid.UUID, target_id: uuid.UUID) -> None:
    """Copy rules and places within the office; the questions themselves are shared."""
    _activity, source = get_managed_quiz(actor, source_id)
    _other, target = get_managed_quiz(actor, target_id)
    for name in (*_CARRIED, "intro"):
        setattr(target, name, getattr(source, name))
    for row in session().scalars(select(QuizText).filter_by(quiz_id=source.id)):
        session().add(QuizText(quiz_id=target.id, locale=row.locale, original=row.original, text=row.text))
    for slot in session().scalars(select(Slot).filter_by(quiz_id=source.id)):
        session().add(
            Slot(
                quiz_id=target.id, position=slot.position, section=slot.section, question_id=slot.question_id,
                category_id=slot.category_id, draw_count=slot.draw_count, points=slot.points,
            )
        )  # fmt: skip


def export_quiz(actor: Actor, activity_id: uuid.UUID, add_file: AddFile) -> dict[str, Any]:
    """Rules, places and all questions that they need, as JSON data."""
    _activity, quiz = get_managed_quiz(actor, activity_id)
    slots = list(session().scalars(select(Slot).filter_by(quiz_id=quiz.id).order_by(Slot.position, Slot.id)))
    wanted = [slot.question_id for slot in slots if slot.question_id]
    pools = pools_of([slot.category_id for slot in slots if slot.category_id])
    wanted += [each for pool in pools.values() for each in pool]
    numbers = {question_id: number for number, question_id in enumerate(dict.fromkeys(wanted))}
    return {
        "rules": {name: getattr(quiz, name) for name in _CARRIED} | {"intro": _named(quiz.intro, add_file)},
        "words": [
            {"locale": row.locale, "original": row.original, "text": _named(row.text, add_file)}
            for row in session().scalars(
                select(QuizText).filter_by(quiz_id=quiz.id).order_by(QuizText.locale, QuizText.original)
            )
        ],
        "questions": [_exported(each, add_file) for each in contents_of(list(numbers))],
        "slots": [
            {
                "section": slot.section, "points": slot.points, "draw_count": slot.draw_count,
                "question": numbers.get(slot.question_id) if slot.question_id else None,
                "pool": [numbers[each] for each in pools.get(slot.category_id, ())] if slot.category_id else None,
            }
            for slot in slots
        ],
    }  # fmt: skip


def import_quiz(actor: Actor, activity_id: uuid.UUID, data: Mapping[str, Any], take_file: TakeFile) -> None:
    """Fill a new quiz from ``export_quiz``'s data; its questions go into a category named like it. Raises Invalid."""
    activity, quiz = get_managed_quiz(actor, activity_id)
    try:
        rules = SetUpQuiz.read({**data["rules"], "review_time": "at_once"})
        for name in _CARRIED:
            setattr(quiz, name, getattr(rules, name))
        quiz.intro = clean_html(_taken(rules.intro or "", data, take_file))
        for each in data.get("words", ()):
            _import_words(quiz, each, data, take_file)
        home = bank.category_of_path([activity.title], None)
        ids = [_import_question(actor, home, each, take_file) for each in data["questions"]]
        for position, slot in enumerate(data["slots"]):
            _import_slot(quiz, home, position, slot, ids)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise Invalid(_("The quiz in this archive cannot be read: %(reason)s", reason=str(error))) from None
    session().flush()


def _import_question(
    actor: Actor, home: uuid.UUID | None, data: Mapping[str, Any], take_file: TakeFile
) -> uuid.UUID:
    content = _swap_texts(dict(data["content"]), lambda text: _taken(text, data, take_file))
    draft = bank.Draft(
        home or uuid.UUID(int=0), read_question(content), str(data["name"]), tuple(data["tags"])
    )
    return bank.add_question(actor, draft)


def _import_words(quiz: Quiz, given: Mapping[str, Any], data: Mapping[str, Any], take_file: TakeFile) -> None:
    original, text = str(given["original"])[:120], str(given["text"])
    own = text[:120] if original else clean_html(_taken(text, data, take_file))
    session().add(QuizText(quiz_id=quiz.id, locale=str(given["locale"])[:10], original=original, text=own))


def _import_slot(
    quiz: Quiz, home: uuid.UUID | None, position: int, data: Mapping[str, Any], ids: Sequence[uuid.UUID]
) -> None:
    slot = Slot(
        quiz_id=quiz.id, position=position, section=str(data["section"])[:120], points=float(data["points"]),
        draw_count=max(1, int(data["draw_count"])),
    )  # fmt: skip
    if data["pool"] is None:
        slot.question_id = ids[data["question"]]
    else:
        slot.category_id = bank.category_of_path([_("Drawn questions %(n)s", n=position + 1)], home)
        for number in data["pool"]:
            session().get_one(BankQuestion, ids[number]).category_id = slot.category_id or uuid.UUID(int=0)
    session().add(slot)


def _exported(each: bank.OpenQuestion, add_file: AddFile) -> dict[str, Any]:
    files: dict[str, str] = {}

    def note(text: str) -> str:
        files.update({str(file_id): add_file(file_id) for file_id in embedded_files(text)})
        return text

    content = _swap_texts(dict(each.version.content), note)
    tags = [tag.name for tag in each.row.tags]
    return {"name": each.row.name, "tags": tags, "content": content, "files": files}


def _named(text: str, add_file: AddFile) -> str:
    for file_id in embedded_files(text):
        add_file(file_id)
    return text


def _taken(text: str, data: Mapping[str, Any], take_file: TakeFile) -> str:
    names = data.get("files", {})
    found = {each: names.get(str(each), str(each)) for each in embedded_files(text)}
    return replace_files(text, {old: take_file(name) for old, name in found.items()})


def _swap_texts(value: Any, change: Any) -> Any:
    if isinstance(value, dict):
        return {key: _swap_texts(each, change) for key, each in value.items()}
    if isinstance(value, list):
        return [_swap_texts(each, change) for each in value]
    return change(value) if isinstance(value, str) and "data-file" in value else value


def contents_of(ids: Sequence[uuid.UUID]) -> list[bank.OpenQuestion]:
    """Questions in the version in use, in the order of their ids; those that are not there are left out."""
    query = (
        select(BankQuestion, QuestionVersion)
        .join(
            QuestionVersion,
            (QuestionVersion.question_id == BankQuestion.id)
            & (QuestionVersion.number == BankQuestion.version),
        )
        .where(BankQuestion.id.in_(ids))
    )
    rows = {row.id: (row, version) for row, version in session().execute(query)}
    found = [rows[each] for each in ids if each in rows]
    return [bank.OpenQuestion(row, version, read_question(version.content)) for row, version in found]


def pools_of(category_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[uuid.UUID]]:
    """Questions that draws from these categories choose from."""
    if not category_ids:
        return {}
    areas = {each: bank.categories_below(each) for each in set(category_ids)}
    everywhere = set().union(*areas.values())
    rows = session().execute(
        select(BankQuestion.id, BankQuestion.category_id)
        .where(
            BankQuestion.category_id.in_(everywhere), BankQuestion.is_listed.is_(True), BankQuestion.removed_at.is_(None),
            BankQuestion.type != "description",
        )
        .order_by(BankQuestion.id)
    )  # fmt: skip
    pairs = rows.all()
    return {key: [question for question, place in pairs if place in area] for key, area in areas.items()}


def _get_slot(actor: Actor, activity_id: uuid.UUID, slot_id: uuid.UUID) -> Slot:
    _activity, quiz = get_managed_quiz(actor, activity_id)
    slot = session().scalar(select(Slot).filter_by(id=slot_id, quiz_id=quiz.id))
    if slot is None:
        raise NotFound(_("This question is not in the quiz any more."))
    return slot


def _next_position(quiz: Quiz) -> int:
    last = session().scalar(select(func.max(Slot.position)).filter_by(quiz_id=quiz.id))
    return 0 if last is None else last + 1


def _check_room(quiz: Quiz, more: int) -> None:
    count = session().scalar(select(func.count()).select_from(Slot).filter_by(quiz_id=quiz.id)) or 0
    if count + more > MOST_SLOTS:
        raise Conflict(_("A quiz can hold at most %(count)s questions.", count=MOST_SLOTS))
