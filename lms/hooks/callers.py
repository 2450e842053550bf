"""The one place that calls hooks: one typed method for each.

Collected hooks (C) and first answers (F) come only from plugins that the office has
switched on; load-time and all-plugin hooks (L, A) come from every loaded plugin. A
plugin that fails is left out and named; refusals (V) are the plugin's right and pass
through. Facts (E) become jobs, one for each plugin that listens.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from flask import Blueprint, current_app
from markupsafe import Markup

from lms.errors import AppError
from lms.hooks import contributions as c
from lms.hooks.attachable import Attachable
from lms.hooks.builtin import CORE
from lms.hooks.figures import Figure
from lms.hooks.loader import PluginSet
from lms.hooks.questions import OfferedQuestion
from lms.hooks.watch import HookTimeout, Resting, Watch
from lms.refs import Card, Ref

if TYPE_CHECKING:
    from lms.access.actor import Actor
    from lms.demo import World
    from lms.live.namespaces import LiveNamespace
    from lms.privacy.archive import ExportArchive
    from lms.store.files import FileStore, StoredFile

EXTENSION = "lms_hooks"
Owned = tuple[str, Any]
T = TypeVar("T")
_OF_THE_CORE = f"{CORE}."


def hooks() -> Hooks:
    """The hook callers of the running application."""
    found: Hooks = current_app.extensions[EXTENSION]
    return found


class Hooks:
    """Typed callers over a set of plugins.

    ``enabled_in`` tells the plugins that an office has switched on; ``publish`` puts
    a fact into the unit of work.
    """

    def __init__(
        self,
        plugins: PluginSet,
        enabled_in: Callable[[uuid.UUID | None], frozenset[str]],
        publish: Callable[[c.Fact], None],
        watch: Watch | None = None,
    ) -> None:
        self.plugins = plugins
        self.watch = watch or Watch()
        self._enabled_in = enabled_in
        self._publish = publish
        self._is_settled = False
        self._order: dict[str, tuple[tuple[str, Any], ...]] = {}
        self._said_at_load: dict[str, list[Owned]] = {}

    def settle(self) -> None:
        """No plugin comes or goes any more: from now on remember who implements what, and what was said at load time."""
        self._is_settled = True

    # --- L -------------------------------------------------------------------

    def permissions(self) -> list[tuple[str, c.Permission]]:
        """Owner and permission, for all loaded plugins."""
        return list(self._flat("permissions"))

    def audit_actions(self) -> dict[str, c.AuditAction]:
        """What the audit says, by the stable name."""
        return {action.name: action for _owner, action in self._flat("audit_actions")}

    def settings_schema(self) -> dict[str, c.SettingsSchema]:
        """Settings of each plugin that has some."""
        return dict(self._each("settings_schema"))

    def blueprints(self) -> list[tuple[str, Blueprint]]:
        """Owner and blueprint."""
        return list(self._flat("blueprints"))

    def socket_namespaces(self) -> list[tuple[str, LiveNamespace]]:
        """Owner and live namespace."""
        return list(self._flat("socket_namespaces"))

    def activity_types(self) -> dict[str, tuple[str, c.ActivityType]]:
        """Owner and activity type by the type's name."""
        return {kind.name: (owner, kind) for owner, kind in self._flat("activity_types")}

    def jobs(self) -> dict[str, tuple[str, c.JobSpec]]:
        """Owner and job by ``owner.name``."""
        return {f"{owner}.{spec.name}": (owner, spec) for owner, spec in self._flat("jobs")}

    def commands(self) -> list[click.Command]:
        """Commands of the core's areas and of plugins."""
        return [command for _owner, command in self._flat("commands")]

    def processes(self) -> list[c.Process]:
        """Programs that run beside pages and jobs."""
        return [process for _owner, process in self._flat("processes")]

    def notification_kinds(self) -> dict[str, c.NotificationKind]:
        """Kinds by name."""
        return {kind.name: kind for _owner, kind in self._flat("notification_kinds")}

    def message_channels(self) -> dict[str, c.MessageChannel]:
        """Channels by name."""
        return {channel.name: channel for _owner, channel in self._flat("message_channels")}

    def identity_providers(self) -> list[c.IdentityProvider]:
        """Ways to sign in, in order of priority."""
        return sorted(
            (each for _owner, each in self._flat("identity_providers")), key=lambda each: each.priority
        )

    def importers(self, kind: str) -> list[c.Importer]:
        """Imports of things of a kind."""
        return [each for _owner, each in self._flat("importers") if each.kind == kind]

    def exporters(self, kind: str) -> list[c.Exporter]:
        """Exports of things of a kind."""
        return [each for _owner, each in self._flat("exporters") if each.kind == kind]

    def attachable(self, office_id: uuid.UUID | None = None) -> dict[str, Attachable]:
        """What can be attached, by the plugin whose it is; with an office, only of those that it switched on."""
        here = set(self.owners_of("attachable", office_id))
        return {owner: each for owner, each in self._each("attachable") if owner in here}

    def personal_data(self) -> list[tuple[str, c.PersonalData]]:
        """Owner and declaration."""
        return list(self._flat("personal_data"))

    # --- C -------------------------------------------------------------------

    def nav_items(self, actor: Actor) -> list[c.NavItem]:
        """Navigation for this person, in order of priority."""
        return sorted(
            self._collect("nav_items", actor.office_id, actor=actor), key=lambda item: item.priority
        )

    def dashboard_cards(self, actor: Actor) -> list[c.DashboardCard]:
        """Dashboard cards, in order of priority."""
        return sorted(
            self._collect("dashboard_cards", actor.office_id, actor=actor), key=lambda card: card.priority
        )

    def page_slot(
        self, slot: str, actor: Actor | None, ref: Ref | None, office_id: uuid.UUID | None
    ) -> list[c.SlotContent]:
        """Pieces offered to a slot, in order of priority."""
        found = self._collect("page_slot", office_id, slot=slot, actor=actor, ref=ref)
        return sorted(found, key=lambda piece: piece.priority)

    def calendar_items(
        self, actor: Actor, start: datetime, end: datetime, limit: int | None = None
    ) -> list[c.CalendarEntry]:
        """Calendar entries between two moments, by start; with ``limit``, at least the earliest so many."""
        arguments = {"actor": actor, "start": start, "end": end, "limit": limit}
        found = self._collect("calendar_items", actor.office_id, **arguments)
        return sorted(found, key=lambda entry: entry.start)

    def cards(self, refs: Sequence[Ref], actor: Actor) -> dict[Ref, Card]:
        """The cards that the actor may see; a ref without an answer is missing."""
        found: dict[Ref, Card] = {}
        for owner, function in self._implementations("cards", actor.office_id):
            wanted = [ref for ref in refs if ref.plugin in {owner, *owner.split(".")}]
            if wanted:
                arguments = {"refs": wanted, "actor": actor}
                answer = self._guarded(owner, "cards", function, arguments, unroll=True) or ()
                found.update({card.ref: card for card in answer if card.ref in wanted})
        return found

    def evidence(self, user_id: uuid.UUID, actor: Actor) -> list[c.Evidence]:
        """What a person achieved, newest first."""
        found = self._collect("evidence", actor.office_id, user_id=user_id, actor=actor)
        return sorted(found, key=lambda each: each.achieved_at, reverse=True)

    def report_series(self, office_id: uuid.UUID, start: datetime, end: datetime) -> list[c.ReportSeries]:
        """Numbers over time for an office."""
        return list(self._collect("report_series", office_id, start=start, end=end))

    def search_documents(self, office_id: uuid.UUID, since: datetime | None) -> Iterator[c.SearchDocument]:
        """Texts of an office that changed since a moment."""
        yield from self._collect("search_documents", office_id, since=since)

    # --- F -------------------------------------------------------------------

    def live_room(
        self, activity_id: uuid.UUID | None, actor: Actor, talk: c.Talk | None = None
    ) -> c.LiveRoom | None:
        """A room with voice and video, if any plugin has one."""
        answer: c.LiveRoom | None = self._first(
            "live_room", actor.office_id, activity_id=activity_id, actor=actor, talk=talk
        )
        return answer

    def question_bank(
        self, actor: Actor, query: str | Ref, limit: int = 20
    ) -> Sequence[OfferedQuestion] | None:
        """Questions of a bank that the actor may use; None if there is none for them."""
        answer: Sequence[OfferedQuestion] | None = self._first(
            "question_bank", actor.office_id, actor=actor, query=query, limit=limit
        )
        return answer

    def player(self, file: StoredFile, actor: Actor) -> Markup | None:
        """Markup that plays a file."""
        answer: Markup | None = self._first("player", actor.office_id, file=file, actor=actor)
        return answer

    def file_preview(self, file: StoredFile) -> Path | None:
        """A small picture of a file."""
        answer: Path | None = self._first("file_preview", file.office_id, file=file)
        return answer

    def file_store(self, directory: Path) -> FileStore:
        """Where bytes are kept. The core always answers."""
        answer: FileStore | None = self._first("file_store", None, directory=directory)
        if answer is None:
            raise RuntimeError("no part of the product stores files")
        return answer

    # --- V -------------------------------------------------------------------

    def check_sign_in(self, user_id: uuid.UUID, method: str) -> None:
        """Raises Forbidden if a plugin refuses the sign-in."""
        self._veto("check_sign_in", None, user_id=user_id, method=method)

    def check_enrol(self, actor: Actor, activity_id: uuid.UUID, user_id: uuid.UUID) -> None:
        """Raises Forbidden or Conflict if a plugin refuses the enrolment."""
        self._veto("check_enrol", actor.office_id, actor=actor, activity_id=activity_id, user_id=user_id)

    def check_upload(self, actor: Actor, upload: c.Upload) -> None:
        """Raises Invalid if a plugin refuses the file."""
        self._veto("check_upload", actor.office_id, actor=actor, upload=upload)

    # --- E -------------------------------------------------------------------

    def on_user_joined(self, office_id: uuid.UUID, user_id: uuid.UUID) -> None:
        """Tell that a person became a member of an office."""
        self._announce("on_user_joined", office_id, user_id=user_id)

    def on_enrolled(self, office_id: uuid.UUID, activity_id: uuid.UUID, user_id: uuid.UUID) -> None:
        """Tell that a person was enrolled."""
        self._announce("on_enrolled", office_id, activity_id=activity_id, user_id=user_id)

    def on_completed(self, office_id: uuid.UUID, activity_id: uuid.UUID, user_id: uuid.UUID) -> None:
        """Tell that a person completed an activity."""
        self._announce("on_completed", office_id, activity_id=activity_id, user_id=user_id)

    def on_file_stored(self, office_id: uuid.UUID, file_id: uuid.UUID) -> None:
        """Tell that a file was accepted."""
        self._announce("on_file_stored", office_id, file_id=file_id)

    def on_plugin_enabled(self, office_id: uuid.UUID, plugin: str) -> None:
        """Tell that an office switched a plugin on."""
        self._announce("on_plugin_enabled", office_id, plugin=plugin)

    def on_plugin_disabled(self, office_id: uuid.UUID, plugin: str) -> None:
        """Tell that an office switched a plugin off."""
        self._announce("on_plugin_disabled", office_id, plugin=plugin)

    def on_recorded(self, office_id: uuid.UUID, record_id: uuid.UUID) -> None:
        """Tell that a record was written."""
        self._announce("on_recorded", office_id, record_id=record_id)

    def on_talk_ended(self, office_id: uuid.UUID, ref: Ref) -> None:
        """Tell that a talk is over or goes on with other people."""
        self._announce("on_talk_ended", office_id, ref=ref)

    def on_talk_spoken(self, office_id: uuid.UUID, ref: Ref, at: datetime) -> None:
        """Tell that the two of a talk began or stopped speaking to each other."""
        self._announce("on_talk_spoken", office_id, ref=ref, at=at.isoformat())

    def on_talk_forgotten(self, office_id: uuid.UUID, ref: Ref) -> None:
        """Tell that what was said in a talk is not kept any more."""
        self._announce("on_talk_forgotten", office_id, ref=ref)

    def hear(self, fact: c.Fact) -> None:
        """Hand a fact to the plugin it is meant for; called by the job that carries it. Lets errors through."""
        for owner, function in self._implementations(fact.hook, fact.office_id):
            if owner == fact.plugin:
                told = {name: _read(name, text) for name, text in fact.arguments.items()}
                _call(function, {"office_id": fact.office_id} | told)

    # --- A -------------------------------------------------------------------

    def export_user(self, user_id: uuid.UUID, archive: ExportArchive) -> list[str]:
        """Every plugin writes what it holds; returns the names of those that failed."""
        return self._all("export_user", user_id=user_id, archive=archive)

    def erase_user(self, user_id: uuid.UUID, policy: c.ErasurePolicy) -> None:
        """Every part erases a person, the account itself last; the first failure stops all (the caller rolls back)."""
        for _owner, function in reversed(list(self._implementations("erase_user"))):
            _call(function, {"user_id": user_id, "policy": policy})

    def health_checks(self) -> list[c.HealthCheck]:
        """The state of all parts; a check that fails is itself a finding."""
        found: list[c.HealthCheck] = []
        for owner, function in self._implementations("health_checks"):
            answer = self._guarded(owner, "health_checks", function, {}, unroll=True)
            found.extend(answer if answer is not None else [_unknown_health(owner)])
        return found

    def figures_of(self, check: c.HealthCheck) -> list[Figure]:
        """The numbers of a check, as they are now; none where they cannot be told."""
        return self._watched(check.name, "health_checks", check.figures, {}, unroll=True) or []

    def demo_data(self, world: World) -> None:
        """Every plugin adds to the demo world, the core first. Lets errors through."""
        for _owner, function in self._implementations("demo_data"):
            _call(function, {"world": world})

    # --- how ------------------------------------------------------------------

    def owners_of(self, hook: str, office_id: uuid.UUID | None = None) -> list[str]:
        """Who implements a hook (in an office)."""
        return [owner for owner, _function in self._implementations(hook, office_id)]

    def extra(self, hook: str, office_id: uuid.UUID | None, **arguments: Any) -> list[Any]:
        """Collect a hook that a plugin published by ``add_hookspecs``; for that plugin's own typed caller."""
        return list(self._collect(hook, office_id, **arguments))

    def _implementations(self, hook: str, office_id: uuid.UUID | None = None) -> Iterator[tuple[str, Any]]:
        allowed = None if office_id is None else self._enabled_in(office_id)
        for owner, implementation in self._ordered(hook):
            if allowed is None or owner.startswith(_OF_THE_CORE) or owner in allowed:
                yield owner, implementation

    def _ordered(self, hook: str) -> tuple[tuple[str, Any], ...]:
        if hook in self._order:
            return self._order[hook]
        caller = getattr(self.plugins.manager.hook, hook)
        found = tuple((each.plugin_name, each) for each in sorted(caller.get_hookimpls(), key=_place))
        if self._is_settled:
            self._order[hook] = found
        return found

    def _each(self, hook: str, *, unroll: bool = False) -> Iterator[Owned]:
        for owner, function in self._implementations(hook):
            answer = self._guarded(owner, hook, function, {}, unroll=unroll)
            if answer is not None:
                yield owner, answer

    def _flat(self, hook: str) -> list[Owned]:
        if hook in self._said_at_load:
            return self._said_at_load[hook]
        found = [(owner, item) for owner, answer in self._each(hook, unroll=True) for item in answer]
        if self._is_settled:
            self._said_at_load[hook] = found
        return found

    def _collect(self, hook: str, office_id: uuid.UUID | None, **arguments: Any) -> Iterator[Any]:
        for owner, function in self._implementations(hook, office_id):
            answer = self._guarded(owner, hook, function, arguments | {"office_id": office_id}, unroll=True)
            yield from answer or ()

    def _first(self, hook: str, office_id: uuid.UUID | None, **arguments: Any) -> Any:
        for owner, function in reversed(list(self._implementations(hook, office_id))):
            answer = self._guarded(owner, hook, function, arguments)
            if answer is not None:
                return answer
        return None

    def _veto(self, hook: str, office_id: uuid.UUID | None, **arguments: Any) -> None:
        for owner, function in self._implementations(hook, office_id):
            try:
                self.watch.call(owner, hook, _call, {"function": function, "arguments": arguments})
            except AppError:
                raise
            except Resting:
                continue
            except (Exception, HookTimeout) as error:  # noqa: BLE001 - the border to plugins
                self.watch.note(owner, hook, error)

    def _all(self, hook: str, **arguments: Any) -> list[str]:
        failed = []
        for owner, function in self._implementations(hook):
            try:
                _call(function, arguments)
            except Exception as error:  # noqa: BLE001 - the border to plugins
                self.watch.note(owner, hook, error)
                failed.append(owner)
        return failed

    def _announce(self, hook: str, office_id: uuid.UUID, **arguments: Any) -> None:
        texts = {name: str(value) for name, value in arguments.items()}
        for owner in self.owners_of(hook, office_id):
            self._publish(c.Fact(owner, hook, office_id, texts))

    def shield(self, owner: str, hook: str, run: Callable[[], T]) -> T | None:
        """Finish what a plugin's answer began, such as drawing its template; None, and a note, where that fails."""
        try:
            return run()
        except Exception as error:  # noqa: BLE001 - the border to plugins
            self.watch.note(owner, hook, error)
            return None

    def _guarded(
        self, owner: str, hook: str, function: Any, arguments: dict[str, Any], *, unroll: bool = False
    ) -> Any:
        given = {"function": function, "arguments": arguments}
        return self._watched(owner, hook, _call, given, unroll=unroll)

    def _watched(
        self, owner: str, hook: str, call: Callable[..., Any], given: dict[str, Any], *, unroll: bool
    ) -> Any:
        try:
            answer = self.watch.call(owner, hook, call, given)
            return list(answer) if unroll and answer is not None else answer
        except Resting:
            return None
        except (Exception, HookTimeout) as error:  # noqa: BLE001 - the border to plugins
            self.watch.note(owner, hook, error)
            return None


def _place(implementation: Any) -> int:
    """Order of registration, but ``tryfirst`` before and ``trylast`` after all others."""
    return 0 if implementation.tryfirst else 2 if implementation.trylast else 1


def _call(function: Any, arguments: dict[str, Any]) -> Any:
    """Call a hook implementation with those arguments that it takes."""
    return function.function(**{name: arguments[name] for name in function.argnames})


def _read(name: str, text: str) -> uuid.UUID | Ref | datetime | str:
    """An argument of a fact, from the text in which the job carried it."""
    if name == "ref":
        return Ref.parse(text)
    if name == "at":
        return datetime.fromisoformat(text)
    return uuid.UUID(text) if name.endswith("_id") else text


def _unknown_health(owner: str) -> c.HealthCheck:
    return c.HealthCheck(owner, "failed", "The check itself failed; the log says why.")
