"""What accounts give to the rest: ways to sign in, people, jobs, commands, and people's rights over their data."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import click
from flask import Blueprint, url_for
from sqlalchemy import func, select

from lms.access.actor import Actor
from lms.accounts import people, privacy
from lms.accounts.cli import user
from lms.accounts.demo import build_accounts
from lms.accounts.doors import doors
from lms.accounts.invitations import prune_invitations
from lms.accounts.models import Membership, User
from lms.accounts.sessions import prune_sessions
from lms.accounts.tokens import prune_tokens
from lms.accounts.views import BLUEPRINTS
from lms.accounts.visitors import prune_visitors
from lms.clock import utcnow
from lms.hooks.contributions import (
    AuditAction,
    DashboardCard,
    ErasurePolicy,
    Exporter,
    HealthCheck,
    IdentityProvider,
    JobSpec,
    NavItem,
    NextStep,
    Permission,
    PersonalData,
    ReportSeries,
    Role,
    SearchDocument,
)
from lms.hooks.specs import hookimpl
from lms.offices.directory import directory
from lms.refs import Card, Ref
from lms.store.base import session
from lms.store.scope import all_offices, current_scope
from lms.store.uow import unit_of_work
from lms.text import gettext as _
from lms.text import lazy_gettext as _l
from lms.text import ngettext
from lms.work.jobs import JobRun

if TYPE_CHECKING:
    from lms.demo import World
    from lms.privacy.archive import ExportArchive

KIND = "person"
VISITORS_KEPT = timedelta(days=90)
_HEADS: frozenset[Role] = frozenset({"head", "operator"})
_STAFF: frozenset[Role] = frozenset({"head", "operator", "counsellor", "trainer", "tutor"})


@hookimpl
def permissions() -> Sequence[Permission]:
    """Rights over people."""
    return [
        Permission(people.SEE, _l("See the people of the office"), _STAFF),
        Permission(people.INVITE, _l("Invite people and let them in"), _HEADS),
        Permission(people.MANAGE, _l("Change roles, end memberships, block people"), _HEADS),
    ]


@hookimpl
def audit_actions() -> Sequence[AuditAction]:
    """What is written into the audit."""
    return [
        AuditAction("account.password_changed", _l("Changed the password")),
        AuditAction("account.email_changed", _l("Changed the e-mail address")),
        AuditAction("account.second_step_on", _l("Switched the second step on")),
        AuditAction("account.second_step_off", _l("Switched the second step off")),
        AuditAction("people.invited", _l("Invited people")),
        AuditAction("membership.approved", _l("Let somebody in")),
        AuditAction("membership.declined", _l("Did not let somebody in")),
        AuditAction("membership.edited", _l("Changed roles")),
        AuditAction("membership.ended", _l("Ended a membership")),
        AuditAction("membership.restored", _l("Brought a membership back")),
        AuditAction("user.created", _l("Made an account")),
        AuditAction("user.password_set", _l("Set a password")),
        AuditAction("user.blocked", _l("Blocked somebody")),
        AuditAction("user.unblocked", _l("Unblocked somebody")),
        AuditAction("operator.made", _l("Made somebody an operator")),
        AuditAction("operator.removed", _l("Somebody is no longer an operator")),
    ]


@hookimpl
def blueprints() -> Sequence[Blueprint]:
    """The pages."""
    return BLUEPRINTS


@hookimpl
def nav_items(actor: Actor) -> Sequence[NavItem]:
    """People, for staff; the badge counts who waits to be let in."""
    if actor.office_id is None or not actor.can(people.SEE):
        return []
    waiting = people.count_waiting(actor) if actor.can(people.INVITE) else 0
    return [
        NavItem(
            _l("People"),
            url_for("people.find"),
            "people",
            priority=70,
            badge=waiting or None,
            section="office",
        )
    ]


@hookimpl
def dashboard_cards(actor: Actor) -> Sequence[DashboardCard]:
    """For those who let people in: the one next step is whoever waits, else (last of all) inviting somebody."""
    if actor.office_id is None or not actor.can(people.INVITE):
        return []
    waiting = people.count_waiting(actor)
    if waiting:
        title = ngettext("%(n)d person waits to be let in", "%(n)d people wait to be let in", waiting)
        detail = _("They asked to join your office and cannot do anything until you decide.")
        step = NextStep(title, url_for("people.waiting"), detail, _("Look at them"), priority=10)
    else:
        detail = _("Write their addresses; each gets a letter with a link.")
        step = NextStep(
            _("Bring people in"), url_for("people.invite"), detail, _("Invite people"), priority=95
        )
    return [DashboardCard("", next_step=step)]


@hookimpl
def identity_providers() -> Sequence[IdentityProvider]:
    """Password, mailed code, passkey."""
    return [
        IdentityProvider("password", _l("Password"), "accounts.sign_in", "key", priority=10),
        IdentityProvider(
            "code", _l("Get a code by e-mail"), "accounts.ask_for_code", "envelope", priority=20
        ),
        IdentityProvider("passkey", _l("Use a passkey"), "accounts.passkey", "shield-lock", priority=30),
    ]


@hookimpl
def exporters() -> Sequence[Exporter]:
    """All people as CSV."""
    return [Exporter("csv", "people", _l("CSV file"), "people.export")]


@hookimpl
def commands() -> Sequence[click.Command]:
    """``lms user ...``."""
    return [user]


@hookimpl
def jobs() -> Sequence[JobSpec]:
    """Keeping the tables small."""
    return [JobSpec("prune", _prune, _l("Remove sessions and links that ended"), every=timedelta(hours=6))]


@hookimpl
def cards(refs: Sequence[Ref], actor: Actor) -> Sequence[Card]:
    """People of the office, for those who may see them."""
    if not actor.can(people.SEE):
        return []
    wanted = {ref.uuid: ref for ref in refs if ref.kind == KIND}
    return [
        Card(
            wanted[each.id], each.name, url_for("people.show", user_id=each.id), "person",
            each.function or each.headline, _("Person"),
        )
        for each in people.find_members(actor, list(wanted)).values()
    ]  # fmt: skip


@hookimpl
def search_documents(since: datetime | None) -> Iterator[SearchDocument]:
    """Members of the office in scope: name, function, headline."""
    office_id = current_scope().office_id
    office = directory().by_id(office_id) if office_id else None
    if office is None:
        return
    query = (
        select(Membership, User)
        .join(User, User.id == Membership.user_id)
        .where(Membership.office_id == office.id, Membership.state == "active", User.state == "active")
    )
    if since is not None:
        query = query.where((User.updated_at > since) | (Membership.updated_at > since))
    for membership, row in session().execute(query):
        body = "\n".join(part for part in (membership.function, row.headline, row.email) if part)
        changed = max(row.updated_at, membership.updated_at)
        yield SearchDocument(
            Ref.of("accounts", KIND, row.id), office.id, row.name, body, office.languages[0], changed
        )


@hookimpl
def report_series(office_id: uuid.UUID, start: datetime, end: datetime) -> Sequence[ReportSeries]:
    """New members per week (from Monday)."""
    joined = session().scalars(
        select(Membership.joined_at).where(
            Membership.office_id == office_id, Membership.joined_at >= start, Membership.joined_at < end
        )
    )
    weeks = Counter(_monday(each) for each in joined if each is not None)
    first = _monday(start)
    count = max(0, (_monday(end) - first).days // 7 + 1)
    points = [(first + timedelta(weeks=number)) for number in range(count)]
    return [
        ReportSeries(
            "new_members", _l("New members"), tuple((week, weeks[week]) for week in points), counts_people=True
        )
    ]  # fmt: skip


@hookimpl
def health_checks() -> Sequence[HealthCheck]:
    """Is there an operator, and do all processes count tries together?"""
    operators = session().scalar(
        select(func.count()).select_from(User).where(User.is_operator.is_(True), User.state == "active")
    )
    first = HealthCheck("accounts.operator", "ok", _("This site has an operator."))
    if not operators:
        first = HealthCheck(
            "accounts.operator", "warning", _("Nobody operates this site yet."),
            _("Make an operator: python3 -m lms user create --operator NAME EMAIL"),
        )  # fmt: skip
    second = HealthCheck("accounts.doors", "ok", _("Tries to sign in are limited."))
    if not doors().is_shared:
        second = HealthCheck(
            "accounts.doors", "warning", _("Tries to sign in are limited on each machine alone, because Redis does not answer."),
            _("Start Redis again, or look at redis_url in lms.toml."),
        )  # fmt: skip
    return [first, second]


@hookimpl
def personal_data() -> Sequence[PersonalData]:
    """Everything that accounts know of people."""
    return privacy.DECLARED


@hookimpl
def export_user(user_id: uuid.UUID, archive: ExportArchive) -> None:
    """Account, memberships, sessions, passkeys, invitations."""
    with all_offices("a person's own data"):
        privacy.export_account(user_id, archive)


@hookimpl
def erase_user(user_id: uuid.UUID, policy: ErasurePolicy) -> None:
    """Empty the account; its row stays so that what others wrote still makes sense."""
    with all_offices("erasure of a person"):
        privacy.erase_account(user_id)


@hookimpl
def demo_data(world: World) -> None:
    """Open invitations, somebody who waits, browsers that are signed in."""
    build_accounts(world)


def _prune(_job: JobRun) -> None:
    with all_offices("pruning"), unit_of_work():
        prune_tokens()
        prune_sessions()
        prune_visitors(utcnow() - VISITORS_KEPT)
        prune_invitations()


def _monday(moment: datetime) -> datetime:
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return day - timedelta(days=day.weekday())
