"""A self-training module of a meeting: a draft course of its recording, its questions with right answers, what was answered, and its files.

The course and its steps are kinds of activities that other parts of the product provide; each is made through
the core and filled in the form in which archives hold it. What the office has switched off is left out, and said.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import Field

from lms.plugin import (
    Activity,
    Actor,
    Command,
    Conflict,
    CreateActivity,
    Forbidden,
    Invalid,
    Ref,
    Text,
    Ui,
    _,
    _l,
    create_activity,
    directory,
    hooks,
    link,
    linked,
    may_manage,
    offered_types,
    session,
)
from plugins.webinar import module_parts, recording, replay, replay_steps, rooms
from plugins.webinar.forms import TITLE
from plugins.webinar.models import Recording
from plugins.webinar.module_parts import Chapter

COURSE, PAGE, FILE, QUIZ = "course", "page", "file", "quiz"
"""Kinds of activities by their names, whoever provides them."""
RELATION = "webinar.module"
MANAGE = "activities.manage"
Extra = Literal["practice", "answers", "files"]
EXTRAS: tuple[tuple[Extra, Text], ...] = (
    ("practice", _l("Questions to practise")),
    ("answers", _l("Questions and answers, and what people said in polls")),
    ("files", _l("The slides as files")),
)
DIVISIONS = (("chapters", _l("One step for each chapter")), ("whole", _l("One step for the whole recording")))


class MakeModule(Command):
    """What the module is made of. ``known`` is how many modules of this meeting the person knew of."""

    title: TITLE
    recording_id: Annotated[uuid.UUID, Ui("", kind="hidden")]
    division: Annotated[
        Literal["chapters", "whole"],
        Ui(_l("How the recording is watched"), kind="radio", choices=DIVISIONS),
    ] = "chapters"
    extras: Annotated[
        list[Extra], Field(max_length=3), Ui(_l("What comes with it"), kind="checkboxes", choices=EXTRAS)
    ] = []
    known: Annotated[int, Field(ge=0), Ui("", kind="hidden")] = 0


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the module to come: the titles of what will be made, or why it is left out."""

    name: str
    title: Text
    titles: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a module will be made of. With a ``problem`` none can be made now; ``made`` are those that were."""

    problem: str = ""
    recordings: tuple[Recording, ...] = ()
    chosen: Recording | None = None
    parts: tuple[Part, ...] = ()
    left_out: int = 0
    made: tuple[Activity, ...] = ()
    known: int = 0

    @property
    def possible(self) -> list[str]:
        """The names of what can come with the recording."""
        return [each.name for each in self.parts if each.titles and not each.problem]


@dataclass(slots=True)
class _Course:
    """A course being filled."""

    actor: Actor
    id: uuid.UUID
    files: dict[str, uuid.UUID] = field(default_factory=dict)

    def add(self, kind: str, title: str, content: Callable[[str], Mapping[str, Any]]) -> Activity:
        """One step more; its content is asked for in the language in which the course is written."""
        made = create_activity(self.actor, CreateActivity(title=title[:200], type=kind, parent_id=self.id))
        locale = directory().get(made.office_id).languages[0]  # in which new courses are written
        found = hooks().activity_types()[kind][1].content.import_
        if found is not None:
            found(self.actor, made.id, content(locale), self._take)
        return made

    def _take(self, name: str) -> uuid.UUID:
        return self.files[name]


def may_make(actor: Actor, meeting: rooms.Meeting) -> bool:
    """True for who leads the meeting and may make activities."""
    return actor.can(MANAGE) and may_manage(actor, meeting.activity)


def preview(actor: Actor, room_id: uuid.UUID, recording_id: uuid.UUID | None = None) -> Preview:
    """What a module of a recording (the last, if none is named) would be made of. Raises NotFound, Forbidden."""
    _check(actor, room_id)
    made, known = find_modules(room_id)
    found = recording.find_recordings(room_id)
    offered = {each.name for each in offered_types(actor, "top")}
    if COURSE not in offered:
        problem = _("Courses are switched off in this office. Whoever manages the office can switch them on.")
        return Preview(problem, made=made, known=known)
    if not found:
        problem = _("This meeting has no recording. A module is made around one.")
        return Preview(problem, made=made, known=known)
    row = next((each for each in found if each.id == recording_id), found[-1])
    there, taught = recording.agreed_ids(room_id), recording.agreed_to_teach(room_id)
    speakers = {each.participant_id for each in row.tracks}
    return Preview(
        recordings=tuple(found), chosen=row, parts=tuple(_parts(actor, row)), left_out=len(speakers & (there - taught)),
        made=made, known=known,
    )  # fmt: skip


def chapters(actor: Actor, row: Recording) -> list[Chapter]:
    """The chapters of a recording; none if it is better watched as a whole."""
    return module_parts.chapters_of(replay.describe(actor, row, set()))


def find_modules(room_id: uuid.UUID) -> tuple[tuple[Activity, ...], int]:
    """Courses that were made of a meeting and are there, the latest first; and how many ever were."""
    refs = linked(rooms.ref_of(room_id), RELATION)
    rows = [session().get(Activity, each.uuid) for each in reversed(refs)]
    return tuple(each for each in rows if each is not None and each.state != "archived"), len(refs)


def make(actor: Actor, room_id: uuid.UUID, command: MakeModule) -> uuid.UUID:
    """Make the draft of a module; nobody but those who make courses sees it before it is published.

    Raises NotFound, Forbidden, Invalid; Conflict if another was made since the person looked.
    """
    found = preview(actor, room_id, command.recording_id)
    if found.problem:
        raise Conflict(found.problem)
    if found.known != command.known:
        raise Conflict(
            _(
                "A module has been made of this meeting just now. Look at it first; if you want another, repeat it."
            )
        )
    row = next((each for each in found.recordings if each.id == command.recording_id), None)
    if row is None:
        raise Invalid(
            _("There is no such recording."),
            fields={"recording_id": _("Please choose one of the answers offered.")},
        )
    course = _Course(actor, create_activity(actor, CreateActivity(title=command.title, type=COURSE)).id)
    _add_recording(course, row, command)
    wanted = [each for each in found.possible if each in command.extras]
    polls = module_parts.find_polls(room_id)
    practice = module_parts.find_practice(polls)
    if "practice" in wanted:
        course.add(QUIZ, _("Practise"), _always(module_parts.practice(practice)))
    if "answers" in wanted:
        questions, rest = (
            module_parts.find_answered(room_id),
            [each for each in polls if each not in practice],
        )
        title = _("Questions and answers")
        course.add(PAGE, title, lambda locale: module_parts.answers_page(locale, title, questions, rest))
    if "files" in wanted:
        for deck in module_parts.find_files(room_id):
            course.files[str(deck.id)] = deck.file_id
            course.add(FILE, deck.name, _always(module_parts.file_step(str(deck.id))))
    link(rooms.ref_of(room_id), RELATION, Ref.of("core", "activity", course.id))
    session().flush()
    return course.id


def _add_recording(course: _Course, row: Recording, command: MakeModule) -> None:
    parts = chapters(course.actor, row) if command.division == "chapters" else []
    for each in parts or [Chapter(_("Recording of the meeting"), 0.0, 0.0)]:
        content = {"recording": str(row.id), "begins": each.begins, "ends": each.ends}
        course.add(replay_steps.TYPE, each.title, _always(content))


def _always(content: Mapping[str, Any]) -> Callable[[str], Mapping[str, Any]]:
    """The same in every language."""
    return lambda _locale: content


def _parts(actor: Actor, row: Recording) -> list[Part]:
    """What could come with a recording, and what keeps it from it."""
    offered = {each.name for each in offered_types(actor, "child")}
    polls = module_parts.find_polls(row.room_id)
    practice = module_parts.find_practice(polls)
    answers = [each.text for each in module_parts.find_answered(row.room_id)]
    answers += [each.question for each in polls if each not in practice]
    found = [
        ("practice", QUIZ, [each.question for each in practice], _("No poll of the meeting has a right answer.")),
        ("answers", PAGE, answers, _("No question that was answered in writing is published for the replay, and no poll was held.")),
        ("files", FILE, [each.name for each in module_parts.find_files(row.room_id)], _("There are no slides.")),
    ]  # fmt: skip
    titles = dict(EXTRAS)
    parts = []
    for name, kind, lines, nothing in found:
        problem = "" if lines else nothing
        if lines and kind not in offered:
            problem = _(
                "Left out: the office has switched off what shows it. Whoever manages the office can switch it on."
            )
        elif lines and kind == QUIZ and hooks().question_bank(actor, "", 0) is None:
            problem = _("Left out: only those who keep the question bank can make it.")
        parts.append(Part(name, titles[name], tuple(lines), problem))  # type: ignore[index]  # names are those of EXTRAS
    return parts


def _check(actor: Actor, room_id: uuid.UUID) -> None:
    rooms.get_managed_room(actor, room_id)
    if not actor.can(MANAGE):
        raise Forbidden(_("Only those who may make courses can do this."))
