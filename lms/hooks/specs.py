"""Every hook of the core: the map of the product.

Kinds: L asked once when plugins are loaded; C collected from the plugins that an
office has switched on; F first answer wins; V may refuse before the commit (raise
Invalid, Forbidden or Conflict); E a fact told after the commit, retried as a job;
A asked of all loaded plugins, switched on or not.

An implementation is a function of the same name in the plugin's ``hooks.py``, marked
with ``@hookimpl``. It may take fewer arguments than specified here.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pluggy

from lms.hooks.attachable import Attachable
from lms.hooks.contributions import (
    ActivityType,
    AuditAction,
    CalendarEntry,
    DashboardCard,
    ErasurePolicy,
    Evidence,
    Exporter,
    HealthCheck,
    IdentityProvider,
    Importer,
    JobSpec,
    LiveRoom,
    MessageChannel,
    NavItem,
    NotificationKind,
    Permission,
    PersonalData,
    Process,
    ReportSeries,
    SearchDocument,
    SettingsSchema,
    SlotContent,
    Talk,
    Upload,
)
from lms.hooks.questions import OfferedQuestion
from lms.refs import Card, Ref

if TYPE_CHECKING:
    import click
    from flask import Blueprint
    from markupsafe import Markup

    from lms.access.actor import Actor
    from lms.demo import World
    from lms.live.namespaces import LiveNamespace
    from lms.privacy.archive import ExportArchive
    from lms.store.files import FileStore, StoredFile

PROJECT = "lms"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)

HookKind = Literal["L", "C", "F", "V", "E", "A"]


# --- L: asked once, when plugins are loaded ---------------------------------------


@hookspec
def permissions() -> Sequence[Permission]:
    """Rights that the plugin checks. kind: L.

    Example: ``return [Permission("lounge.announce", _l("Announce to the office"), frozenset({"head"}))]``
    May raise: nothing. Since 0.1.
    """
    raise NotImplementedError


@hookspec
def audit_actions() -> Sequence[AuditAction]:
    """What the plugin writes into the audit, in words for the page "Who did what". kind: L.

    Example: ``return [AuditAction("people.invited", _l("Invited people"))]``
    May raise: nothing. Since 0.1.
    """
    raise NotImplementedError


@hookspec
def settings_schema() -> SettingsSchema:
    """The plugin's settings for one office, shown as a form on the office's plugin page. kind: L.

    Example: ``return SettingsSchema(_l("Lounge"), LoungeSettings)``
    May raise: nothing. Since 0.1.
    """
    raise NotImplementedError


@hookspec
def blueprints() -> Sequence[Blueprint]:
    """Flask blueprints, each view with its policy (``@requires``, ``@signed_in``, ``@public``). kind: L.

    Example: ``return [views.blueprint]``
    May raise: nothing. Since 0.1.
    """
    raise NotImplementedError


@hookspec
def socket_namespaces() -> Sequence[LiveNamespace]:
    """Live namespaces with a policy on each event. kind: L.

    Example: ``return [sockets.LoungeNamespace()]``
    May raise: nothing. Since 0.1.
    """
    raise NotImplementedError


@hookspec
def activity_types() -> Sequence[ActivityType]:
    """Kinds of activities that people can take part in. kind: L.

    Example: ``return [ActivityType("event", _l("Event"), "calendar-event", "activities.show")]``
    May raise: nothing. Since 0.1.
    """
    raise NotImplementedError


@hookspec
def attachable() -> Attachable:
    """How people attach their own things of the plugin to things of others, for one person to see. kind: L.

    Example: ``return Attachable(find_own, show, hide, find_shown)``
    May raise: nothing. Since 0.1.
    """
    raise NotImplementedError


@hookspec
def jobs() -> Sequence[JobSpec]:
    """Background work and schedules. kind: L.

    Example: ``return [JobSpec("digest", send_digests, _l("Daily digest"), every=timedelta(hours=1))]``
    May raise: nothing. Since 0.1.
    """
    raise NotImplementedError


@hookspec
def commands() -> Sequence[click.Command]:
    """Commands added to ``python3 -m lms``. kind: L.

    Example: ``return [cli.user]``
    May raise: nothing. Since 0.1.
    """
    raise NotImplementedError


@hookspec
def processes() -> Sequence[Process]:
    """Programs that ``serve`` keeps running, for work that must not share a process with pages. kind: L.

    Example: ``return [Process("media", [sys.executable, str(FOLDER / "engine_embedded")])]``
    May raise: nothing. Since 0.1.
    """
    raise NotImplementedError


@hookspec
def notification_kinds() -> Sequence[NotificationKind]:
    """Kinds of notifications, with the channels they use unless a person chooses otherwise. kind: L.

    Example: ``return [NotificationKind("enrolled", _l("You were enrolled"), by_mail="at_once")]``
    May raise: nothing. Since 0.1.
    """
    raise NotImplementedError


@hookspec
def message_channels() -> Sequence[MessageChannel]:
    """Ways to carry a notification to a person outside the page. kind: L.

    Example: ``return [MessageChannel("mail", _l("E-mail"), send_by_mail)]``
    May raise: nothing. Since 0.1.
    """
    raise NotImplementedError


@hookspec
def identity_providers() -> Sequence[IdentityProvider]:
    """Ways to sign in. kind: L.

    Example: ``return [IdentityProvider("passkey", _l("Passkey"), "accounts.passkey_sign_in")]``
    May raise: nothing. Since 0.1.
    """
    raise NotImplementedError


@hookspec
def importers() -> Sequence[Importer]:
    """Imports offered where things of a kind are listed. kind: L.

    Example: ``return [Importer("csv", "people", _l("CSV file"), "accounts.import_people", (".csv",))]``
    May raise: nothing. Since 0.1.
    """
    raise NotImplementedError


@hookspec
def exporters() -> Sequence[Exporter]:
    """Exports offered where things of a kind are listed. kind: L.

    Example: ``return [Exporter("csv", "people", _l("CSV file"), "accounts.export_people")]``
    May raise: nothing. Since 0.1.
    """
    raise NotImplementedError


@hookspec
def personal_data() -> Sequence[PersonalData]:
    """Every column with personal data: purpose, legal basis, retention. kind: L.

    A plugin with a table that points at a person and no declaration is refused.
    Example: ``return [PersonalData("lounge_visit", "user_id", ("at",), _l("Presence"), "public_task", _l("30 days"))]``
    May raise: nothing. Since 0.1.
    """
    raise NotImplementedError


@hookspec
def add_hookspecs() -> Sequence[object]:
    """Hook specifications that the plugin publishes, each function prefixed by its name. kind: L.

    Example: ``return [specs]``
    May raise: nothing. Since 0.1.
    """
    raise NotImplementedError


# --- C: collected from the plugins that the office has switched on ----------------


@hookspec
def nav_items(actor: Actor) -> Sequence[NavItem]:
    """Entries of the main navigation for this person. kind: C.

    Example: ``return [NavItem(_l("Calendar"), url_for("calendar.month"), "calendar3")]``
    May raise: nothing. Since 0.1.
    """
    raise NotImplementedError


@hookspec
def dashboard_cards(actor: Actor) -> Sequence[DashboardCard]:
    """Cards of the dashboard, one of which may offer the one next step. kind: C.

    Example: ``return [DashboardCard("lounge/card.html", {"people": who_is_here(actor)})]``
    May raise: nothing. Since 0.1.
    """
    raise NotImplementedError


@hookspec
def page_slot(slot: str, actor: Actor | None, ref: Ref | None) -> Sequence[SlotContent]:
    """Pieces for a named place of a page, such as ``person.aside`` or ``landing.main``. kind: C.

    Example: ``return [SlotContent("lounge/aside.html")] if slot == "dashboard.aside" else []``
    May raise: nothing. Since 0.1.
    """
    raise NotImplementedError


@hookspec
def calendar_items(
    actor: Actor, start: datetime, end: datetime, limit: int | None
) -> Sequence[CalendarEntry]:
    """What has a time between ``start`` and ``end`` for this person. kind: C.

    With ``limit`` the start page asks: it shows only so many, the earliest, and takes up whatever offers itself
    as the one next step, shown or not. It may be ignored.

    Example: ``return [entry_of(each) for each in find_activities(actor, start, end)]``
    May raise: nothing. Since 0.1.
    """
    raise NotImplementedError


@hookspec
def cards(refs: Sequence[Ref], actor: Actor) -> Sequence[Card]:
    """Cards of those refs that are the plugin's own and that the actor may see. kind: C.

    The caller hands each plugin only refs that bear its name.
    Example: ``return [Card(ref, row.title, url) for ref, row in find_visible(actor, refs)]``
    May raise: nothing. Since 0.1.
    """
    raise NotImplementedError


@hookspec
def evidence(user_id: uuid.UUID, actor: Actor) -> Sequence[Evidence]:
    """What a person achieved, as far as the actor may see it. kind: C.

    Example: ``return [Evidence(ref, title, _l("Completed activity"), completed_at)]``
    May raise: nothing. Since 0.1.
    """
    raise NotImplementedError


@hookspec
def report_series(office_id: uuid.UUID, start: datetime, end: datetime) -> Sequence[ReportSeries]:
    """Numbers over time for the office's report page. kind: C.

    Example: ``return [ReportSeries("completions", _l("Completions"), points)]``
    May raise: nothing. Since 0.1.
    """
    raise NotImplementedError


@hookspec
def search_documents(since: datetime | None) -> Iterable[SearchDocument]:
    """Texts of the office in scope that changed since then (all, if None). kind: C.

    Example: ``return (document_of(each) for each in changed_activities(since))``
    May raise: nothing. Since 0.1.
    """
    raise NotImplementedError


# --- F: the first answer wins -------------------------------------------------------


@hookspec(firstresult=True)
def live_room(activity_id: uuid.UUID | None, actor: Actor, talk: Talk | None) -> LiveRoom | None:
    """A room with voice and video for an activity; for a talk of two people, to stand in its page; for the office lounge if both are None. kind: F.

    Example: ``return LiveRoom(url_for("webinar.room", activity_id=activity_id), _l("Open the room"))``
    May raise: nothing. Since 0.1.
    """
    raise NotImplementedError


@hookspec(firstresult=True)
def question_bank(actor: Actor, query: str | Ref, limit: int) -> Sequence[OfferedQuestion] | None:
    """Questions of a bank that this person may use: the newest ones with these words, or the one of a ref; None: no bank. kind: F.

    With ``limit`` 0 the answer only says whether there is a bank for this person.

    Example: ``return offer_questions(actor, query, limit) if actor.can("quiz.bank") else None``
    May raise: nothing. Since 0.1.
    """
    raise NotImplementedError


@hookspec(firstresult=True)
def player(file: StoredFile, actor: Actor) -> Markup | None:
    """Markup that plays a file on its page. kind: F.

    Example: ``return Markup(render_template("files/video.html", file=file))``
    May raise: nothing. Since 0.1.
    """
    raise NotImplementedError


@hookspec(firstresult=True)
def file_preview(file: StoredFile) -> Path | None:
    """A small picture of a file, made once and kept. kind: F.

    Example: ``return thumbnail(file) if file.media_type.startswith("image/") else None``
    May raise: nothing. Since 0.1.
    """
    raise NotImplementedError


@hookspec(firstresult=True)
def file_store(directory: Path) -> FileStore | None:
    """Where the bytes of files are kept. kind: F.

    Example: ``return DiskStore(directory)``
    May raise: nothing. Since 0.1.
    """
    raise NotImplementedError


# --- V: may refuse, before the commit -----------------------------------------------


@hookspec
def check_sign_in(user_id: uuid.UUID, method: str) -> None:
    """May refuse a sign-in that has proved itself otherwise. kind: V.

    Example: ``raise Forbidden(_("This account is blocked until Monday."))``
    May raise: Forbidden. Since 0.1.
    """
    raise NotImplementedError


@hookspec
def check_enrol(actor: Actor, activity_id: uuid.UUID, user_id: uuid.UUID) -> None:
    """May refuse an enrolment. kind: V.

    Example: ``raise Conflict(_("All places are taken."))``
    May raise: Forbidden, Conflict. Since 0.1.
    """
    raise NotImplementedError


@hookspec
def check_upload(actor: Actor, upload: Upload) -> None:
    """May refuse a file that is complete but not yet accepted, such as a virus scanner. kind: V.

    Example: ``raise Invalid(_("This file has a virus."))``
    May raise: Invalid. Since 0.1.
    """
    raise NotImplementedError


# --- E: facts, told after the commit, retried as jobs -------------------------------


@hookspec
def on_user_joined(office_id: uuid.UUID, user_id: uuid.UUID) -> None:
    """A person became a member of an office. kind: E.

    Example: ``copy_office_templates(user_id)``
    May raise: anything; it is tried again. Since 0.1.
    """
    raise NotImplementedError


@hookspec
def on_enrolled(office_id: uuid.UUID, activity_id: uuid.UUID, user_id: uuid.UUID) -> None:
    """A person was enrolled in an activity. kind: E.

    Example: ``notify(user_id, "enrolled", ref)``
    May raise: anything; it is tried again. Since 0.1.
    """
    raise NotImplementedError


@hookspec
def on_completed(office_id: uuid.UUID, activity_id: uuid.UUID, user_id: uuid.UUID) -> None:
    """A person completed an activity. kind: E.

    Example: ``issue_certificate(activity_id, user_id)``
    May raise: anything; it is tried again. Since 0.1.
    """
    raise NotImplementedError


@hookspec
def on_file_stored(office_id: uuid.UUID, file_id: uuid.UUID) -> None:
    """A file was accepted. kind: E.

    Example: ``make_preview(file_id)``
    May raise: anything; it is tried again. Since 0.1.
    """
    raise NotImplementedError


@hookspec
def on_plugin_enabled(office_id: uuid.UUID, plugin: str) -> None:
    """An office switched a plugin on. kind: E.

    Example: ``index_office(office_id)``
    May raise: anything; it is tried again. Since 0.1.
    """
    raise NotImplementedError


@hookspec
def on_plugin_disabled(office_id: uuid.UUID, plugin: str) -> None:
    """An office switched a plugin off; its data stays. kind: E.

    Example: ``remove_from_index(office_id, plugin)``
    May raise: anything; it is tried again. Since 0.1.
    """
    raise NotImplementedError


@hookspec
def on_talk_ended(office_id: uuid.UUID, ref: Ref) -> None:
    """A talk is over, or goes on with other people: whoever speaks in its room is put out. kind: E.

    Example: ``return calls.close(str(ref))``
    May raise: anything; the job is tried again. Since 0.1.
    """
    raise NotImplementedError


@hookspec
def on_talk_spoken(office_id: uuid.UUID, ref: Ref, at: datetime) -> None:
    """The two of a talk began or stopped speaking to each other in its room at that moment. kind: E.

    Example: ``return note_moment(ref, at)``
    May raise: anything; the job is tried again. Since 0.1.
    """
    raise NotImplementedError


@hookspec
def on_talk_forgotten(office_id: uuid.UUID, ref: Ref) -> None:
    """What was said in a talk is not kept any more: its room and what is known of it go too. kind: E.

    Example: ``return calls.forget(str(ref))``
    May raise: anything; the job is tried again. Since 0.1.
    """
    raise NotImplementedError


@hookspec
def on_recorded(office_id: uuid.UUID, record_id: uuid.UUID) -> None:
    """A record was written to the log. kind: E.

    Example: ``evaluate_completion(record_id)``
    May raise: anything; it is tried again. Since 0.1.
    """
    raise NotImplementedError


# --- A: asked of all loaded plugins ---------------------------------------------------


@hookspec
def export_user(user_id: uuid.UUID, archive: ExportArchive) -> None:
    """Write everything held about a person into the archive. kind: A.

    Example: ``archive.add_table("lounge", _l("Lounge"), rows)``
    May raise: anything; the export is then marked incomplete and tried again. Since 0.1.
    """
    raise NotImplementedError


@hookspec
def erase_user(user_id: uuid.UUID, policy: ErasurePolicy) -> None:
    """Remove or anonymise everything held about a person. kind: A.

    Example: ``delete_visits(user_id)``
    May raise: anything; nothing is erased then, and it is tried again. Since 0.1.
    """
    raise NotImplementedError


@hookspec
def health_checks() -> Sequence[HealthCheck]:
    """The state of the plugin's parts, for ``doctor`` and the operator's page. kind: A.

    Example: ``return [HealthCheck("search", "ok", _l("4,210 documents"))]``
    May raise: anything; it is shown as failed. Since 0.1.
    """
    raise NotImplementedError


@hookspec
def demo_data(world: World) -> Any:
    """Add invented data to the demo world. kind: A.

    Example: ``world.announce(world.siena, "Welcome")``
    May raise: anything; the demo is then not started. Since 0.1.
    """
    raise NotImplementedError


def _kind(specification: object) -> HookKind:
    words = (specification.__doc__ or "").partition("kind: ")[2]
    kind: HookKind = words[0]  # type: ignore[assignment]  # a test looks at each docstring
    return kind


HOOK_KINDS: dict[str, HookKind] = {
    name: _kind(value) for name, value in list(globals().items()) if hasattr(value, f"{PROJECT}_spec")
}
"""The kind of every hook, by its name, as its docstring says."""
