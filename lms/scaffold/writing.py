"""Writing a new plugin: ``template/`` with its places filled.

The files of the template are plugin files in which ``@NAME@`` stands for the plugin's name, ``@TITLE@`` for what
people read and ``@CORE@`` for the versions of the core it works with; ``NAME`` in file names is filled, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import lms
from lms.errors import Conflict, Invalid
from lms.text import gettext as _

TEMPLATE = Path(__file__).resolve().parent / "template"
NAME = re.compile(r"[a-z][a-z0-9]{1,29}")
SUFFIX = ".txt"


@dataclass(frozen=True, slots=True)
class NewPlugin:
    """What is known of a plugin before it exists."""

    name: str
    title: str

    @property
    def places(self) -> dict[str, str]:
        """The places of the template and what goes into them; longer ones do not contain shorter ones."""
        low, _dot, rest = lms.__version__.partition(".")
        minor = int(rest.split(".", maxsplit=1)[0])
        return {
            "@NAME@": self.name,
            "@TITLE@": self.title,
            "@CORE@": f">={low}.{minor},<{low}.{minor + 1}",
        }


def write_plugin(new: NewPlugin, folder: Path) -> Path:
    """Write the plugin into ``folder``; returns its own folder. Raises Invalid, Conflict."""
    if not NAME.fullmatch(new.name):
        raise Invalid(_("The name must be 2 to 30 small letters or digits, starting with a letter."))
    if '"' in new.title or "\\" in new.title or "\n" in new.title:
        raise Invalid(_("The title must be one line without quotation marks and backslashes."))
    target = folder / new.name
    if target.exists():
        raise Conflict(_("There is a folder of that name already: %(folder)s", folder=target))
    for path, text in _filled(new):
        file = target / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    return target


def _filled(new: NewPlugin) -> Iterator[tuple[Path, str]]:
    for source in sorted(TEMPLATE.rglob(f"*{SUFFIX}")):
        path = Path(str(source.relative_to(TEMPLATE)).replace("NAME", new.name).removesuffix(SUFFIX))
        text = source.read_text("utf-8")
        for place, value in new.places.items():
            text = text.replace(place, value)
        yield path, text
