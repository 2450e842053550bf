"""The office tree in memory.

Offices, their brand, switched-on plugins and permission decisions are few, rarely
change and are needed on every request, so each process keeps them and reads them
again after a change of its own, after a change that another process of this machine
marked in a file, and at the latest after two seconds.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import select

from lms.clock import monotonic
from lms.config import Settings
from lms.errors import NotFound
from lms.offices.models import Office, OfficePlugin, RolePermission
from lms.store.base import session
from lms.store.runtime import part
from lms.text import gettext as _

EXTENSION = "lms_office_directory"
MAX_AGE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class OfficeView:
    """An office as everybody may see it. ``chain`` leads from itself to the root of the tree."""

    id: uuid.UUID
    parent_id: uuid.UUID | None
    kind: str
    slug: str
    name: str
    tagline: str
    welcome: str
    contact_email: str
    contact_phone: str
    address: str
    zone: str
    accent: str
    logo_file_id: uuid.UUID | None
    join_rule: str
    brand_version: int
    languages: tuple[str, ...]
    chain: tuple[uuid.UUID, ...] = ()
    plugins: frozenset[str] = frozenset()
    has_fixed_plugins: bool = False
    decisions: Mapping[tuple[str, str], bool] = field(default_factory=dict)

    @property
    def logo_url(self) -> str | None:
        """Where the logo is served, if there is one."""
        return f"/o/{self.slug}/brand/logo?v={self.brand_version}" if self.logo_file_id else None


class OfficeDirectory:
    """All active offices, by id and by slug."""

    def __init__(self, settings: Settings, loaded_plugins: frozenset[str]) -> None:
        self._settings = settings
        self._loaded = loaded_plugins
        self._lock = threading.Lock()
        self._read_at = float("-inf")
        self._mark = settings.instance_dir / "run" / "offices-changed"
        self._seen_mark = -1
        self._by_id: dict[uuid.UUID, OfficeView] = {}
        self._by_slug: dict[str, OfficeView] = {}

    def forget(self) -> None:
        """Read again at the next question, in all processes of this machine; called after every change."""
        self._read_at = float("-inf")
        self._mark.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
        self._mark.write_bytes(b"")

    def drop_plugin(self, name: str) -> None:
        """A plugin was taken out of use after loading."""
        self._loaded -= {name}
        self.forget()

    def by_slug(self, slug: str) -> OfficeView | None:
        """The office of that address."""
        self._refresh()
        return self._by_slug.get(slug)

    def by_id(self, office_id: uuid.UUID) -> OfficeView | None:
        """The office of that id."""
        self._refresh()
        return self._by_id.get(office_id)

    def get(self, office_id: uuid.UUID) -> OfficeView:
        """The office of that id. Raises NotFound."""
        found = self.by_id(office_id)
        if found is None:
            raise NotFound(_("There is no such office."))
        return found

    def all(self) -> list[OfficeView]:
        """All active offices, parents before children, then by name."""
        self._refresh()
        return sorted(self._by_id.values(), key=lambda office: (len(office.chain), office.name))

    def below(self, office_id: uuid.UUID) -> list[OfficeView]:
        """The office and all offices under it."""
        return [office for office in self.all() if office_id in office.chain]

    def plugins_of(self, office_id: uuid.UUID | None) -> frozenset[str]:
        """Names of the plugins switched on in an office; without an office, all loaded ones."""
        if office_id is None:
            return self._loaded
        office = self.by_id(office_id)
        return office.plugins if office else frozenset()

    def _refresh(self) -> None:
        if self._is_fresh():
            return
        # Where nothing is known to have changed nobody waits for another who reads already: those
        # who waited could hold all the connections with the database, while that one needs one.
        if not self._lock.acquire(blocking=self._is_changed()):
            return
        try:
            if self._is_fresh():
                return
            mark = self._marked_at()
            self._by_id = self._read()
            self._by_slug = {office.slug: office for office in self._by_id.values()}
            self._seen_mark, self._read_at = mark, monotonic()
        finally:
            self._lock.release()

    def _is_fresh(self) -> bool:
        return monotonic() - self._read_at < MAX_AGE_SECONDS and not self._is_changed()

    def _is_changed(self) -> bool:
        return self._read_at == float("-inf") or self._marked_at() != self._seen_mark

    def _marked_at(self) -> int:
        """When a process of this machine last changed something, in nanoseconds; -1 if none ever did."""
        try:
            return self._mark.stat().st_mtime_ns
        except FileNotFoundError:
            return -1

    def _read(self) -> dict[uuid.UUID, OfficeView]:
        rows = {row.id: row for row in session().scalars(select(Office).filter_by(is_active=True))}
        choices: dict[uuid.UUID, dict[str, bool]] = {}
        for office_id, plugin, is_enabled in session().execute(
            select(OfficePlugin.office_id, OfficePlugin.plugin, OfficePlugin.is_enabled)
        ):
            choices.setdefault(office_id, {})[plugin] = is_enabled
        decisions: dict[uuid.UUID, dict[tuple[str, str], bool]] = {}
        for rule in session().scalars(select(RolePermission)):
            decisions.setdefault(rule.office_id, {})[rule.role, rule.permission] = rule.is_granted
        return {row.id: self._view(row, rows, choices, decisions) for row in rows.values()}

    def _view(
        self,
        row: Office,
        rows: Mapping[uuid.UUID, Office],
        choices: Mapping[uuid.UUID, Mapping[str, bool]],
        decisions: Mapping[uuid.UUID, Mapping[tuple[str, str], bool]],
    ) -> OfficeView:
        chain = _chain(row, rows)
        fixed = self._settings.offices.get(row.slug)
        has_fixed = fixed is not None and fixed.plugins is not None
        wanted = frozenset(fixed.plugins or ()) if fixed and has_fixed else _chosen(chain, choices)
        merged: dict[tuple[str, str], bool] = {}
        for office_id in reversed(chain):
            merged |= decisions.get(office_id, {})
        return OfficeView(
            **{name: getattr(row, name) for name in _PLAIN},
            languages=tuple(row.language_codes),
            chain=chain,
            plugins=wanted & self._loaded,
            has_fixed_plugins=has_fixed,
            decisions=merged,
        )


_PLAIN = (
    "id", "parent_id", "kind", "slug", "name", "tagline", "welcome", "contact_email", "contact_phone", "address",
    "zone", "accent", "logo_file_id", "join_rule", "brand_version",
)  # fmt: skip


def directory() -> OfficeDirectory:
    """The office directory of the running application."""
    found: OfficeDirectory = part(EXTENSION)
    return found


def _chain(row: Office, rows: Mapping[uuid.UUID, Office]) -> tuple[uuid.UUID, ...]:
    chain = [row.id]
    while row.parent_id is not None and row.parent_id in rows and row.parent_id not in chain:
        row = rows[row.parent_id]
        chain.append(row.id)
    return tuple(chain)


def _chosen(chain: tuple[uuid.UUID, ...], choices: Mapping[uuid.UUID, Mapping[str, bool]]) -> frozenset[str]:
    """The nearest office that decided about a plugin decides for those below it."""
    merged: dict[str, bool] = {}
    for office_id in reversed(chain):
        merged |= choices.get(office_id, {})
    return frozenset(name for name, is_enabled in merged.items() if is_enabled)
