"""Bringing files of questions into the bank, and taking them out.

A file is kept, read and reported first; nothing is in the bank until somebody says so. Writing
goes in small pieces that nobody sees, and shows everything in one last step: all or nothing,
without keeping others from the database. Running it again begins anew.
"""

from __future__ import annotations

import io
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import delete, select, update

from lms.plugin import (
    Actor,
    Conflict,
    Family,
    Invalid,
    JobRun,
    NotFound,
    Ref,
    StoredFile,
    _,
    attach_file,
    embedded_files,
    enqueue,
    find_visible_files,
    get_job,
    open_file,
    plain_text,
    replace_files,
    require,
    session,
    store_file,
    system_actor,
    unit_of_work,
    utcnow,
    write_audit,
)
from plugins.quiz import bank
from plugins.quiz.cleaning import clean_question, clean_tags, name_of
from plugins.quiz.formats import BankItem, EmbeddedFile, Outcome, UnreadableFile, format_of, read_questions
from plugins.quiz.formats.gift_writer import find_lost, write_gift
from plugins.quiz.formats.moodle_writer import write_moodle
from plugins.quiz.grading import Question
from plugins.quiz.models import BankImport, BankQuestion, QuestionVersion, Tag
from plugins.quiz.showing import right_answer
from plugins.quiz.thumbnails import thumbnail_of

T = TypeVar("T")
EXAMINE, WRITE = "quiz.examine", "quiz.import"
KEPT_AS, PICTURE = "quiz.import", "quiz.bank"
SMALL = 400_000
"""Files up to this size are read and written at once; larger ones by a job."""
PIECE = 200
LONGEST_PREVIEW = 140
"""Signs of the text and of the answer of a question that the report shows."""
MOST_PICTURES = 60
READABLE: frozenset[Family] = frozenset({"text", "web"})
PICTURES: frozenset[Family] = frozenset({"image", "audio", "video", "document", "text"})


class Line(NamedTuple):
    """A line of the report: where it stood, name, category, kind, and the reason why it stays out (code and detail).

    Of what comes through, the beginning of the text, the right answer in words, how many files it embeds and
    the first picture, small (an address that holds it; of the first questions only).
    """

    place: int
    name: str
    category: str
    type: str
    code: str
    detail: str
    text: str = ""
    answer: str = ""
    files: int = 0
    picture: str = ""


def begin_import(actor: Actor, content: bytes, file_name: str, category_id: uuid.UUID | None) -> uuid.UUID:
    """Keep a file and look at it; a large one is read by a job. Raises Forbidden, Invalid."""
    require(actor, bank.KEEP)
    if not content.strip():
        text = _("This file is empty. Choose another one.")
        raise Invalid(text, fields={"file": text})
    stored = _keep(actor, content)
    with unit_of_work():
        if category_id is not None:
            bank.get_category(actor, category_id)
        row = BankImport(
            created_by_id=None if actor.is_system else actor.user_id, category_id=category_id, file_id=stored.id,
            file_name=file_name[:200], format=format_of(content),
        )  # fmt: skip
        session().add(row)
        session().flush()
        if len(content) <= SMALL:
            _examine(row, content)
        else:
            key = str(row.id)
            row.job_id = enqueue(
                EXAMINE, {"import_id": key}, office_id=row.office_id, key=key, actor=actor
            ).id
        return row.id


def _keep(actor: Actor, content: bytes) -> StoredFile:
    try:
        return store_file(actor, io.BytesIO(content), "questions", KEPT_AS, allowed=READABLE)
    except Invalid as problem:
        if problem.code not in {"wrong_type", "disguised"}:
            raise
        text = _("This is no text. Questions come in as GIFT (a text file) or as Moodle XML.")
        raise Invalid(text, code="wrong_type", fields={"file": text}) from None


