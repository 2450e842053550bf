"""Quizzes: a bank of questions, practice and tests made from it, and what people answered."""

from lms.plugin import Manifest, _l

manifest = Manifest(
    name="quiz",
    title=_l("Quizzes"),
    summary=_l(
        "A bank of questions, and quizzes made from it: for practice with hints, or as a test with a time limit."
    ),
    version="1.0.0",
    core=">=0.1,<0.2",
    icon="question-circle",
)
