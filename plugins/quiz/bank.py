"""The question bank: categories, questions and their versions."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import selectinload

from lms.plugin import (
    Actor,
    Conflict,
    Invalid,
    NotFound,
    Ref,
    _,
    attach_embedded,
    find_members,
    is_empty,
    new_id,
    require,
    session,
    utcnow,
)
from plugins.quiz.cleaning import NAME_LENGTH, clean_question, clean_tags, clean_words, name_of
from plugins.quiz.forms import SaveCategory
from plugins.quiz.grading import AnyQuestion, Question, languages, read_question
from plugins.quiz.grading.base import Translation
from plugins.quiz.models import BankQuestion, Category, QuestionVersion, Slot, Tag

KEEP = "quiz.bank"
PAGE_SIZE = 40
DEEPEST = 12
NEW_CATEGORY = uuid.UUID(int=0)
"""Stands for the first category of an office that has none yet; it is made with the first question."""


@dataclass(frozen=True, slots=True)
class CategoryView:
    """A category in the tree. ``count`` is what lies directly in it, ``total`` with all below."""

    id: uuid.UUID
    name: str
    parent_id: uuid.UUID | None
    path: tuple[str, ...]
    count: int
    total: int

    @property
    def depth(self) -> int:
        """0 for the top."""
        return len(self.path) - 1

    @property
    def title(self) -> str:
        """The way to it, in words."""
        return " / ".join(self.path)


@dataclass(frozen=True, slots=True)
class Draft:
    """A question as somebody writes it."""

    category_id: uuid.UUID
    question: Question
    name: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Search:
    """What to look for in the bank; ``category_id`` means it and all below."""

    text: str = ""
    category_id: uuid.UUID | None = None
    tag: str = ""
    type: str = ""


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question of the bank with the content in use."""

    row: BankQuestion
    version: QuestionVersion
    content: AnyQuestion


def find_categories(actor: Actor) -> list[CategoryView]:
    """All categories of the office, each after the one it lies in. Raises Forbidden."""
    require(actor, KEEP)
    rows = list(session().scalars(select(Category).order_by(func.lower(Category.name), Category.id)))
    counts = Counter(
        dict(
            session()
            .execute(
                select(BankQuestion.category_id, func.count())
                .where(_listed())
                .group_by(BankQuestion.category_id)
            )
            .all()
        )
    )
    children: dict[uuid.UUID | None, list[Category]] = {}
    for row in rows:
        children.setdefault(row.parent_id, []).append(row)
    found: list[CategoryView] = []
    _walk(children, None, (), counts, found)
    return found


def get_category(actor: Actor, category_id: uuid.UUID) -> Category:
    """A category of the office. Raises Forbidden, NotFound."""
    require(actor, KEEP)
    row = session().scalar(select(Category).filter_by(id=category_id))
    if row is None:
        raise NotFound(_("There is no such category."))
    return row


def add_category(actor: Actor, command: SaveCategory) -> uuid.UUID:
    """Make a category. Raises Forbidden, NotFound, Conflict where the name is taken."""
    require(actor, KEEP)
    if command.parent_id is not None:
        get_category(actor, command.parent_id)
    _refuse_same_name(command.name, command.parent_id, None)
    row = Category(name=command.name, parent_id=command.parent_id)
    session().add(row)
    session().flush()
    return row.id


def edit_category(actor: Actor, category_id: uuid.UUID, command: SaveCategory) -> None:
    """Rename or move a category. Raises Forbidden, NotFound, Conflict, Invalid for a place inside itself."""
    row = get_category(actor, category_id)
    if command.parent_id is not None:
        get_category(actor, command.parent_id)
        if command.parent_id in categories_below(category_id):
            text = _("A category cannot lie inside itself.")
            raise Invalid(text, fields={"parent_id": text})
    _refuse_same_name(command.name, command.parent_id, row.id)
    row.name, row.parent_id = command.name, command.parent_id


