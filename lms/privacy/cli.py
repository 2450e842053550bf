"""``lms privacy``: rights over personal data, from the command line."""

from __future__ import annotations

import click
from sqlalchemy import select

from lms.access.actor import system_actor
from lms.accounts.models import User
from lms.errors import NotFound
from lms.privacy.service import erase_now
from lms.store.audit import verify_chain
from lms.store.base import session


@click.group()
def privacy() -> None:
    """Erase people and verify the audit chain."""


@privacy.command()
@click.argument("email")
@click.option("--reason", default="on request", help="Written into the audit chain.")
@click.confirmation_option(prompt="This cannot be undone. Erase this person?")
def erase(email: str, reason: str) -> None:
    """Erase the person with this address at once, and prove it."""
    user_id = session().scalar(select(User.id).filter_by(email=email.lower()))
    if user_id is None:
        raise NotFound(f"Nobody has the address {email}.")
    click.echo(erase_now(system_actor(), user_id, reason))


@privacy.command()
def verify() -> int:
    """Check the audit chain; exit code 1 if it is broken."""
    verdict = verify_chain()
    if verdict.broken_at is None:
        click.echo(f"The audit chain is whole: {verdict.entries} entries.")
        return 0
    click.echo(f"The audit chain is broken at entry {verdict.broken_at}.")
    return 1
