"""Pages on which a quiz and its questions are told in another language."""

from __future__ import annotations

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.plugin import Form, NotFound, _, actor, frame_of, member, requires
from plugins.quiz import bank, quizzes, translating
from plugins.quiz.grading import languages as told
from plugins.quiz.quiz_views import managed_page
from plugins.quiz.showing import TYPE_ICONS, TYPE_TITLES, preview_of

blueprint = Blueprint("quiz_language", __name__, url_prefix="/quiz")


@blueprint.get("/<uuid:activity_id>/languages")
@member
def first(activity_id: uuid.UUID) -> ResponseReturnValue:
    """The first of the languages in which a quiz can be told."""
    activity, _quiz = quizzes.get_managed_quiz(actor(), activity_id)
    codes = translating.languages_of(actor(), frame_of(actor(), activity))
    if not codes:
        raise NotFound(_("This office has only one language."))
    return redirect(url_for("quiz_language.show", activity_id=activity_id, locale=codes[0]))


@blueprint.route("/<uuid:activity_id>/languages/<locale>", methods=["GET", "POST"])
@member
def show(activity_id: uuid.UUID, locale: str) -> ResponseReturnValue:
    """Introduction and headings in a language, and what the questions lack."""
    activity, quiz = quizzes.get_managed_quiz(actor(), activity_id)
    codes = translating.languages_of(actor(), frame_of(actor(), activity))
    name = translating.name_of_language(locale)
    headings = translating.headings_of(quiz)
    if request.method == "POST":
        given = dict(zip(headings, request.form.getlist("heading"), strict=False))
        if "intro" in request.form:
            given[translating.INTRO] = request.form["intro"]
        translating.save_words(actor(), activity_id, locale, given)
        flash(_("Saved."), "success")
        return redirect(url_for("quiz_language.show", activity_id=activity_id, locale=locale), 303)
    words = translating.words_of(quiz, locale)
    return render_template(
        "quiz/languages.html", locale=locale, language=name, headings=headings, words=words, rows=translating.find_words(quiz, locale),
        languages=[(code, translating.name_of_language(code)) for code in codes], titles=TYPE_TITLES, icons=TYPE_ICONS,
        form=Form(translating.WriteIntro, values={"intro": words.get(translating.INTRO, "")}), has_bank=actor().can(bank.KEEP),
        **managed_page(activity, quiz, "languages"),
    )  # fmt: skip


@blueprint.route("/bank/questions/<uuid:question_id>/languages/<locale>", methods=["GET", "POST"])
@requires(bank.KEEP)
def question(question_id: uuid.UUID, locale: str) -> ResponseReturnValue:
    """The words of a question in a language, each beside the original."""
    found = bank.get_question(actor(), question_id)
    name = translating.name_of_language(locale)
    command, values, pieces = translating.words_command(found.content, locale)
    form = Form(command, values=values)
    quiz = request.args.get("quiz", type=uuid.UUID)
    back = (
        url_for("quiz_language.show", activity_id=quiz, locale=locale)
        if quiz
        else url_for("quiz_bank.edit", question_id=question_id)
    )
    if form.run(lambda read: translating.translate(actor(), question_id, locale, read, pieces)):
        flash(_("Saved."), "success")
        return redirect(back, 303)
    trail = [(_("Question bank"), url_for("quiz_bank.index")), (found.row.name, url_for("quiz_bank.edit", question_id=question_id)), (name, None)]  # fmt: skip
    original = preview_of(found.content, {}, 1, is_checked=False)
    return render_template(
        "quiz/question_words.html", form=form, question=found, language=name, locale=locale, back=back, breadcrumb=trail,
        original=original, missing=told.missing_in(found.content, locale),
    ), form.status  # fmt: skip