def get_import(actor: Actor, import_id: uuid.UUID) -> BankImport:
    """An import of the office. Raises Forbidden, NotFound."""
    require(actor, bank.KEEP)
    row = session().scalar(select(BankImport).filter_by(id=import_id))
    if row is None:
        raise NotFound(_("There is no such import."))
    return row


def find_imports(actor: Actor) -> list[BankImport]:
    """The last imports of the office. Raises Forbidden."""
    require(actor, bank.KEEP)
    return list(session().scalars(select(BankImport).order_by(BankImport.created_at.desc()).limit(10)))


def job_of(actor: Actor, row: BankImport) -> Any:
    """The job that works on an import, for whoever started it; None if there is none to see."""
    is_own = row.job_id is not None and row.created_by_id == actor.user_id
    return get_job(actor, row.job_id) if is_own and row.job_id is not None else None


def lines_of(row: BankImport) -> list[Line]:
    """What became of each question; those that stay out first."""
    found = [Line(*each) for each in row.report.get("lines", ())]
    return sorted(found, key=lambda line: (not line.code, line.place))


def confirm_import(actor: Actor, import_id: uuid.UUID) -> None:
    """Put all readable questions into the bank. Raises Forbidden, NotFound, Conflict."""
    row = get_import(actor, import_id)
    if row.state != "draft":
        raise Conflict(_("This import was confirmed already."))
    if not row.good_count:
        raise Conflict(_("No question of this file can be read."))
    row.state = "running"
    key = str(row.id)
    row.job_id = enqueue(WRITE, {"import_id": key}, office_id=row.office_id, key=key, actor=actor).id


def discard_import(actor: Actor, import_id: uuid.UUID) -> None:
    """Forget a file that was not imported. Raises Forbidden, NotFound, Conflict."""
    row = get_import(actor, import_id)
    if row.state in {"running", "done"}:
        raise Conflict(_("This import was confirmed already."))
    session().delete(row)


def examine_import(job: JobRun) -> None:
    """The job that reads a large file."""
    with unit_of_work():
        row = session().get(BankImport, uuid.UUID(str(job.payload["import_id"])))
        if row is None or row.state != "waiting":
            return
        file_id = row.file_id
    content = _content(file_id)
    lines, problem = _report(content)
    with unit_of_work():
        row = session().get_one(BankImport, uuid.UUID(str(job.payload["import_id"])))
        _note(row, lines, problem)


def run_import(job: JobRun) -> None:
    """The job that writes: piece by piece, unseen, and shown in one step at the end. Running it twice writes once."""
    import_id = uuid.UUID(str(job.payload["import_id"]))
    with unit_of_work():
        row = session().get(BankImport, import_id)
        if row is None or row.state != "running":
            return
        _forget_unseen(import_id)
        home = row.category_id or bank.default_category()
        target = _Target(import_id, home, row.category_id, row.office_id, row.created_by_id)
        file_id, total = row.file_id, row.good_count
    done, refused = 0, []
    for piece in _pieces(_good(_content(file_id)), PIECE):
        job.stop_if_cancelled()
        failed = _write_piece(piece, target)
        refused += failed
        done += len(piece) - len(failed)
        job.progress(done + len(refused), total)
    with unit_of_work():
        _show(import_id, done, refused)
    job.result({"questions": done, "refused": len(refused)})


@dataclass(frozen=True, slots=True)
class _Target:
    """Where an import goes, and who is its author.

    ``home`` takes questions without a category; those of the file are made below ``above`` (None: at the top).
    """

    import_id: uuid.UUID
    home: uuid.UUID
    above: uuid.UUID | None
    office_id: uuid.UUID
    author_id: uuid.UUID | None


