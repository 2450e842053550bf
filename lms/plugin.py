"""Everything that a plugin is made of: the one module of the core that plugins import.

What is listed in ``__all__`` keeps its name and meaning within a range of core versions
(the ``core`` of the manifest); the rest of ``lms`` may change at any time. Tests of a
plugin stand on ``lms.testing``. How to use it all: ``docs/plugins.md``.
"""

from __future__ import annotations

from lms.access.actor import Actor, system_actor
from lms.access.attaching import (
    attach_thing,
    attachable_refs,
    attached_refs,
    attached_things,
    detach_things,
    find_attachable,
)
from lms.access.policy import Decision, Policy, require
from lms.accounts.actors import load_actor
from lms.accounts.doors import knock
from lms.accounts.people import (
    PersonView,
    find_member_names,
    find_members,
    find_members_by_email,
    name_of_member,
)
from lms.accounts.secrets_kept import keyed_hash, seal, unseal
from lms.accounts.signin import site_prefix as office_address
from lms.accounts.visitors import (
    admit_visitor,
    end_visit,
    forget_visitors,
    greet_visitor,
    rename_visitor,
    renew_visit,
)
from lms.activities.busy import Busy, find_busy
from lms.activities.children import (
    arrange_children,
    children_of,
    copy_activity,
    find_children,
    hide_child,
    move_child,
    remove_child,
    require_child,
)
from lms.activities.completion import RuleChange, explain, reason_of
from lms.activities.enrolment import (
    approve,
    enrol,
    enrol_people,
    enrolment_of,
    leave,
    list_enrolments,
    participations,
)
from lms.activities.enrolment import places as places_of
from lms.activities.forms import (
    COMPLETION_CHOICES,
    ChangeRule,
    CreateActivity,
    EditActivity,
    EditEnrolment,
    Enrol,
)
from lms.activities.hooks import activity_url
from lms.activities.models import Activity, Completion, Enrolment
from lms.activities.owners import Owner, add_owner, owners_of, remove_owner
from lms.activities.service import (
    change_rule,
    completions_in,
    completions_of,
    count_missing_words,
    create_activity,
    edit_activity,
    edit_enrolment_rule,
    find_manageable,
    frame_of,
    get_activity,
    is_enrolled,
    may_manage,
    offered_types,
    open_activity,
    owned_by,
    preview_rule_change,
    record_progress,
    set_state,
)
from lms.activities.service import get_managed as get_managed_activity
from lms.activities.views import edit_url, parent_edit_url
from lms.clock import utcnow
from lms.commands import Command, Ui
from lms.demo import World
from lms.documents import PdfAttachment, render_pdf
from lms.errors import Conflict, Forbidden, Invalid, NotFound, TooMany, Unavailable
from lms.files.accepting import Prepared as PreparedFile
from lms.files.accepting import accept_stream as store_file
from lms.files.accepting import get_usage, max_passing_bytes, max_upload_bytes
from lms.files.accepting import prepare_stream as prepare_file
from lms.files.accepting import record as record_file
from lms.files.archives import check_archive
from lms.files.images import draw_thumbnail
from lms.files.kinds import Family, accept_attribute, kind_of
from lms.files.receiving import received_files
from lms.files.service import attach_embedded, attach_file, get_file, keep_file, linked_files, open_file
from lms.files.service import find_visible as find_visible_files
from lms.files.serving import serve_file, serve_preview
from lms.files.sizes import format_size
from lms.files.streaming import serve_while
from lms.files.uploads import claim_upload, take_upload
from lms.groups.service import find_groups, groups_of
from lms.groups.service import member_ids as group_member_ids
from lms.hooks.attachable import Attachable, Showing
from lms.hooks.callers import hooks
from lms.hooks.contributions import (
    ROLES,
    ActivityContent,
    ActivityType,
    AddFile,
    AuditAction,
    CalendarEntry,
    DashboardCard,
    ErasurePolicy,
    Evidence,
    Exporter,
    Frame,
    HealthCheck,
    IdentityProvider,
    Importer,
    JobSpec,
    LiveRoom,
    Manifest,
    MessageChannel,
    NavItem,
    NextStep,
    NotificationKind,
    Permission,
    PersonalData,
    Process,
    ReportSeries,
    Role,
    SearchDocument,
    SettingsSchema,
    SlotContent,
    StepGuide,
    TakeFile,
    Talk,
    Text,
    Upload,
)
from lms.hooks.figures import Figure
from lms.hooks.questions import OfferedOption, OfferedQuestion
from lms.hooks.specs import hookimpl, hookspec
from lms.live.channels import EventView, append, forget_events, read_event, read_latest, read_since
from lms.live.hub import Connection, Hub, hub
from lms.live.kinds import ChannelKind, EventKind, HintKind, Rate, Snapshot
from lms.live.namespaces import Call, LiveNamespace, on_event
from lms.live.presence import who_is_here
from lms.notifications.service import notify
from lms.offices.directory import OfficeView, directory
from lms.offices.rounds import in_each_office
from lms.offices.service import get_settings, save_settings
from lms.privacy.archive import ExportArchive
from lms.refs import Card, Ref
from lms.richtext import clean_html, embedded_files, fill_addresses, is_empty, plain_text, replace_files
from lms.store.audit import is_audited_since, write_audit
from lms.store.base import Base, Identified, OfficeScoped, Timestamped, new_id, session
from lms.store.files import FileStore, StoredFile
from lms.store.records import Record, read_records, write_record
from lms.store.refs import link, linked, unlink
from lms.store.runtime import run_folder
from lms.store.runtime import settings as site_settings
from lms.store.scope import all_offices, office_scope
from lms.store.uow import after_commit, unit_of_work
from lms.tables import Table, to_csv, to_xlsx
from lms.text import _, _l, current_locale, gettext, lazy_gettext, locale, ngettext, pgettext
from lms.web.content import send_table, show_richtext
from lms.web.errors import wants_json
from lms.web.forms import Form, page_asked
from lms.web.guard import (
    actor,
    called_from_anywhere,
    guest_or_actor,
    member,
    operators_only,
    public,
    requires,
    signed_in,
    slow,
    uses_devices,
    visitors,
)
from lms.web.i18n import current_zone, format_date, format_datetime, format_relative, format_time
from lms.web.offices import current_office
from lms.work.fetching import Fetched, fetch, may_fetch
from lms.work.jobs import JobRun, enqueue, get_job
from lms.work.mail import send_mail