def remove_category(actor: Actor, category_id: uuid.UUID) -> None:
    """Remove an empty category. Raises Forbidden, NotFound, Conflict."""
    row = get_category(actor, category_id)
    is_used = session().scalar(select(BankQuestion.id).filter_by(category_id=row.id).limit(1))
    is_used = is_used or session().scalar(select(Category.id).filter_by(parent_id=row.id).limit(1))
    if is_used or session().scalar(select(Slot.id).filter_by(category_id=row.id).limit(1)):
        raise Conflict(_("This category is in use. Move its questions and categories first."))
    session().delete(row)


def category_of_path(path: Sequence[str], below: uuid.UUID | None) -> uuid.UUID | None:
    """The category of that path, made where it is missing; ``below`` itself for no path."""
    parent = below
    for name in [part.strip()[:120] for part in path if part.strip()][:DEEPEST]:
        row = session().scalar(select(Category).filter_by(name=name, parent_id=parent).limit(1))
        if row is None:
            row = Category(name=name, parent_id=parent)
            session().add(row)
            session().flush()
        parent = row.id
    return parent


def default_category() -> uuid.UUID:
    """Where a question goes if nobody says: the first category, made if there is none."""
    found = session().scalar(
        select(Category.id).filter_by(parent_id=None).order_by(Category.created_at).limit(1)
    )
    return found or category_of_path([_("General")], None) or NEW_CATEGORY


def categories_below(category_id: uuid.UUID) -> set[uuid.UUID]:
    """A category and all below it, in the office in scope."""
    children: dict[uuid.UUID | None, list[uuid.UUID]] = {}
    for key, parent in session().execute(select(Category.id, Category.parent_id)):
        children.setdefault(parent, []).append(key)
    found, waiting = {category_id}, [category_id]
    while waiting:
        new = [each for each in children.get(waiting.pop(), ()) if each not in found]
        found.update(new)
        waiting += new
    return found


def find_questions(actor: Actor, search: Search, page: int = 1) -> tuple[list[BankQuestion], int]:
    """A page of questions and how many there are. Raises Forbidden."""
    require(actor, KEEP)
    query = _searched(search)
    count = session().scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = query.options(selectinload(BankQuestion.tags)).order_by(
        BankQuestion.updated_at.desc(), BankQuestion.id
    )
    return list(session().scalars(rows.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE))), count


def find_all(actor: Actor, category_id: uuid.UUID | None) -> list[OpenQuestion]:
    """All questions of a category and below (of the bank, if None), by category and time. Raises Forbidden."""
    require(actor, KEEP)
    query = (
        select(BankQuestion, QuestionVersion)
        .join(QuestionVersion, _in_use())
        .where(*_matches(Search(category_id=category_id)))
        .options(selectinload(BankQuestion.tags))
        .order_by(BankQuestion.category_id, BankQuestion.created_at, BankQuestion.id)
    )
    return [
        OpenQuestion(row, version, read_question(version.content))
        for row, version in session().execute(query)
    ]


def find_newest(actor: Actor, text: str, types: Sequence[str], limit: int) -> list[OpenQuestion]:
    """Questions of these types with these words in their name, what changed last first. Raises Forbidden."""
    require(actor, KEEP)
    query = select(BankQuestion, QuestionVersion).join(QuestionVersion, _in_use())
    query = query.where(*_matches(Search(text=text)), BankQuestion.type.in_(types))
    rows = session().execute(query.order_by(BankQuestion.updated_at.desc(), BankQuestion.id).limit(limit))
    return [OpenQuestion(row, version, read_question(version.content)) for row, version in rows]


def find_tags(actor: Actor) -> list[str]:
    """All tags in use, by name. Raises Forbidden."""
    require(actor, KEEP)
    query = select(Tag.name).join(BankQuestion, BankQuestion.id == Tag.question_id).where(_listed())
    return list(session().scalars(query.group_by(Tag.name).order_by(func.lower(Tag.name)).limit(200)))


def get_question(actor: Actor, question_id: uuid.UUID, number: int | None = None) -> OpenQuestion:
    """A question of the bank in the version in use, or in that of a number. Raises Forbidden, NotFound."""
    require(actor, KEEP)
    version = (
        _in_use()
        if number is None
        else and_(QuestionVersion.question_id == BankQuestion.id, QuestionVersion.number == number)
    )
    query = (
        select(BankQuestion, QuestionVersion)
        .join(QuestionVersion, version)
        .where(BankQuestion.id == question_id)
    )
    found = session().execute(query.where(BankQuestion.is_listed.is_(True))).first()
    if found is None:
        raise NotFound(_("There is no such question."))
    return OpenQuestion(found[0], found[1], read_question(found[1].content))


