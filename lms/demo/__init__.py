"""The demo world: two offices, sixty invented people, six months of activity.

One world serves the demo, tests, screenshots, browser journeys and load runs. The
core makes offices and people; every area and plugin adds its own through the hook
``demo_data(world)``. All people are invented; addresses end in example.org.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from lms.demo.people import PASSWORD

if TYPE_CHECKING:
    from lms.demo.world import Person, World, build_world

__all__ = ["PASSWORD", "Person", "World", "build_world"]


def __getattr__(name: str) -> Any:
    """The world is loaded when it is asked for (PEP 562): the command ``demo`` needs only names at most starts."""
    if name not in __all__:
        raise AttributeError(name)
    return getattr(importlib.import_module("lms.demo.world"), name)
