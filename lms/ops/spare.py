"""Libraries that our libraries load only in case they could be used: not loaded where they never are.

Each of these imports is optional where it stands (``try: import rich``), serves another way of
running, and would stay in the memory of every process: a twelfth of the whole embedded system.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from lms.config import Settings

NEVER_SERVED = ("requests", "websocket", "rich")
"""The socket library's own client needs the first two; the third draws coloured tracebacks."""
OF_POSTGRESQL = ("psycopg",)


def spare_libraries(settings: Settings) -> tuple[str, ...]:
    """Top-level modules that pages and jobs of this installation never need."""
    return NEVER_SERVED + (OF_POSTGRESQL if settings.is_sqlite else ())


@contextmanager
def without(names: tuple[str, ...]) -> Iterator[None]:
    """Importing these fails inside the block, as if they were not installed; what is loaded already stays."""
    hidden = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # None is what the import system refuses by
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]
