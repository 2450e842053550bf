"""References between parts that do not know each other.

A ``Ref`` names a thing of some plugin (``courses:course:0192...``); its ``Card`` is
what a given person may see of it. A plugin that holds a Ref never loads the row
behind it: it asks for the card.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass

from lms.errors import Invalid
from lms.text import gettext as _

_PATTERN = re.compile(r"([a-z][a-z0-9_]{0,39}):([a-z][a-z0-9_]{0,39}):([A-Za-z0-9-]{1,64})")


@dataclass(frozen=True, slots=True, order=True)
class Ref:
    """``plugin:kind:id``."""

    plugin: str
    kind: str
    id: str

    @classmethod
    def parse(cls, text: str) -> Ref:
        """Read the written form. Raises Invalid if it is not one."""
        match = _PATTERN.fullmatch(text)
        if not match:
            raise Invalid(_("This reference is not valid."), code="bad_ref")
        return cls(*match.groups())

    @classmethod
    def of(cls, plugin: str, kind: str, key: uuid.UUID | str) -> Ref:
        """The ref of a row by its key."""
        return cls(plugin, kind, str(key))

    @property
    def uuid(self) -> uuid.UUID:
        """The id as UUID. Raises Invalid if it is none."""
        try:
            return uuid.UUID(self.id)
        except ValueError:
            raise Invalid(_("This reference is not valid."), code="bad_ref") from None

    def __str__(self) -> str:
        return f"{self.plugin}:{self.kind}:{self.id}"


@dataclass(frozen=True, slots=True)
class Card:
    """What one person may see of a referenced thing. ``icon`` is a name of the icon sprite."""

    ref: Ref
    title: str
    url: str
    icon: str = "file-text"
    summary: str = ""
    kind_label: str = ""
