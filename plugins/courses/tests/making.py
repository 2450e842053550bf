"""Courses for tests."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from lms.plugin import Enrol, World, enrol, record_progress
from plugins.courses import authoring, writing
from plugins.courses.forms import AddStep, NewCourse, WritePage
from plugins.courses.outline import languages_of


@dataclass(frozen=True)
class Made:
    """A course and its steps, in order."""

    id: uuid.UUID
    steps: list[uuid.UUID]


def make_course(world: World, *types: str, title: str = "Colloquio efficace", publish: bool = True) -> Made:
    """A course of the trainer with steps of these kinds; pages have a text. Call it inside an office."""
    trainer = world.actor("trainer")
    course_id = authoring.create_course(trainer, NewCourse(title=title))
    steps = []
    for number, kind in enumerate(types or ("page", "page", "page"), start=1):
        steps.append(authoring.add_step(trainer, course_id, AddStep(type=kind, title=f"{kind} {number}")))
        if kind in {"page", "book"}:
            write(world, steps[-1], f"<p>Text of {kind} {number}</p>")
    if publish:
        authoring.publish_course(trainer, course_id)
    return Made(course_id, steps)


def write(world: World, step_id: uuid.UUID, html: str, locale: str = "") -> uuid.UUID:
    """Write and publish the first page of a step; returns its id."""
    trainer = world.actor("trainer")
    [page, *_rest] = writing.pages_of(step_id)
    course = writing.course_of(authoring.get_managed_step(trainer, step_id)[0])
    code = locale or languages_of(course)[0]
    writing.save_draft(trainer, page.id, code, WritePage(title="", html=html))
    writing.publish_page(trainer, page.id, code)
    return page.id


def join(world: World, course_id: uuid.UUID, *keys: str) -> None:
    """People take part."""
    for key in keys or ("trainee",):
        enrol(world.actor(key), course_id, Enrol())


def view(world: World, step_id: uuid.UUID, key: str = "trainee") -> None:
    """A person reads a step to its end."""
    record_progress(world.actor(key), step_id, "viewed", key=f"viewed:{step_id}:{world.people[key].id}")