def find_versions(actor: Actor, question_id: uuid.UUID) -> list[QuestionVersion]:
    """All versions of a question, the newest first. Raises Forbidden, NotFound."""
    get_question(actor, question_id)
    query = select(QuestionVersion).filter_by(question_id=question_id).order_by(QuestionVersion.number.desc())
    return list(session().scalars(query))


def find_versions_with_authors(actor: Actor, question_id: uuid.UUID) -> list[tuple[QuestionVersion, str]]:
    """All versions, the newest first, each with the name of who wrote it (empty for former members)."""
    rows = find_versions(actor, question_id)
    people = find_members(actor, [row.author_id for row in rows if row.author_id])
    return [(row, people[row.author_id].name if row.author_id in people else "") for row in rows]


def add_question(actor: Actor, draft: Draft) -> uuid.UUID:
    """Put a question into the bank. Raises Forbidden, NotFound, Invalid."""
    if draft.category_id == NEW_CATEGORY:
        draft = replace(draft, category_id=default_category())
    get_category(actor, draft.category_id)
    row = new_question(draft, None if actor.is_system else actor.user_id)
    session().flush()
    _attach(actor, row.id, read_question(row_content(row)))
    return row.id


def new_question(draft: Draft, author_id: uuid.UUID | None) -> BankQuestion:
    """The rows of a question, added to the session and not yet flushed; texts are cleaned."""
    content = clean_question(draft.question)
    row = BankQuestion(
        category_id=draft.category_id, type=content["type"], name=name_of(draft.name, content), version=1, is_listed=True
    )  # fmt: skip
    session().add(row)
    row.tags = [Tag(name=name) for name in clean_tags(draft.tags)]
    row.id = new_id()
    version = QuestionVersion(
        question_id=row.id, number=1, content=content, author_id=author_id, created_at=utcnow()
    )
    session().add(version)
    return row


def edit_question(actor: Actor, question_id: uuid.UUID, draft: Draft) -> int:
    """Change a question; a changed content is a new version. Returns the version in use. Raises as ``add_question``."""
    found = get_question(actor, question_id)
    get_category(actor, draft.category_id)
    content = languages.carried(found.content, clean_question(draft.question))
    row = found.row
    row.category_id, row.name = draft.category_id, name_of(draft.name, content)
    _set_tags(row, draft.tags)
    row.updated_at = utcnow()
    if content != found.content.model_dump(mode="json"):
        _add_version(actor, row, content)
    return row.version


def translate_question(actor: Actor, question_id: uuid.UUID, locale: str, given: Mapping[str, str]) -> int:
    """Write the words of a question in another language, by their place; what is left out stays, empty ones go.

    Changed words are a new version. Returns the version in use. Raises Forbidden, NotFound, Invalid.
    """
    found = get_question(actor, question_id)
    kinds = {piece.place: piece.is_html for piece in languages.pieces_of(found.content)}
    own = found.content.translations.get(locale, Translation())
    texts = {
        place: text for place, text in {**own.texts, **given}.items() if place in kinds and not is_empty(text)
    }
    to_check = tuple(place for place in own.to_check if place in texts and place not in given)
    written = clean_words(found.content, Translation(texts=texts, to_check=to_check))
    told = {**found.content.translations, locale: written}
    question = found.content.model_copy(
        update={"translations": {key: each for key, each in told.items() if each.texts}}
    )
    if written.texts and languages.told_in(question, locale) is question:
        raise Invalid(_("The gaps [[1]], [[2]] … have to be in the text as often as in the original."))
    content = question.model_dump(mode="json")
    if content != found.content.model_dump(mode="json"):
        _add_version(actor, found.row, content)
    return found.row.version


def restore_version(actor: Actor, question_id: uuid.UUID, number: int) -> int:
    """Use an old version again, as the newest. Raises Forbidden, NotFound."""
    old = get_question(actor, question_id, number)
    current = get_question(actor, question_id)
    if old.version.content != current.version.content:
        _add_version(actor, old.row, old.version.content)
    return old.row.version


