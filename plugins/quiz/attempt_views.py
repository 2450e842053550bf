"""Pages of an attempt: answering, handing in, looking back.

Everything works as a plain form; the script sends each change at once to ``answers``.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.plugin import (
    Conflict,
    Frame,
    Invalid,
    StoredFile,
    TooMany,
    _,
    activity_url,
    actor,
    find_visible_files,
    frame_of,
    get_activity,
    max_upload_bytes,
    member,
    new_id,
    slow,
    store_file,
    unit_of_work,
)
from plugins.quiz import attempts
from plugins.quiz.attempts import Given, OwnAttempt
from plugins.quiz.fields import read_answer, read_answers
from plugins.quiz.forms import SaveAnswers
from plugins.quiz.models import Attempt, Quiz
from plugins.quiz.reviewing import is_marked, sees_of
from plugins.quiz.saving import Turns
from plugins.quiz.showing import Shown, shown_rows
from plugins.quiz.translating import locale_of, words_of

blueprint = Blueprint("quiz_attempt", __name__, url_prefix="/quiz/attempts")
FORM_OVERHEAD = 2_000_000
FILE_PURPOSE = "quiz.answer"
MOST_FILES = 10


@blueprint.get("/<uuid:attempt_id>")
@member
def take(attempt_id: uuid.UUID) -> ResponseReturnValue:
    """The questions, with everything that is stored; the place where one was is kept by the script."""
    own = attempts.get_attempt(actor(), attempt_id)
    if own.attempt.state != "active" or attempts.seconds_left(own.attempt) == 0:
        return redirect(url_for("quiz_attempt.review", attempt_id=attempt_id), 303)
    return _page(own)


@blueprint.post("/<uuid:attempt_id>/answers")
@slow(member)
def answers(attempt_id: uuid.UUID) -> ResponseReturnValue:
    """Store answers as they are given (JSON). The answer names what is on the disk now."""
    command = SaveAnswers.read(request.get_json(silent=True) or {})
    given = [read_answer(each.position, each.seq, each.fields) for each in command.changes]
    result = _turns().save(actor(), attempt_id, given)
    body = {
        "saved": result.saved,
        "stale": result.stale,
        "seconds_left": result.seconds_left,
        "over": result.is_over,
    }
    return body, 409 if result.is_over else 200


@blueprint.post("/<uuid:attempt_id>/save")
@slow(member)
def save(attempt_id: uuid.UUID) -> ResponseReturnValue:
    """Store the whole page, and files that were chosen."""
    given = _given(attempt_id)
    with unit_of_work():
        result = attempts.save_answers(actor(), attempt_id, given)
    _tell(result, _("Saved."))
    return redirect(
        url_for("quiz_attempt.take", attempt_id=attempt_id, _anchor=request.form.get("place")), 303
    )


@blueprint.post("/<uuid:attempt_id>/check/<int:position>")
@member
def check(attempt_id: uuid.UUID, position: int) -> ResponseReturnValue:
    """Practice: judge one answer now. The other answers of the page are stored too."""
    given = read_answers(request.form.items(multi=True))
    own = next((each for each in given if each.position == position), Given(position, 1, {}))
    others = [each for each in given if each.position != position]
    if others:
        attempts.save_answers(actor(), attempt_id, others)
    attempts.check_answer(actor(), attempt_id, own)
    return redirect(url_for("quiz_attempt.take", attempt_id=attempt_id, _anchor=f"q{position}"), 303)


@blueprint.post("/<uuid:attempt_id>/reveal/<int:position>")
@member
def reveal(attempt_id: uuid.UUID, position: int) -> ResponseReturnValue:
    """Practice: show the right answer. The other answers of the page are stored too."""
    others = [each for each in read_answers(request.form.items(multi=True)) if each.position != position]
    if others:
        attempts.save_answers(actor(), attempt_id, others)
    attempts.reveal_answer(actor(), attempt_id, position)
    return redirect(url_for("quiz_attempt.take", attempt_id=attempt_id, _anchor=f"q{position}"), 303)


@blueprint.post("/<uuid:attempt_id>/submit")
@slow(member)
def submit(attempt_id: uuid.UUID) -> ResponseReturnValue:
    """Hand in, once, however often it is sent."""
    given = _given(attempt_id)
    with unit_of_work():
        _attempt, result = attempts.submit_attempt(actor(), attempt_id, request.form.get("key", ""), given)
    if result.stale and not result.is_over:
        _tell(result, "")
        return redirect(url_for("quiz_attempt.take", attempt_id=attempt_id), 303)
    return redirect(url_for("quiz_attempt.review", attempt_id=attempt_id), 303)


@blueprint.get("/<uuid:attempt_id>/review")
@member
def review(attempt_id: uuid.UUID) -> ResponseReturnValue:
    """What one reached, and as much of the verdict as the quiz tells."""
    own = attempts.get_attempt(actor(), attempt_id)
    if own.attempt.state == "active":
        if attempts.seconds_left(own.attempt) != 0:
            return redirect(url_for("quiz_attempt.take", attempt_id=attempt_id))
        with unit_of_work():
            attempts.submit_attempt(actor(), attempt_id, "")
        own = attempts.get_attempt(actor(), attempt_id)
    attempt, quiz = own.attempt, own.quiz
    sees = sees_of(quiz, attempt)
    activity = get_activity(actor(), own.activity.id)
    frame = frame_of(actor(), activity)
    rows = _rows(attempt, quiz, sees, frame)
    is_passed, has_mark = attempt.percent >= quiz.pass_mark, is_marked(activity, quiz)
    is_final = attempt.is_trial or attempt.waits_for_grade or sees == "nothing" or is_passed or not has_mark
    return render_template(
        "quiz/review.html", attempt=attempt, quiz=quiz, activity=activity, title=frame.step_title if frame and frame.step_title else activity.title, sees=sees, rows=rows, files=_files(rows),
        frame=frame, exit_url=frame.exit_url if frame else activity_url(activity), overview_url=activity_url(activity),
        step=frame.step if frame else 0, steps=frame.steps if frame else 0,
        is_passed=is_passed, is_marked=has_mark, may_repeat=not is_final and attempts.may_begin(actor(), quiz),
    )  # fmt: skip


def _turns() -> Turns:
    """The turns of this process, one for each application."""
    turns: Turns = current_app.extensions.setdefault("quiz_turns", Turns())
    return turns


def _page(own: OwnAttempt) -> str:
    attempt, quiz = own.attempt, own.quiz
    activity = get_activity(actor(), own.activity.id)
    frame = frame_of(actor(), activity)
    rows = _rows(attempt, quiz, "nothing", frame)
    return render_template(
        "quiz/take.html", attempt=attempt, quiz=quiz, activity=activity, title=frame.step_title if frame and frame.step_title else activity.title, rows=rows, files=_files(rows), key=new_id().hex,
        exit_url=frame.exit_url if frame else activity_url(activity), step=frame.step if frame else 0,
        steps=frame.steps if frame else 0, left=attempts.seconds_left(attempt),
    )  # fmt: skip


def _rows(attempt: Attempt, quiz: Quiz, sees: str, frame: Frame | None) -> list[Shown]:
    """The questions, with their headings, in the language in which the person reads."""
    locale = locale_of(frame)
    words = words_of(quiz, locale) if any(row.section for row in attempt.answers) else {}
    return shown_rows(attempt, quiz, sees=sees, locale=locale, headings=words)


def _given(attempt_id: uuid.UUID) -> list[Given]:
    """Answers of the page; files that came with it are stored first and then belong to the answers."""
    limit = max_upload_bytes()
    if (request.content_length or 0) > MOST_FILES * limit:
        raise Invalid(_("This file is too large."), code="too_large")
    if request.mimetype == "multipart/form-data":
        request.max_content_length = limit + FORM_OVERHEAD
    pairs = list(request.form.items(multi=True))
    uploads = [(name, file) for name, file in request.files.items(multi=True) if file.filename]
    if len(uploads) > MOST_FILES:
        raise TooMany(_("Please send fewer files at once."))
    if uploads:
        _check_running(attempt_id)
    for name, file in uploads:
        kept = store_file(actor(), file.stream, file.filename or "", FILE_PURPOSE, declared=file.mimetype)
        pairs.append((f"{name.partition('.')[0]}.files", str(kept.id)))
    return read_answers(pairs)


def _check_running(attempt_id: uuid.UUID) -> None:
    attempt = attempts.get_attempt(actor(), attempt_id).attempt
    if attempt.state != "active" or attempts.seconds_left(attempt) == 0:
        raise Conflict(_("This attempt is over."))


def _tell(result: attempts.Saved, done: str) -> None:
    if result.stale:
        flash(
            _(
                "One question was answered in another window meanwhile. Its newer answer was kept: please look again."
            ),
            "warn",
        )
    elif done and not result.is_over:
        flash(done, "success")


def _files(rows: Sequence[Shown]) -> dict[str, StoredFile]:
    """Files of the answers by their id as text, in one query."""
    ids = [uuid.UUID(each) for row in rows for each in _file_ids(row.answer)]
    return {str(file.id): file for file in find_visible_files(actor(), ids)} if ids else {}


def _file_ids(answer: dict[str, Any]) -> list[str]:
    return list(answer.get("files", ()))