def _show(import_id: uuid.UUID, done: int, refused: Sequence[Line]) -> None:
    """The last step: everything that was written is in the bank now."""
    row = session().get_one(BankImport, import_id)
    session().execute(update(BankQuestion).where(BankQuestion.import_id == import_id).values(is_listed=True))
    places = {line.place for line in refused}
    kept = [each for each in row.report.get("lines", ()) if each[0] not in places]
    row.report = {"lines": kept + [list(line) for line in refused]}
    row.state, row.good_count, row.bad_count = "done", done, row.bad_count + len(refused)
    actor = system_actor(row.office_id)
    write_audit(
        actor, "quiz.imported", Ref.of("quiz", "import", row.id), f"{done} questions from {row.file_name}"
    )


def _write_piece(piece: Sequence[Outcome], target: _Target) -> list[Line]:
    """Write some questions that nobody sees yet, their files before them; returns those that cannot be written."""
    stored: dict[uuid.UUID, StoredFile] = {}
    refused: list[Line] = []
    good: list[tuple[Outcome, BankItem, dict[str, Any]]] = []
    for each in piece:
        if each.item is None:
            continue
        try:
            _store_files(each.item, target, stored)
            question = _with_files(each.item.question, {key: file.id for key, file in stored.items()})
            good.append((each, each.item, clean_question(question)))
        except Invalid as problem:
            refused.append(_line(each)._replace(code="refused", detail=problem.message[:200]))
    with unit_of_work():
        _write_rows(good, target, stored)
    return refused


def _write_rows(
    good: Sequence[tuple[Outcome, BankItem, dict[str, Any]]],
    target: _Target,
    stored: Mapping[uuid.UUID, StoredFile],
) -> None:
    places = {item.category: target.home for _each, item, _content in good}
    for category in places:
        places[category] = bank.category_of_path(category, target.above) or target.home
    rows = [
        BankQuestion(
            category_id=places[item.category], type=content["type"], name=name_of(item.name, content), version=1,
            is_listed=False, import_id=target.import_id,
        )
        for _each, item, content in good
    ]  # fmt: skip
    session().add_all(rows)
    session().flush()
    now = utcnow()
    for row, (_each, item, content) in zip(rows, good, strict=True):
        session().add(
            QuestionVersion(
                question_id=row.id, number=1, content=content, author_id=target.author_id, created_at=now
            )
        )
        session().add_all([Tag(question_id=row.id, name=name) for name in clean_tags(item.tags)])
        for file in item.files:
            attach_file(stored[file.id], Ref.of("quiz", "question", row.id))


def _store_files(item: BankItem, target: _Target, stored: dict[uuid.UUID, StoredFile]) -> None:
    """The files of a question in the store, each once. Raises Invalid for one that is not accepted."""
    if not item.files:
        return
    if target.author_id is None:
        raise Invalid(_("Pictures need somebody who they belong to."))
    owner = Actor(target.author_id, "", office_id=target.office_id)
    for file in item.files:
        if file.id not in stored:
            stored[file.id] = store_file(
                owner, io.BytesIO(file.content), file.name, PICTURE, allowed=PICTURES
            )


def export_bank(actor: Actor, category_id: uuid.UUID | None, form: str) -> bytes:
    """A category and all below (the whole bank, if None) as ``gift`` or ``moodle``. Raises Forbidden, NotFound."""
    items = _items(actor, category_id)
    return write_gift(items)[0].encode() if form == "gift" else write_moodle(items)


@dataclass(frozen=True, slots=True)
class GiftReport:
    """What GIFT cannot hold: names of whole questions, and of others with the fields that get lost."""

    left_out: list[str]
    lost: list[tuple[str, list[str]]]


def report_gift(actor: Actor, category_id: uuid.UUID | None) -> GiftReport:
    """What does not leave with a GIFT file, question by question. Raises Forbidden, NotFound."""
    items = _items(actor, category_id)
    lost = [(each.name or plain_text(each.question.stem)[:100], find_lost(each)) for each in items]
    return GiftReport(write_gift(items)[1], [(name, fields) for name, fields in lost if fields])


