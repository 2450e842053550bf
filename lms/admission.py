"""Whether a plugin that could be imported may come in.

First its models, while it is loaded: do they fit together, are its tables its own? Then
what it contributes, before anything is wired: does it say why it holds personal data,
does every page and live event state its policy, are its addresses its own? A plugin that
breaks a rule is named with the reason and leaves nothing behind.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flask import Blueprint, Flask
from sqlalchemy import Table
from sqlalchemy.exc import SQLAlchemyError

from lms.access.policy import policy_of
from lms.hooks.builtin import BUILTIN, CORE
from lms.hooks.callers import EXTENSION as HOOKS
from lms.hooks.callers import Hooks
from lms.hooks.loader import LoadedPlugin
from lms.offices.directory import EXTENSION as DIRECTORY
from lms.store.base import configure_models, forget_models, mappers

AREAS = frozenset(module.split(".")[1] for module in BUILTIN) | {CORE, "home", "brand", "health", "ui"}
SAID_AT_LOAD = ("permissions", "settings_schema", "blueprints", "socket_namespaces", "jobs", "personal_data")
"""Hooks without which a plugin would be half in: one that fails keeps it out."""


class Admission:
    """The first look, at models; what ``lms.hooks.loader`` asks for each plugin that it imported."""

    def judge(self, plugin: LoadedPlugin) -> str | None:
        """Why the plugin may not come in, or None."""
        name = plugin.name
        if name in AREAS or _core_has_tables_of(name):
            return f"the name {name!r} belongs to the core"
        foreign = sorted(
            table.name for table in tables_of(plugin.package) if not table.name.startswith(f"{name}_")
        )
        if foreign:
            return f"its tables must start with {name + '_'!r}: {', '.join(foreign)}"
        try:
            configure_models(plugin.package)
        except SQLAlchemyError as error:
            return f"its models do not fit together: {error}"
        return None

    def forget(self, package: str) -> None:
        """Take the models of a plugin that stays out from the tables that everybody shares."""
        forget_models(package)


def refuse_bad_contributions(app: Flask) -> None:
    """The second look, when the core's pages are there: reject every plugin that breaks a rule."""
    found: Hooks = app.extensions[HOOKS]
    trials = _Trials()
    with app.app_context():
        for plugin in list(found.plugins.loaded):
            reason = next(_faults(app, found, plugin, trials), None)
            if reason is not None:
                found.plugins.reject(plugin.name, reason)
                app.extensions[DIRECTORY].drop_plugin(plugin.name)
                Admission().forget(plugin.package)


def tables_of(package: str) -> list[Table]:
    """The tables that models of a package are mapped to."""
    found = {table for mapper in mappers(package) for table in mapper.tables if isinstance(table, Table)}
    return sorted(found, key=lambda table: table.name)


def undeclared_tables(found: Hooks, plugin: LoadedPlugin) -> list[str]:
    """The plugin's tables that point at a person without a declaration of personal data."""
    declared = {entry.table for owner, entry in found.personal_data() if owner == plugin.name}
    return [
        table.name
        for table in tables_of(plugin.package)
        if table.name not in declared and any(key.target_fullname == "user.id" for key in table.foreign_keys)
    ]


def _faults(app: Flask, found: Hooks, plugin: LoadedPlugin, trials: _Trials) -> Iterator[str]:
    yield from _failed_hooks(found, plugin.name)
    undeclared = undeclared_tables(found, plugin)
    if undeclared:
        yield f"it holds personal data without declaring it (hook personal_data): {', '.join(undeclared)}"
    taken = _addresses(app)
    for owner, blueprint in found.blueprints():
        if owner == plugin.name:
            yield from _faults_of_pages(plugin.name, blueprint, taken, trials)
        elif not owner.startswith(f"{CORE}."):
            taken |= _addresses(trials.of(blueprint))
    for owner, namespace in found.socket_namespaces():
        if owner == plugin.name:
            yield from _faults_of_events(plugin.name, namespace.path, namespace.policies())


def _failed_hooks(found: Hooks, name: str) -> Iterator[str]:
    for hook in SAID_AT_LOAD:
        if name in found.owners_of(hook):
            before = len(found.watch.failures)
            getattr(found, hook)()
            for failure in list(found.watch.failures)[before:]:
                if failure.plugin == name:
                    yield f"its hook {hook} failed: {failure.reason}"


def _faults_of_pages(name: str, blueprint: object, taken: set[str], trials: _Trials) -> Iterator[str]:
    if not isinstance(blueprint, Blueprint):
        yield f"its hook blueprints gave {type(blueprint).__name__}, not a blueprint"
        return
    if blueprint.name != name and not blueprint.name.startswith(f"{name}_"):
        yield f"its blueprint is called {blueprint.name!r}; it must be {name!r} or start with {name + '_'!r}"
    try:
        trial = trials.of(blueprint)
    except (ValueError, AssertionError, TypeError, AttributeError) as error:
        yield f"its blueprint {blueprint.name!r} cannot be used: {error}"
        return
    if _reaches_out(trial):
        yield f"its blueprint {blueprint.name!r} reaches into pages of others (before_app_request and the like)"
    open_views = sorted(
        endpoint for endpoint, view in trial.view_functions.items() if policy_of(view) is None
    )
    if open_views:
        yield f"these routes state no policy: {', '.join(open_views)}"
    both = sorted(taken & _addresses(trial))
    if both:
        yield f"these addresses are somebody else's: {', '.join(both)}"


def _faults_of_events(name: str, path: str, policies: Mapping[str, object]) -> Iterator[str]:
    if path != f"/{name}" and not path.startswith(f"/{name}-"):
        yield f"its live namespace is {path!r}; it must be {'/' + name!r} or start with {'/' + name + '-'!r}"
    bare = sorted(event for event, policy in policies.items() if policy is None)
    if bare:
        yield f"these live events state no policy: {', '.join(bare)}"


class _Trials:
    """Each blueprint on an application of its own, so that a broken one leaves no half of itself in ours.

    Made once each: working out the addresses is most of what a start does.
    """

    def __init__(self) -> None:
        self._known: dict[int, tuple[Blueprint, Flask]] = {}

    def of(self, blueprint: Blueprint) -> Flask:
        """The application on trial. Raises what registering raises."""
        known = self._known.get(id(blueprint))
        if known is None:
            trial = Flask("trial", static_folder=None)
            trial.register_blueprint(blueprint)
            known = self._known[id(blueprint)] = (blueprint, trial)
        return known[1]


def _addresses(app: Flask) -> set[str]:
    return {rule.rule for rule in app.url_map.iter_rules()}


def _reaches_out(trial: Flask) -> bool:
    """True if something asked to run for pages of everybody."""
    asked = (trial.before_request_funcs, trial.after_request_funcs, trial.teardown_request_funcs)
    return any(functions.get(None) for functions in asked) or any(trial.error_handler_spec[None].values())


def _core_has_tables_of(name: str) -> bool:
    return any(table.name == name or table.name.startswith(f"{name}_") for table in tables_of("lms"))
