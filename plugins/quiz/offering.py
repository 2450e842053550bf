"""Questions of the bank as other parts ask them, such as in a poll: plain words, and which options are right."""

from __future__ import annotations

from collections.abc import Iterator

from lms.plugin import Actor, NotFound, OfferedOption, OfferedQuestion, Ref, embedded_files, plain_text
from plugins.quiz import bank
from plugins.quiz.grading import AnyQuestion
from plugins.quiz.grading.choice import MultipleChoice, SingleChoice

TYPES = ("single", "multiple")


def offer_questions(actor: Actor, query: str | Ref, limit: int) -> list[OfferedQuestion] | None:
    """Questions to choose from with these words, or the one of a ref; None for who does not keep the bank here.

    What needs a picture or a sound to be understood is left out. With ``limit`` 0 nothing is looked for.
    """
    if actor.office_id is None or not actor.is_member or not actor.can(bank.KEEP):
        return None
    if limit == 0:
        return []
    found = (
        _find_one(actor, query) if isinstance(query, Ref) else bank.find_newest(actor, query, TYPES, limit)
    )
    return [offered for each in found for offered in _offer(each)]


def _find_one(actor: Actor, ref: Ref) -> list[bank.OpenQuestion]:
    if (ref.plugin, ref.kind) != ("quiz", "question"):
        return []
    try:
        found = bank.get_question(actor, ref.uuid)
    except NotFound:
        return []
    return [] if found.row.removed_at is not None else [found]


def _offer(found: bank.OpenQuestion) -> Iterator[OfferedQuestion]:
    content: AnyQuestion = found.content
    if not isinstance(content, SingleChoice | MultipleChoice):
        return
    texts = [content.stem, *(each.text for each in content.choices)]
    if any(embedded_files(each) for each in texts):
        return
    best = max(each.weight for each in content.choices)
    options = tuple(
        OfferedOption(_words(each.text), each.weight == best if content.type == "single" else each.is_right)
        for each in content.choices
    )
    ref = Ref.of("quiz", "question", found.row.id)
    yield OfferedQuestion(ref, found.row.name, content.type, _words(content.stem), options)


def _words(html: str) -> str:
    return " ".join(plain_text(html).split())
