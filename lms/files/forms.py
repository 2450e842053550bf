"""What is asked for with files."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from lms.commands import Command


class StartUpload(Command):
    """Announce a file that will be sent in pieces; ``families`` narrows what is accepted (all, if empty).

    ``length`` is None for what is still being made, such as a recording. ``is_passing`` is for what
    becomes no file but is looked through and thrown away: it has a limit of its own and no quota.
    """

    name: Annotated[str, Field(min_length=1, max_length=1000)]
    length: Annotated[int | None, Field(ge=0)] = None
    media_type: Annotated[str, Field(max_length=200)] = ""
    families: str = ""
    is_passing: bool = False
