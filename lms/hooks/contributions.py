"""The typed things that plugins hand to the core through hooks.

All are frozen and small. Titles may be lazy texts; they are translated when shown.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from babel.support import LazyProxy
from markupsafe import Markup, escape

from lms.hooks.figures import Figure
from lms.refs import Ref

if TYPE_CHECKING:
    from sqlalchemy import Select

    from lms.access.actor import Actor

Text = str | LazyProxy
Role = Literal["trainee", "practitioner", "tutor", "trainer", "counsellor", "head", "operator"]
ROLES: tuple[Role, ...] = ("trainee", "practitioner", "tutor", "trainer", "counsellor", "head", "operator")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a plugin says of itself: the only content of its ``__init__``.

    ``core`` is a version range (PEP 440) of the core it works with.
    """

    name: str
    title: Text
    summary: Text
    version: str
    core: str
    icon: str = "puzzle"


@dataclass(frozen=True, slots=True)
class Permission:
    """A right with a stable name and the roles that hold it unless an office decides otherwise."""

    name: str
    title: Text
    roles: frozenset[Role] = frozenset()


@dataclass(frozen=True, slots=True)
class AuditAction:
    """What an entry of the audit says: the stable name that ``write_audit`` is given, and words for people."""

    name: str
    title: Text


@dataclass(frozen=True, slots=True)
class NavItem:
    """An entry of the main navigation; lower ``priority`` comes first."""

    title: Text
    url: str
    icon: str
    priority: int = 50
    badge: int | None = None
    section: Literal["main", "office", "site"] = "main"


@dataclass(frozen=True, slots=True)
class DashboardCard:
    """A card of the dashboard: a template of the plugin's own folder and its context.

    ``next_step`` offers itself as the one next step of the page; the offer with the
    lowest ``priority`` wins and is shown on top. Without a ``template`` there is only that offer.
    """

    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    priority: int = 50
    next_step: NextStep | None = None
    wide: bool = False


@dataclass(frozen=True, slots=True)
class NextStep:
    """The one thing this person most likely came for."""

    title: Text
    url: str
    detail: Text = ""
    action: Text = ""
    priority: int = 50


@dataclass(frozen=True, slots=True)
class SlotContent:
    """A piece of a page offered to a named slot."""

    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    priority: int = 50


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """Something with a time. ``uid`` is stable for ever, ``sequence`` grows with each change (RFC 5545, 3.8.4.7 and 3.8.7.4).

    A whole day begins and ends at midnight of the office's zone. Public ones are in the
    office's open feed, if it has one. Entries of one series share its ``uid``, and each says which
    moment it had in the series when that was made (``series_place``; RFC 5545, 3.8.4.4).
    ``next_step`` offers it as the one next step of the start page, beside the offers of its cards.
    """

    uid: str
    title: str
    start: datetime
    end: datetime
    url: str = ""
    summary: str = ""
    place: str = ""
    icon: str = "calendar3"
    is_cancelled: bool = False
    is_all_day: bool = False
    is_public: bool = False
    sequence: int = 0
    series_place: datetime | None = None
    next_step: NextStep | None = None


AddFile = Callable[[uuid.UUID], str]
"""Takes a file into a copy or archive; returns the name by which the data holds it."""
TakeFile = Callable[[str], uuid.UUID]
"""The id here of a file that the data holds by that name. Raises Invalid when there is none."""


