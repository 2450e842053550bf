"""Small quizzes for tests."""

from __future__ import annotations

import uuid
from typing import Any

from lms.plugin import CreateActivity, World, create_activity, session, set_state
from plugins.quiz import bank, quizzes
from plugins.quiz.forms import SetUpQuiz
from plugins.quiz.grading import read_question

SINGLE = {
    "type": "single", "stem": "<p>Which one?</p>", "feedback": "<p>Because.</p>", "hints": ["Think."],
    "choices": [{"id": "a", "text": "Yes", "weight": 100}, {"id": "b", "text": "No", "feedback": "Not this."}, {"id": "c", "text": "Perhaps"}],
}  # fmt: skip
TEXT = {
    "type": "shorttext",
    "stem": "<p>Capital of Italy?</p>",
    "answers": [{"pattern": "Rome"}, {"pattern": "Roma"}],
}
NUMBER = {"type": "number", "stem": "<p>Six times seven?</p>", "answers": [{"value": "42"}]}
ESSAY = {
    "type": "essay", "stem": "<p>Tell us.</p>",
    "rubric": [{"id": "r", "title": "Clear", "levels": [{"points": 0, "text": "no"}, {"points": 2, "text": "yes"}]}],
}  # fmt: skip
FILE = {"type": "file", "stem": "<p>Hand something in.</p>"}
ORDER = {
    "type": "ordering",
    "stem": "<p>In order</p>",
    "items": [{"id": "a", "text": "1"}, {"id": "b", "text": "2"}, {"id": "c", "text": "3"}],
}


def add_question(world: World, content: dict[str, Any], *, name: str = "", key: str = "trainer") -> uuid.UUID:
    """A question in the first category of Siena; inside the office."""
    draft = bank.Draft(bank.default_category(), read_question(content), name)
    return bank.add_question(world.actor(key), draft)


def make_quiz(world: World, *contents: dict[str, Any], **rules: Any) -> uuid.UUID:
    """A published quiz of Siena with these questions; returns the activity's id."""
    trainer = world.actor("trainer")
    with world.inside("siena"):
        activity = create_activity(trainer, CreateActivity(title="A quiz for tests", type="quiz"))
        ids = [add_question(world, content) for content in contents or (SINGLE, TEXT, NUMBER)]
        quizzes.add_questions(trainer, activity.id, ids)
        quizzes.set_up(trainer, activity.id, SetUpQuiz(**({"mode": "test"} | rules)))
        set_state(trainer, activity.id, "published")
        session().flush()
        return activity.id
