"""``lms user``: accounts from the command line, above all the first operator of a fresh installation."""

from __future__ import annotations

import uuid

import click
from sqlalchemy import select

from lms.access.actor import system_actor
from lms.accounts.membership import GIVEN_ROLES, join_office
from lms.accounts.models import User
from lms.accounts.passwords import check_new_password, hash_password
from lms.accounts.registration import create_user
from lms.accounts.sessions import end_sessions
from lms.accounts.signin import find_by_email
from lms.hooks.contributions import Role
from lms.offices.directory import directory
from lms.refs import Ref
from lms.store.audit import write_audit
from lms.store.base import session
from lms.store.scope import office_scope
from lms.store.uow import unit_of_work


@click.group()
def user() -> None:
    """Create, list and block accounts; make operators."""


@user.command()
@click.argument("name")
@click.argument("email")
@click.option("--operator", is_flag=True, help="May operate the whole site.")
@click.option("--office", help="Address of the office to join, such as siena.")
@click.option(
    "--role",
    type=click.Choice(GIVEN_ROLES),
    default="trainee",
    show_default=True,
    help="Role in that office.",
)
@click.option("--with-password", is_flag=True, help="Ask for a password; without one, codes come by e-mail.")
def create(
    name: str, email: str, operator: bool, office: str | None, role: Role, with_password: bool
) -> None:
    """Create an account for NAME with the address EMAIL."""
    hashed = _ask_for_password(name, email) if with_password else ""
    with unit_of_work():
        row = create_user(name, email, password_hash=hashed)
        row.is_operator = operator
        if office is not None:
            _join(row, office, role)
        _audit("user.created", row.id)
        click.echo(f"Created {row.email}" + (", operator of the site" if operator else ""))


@user.command("list")
@click.option("--operators", is_flag=True, help="Operators only.")
def list_users(operators: bool) -> None:
    """List all accounts."""
    query = select(User).where(User.state != "erased").order_by(User.name_folded)
    for row in session().scalars(query.where(User.is_operator.is_(True)) if operators else query):
        marks = [
            mark
            for mark, holds in (("operator", row.is_operator), ("blocked", row.state == "blocked"))
            if holds
        ]
        click.echo(f"{row.email}\t{row.name}" + (f"\t({', '.join(marks)})" if marks else ""))


@user.command("set-password")
@click.argument("email")
def set_password(email: str) -> None:
    """Set a new password for EMAIL; all its sessions end."""
    found = _get(email)
    hashed = _ask_for_password(found.name, found.email)
    session().rollback()
    with unit_of_work():
        row = _get(email)
        row.password_hash = hashed
        end_sessions(row.id)
        _audit("user.password_set", row.id)
    click.echo(f"New password set for {email}; signed out everywhere.")


@user.command()
@click.argument("email")
@click.option("--reason", default="", help="Shown to the person who tries to sign in.")
@click.option("--undo", is_flag=True, help="Let the person in again.")
def block(email: str, reason: str, undo: bool) -> None:
    """Keep EMAIL out of the site at once."""
    with unit_of_work():
        row = _get(email)
        row.state, row.blocked_reason = ("active", "") if undo else ("blocked", reason)
        if not undo:
            end_sessions(row.id)
        _audit("user.unblocked" if undo else "user.blocked", row.id)
    click.echo(f"{email} can sign in again." if undo else f"{email} is blocked and signed out everywhere.")


@user.command("make-operator")
@click.argument("email")
@click.option("--undo", is_flag=True, help="Take the right away.")
def make_operator(email: str, undo: bool) -> None:
    """Let EMAIL operate the whole site."""
    with unit_of_work():
        row = _get(email)
        row.is_operator = not undo
        _audit("operator.removed" if undo else "operator.made", row.id)
    click.echo(f"{email} is {'no longer' if undo else 'now'} an operator of this site.")


def _audit(action: str, user_id: uuid.UUID) -> None:
    write_audit(system_actor(), action, Ref.of("core", "user", user_id), "by command line")


def _get(email: str) -> User:
    row = find_by_email(email)
    if row is None or row.state == "erased":
        raise click.ClickException(f"There is no account with the address {email}.")
    return row


def _join(row: User, slug: str, role: Role) -> None:
    office = directory().by_slug(slug)
    if office is None:
        known = ", ".join(each.slug for each in directory().all()) or "none yet"
        raise click.ClickException(f"There is no office {slug}. Known: {known}.")
    with office_scope(office.id):
        join_office(row.id, office.id, [role])


def _ask_for_password(name: str, email: str) -> str:
    password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    check_new_password(password, name=name, email=email)
    return hash_password(password)