@dataclass(frozen=True, slots=True)
class ActivityContent:
    """What a plugin does for the content that belongs to its activities; all inside the unit of work.

    ``create(actor, activity_id)`` makes the plugin's own rows of a new activity. ``export``
    returns them as JSON data, ``import_`` fills an activity that was just created from such
    data and raises Invalid when the data is wrong. ``copy(actor, source, target)`` is for the
    same office; without it, a copy is an export that is imported. ``missing(ids, original, wanted)``
    counts, for activities of the type, what is there in the first language and not in the second; it is asked
    for all of a whole at once, and names only those that lack something. The header (title, times, rules) is the
    core's. Since 0.1.
    """

    create: Callable[[Actor, uuid.UUID], None] | None = None
    copy: Callable[[Actor, uuid.UUID, uuid.UUID], None] | None = None
    export: Callable[[Actor, uuid.UUID, AddFile], dict[str, Any]] | None = None
    import_: Callable[[Actor, uuid.UUID, Mapping[str, Any], TakeFile], None] | None = None
    missing: Callable[[Sequence[uuid.UUID], str, str], Mapping[uuid.UUID, int]] | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a step stands in the whole: what the shell ``focus`` shows around it. Addresses are empty where there is none.

    ``locale`` is the language in which the person reads the whole, ``languages`` all those in which it is told
    (the first is the original), ``step_title`` the title of the step in that language; empty where the whole has no
    languages of its own.
    """

    title: str
    exit_url: str
    back_url: str = ""
    next_url: str = ""
    step: int = 0
    steps: int = 0
    minutes_left: int | None = None
    step_title: str = ""
    locale: str = ""
    languages: Sequence[str] = ()

    @property
    def context(self) -> dict[str, Any]:
        """The variables of the template ``shell/focus.html``."""
        names = ("exit_url", "back_url", "next_url", "step", "steps", "minutes_left")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True)
class StepGuide:
    """How a type with children leads people through them.

    ``check(actor, parent_id, child_id)`` raises Forbidden, with the reason in words, while the
    child is locked for the actor. ``frame`` tells where the child stands. ``copy(actor, ids)``
    is called when children were copied (old id to new): it copies what the parent holds about
    them, and what refers from one to the other. Since 0.1.
    """

    check: Callable[[Actor, uuid.UUID, uuid.UUID], None]
    frame: Callable[[Actor, uuid.UUID, uuid.UUID], Frame | None]
    copy: Callable[[Actor, Mapping[uuid.UUID, uuid.UUID]], None]


@dataclass(frozen=True, slots=True)
class ActivityType:
    """A kind of activity that can be created, enrolled in and completed.

    ``endpoint`` shows one activity and takes ``activity_id``; ``edit_endpoint`` likewise is
    where its content is written (the core's own form if empty). ``completion`` names the
    rules that make sense for it, the usual one first. ``place`` says whether it may stand by
    itself, as a step of another activity, or both. A type with ``steps`` can have children.
    With ``has_own_dates`` the plugin says itself, through ``calendar_items``, when its activities
    are, and the core leaves them out of the calendar. What ``is_timed`` takes place at a set
    time: authors are told of those that have no start yet. ``early_ends()`` is a query of the ids of
    activities that were called off or ended before their time, each with the moment from which it takes
    nobody any more.
    """

    name: str
    title: Text
    icon: str
    endpoint: str
    summary: Text = ""
    completion: tuple[str, ...] = ("viewed", "confirmed", "own_tick")
    edit_endpoint: str = ""
    place: Literal["any", "top", "child"] = "any"
    content: ActivityContent = ActivityContent()
    steps: StepGuide | None = None
    has_own_dates: bool = False
    is_timed: bool = False
    early_ends: Callable[[], Select[uuid.UUID, datetime]] | None = None


@dataclass(frozen=True, slots=True)
class JobSpec:
    """Background work: ``run(job)`` is called with a ``lms.work.jobs.JobRun``.

    ``every`` makes it a schedule. A job may run more than once (after a crash) and
    must then have one effect.
    """

    name: str
    run: Callable[[Any], None]
    title: Text
    every: timedelta | None = None
    max_attempts: int = 5


@dataclass(frozen=True, slots=True)
class Process:
    """A program that ``serve`` keeps running beside pages and jobs.

    ``name`` prefixes its log lines and can be said to ``serve --only``. It must end by itself on
    SIGTERM, and with exit code 78 when starting it again cannot help.
    """

    name: str
    argv: Sequence[str]


@dataclass(frozen=True, slots=True)
class NotificationKind:
    """A kind of notification with its channels unless the person chooses otherwise."""

    name: str
    title: Text
    by_mail: Literal["at_once", "daily", "never"] = "daily"
    in_app: bool = True


@dataclass(frozen=True, slots=True)
class MessageChannel:
    """A way to reach a person outside the page. ``send`` gets the notification's id and the user's."""

    name: str
    title: Text
    send: Callable[[uuid.UUID], None]


@dataclass(frozen=True, slots=True)
class IdentityProvider:
    """A way to sign in, offered on the sign-in page as a form or a button leading to ``endpoint``."""

    name: str
    title: Text
    endpoint: str
    icon: str = "box-arrow-in-right"
    priority: int = 50


@dataclass(frozen=True, slots=True)
class Importer:
    """Reads files of another system: shown where ``kind`` is imported; leads to ``endpoint``."""

    name: str
    kind: str
    title: Text
    endpoint: str
    suffixes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Exporter:
    """Writes things of ``kind`` in a format of another system."""

    name: str
    kind: str
    title: Text
    endpoint: str


@dataclass(frozen=True, slots=True)
class PersonalData:
    """A table with personal data: why it is held, on what basis, how long.

    ``owner`` is the column that names the person; ``columns`` those with personal content.
    ``basis`` is one of the grounds of GDPR article 6(1). ``stays_nameless``: after an
    erasure the rows stay and point at the account that no longer has a name.
    """

    table: str
    owner: str
    columns: tuple[str, ...]
    purpose: Text
    basis: Literal["consent", "contract", "legal_obligation", "public_task", "legitimate_interest"]
    retention: Text
    stays_nameless: bool = False


@dataclass(frozen=True, slots=True)
class SearchDocument:
    """Text to be found. Who may see a hit is decided by the ref's card when it is shown."""

    ref: Ref
    office_id: uuid.UUID
    title: str
    body: str
    language: str
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Evidence:
    """Something a person achieved, as its source attests it."""

    ref: Ref
    title: str
    source: Text
    achieved_at: datetime
    url: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ReportSeries:
    """A line of the office report: a number per day, week or month. Cells under 5 people are hidden by the core."""

    name: str
    title: Text
    points: tuple[tuple[datetime, int], ...]
    counts_people: bool = False


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """The state of one part, with a remedy when it is not well; ``figures`` tells its numbers of the moment to monitoring."""

    name: str
    status: Literal["ok", "warning", "failed"]
    message: Text
    remedy: Text = ""
    figures: Callable[[], Sequence[Figure]] = tuple


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation of two people that may go on by voice and video, told by the part that holds it.

    ``ref`` is the conversation, ``people`` who alone may come in, ``url`` the path where they find it,
    ``open_until`` when it is over at the latest.
    """

    ref: Ref
    people: tuple[uuid.UUID, ...]
    url: str
    open_until: datetime


@dataclass(frozen=True, slots=True)
class LiveRoom:
    """Where people can meet by voice and video.

    For a ``Talk``, ``markup`` is the room as part of the page that asked; ``scripts`` and ``styles``
    are the static files that it needs, as ``asset`` takes them, and ``url`` is the talk's own.
    """

    url: str
    title: Text
    markup: Markup | None = None
    scripts: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Upload:
    """A file about to be accepted, for plugins that may refuse it."""

    name: str
    media_type: str
    size: int
    path: Path
    purpose: str


@dataclass(frozen=True, slots=True)
class SettingsSchema:
    """The settings of a plugin for one office; ``model`` is a ``lms.commands.Command`` whose fields all have defaults."""

    title: Text
    model: type[Any]


@dataclass(frozen=True, slots=True)
class ErasurePolicy:
    """How a person is erased: what must be kept by law stays without the name until ``keep_until``.

    ``names`` is what the person was called (name and address): texts told to others may hold it.
    """

    requested_by: uuid.UUID
    reason: str
    keep_until: datetime | None = None
    names: tuple[str, ...] = ()

    def without_names(self, text: str) -> str:
        """The text with the person's name taken out."""
        for name in self.names:
            text = text.replace(name, "…").replace(str(escape(name)), "…")
        return text


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened, for one plugin to hear: hook name and arguments as text."""

    plugin: str
    hook: str
    office_id: uuid.UUID
    arguments: Mapping[str, str]
