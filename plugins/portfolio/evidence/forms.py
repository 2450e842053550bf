"""What people ask for about their evidence."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from lms.plugin import Command, Ui, _, _l
from plugins.portfolio.cv.forms import read_url

LICENCES = [
    ("", _l("All rights are mine")), ("cc-by", _l("Others may use it and name me (CC BY)")),
    ("cc-by-sa", _l("Others may use it, name me and share alike (CC BY-SA)")), ("other", _l("Made by somebody else, used with consent")),
]  # fmt: skip
SKILL_LEVELS = [
    ("", "–"), ("1", _l("I am beginning")), ("2", _l("I can do it with help")), ("3", _l("I do it alone")), ("4", _l("I could teach it")),
]  # fmt: skip
TAGS = Ui(_l("Tags"), _l("Words by which you find it again, separated by commas."))
Words = Annotated[str, BeforeValidator(lambda value: value or ""), Field(max_length=500)]
Title = Annotated[str, Field(min_length=1, max_length=160)]
Rich = Annotated[str, BeforeValidator(lambda value: value or ""), Field(max_length=100_000)]


def _web_address(text: str) -> str:
    """Where a link leads. Raises ValueError."""
    found = read_url(text)
    if not found:
        raise ValueError(_("Please give a web address like https://example.org."))
    return found


WebAddress = Annotated[str, Field(max_length=500), AfterValidator(_web_address)]
_WHERE = Ui(_l("Web address"), _l("Such as a film of your work, an article, your repository."), kind="url")


def _optional_level(value: object) -> object:
    return None if value in ("", None) else value


class NewThing(Command):
    """A note, skill, goal, journal, entry or plan needs its title, nothing else."""

    title: Annotated[Title, Ui(_l("Title"))]


class EditFile(Command):
    """What is said of a file."""

    title: Annotated[Title, Ui(_l("Name"))]
    body: Annotated[
        Words, Ui(_l("What it shows"), _l("One or two sentences that help a stranger."), kind="textarea")
    ] = ""
    folder: Annotated[
        Annotated[str, BeforeValidator(lambda value: value or ""), Field(max_length=80)],
        Ui(_l("Folder"), _l("Files with the same folder stand together."), attrs={"list": "folders"}),
    ] = ""
    licence: Annotated[
        Literal["", "cc-by", "cc-by-sa", "other"], BeforeValidator(lambda value: value or ""), Ui(_l("Who may use it?"), kind="select", choices=LICENCES)
    ] = ""  # fmt: skip
    tags: Annotated[Words, TAGS] = ""


class NewLink(Command):
    """A link needs its address and what it is called."""

    url: Annotated[WebAddress, _WHERE]
    title: Annotated[Title, Ui(_l("What is it?"), _l("Such as: Film of our workshop."))]


class EditLink(Command):
    """What is said of a link: readers see it, and the preview if there is one."""

    title: Annotated[Title, Ui(_l("What is it?"))]
    url: Annotated[WebAddress, _WHERE]
    body: Annotated[
        Words,
        Ui(_l("What it shows"), _l("Tell what is yours in it. Readers see it before they follow the link."), kind="textarea"),
    ] = ""  # fmt: skip
    tags: Annotated[Words, TAGS] = ""


class EditNote(Command):
    """A note."""

    title: Annotated[Title, Ui(_l("Title"))]
    body: Annotated[Rich, Ui(_l("Note"), kind="richtext")] = ""
    tags: Annotated[Words, TAGS] = ""


class EditSkill(Command):
    """A skill: how well, and what proves it."""

    title: Annotated[Title, Ui(_l("Skill"))]
    level: Annotated[
        Annotated[
            Literal[1, 2, 3, 4] | None,
            BeforeValidator(lambda value: int(value) if str(value).isdigit() else _optional_level(value)),
        ],
        Ui(_l("How well?"), kind="select", choices=SKILL_LEVELS),
    ] = None
    body: Annotated[Words, Ui(_l("When did you use it?"), kind="textarea")] = ""
    proofs: Annotated[
        list[str],
        Ui(_l("What proves it?"), _l("Choose from your files, links and notes."), kind="checkboxes"),
    ] = Field(default_factory=list)
    tags: Annotated[Words, TAGS] = ""


class EditGoal(Command):
    """A goal, with a day by which it should be reached."""

    title: Annotated[Title, Ui(_l("Goal"))]
    body: Annotated[Words, Ui(_l("How will you know that you reached it?"), kind="textarea")] = ""
    due_on: Annotated[date | None, Ui(_l("Until when?"))] = None
    tags: Annotated[Words, TAGS] = ""


class EditDescribed(Command):
    """A journal or a plan: its title and what it is for."""

    title: Annotated[Title, Ui(_l("Title"))]
    description: Annotated[Words, Ui(_l("What is it for?"))] = ""
    tags: Annotated[Words, TAGS] = ""


class EditEntry(Command):
    """An entry of a journal; a draft stays with its writer."""

    title: Annotated[Title, Ui(_l("Title"))]
    body: Annotated[Rich, Ui(_l("Entry"), kind="richtext")] = ""
    tags: Annotated[Words, TAGS] = ""
    is_draft: Annotated[bool, Ui(_l("This is a draft: nobody but me sees it"))] = False


class AddTask(Command):
    """A step of a plan."""

    title: Annotated[Title, Ui(_l("Next step"))]
    starts_on: Annotated[date | None, Ui(_l("From when?"))] = None
    due_on: Annotated[date | None, Ui(_l("Until when?"))] = None

    @model_validator(mode="after")
    def _in_order(self) -> AddTask:
        if self.starts_on and self.due_on and self.due_on < self.starts_on:
            raise ValueError(_("The end is before the beginning."))
        return self
