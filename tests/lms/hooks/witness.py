"""Plugins made of functions, asked through the real callers; no application is needed."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pluggy

from lms.access.actor import Actor
from lms.hooks import specs
from lms.hooks.callers import Hooks
from lms.hooks.contributions import Fact
from lms.hooks.loader import PluginSet
from lms.hooks.specs import hookimpl
from lms.hooks.watch import Watch

OFFICE, OTHER_OFFICE = uuid.UUID(int=1), uuid.UUID(int=2)
PERSON = uuid.UUID(int=3)
ACTOR = Actor(PERSON, "Ada", office_id=OFFICE)
LIMIT_SECONDS = 0.2


def make_hooks(
    enabled: dict[uuid.UUID, set[str]] | None = None, **plugins: dict[str, Callable[..., Any]]
) -> tuple[Hooks, list[Fact]]:
    """Callers over plugins given as ``name={hook: function}``, in that order; and the facts that they publish.

    All are switched on in ``OFFICE`` unless ``enabled`` says otherwise.
    """
    manager = pluggy.PluginManager(specs.PROJECT)
    manager.add_hookspecs(specs)
    for name, functions in plugins.items():
        manager.register(
            SimpleNamespace(**{hook: hookimpl(each) for hook, each in functions.items()}), name=name
        )
    facts: list[Fact] = []
    choices = enabled or {OFFICE: set(plugins)}

    def enabled_in(office_id: uuid.UUID | None) -> frozenset[str]:
        return frozenset(plugins if office_id is None else choices.get(office_id, ()))

    watch = Watch(limit=LIMIT_SECONDS, rest=60)
    return Hooks(PluginSet(manager), enabled_in, facts.append, watch), facts
