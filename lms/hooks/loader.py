"""Finding, judging and registering plugins.

A plugin is a package in one of the plugin folders, or an entry point of the group
``lms.plugins``. One that cannot be used is named with the reason; the site starts
without it.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Protocol

import pluggy
import structlog
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from sqlalchemy.exc import SQLAlchemyError

import lms
from lms.hooks import specs
from lms.hooks.builtin import BUILTIN, CORE
from lms.hooks.contributions import Manifest

log = structlog.get_logger(__name__)

ENTRY_POINT_GROUP = "lms.plugins"
PACKAGE = "plugins"
_NAME = re.compile(r"[a-z][a-z0-9]{1,29}")


@dataclass(frozen=True, slots=True)
class LoadedPlugin:
    """A plugin in use: its manifest, its package and where it lies."""

    manifest: Manifest
    package: str
    directory: Path

    @property
    def name(self) -> str:
        """The plugin's name; prefix of its tables, endpoints and permissions."""
        return self.manifest.name


@dataclass(frozen=True, slots=True)
class FailedPlugin:
    """A plugin that is configured but not in use, and why."""

    name: str
    reason: str


@dataclass
class PluginSet:
    """What was found: the pluggy manager, loaded and failed plugins."""

    manager: pluggy.PluginManager
    loaded: list[LoadedPlugin] = field(default_factory=list)
    failed: list[FailedPlugin] = field(default_factory=list)

    def names(self) -> tuple[str, ...]:
        """Names of loaded plugins, in the configured order."""
        return tuple(plugin.name for plugin in self.loaded)

    def get(self, name: str) -> LoadedPlugin | None:
        """The loaded plugin of that name."""
        return next((plugin for plugin in self.loaded if plugin.name == name), None)

    def reject(self, name: str, reason: str) -> None:
        """Take a plugin out of use because it broke a rule after loading."""
        plugin = self.get(name)
        if plugin is None:
            return
        self.loaded.remove(plugin)
        self.failed.append(FailedPlugin(name, reason))
        self.manager.unregister(name=name)
        log.error("plugin.rejected", plugin=name, reason=reason)


class Door(Protocol):
    """Who decides about plugins that could be imported (``lms.admission``)."""

    def judge(self, plugin: LoadedPlugin) -> str | None:
        """Why the plugin may not come in, or None."""

    def forget(self, package: str) -> None:
        """Undo what importing the package left behind."""


def load_plugins(names: Sequence[str], folders: Sequence[Path], door: Door) -> PluginSet:
    """Load the core's own hook modules and the plugins named, in order."""
    manager = pluggy.PluginManager(specs.PROJECT)
    manager.add_hookspecs(specs)
    for module_name in BUILTIN:
        manager.register(importlib.import_module(module_name), name=f"{CORE}.{module_name.split('.')[1]}")
    found = PluginSet(manager)
    open_folders(folders)
    for name in names:
        try:
            found.loaded.append(_load(name, folders, manager, door))
        except _Refused as refusal:
            found.failed.append(FailedPlugin(name, str(refusal)))
            log.error("plugin.failed", plugin=name, reason=str(refusal))
    return found


def open_folders(folders: Iterable[Path]) -> None:
    """Let ``import plugins.NAME`` find every plugin folder (they form one namespace package)."""
    package = importlib.import_module(PACKAGE) if PACKAGE in sys.modules else _new_namespace()
    for folder in folders:
        if folder.is_dir() and str(folder) not in package.__path__:
            package.__path__.append(str(folder))


class _Refused(Exception):
    """Why a plugin is not loaded."""


def _load(name: str, folders: Sequence[Path], manager: pluggy.PluginManager, door: Door) -> LoadedPlugin:
    if not _NAME.fullmatch(name):
        raise _Refused("the name must be 2 to 30 small letters or digits, starting with a letter")
    if manager.has_plugin(name):
        raise _Refused("it is named twice in lms.toml")
    package = _package_of(name, folders)
    try:
        plugin = _check_manifest(name, _import(package))
        hooks = _import(f"{package}.hooks")
        reason = door.judge(plugin)
        if reason is not None:
            raise _Refused(reason)
        _register(manager, name, hooks)
    except _Refused:
        _forget_modules(package)
        door.forget(package)
        raise
    return plugin


def _check_manifest(name: str, package: ModuleType) -> LoadedPlugin:
    manifest = getattr(package, "manifest", None)
    if not isinstance(manifest, Manifest):
        raise _Refused("its __init__.py has no `manifest = Manifest(...)`")
    if manifest.name != name:
        raise _Refused(f"its manifest says it is called {manifest.name!r}")
    _check_core_range(manifest)
    return LoadedPlugin(manifest, package.__name__, Path(str(package.__file__)).parent)


def _package_of(name: str, folders: Iterable[Path]) -> str:
    for folder in folders:
        if (folder / name / "__init__.py").is_file():
            return f"{PACKAGE}.{name}"
    for entry in importlib.metadata.entry_points(group=ENTRY_POINT_GROUP):
        if entry.name == name:
            return entry.value
    places = ", ".join(str(folder) for folder in folders)
    raise _Refused(f"no package {name!r} in {places} and no entry point of that name")


def _import(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except (Exception, SystemExit) as error:
        raise _Refused(f"it failed at import: {type(error).__name__}: {error}") from error


def _forget_modules(package: str) -> None:
    for module in [each for each in sys.modules if each == package or each.startswith(f"{package}.")]:
        del sys.modules[module]


def _check_core_range(manifest: Manifest) -> None:
    try:
        wanted = SpecifierSet(manifest.core)
    except InvalidSpecifier:
        raise _Refused(f"its core range {manifest.core!r} is not a version range") from None
    if not wanted.contains(lms.__version__, prereleases=True):
        raise _Refused(f"it needs core {manifest.core}, this is {lms.__version__}")


def _register(manager: pluggy.PluginManager, name: str, hooks: ModuleType) -> None:
    try:
        for module in _published(hooks):
            manager.add_hookspecs(module)
        manager.register(hooks, name=name)
        unknown = [each.name for each in _unknown_hooks(manager, hooks, name)]
        if unknown:
            raise _Refused(f"it implements unknown hooks: {', '.join(sorted(unknown))}")
    except (pluggy.PluginValidationError, SQLAlchemyError, ValueError, TypeError, AttributeError) as error:
        _forget(manager, name)
        raise _Refused(f"its hooks do not fit: {error}") from error
    except _Refused:
        _forget(manager, name)
        raise


def _published(hooks: ModuleType) -> Iterable[ModuleType]:
    """The hook specifications that a plugin publishes; whatever goes wrong with them keeps only that plugin out."""
    publish = getattr(hooks, "add_hookspecs", None)
    try:
        return list(publish()) if publish is not None else []
    except Exception as error:
        raise _Refused(f"it failed to publish its hooks: {type(error).__name__}: {error}") from error


def _unknown_hooks(
    manager: pluggy.PluginManager, hooks: ModuleType, name: str
) -> Iterable[pluggy.HookCaller]:
    prefix = f"{name}_"
    for caller in manager.get_hookcallers(manager.get_plugin(name)) or ():
        foreign = (
            not caller.name.startswith(prefix) and "_" in caller.name and not hasattr(specs, caller.name)
        )
        if not caller.has_spec() and not foreign:
            yield caller


def _forget(manager: pluggy.PluginManager, name: str) -> None:
    if manager.has_plugin(name):
        manager.unregister(name=name)


def _new_namespace() -> ModuleType:
    package = ModuleType(PACKAGE)
    package.__path__ = []
    sys.modules[PACKAGE] = package
    return package
