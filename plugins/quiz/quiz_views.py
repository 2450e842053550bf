"""Pages of a quiz: its front page, and how it is set up."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.plugin import (
    Activity,
    Actor,
    Form,
    Frame,
    Invalid,
    _,
    activity_url,
    actor,
    current_zone,
    find_members,
    frame_of,
    list_enrolments,
    may_manage,
    member,
    open_activity,
    parent_edit_url,
    utcnow,
)
from plugins.quiz import attempts, bank, quizzes, translating
from plugins.quiz.bank import Search
from plugins.quiz.forms import DrawQuestions, EditSlot, GiveTime, SetUpQuiz
from plugins.quiz.models import Quiz
from plugins.quiz.results import GRADE, count_waiting
from plugins.quiz.reviewing import best_of, is_marked
from plugins.quiz.showing import TYPE_ICONS, TYPE_TITLES, write_points

blueprint = Blueprint("quiz", __name__, url_prefix="/quiz")
blueprint.add_app_template_filter(write_points, "quiz_points")


@blueprint.get("/<uuid:activity_id>")
@member
def show(activity_id: uuid.UUID) -> ResponseReturnValue:
    """What the quiz is, one's attempts so far, and the button that begins."""
    who = actor()
    activity = open_activity(who, activity_id)
    quiz = quizzes.quiz_of(activity)
    own = attempts.own_attempts(who, quiz)
    extra = quizzes.extra_time(quiz, who.user_id)
    slots, frame = quizzes.find_slots(quiz), frame_of(who, activity)
    intro = translating.words_of(quiz, translating.locale_of(frame)).get(translating.INTRO) or quiz.intro
    return render_template(
        "quiz/show.html", activity=activity, quiz=quiz, own=own, extra=extra, best=best_of(own), frame=frame, intro=intro,
        title=frame.step_title if frame and frame.step_title else activity.title,
        running=next((each for each in own if each.state == "active"), None), manages=may_manage(who, activity),
        may_grade=who.can(GRADE) or may_manage(who, activity), is_marked=is_marked(activity, quiz), asked=sum(slot.draw_count if slot.category_id else slot.type != "description" for slot in slots),
        reason=attempts.reason_against(quiz, len(own), utcnow(), extra), breadcrumb=_trail(who, activity, frame),
    )  # fmt: skip


@blueprint.post("/<uuid:activity_id>/start")
@member
def start(activity_id: uuid.UUID) -> ResponseReturnValue:
    """Begin, or go on."""
    attempt = attempts.start_attempt(actor(), activity_id)
    return redirect(url_for("quiz_attempt.take", attempt_id=attempt.id), 303)


@blueprint.post("/<uuid:activity_id>/trial")
@member
def trial(activity_id: uuid.UUID) -> ResponseReturnValue:
    """Take it as a trainee would; it counts nowhere."""
    attempt = attempts.start_attempt(actor(), activity_id, is_trial=True)
    return redirect(url_for("quiz_attempt.take", attempt_id=attempt.id), 303)


@blueprint.get("/<uuid:activity_id>/questions")
@member
def plan(activity_id: uuid.UUID) -> ResponseReturnValue:
    """Which questions it asks, and those of the bank that can be added."""
    activity, quiz = quizzes.get_managed_quiz(actor(), activity_id)
    if request.args.get("language"):
        locale = request.args["language"]
        return redirect(url_for("quiz_language.show", activity_id=activity_id, locale=locale))
    slots = quizzes.find_slots(quiz)
    has_bank = actor().can(bank.KEEP)
    search = Search(request.args.get("q", "").strip()[:200], request.args.get("category", type=uuid.UUID))
    found, count = bank.find_questions(actor(), search) if has_bank else ([], 0)
    taken = {slot.question_id for slot in slots}
    return render_template(
        "quiz/plan.html", slots=slots, found=[each for each in found if each.id not in taken], found_count=count, search=search,
        categories=bank.find_categories(actor()) if has_bank else [], has_bank=has_bank, titles=TYPE_TITLES,
        icons=TYPE_ICONS, total=sum(slot.points * slot.draw_count for slot in slots), **managed_page(activity, quiz, "plan"),
    )  # fmt: skip


@blueprint.post("/<uuid:activity_id>/questions")
@member
def change_plan(activity_id: uuid.UUID) -> ResponseReturnValue:
    """Add questions, or a draw from a category."""
    if request.form.get("do") == "draw":
        quizzes.add_draw(actor(), activity_id, DrawQuestions.read(request.form.to_dict()))
    else:
        quizzes.get_managed_quiz(actor(), activity_id)
        chosen = [_uuid(text) for text in request.form.getlist("question_id")]
        if not chosen:
            raise Invalid(_("Please choose at least one question."))
        quizzes.add_questions(actor(), activity_id, chosen)
    query, category = request.args.get("q"), request.args.get("category")
    return redirect(
        url_for("quiz.plan", activity_id=activity_id, q=query, category=category, _anchor="add"), 303
    )