# fmt: off
__all__ = [  # noqa: RUF022 - in groups, as an author looks for them
    # what a plugin is, and its hooks
    "Manifest", "hookimpl", "hookspec", "hooks",
    # what it hands to the core
    "ActivityContent", "ActivityType", "AddFile", "Attachable", "AuditAction", "Frame", "StepGuide", "TakeFile", "CalendarEntry",
    "DashboardCard", "ErasurePolicy", "Evidence", "Exporter", "Figure", "HealthCheck",
    "IdentityProvider", "Importer", "JobSpec", "LiveRoom", "MessageChannel", "NavItem", "NextStep",
    "NotificationKind", "OfferedOption", "OfferedQuestion", "Permission", "PersonalData", "Process", "ReportSeries", "ROLES", "Role", "SearchDocument",
    "SettingsSchema", "Showing", "SlotContent", "Talk", "Text", "Upload",
    # what it is handed
    "ExportArchive", "FileStore", "StoredFile", "World",
    # tables and transactions
    "Base", "Identified", "OfficeScoped", "Timestamped", "new_id", "session",
    "unit_of_work", "after_commit", "office_scope", "all_offices",
    # who acts, and may they
    "Actor", "Decision", "Policy", "load_actor", "require", "system_actor",
    "actor", "called_from_anywhere", "guest_or_actor", "knock", "member", "operators_only", "public", "requires", "signed_in", "slow", "uses_devices",
    "visitors", "admit_visitor", "end_visit", "forget_visitors", "greet_visitor", "rename_visitor", "renew_visit",
    # input, errors, words, time
    "Command", "Form", "Ui", "page_asked", "wants_json",
    "Conflict", "Forbidden", "Invalid", "NotFound", "TooMany", "Unavailable",
    "_", "_l", "current_locale", "gettext", "lazy_gettext", "locale", "ngettext", "pgettext",
    "current_zone", "format_date", "format_datetime", "format_relative", "format_time", "utcnow",
    # offices and people
    "OfficeView", "PersonView", "current_office", "directory", "find_member_names", "find_members", "find_members_by_email", "get_settings", "name_of_member", "office_address", "save_settings",
    # things of others, what of one's own is attached to them, the record log, the audit
    "Card", "Ref", "attach_thing", "attachable_refs", "attached_refs", "attached_things", "detach_things", "find_attachable",
    "link", "linked", "unlink", "Record", "read_records", "write_record", "write_audit",
    "is_audited_since",
    # activities, who takes part, what completes them
    "Activity", "Busy", "ChangeRule", "Completion", "COMPLETION_CHOICES", "CreateActivity", "EditActivity", "EditEnrolment",
    "Enrol", "Enrolment", "Owner", "RuleChange", "activity_url", "add_owner", "approve", "arrange_children", "change_rule", "children_of",
    "completions_in", "completions_of", "count_missing_words", "copy_activity", "create_activity", "edit_activity", "edit_enrolment_rule",
    "edit_url", "enrol", "enrol_people", "enrolment_of", "explain", "find_busy", "find_children", "frame_of", "get_activity",
    "get_managed_activity", "hide_child", "is_enrolled", "leave", "list_enrolments", "find_manageable", "may_manage", "move_child",
    "offered_types", "open_activity", "owned_by", "owners_of", "parent_edit_url", "participations", "places_of", "preview_rule_change",
    "reason_of", "record_progress", "remove_child", "remove_owner", "require_child", "set_state",
    # groups, and telling people
    "find_groups", "group_member_ids", "groups_of", "notify",
    # texts that a copy of the database does not show
    "keyed_hash", "seal", "unseal",
    # files
    "Family", "accept_attribute", "attach_embedded", "attach_file", "check_archive", "claim_upload", "draw_thumbnail",
    "find_visible_files", "format_size", "get_file", "get_usage", "keep_file", "kind_of", "linked_files", "max_passing_bytes", "max_upload_bytes", "open_file",
    "PreparedFile", "prepare_file", "received_files", "record_file", "serve_file", "serve_preview", "serve_while", "store_file", "take_upload",
    # rich text, paper, tables
    "clean_html", "embedded_files", "fill_addresses", "is_empty", "plain_text", "replace_files", "show_richtext",
    "PdfAttachment", "render_pdf", "Table", "send_table", "to_csv", "to_xlsx",
    # live channels
    # background work and mail
    "Call", "ChannelKind", "EventKind", "EventView", "HintKind", "LiveNamespace", "Rate", "Snapshot", "append",
    "forget_events", "on_event", "read_event", "read_latest", "read_since", "who_is_here", "JobRun", "enqueue", "get_job", "in_each_office",
    # what stands elsewhere on the web
    "Fetched", "fetch", "may_fetch",
    "send_mail", "Connection", "Hub", "hub", "run_folder", "site_settings",
]
# fmt: on
