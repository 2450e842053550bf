"""What administration pages show: parts of the product, rights, numbers."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from lms.access.actor import Actor
from lms.access.policy import require
from lms.accounts.models import User
from lms.activities.models import Activity
from lms.clock import utcnow
from lms.hooks.callers import hooks
from lms.hooks.contributions import ROLES, Manifest, ReportSeries, Role, Text
from lms.offices.directory import OfficeView, directory
from lms.store.base import session

SMALLEST_SHOWN = 5
REPORT_TIME = timedelta(days=182)


@dataclass(frozen=True, slots=True)
class Part:
    """A plugin as the office's page shows it. ``placeholders`` activities lose their page while it is off."""

    manifest: Manifest
    is_enabled: bool
    placeholders: int


@dataclass(frozen=True, slots=True)
class Right:
    """A permission and which roles hold it; ``is_own`` where the office decided against the default."""

    name: str
    title: Text
    holders: frozenset[str]
    decided: frozenset[str]
    may_change: bool


@dataclass(frozen=True, slots=True)
class MonthlySeries:
    """A report line by month; cells about fewer than five people are hidden (None)."""

    name: str
    title: Text
    months: tuple[tuple[datetime, int | None], ...]

    @property
    def total(self) -> int:
        """The sum of what is shown."""
        return sum(value or 0 for _month, value in self.months)


def list_parts(actor: Actor) -> list[Part]:
    """All loaded plugins, and what switching each off would do here."""
    require(actor, "office.plugins")
    office = _own(actor)
    counts = dict(session().execute(select(Activity.type, func.count()).group_by(Activity.type)).all())
    owners = {kind: owner for kind, (owner, _type) in hooks().activity_types().items()}
    return [
        Part(
            plugin.manifest,
            plugin.name in office.plugins,
            sum(number for kind, number in counts.items() if owners.get(kind) == plugin.name),
        )
        for plugin in hooks().plugins.loaded
    ]


def list_rights(actor: Actor) -> dict[str, list[Right]]:
    """Permissions by area, with the roles that hold them in this office."""
    require(actor, "office.roles")
    office = _own(actor)
    found: dict[str, list[Right]] = {}
    for owner, permission in hooks().permissions():
        if owner.startswith("core.") or owner in office.plugins:
            holders, decided = _holders(permission.name, permission.roles, office.decisions)
            right = Right(permission.name, permission.title, holders, decided, actor.can(permission.name))
            found.setdefault(permission.name.split(".")[0], []).append(right)
    return found


def monthly_report(actor: Actor) -> list[MonthlySeries]:
    """The office's numbers of the last six months."""
    require(actor, "office.reports")
    end = utcnow()
    months = _months(end - REPORT_TIME, end)
    return [
        _by_month(series, months) for series in hooks().report_series(_own(actor).id, end - REPORT_TIME, end)
    ]


def _own(actor: Actor) -> OfficeView:
    return directory().get(actor.office_id or uuid.UUID(int=0))


def _holders(
    name: str, default: frozenset[Role], decisions: Mapping[tuple[str, str], bool]
) -> tuple[frozenset[str], frozenset[str]]:
    holders = frozenset(role for role in ROLES if decisions.get((role, name), role in default))
    return holders, frozenset(role for role in ROLES if (role, name) in decisions)


def _months(start: datetime, end: datetime) -> list[datetime]:
    month = start.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    found = []
    while month <= end:
        found.append(month)
        month = (month + timedelta(days=32)).replace(day=1)
    return found


def _by_month(series: ReportSeries, months: Sequence[datetime]) -> MonthlySeries:
    sums: Counter[datetime] = Counter()
    for moment, number in series.points:
        sums[moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)] += number
    hides = series.counts_people
    cells = tuple(
        (month, None if hides and 0 < sums[month] < SMALLEST_SHOWN else sums[month]) for month in months
    )
    return MonthlySeries(series.name, series.title, cells)


def names_of(user_ids: Iterable[uuid.UUID | None]) -> dict[uuid.UUID, str]:
    """Names of people by their ids, with one query."""
    wanted = {each for each in user_ids if each is not None}
    rows = session().execute(select(User.id, User.name).where(User.id.in_(wanted)))
    return dict(rows.all())