def duplicate_question(actor: Actor, question_id: uuid.UUID) -> uuid.UUID:
    """Make a question like another one. Raises Forbidden, NotFound."""
    found = get_question(actor, question_id)
    name = _("%(name)s (copy)", name=found.row.name[: NAME_LENGTH - 20])
    tags = tuple(tag.name for tag in found.row.tags)
    return add_question(actor, Draft(found.row.category_id, found.content, name, tags))


def remove_question(actor: Actor, question_id: uuid.UUID) -> None:
    """Take a question out of the bank; quizzes that hold it keep it, and it can be brought back."""
    get_question(actor, question_id).row.removed_at = utcnow()


def restore_question(actor: Actor, question_id: uuid.UUID) -> None:
    """Bring a removed question back. Raises Forbidden, NotFound."""
    get_question(actor, question_id).row.removed_at = None


def row_content(row: BankQuestion) -> dict[str, Any]:
    """The content in use of a question that was just written."""
    query = select(QuestionVersion.content).filter_by(question_id=row.id, number=row.version)
    content: dict[str, Any] = session().scalars(query).one()
    return content


def _add_version(actor: Actor, row: BankQuestion, content: dict[str, Any]) -> None:
    newest = session().scalar(select(func.max(QuestionVersion.number)).filter_by(question_id=row.id)) or 0
    row.version, row.type, row.updated_at = newest + 1, content["type"], utcnow()
    author = None if actor.is_system else actor.user_id
    session().add(
        QuestionVersion(
            question_id=row.id, number=row.version, content=content, author_id=author, created_at=utcnow()
        )
    )
    session().flush()
    _attach(actor, row.id, read_question(content))


def _attach(actor: Actor, question_id: uuid.UUID, content: Question) -> None:
    for html in content.texts():
        attach_embedded(actor, html, Ref.of("quiz", "question", question_id))


def _set_tags(row: BankQuestion, tags: Iterable[str]) -> None:
    wanted = clean_tags(tags)
    kept = [tag for tag in row.tags if tag.name in wanted]
    known = {tag.name for tag in kept}
    row.tags = [*kept, *(Tag(name=name) for name in wanted if name not in known)]


def _refuse_same_name(name: str, parent_id: uuid.UUID | None, own_id: uuid.UUID | None) -> None:
    other = session().scalar(select(Category.id).filter_by(name=name, parent_id=parent_id).limit(1))
    if other is not None and other != own_id:
        text = _("There is a category with this name already.")
        raise Conflict(text, fields={"name": text})


def _walk(
    children: dict[uuid.UUID | None, list[Category]],
    parent: uuid.UUID | None,
    path: tuple[str, ...],
    counts: Counter[uuid.UUID],
    found: list[CategoryView],
) -> int:
    """Add what lies below ``parent``; returns how many questions that are."""
    total = 0
    for row in children.get(parent, ()):
        place = len(found)
        own_path = (*path, row.name)
        found.append(CategoryView(row.id, row.name, parent, own_path, 0, 0))
        own = counts[row.id] + _walk(children, row.id, own_path, counts, found)
        found[place] = CategoryView(row.id, row.name, parent, own_path, counts[row.id], own)
        total += own
    return total


def _listed() -> ColumnElement[bool]:
    return and_(BankQuestion.is_listed.is_(True), BankQuestion.removed_at.is_(None))


def _in_use() -> ColumnElement[bool]:
    return and_(
        QuestionVersion.question_id == BankQuestion.id, QuestionVersion.number == BankQuestion.version
    )


def _matches(search: Search) -> list[ColumnElement[bool]]:
    rules = [_listed()]
    if search.category_id is not None:
        rules.append(BankQuestion.category_id.in_(categories_below(search.category_id)))
    if search.type:
        rules.append(BankQuestion.type == search.type)
    if search.text:
        rules.append(BankQuestion.name.icontains(search.text, autoescape=True))
    if search.tag:
        rules.append(BankQuestion.tags.any(Tag.name == search.tag))
    return rules


def _searched(search: Search) -> Select[BankQuestion]:
    return select(BankQuestion).where(*_matches(search))