def _items(actor: Actor, category_id: uuid.UUID | None) -> list[BankItem]:
    if category_id is not None:
        bank.get_category(actor, category_id)
    paths = {each.id: each.path for each in bank.find_categories(actor)}
    found = sorted(bank.find_all(actor, category_id), key=lambda each: paths.get(each.row.category_id, ()))
    return [_item(actor, each, paths.get(each.row.category_id, ())) for each in found]


def _item(actor: Actor, each: bank.OpenQuestion, path: tuple[str, ...]) -> BankItem:
    wanted = [file_id for html in each.content.texts() for file_id in embedded_files(html)]
    files = []
    for file in find_visible_files(actor, wanted) if wanted else ():
        with open_file(file) as source:
            files.append(EmbeddedFile(file.id, file.name, source.read()))
    tags = tuple(tag.name for tag in each.row.tags)
    return BankItem(each.content, each.row.name, path, tags, tuple(files))


def _examine(row: BankImport, content: bytes) -> None:
    _note(row, *_report(content))


def _report(content: bytes) -> tuple[list[Line], UnreadableFile | None]:
    lines: list[Line] = []
    pictures = 0
    try:
        for each in read_questions(content):
            line = _line(each)
            if each.item is not None and each.item.files and pictures < MOST_PICTURES:
                line = line._replace(picture=thumbnail_of(each.item.files))
                pictures += 1
            lines.append(line)
    except UnreadableFile as error:
        return lines, error
    return lines, None


def _line(each: Outcome) -> Line:
    kind = each.item.question.kind if each.item else ""
    name = each.name or (plain_text(each.item.question.stem)[:100] if each.item else "")
    line = Line(each.place, name[:120], " / ".join(each.category), kind, each.code, each.detail[:200])
    if each.item is None:
        return line
    question = each.item.question
    text, answer = _shortened(plain_text(question.stem)), _shortened(right_answer(question))
    return line._replace(text=text, answer=answer, files=len(each.item.files))


def _shortened(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= LONGEST_PREVIEW else words[:LONGEST_PREVIEW].rsplit(" ", 1)[0] + " …"


def _note(row: BankImport, lines: Sequence[Line], problem: UnreadableFile | None) -> None:
    row.report = {"lines": [list(line) for line in lines]}
    row.bad_count = sum(bool(line.code) for line in lines)
    row.good_count = 0 if problem else len(lines) - row.bad_count
    if problem is not None:
        row.state, row.problem = "failed", f"{problem.code}:{problem.detail}"[:500]
    elif not lines:
        row.state, row.problem = "failed", "no_questions:"
    else:
        row.state = "draft"


def _good(content: bytes) -> Iterator[Outcome]:
    return (each for each in read_questions(content) if each.item is not None)


def _pieces(items: Iterable[T], size: int) -> Iterator[list[T]]:
    left = iter(items)
    while piece := list(islice(left, size)):
        yield piece


def _content(file_id: uuid.UUID | None) -> bytes:
    file = session().get(StoredFile, file_id) if file_id else None
    if file is None:
        raise NotFound(_("There is no such file. It may have been deleted."))
    with open_file(file) as source:
        return source.read()


def _with_files(question: Question, ids: dict[uuid.UUID, uuid.UUID]) -> Question:
    if not ids:
        return question

    def swap(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: swap(each) for key, each in value.items()}
        if isinstance(value, list):
            return [swap(each) for each in value]
        return replace_files(value, ids) if isinstance(value, str) and "data-file" in value else value

    return type(question).model_validate(swap(question.model_dump(mode="json")))


def _forget_unseen(import_id: uuid.UUID) -> None:
    unseen = select(BankQuestion.id).where(
        BankQuestion.import_id == import_id, BankQuestion.is_listed.is_(False)
    )
    for model in (Tag, QuestionVersion):
        session().execute(delete(model).where(model.question_id.in_(unseen)))
    session().execute(
        delete(BankQuestion).where(BankQuestion.import_id == import_id, BankQuestion.is_listed.is_(False))
    )
