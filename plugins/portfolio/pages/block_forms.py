"""What each of the portfolio's own kinds of blocks holds."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from lms.plugin import Command, Ui, _l
from plugins.portfolio.cv.sections import SECTIONS

_CAPTION = Ui(_l("Caption"))
_Short = Annotated[str, BeforeValidator(lambda value: value or ""), Field(max_length=300)]
_Id = Annotated[str, BeforeValidator(lambda value: value or ""), Field(max_length=36)]
_Ids = Annotated[list[str], Field(max_length=60)]


class TextBlock(Command):
    """Text with pictures and lists."""

    html: Annotated[
        str,
        BeforeValidator(lambda value: value or ""),
        Field(max_length=200_000),
        Ui(_l("Text"), kind="richtext"),
    ] = ""


class HeadingBlock(Command):
    """A heading between blocks."""

    text: Annotated[_Short, Ui(_l("Heading"))] = ""


class FileBlock(Command):
    """One picture, video, sound or PDF from one's files."""

    item: Annotated[_Id, Ui(_l("File"), _l("Choose from your evidence."), kind="select")] = ""
    caption: Annotated[_Short, _CAPTION] = ""


class ImageBlock(Command):
    """A picture with words for those who do not see it."""

    item: Annotated[_Id, Ui(_l("Picture"), _l("Choose from your evidence."), kind="select")] = ""
    alt: Annotated[_Short, Ui(_l("What is to be seen?"), _l("For people who cannot see the picture."))] = ""
    caption: Annotated[_Short, _CAPTION] = ""


class FilesBlock(Command):
    """Several files."""

    items: Annotated[_Ids, Ui(_l("Files"), kind="checkboxes")] = Field(default_factory=list)
    caption: Annotated[_Short, _CAPTION] = ""


class LinksBlock(Command):
    """Several links."""

    items: Annotated[_Ids, Ui(_l("Links"), _l("Choose from your evidence."), kind="checkboxes")] = Field(
        default_factory=list
    )
    caption: Annotated[_Short, _CAPTION] = ""


class JournalBlock(Command):
    """The newest entries of a journal."""

    journal: Annotated[_Id, Ui(_l("Journal"), kind="select")] = ""
    count: Annotated[int, Field(ge=1, le=20), Ui(_l("How many entries"))] = 3


class EntryBlock(Command):
    """One entry of a journal."""

    entry: Annotated[_Id, Ui(_l("Entry"), _l("Drafts cannot be shown."), kind="select")] = ""


class FilmBlock(Command):
    """A video CV: its best recording as it is cut, its sound, or its text."""

    film: Annotated[_Id, Ui(_l("Video CV"), _l("Record one under “Video CV”."), kind="select")] = ""
    caption: Annotated[_Short, _CAPTION] = ""


class PlanBlock(Command):
    """A plan with its steps."""

    plan: Annotated[_Id, Ui(_l("Plan"), kind="select")] = ""


class CvBlock(Command):
    """A whole CV."""

    cv: Annotated[_Id, Ui(_l("CV"), kind="select")] = ""


class CvSectionBlock(Command):
    """One section of the store."""

    section: Annotated[
        Literal["", *(section.name for section in SECTIONS)],  # type: ignore[valid-type]  # the names are known when the module is read
        BeforeValidator(lambda value: value or ""),
        Ui(
            _l("Section"),
            kind="select",
            choices=[("", "–"), *((section.name, section.title) for section in SECTIONS)],
        ),
    ] = ""


class ProofBlock(Command):
    """Something that arrived by itself, as its source attests it."""

    proof: Annotated[
        _Short, Ui(_l("What arrived by itself"), _l("Hidden ones are not offered."), kind="select")
    ] = ""


class CertificateBlock(Command):
    """A certificate that arrived from a course, as its course attests it."""

    proof: Annotated[
        _Short,
        Ui(_l("Certificate"), _l("They arrive by themselves when you finish a course."), kind="select"),
    ] = ""


class ProfileBlock(Command):
    """Who one is."""

    text: Annotated[_Short, Ui(_l("A sentence of your own"), kind="textarea")] = ""
    shows_photo: Annotated[bool, Ui(_l("Show my photo"))] = False


class PlaceholderBlock(Command):
    """A place to be filled, with a hint; nobody but the owner sees it."""

    prompt: Annotated[_Short, Ui(_l("What should stand here?"))] = ""


class NoContent(Command):
    """A block that needs no words of its own."""

    title: Annotated[_Short, Ui(_l("Heading"), _l("Leave it empty for the usual one."))] = ""
