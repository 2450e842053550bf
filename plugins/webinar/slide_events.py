"""What can happen with slides in a room."""

from __future__ import annotations

import uuid
from typing import Annotated

from pydantic import Field

from lms.plugin import Command


class Pointer(Command):
    """Where the presenter points on the slide, in thousandths of its width and height; none: not any more."""

    x: Annotated[int, Field(ge=0, le=1000)] | None = None
    y: Annotated[int, Field(ge=0, le=1000)] | None = None


class DeckChanged(Command):
    """Slides were added or taken out; pages ask which there are."""

    deck: uuid.UUID


class SlideShown(Command):
    """The slide that everybody sees; ``person`` turned to it. ``is_sharp``: there is a sharper picture for who looks closely."""

    deck: uuid.UUID
    number: Annotated[int, Field(ge=1)]
    person: uuid.UUID | None = None
    is_sharp: bool = False


class SlideSharpened(Command):
    """A sharper picture of this slide is there."""

    deck: uuid.UUID
    number: Annotated[int, Field(ge=1)]


class SlideZoomed(Command):
    """How close who shows a slide looks at it: in hundredths of the whole, around a point in thousandths of its width and height."""

    deck: uuid.UUID
    number: Annotated[int, Field(ge=1)]
    scale: Annotated[int, Field(ge=100, le=400)]
    x: Annotated[int, Field(ge=0, le=1000)] = 500
    y: Annotated[int, Field(ge=0, le=1000)] = 500