@blueprint.post("/<uuid:activity_id>/questions/<uuid:slot_id>")
@member
def change_slot(activity_id: uuid.UUID, slot_id: uuid.UUID) -> ResponseReturnValue:
    """Move, change or take out one."""
    match request.form.get("do"):
        case "up":
            quizzes.move_slot(actor(), activity_id, slot_id, -1)
        case "down":
            quizzes.move_slot(actor(), activity_id, slot_id, 1)
        case "remove":
            quizzes.remove_slot(actor(), activity_id, slot_id)
        case _:
            quizzes.edit_slot(actor(), activity_id, slot_id, EditSlot.read(request.form.to_dict()))
    return redirect(url_for("quiz.plan", activity_id=activity_id, _anchor="questions"), 303)


@blueprint.route("/<uuid:activity_id>/settings", methods=["GET", "POST"])
@member
def settings(activity_id: uuid.UUID) -> ResponseReturnValue:
    """Practice or test, time, attempts, what people see afterwards."""
    activity, quiz = quizzes.get_managed_quiz(actor(), activity_id)
    form = Form(SetUpQuiz, values=_values(quiz))
    if form.run(lambda command: quizzes.set_up(actor(), activity_id, _aware(command))):
        flash(_("Saved."), "success")
        return redirect(url_for("quiz.settings", activity_id=activity_id), 303)
    return render_template(
        "quiz/settings.html", form=form, **managed_page(activity, quiz, "settings")
    ), form.status


@blueprint.route("/<uuid:activity_id>/time", methods=["GET", "POST"])
@member
def extra_time(activity_id: uuid.UUID) -> ResponseReturnValue:
    """More time for single people."""
    activity, quiz = quizzes.get_managed_quiz(actor(), activity_id)
    form = Form(GiveTime, values={"minutes": 15}, submit=_("Give time"))
    if form.run(lambda command: quizzes.give_time(actor(), activity_id, command)):
        flash(_("Saved."), "success")
        return redirect(url_for("quiz.extra_time", activity_id=activity_id), 303)
    given = quizzes.extra_times(quiz)
    people = find_members(actor(), [*given, *_takers(activity)])
    page = render_template(
        "quiz/extra_time.html", form=form, given=given, people=people, **managed_page(activity, quiz, "time")
    )
    return page, form.status


def _takers(activity: Activity) -> list[uuid.UUID]:
    rows = list_enrolments(actor(), activity.root_id or activity.id)
    return [row.user_id for row in rows]


def managed_page(activity: Activity, quiz: Quiz, tab: str) -> dict[str, Any]:
    """What the pages that manage a quiz share."""
    frame = frame_of(actor(), activity)
    return {
        "activity": activity, "quiz": quiz, "tab": tab, "back": parent_edit_url(activity),
        "waiting": count_waiting(quiz) if actor().can(GRADE) or may_manage(actor(), activity) else 0, "breadcrumb": _trail(actor(), activity, frame, is_inner=True),
        "has_languages": bool(translating.languages_of(actor(), frame)),
    }  # fmt: skip


def _trail(
    who: Actor, activity: Activity, frame: Frame | None, *, is_inner: bool = False
) -> list[tuple[str, str | None]]:
    above = (frame.title, frame.exit_url) if frame else (_("Activities"), url_for("activities.index"))
    title = frame.step_title if frame and frame.step_title and not is_inner else activity.title
    own = (title, activity_url(activity) if is_inner else None)
    return [above, own, (_("Edit"), None)] if is_inner else [above, own]


def _values(quiz: Quiz) -> dict[str, Any]:
    zone = current_zone()
    values = {name: getattr(quiz, name) for name in SetUpQuiz.model_fields}
    for name in ("opens_at", "closes_at"):
        moment = values[name]
        values[name] = moment.astimezone(zone).strftime("%Y-%m-%dT%H:%M") if moment else None
    return values


def _aware(command: SetUpQuiz) -> SetUpQuiz:
    def own(moment: datetime | None) -> datetime | None:
        return moment.replace(tzinfo=current_zone()) if moment and moment.tzinfo is None else moment

    return command.model_copy(update={"opens_at": own(command.opens_at), "closes_at": own(command.closes_at)})


def _uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise Invalid(_("There is no such question.")) from None
