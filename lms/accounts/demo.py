"""Invented invitations, requests and sessions of the demo offices."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from lms.accounts.invitations import LIFETIME
from lms.accounts.models import Invitation, InvitationRole, Membership, SignInSession, User
from lms.accounts.secrets_kept import keyed_hash
from lms.accounts.sessions import LIFETIME as SESSION_LIFETIME
from lms.accounts.sessions import hash_token
from lms.store.base import session

if TYPE_CHECKING:
    from lms.demo import World

INVITED = {
    "siena": (("sara.meoni@example.org", "trainee", 2), ("d.kowalczyk@example.org", "tutor", 5), ("luca.bindi@example.org", "trainee", 13)),
    "vienna": (("m.oberhofer@example.org", "counsellor", 1), ("selin.aydin@example.org", "trainee", 4), ("p.novotna@example.org", "trainee", 9)),
}  # fmt: skip
WAITING = {
    "siena": (("Ilaria Buonsignori", "ilaria.buonsignori@example.org", 1), ("Abdoulaye Sy", "abdoulaye.sy@example.org", 3)),
    "vienna": (("Mirjana Stojković", "mirjana.stojkovic@example.org", 2),),
}  # fmt: skip
BROWSERS = ("Firefox, Windows", "Chrome, Android", "Safari, iPhone", "Edge, Windows", "Chrome, Linux")


def build_accounts(world: World) -> None:
    """Three open invitations and one or two requests in each office; some people are signed in twice."""
    for slug, head in (("siena", "head"), ("vienna", "head_vienna")):
        with world.inside(slug) as office:
            for email, role, days_ago in INVITED[slug]:
                sent = world.moment(days_ago, 10)
                row = Invitation(
                    email=email, secret_hash=keyed_hash("invitation", secrets.token_urlsafe(32)),
                    invited_by_id=world.people[head].id, sent_at=sent, expires_at=sent + LIFETIME, office_id=office.id,
                )  # fmt: skip
                row.roles = [InvitationRole(role=role)]
                session().add(row)
            for name, email, days_ago in WAITING[slug]:
                asked = world.moment(days_ago, 16, 40)
                person = User(
                    name=name,
                    email=email,
                    created_at=asked,
                    email_confirmed_at=asked,
                    locale=office.languages[0],
                )
                session().add(person)
                session().flush()
                session().add(
                    Membership(user_id=person.id, office_id=office.id, state="waiting", created_at=asked)
                )
            _sign_in_some(world, slug)


def _sign_in_some(world: World, slug: str) -> None:
    staff = [
        each for each in world.people.values() if each.office == slug and not each.key.startswith("trainee")
    ]
    for place, person in enumerate([*staff, *world.trainees(slug)[:8]]):
        for browser in range(1 + place % 2):
            seen = world.now - timedelta(hours=5 + 9 * place + 30 * browser)
            session().add(
                SignInSession(
                    token_hash=hash_token(secrets.token_urlsafe(32)), user_id=person.id, data={"_user_id": str(person.id)},
                    method="password" if place % 3 else "code", browser=BROWSERS[(place + browser) % len(BROWSERS)],
                    address=f"192.0.2.{10 + place}", created_at=seen - timedelta(days=2), seen_at=seen,
                    expires_at=seen + SESSION_LIFETIME,
                )
            )  # fmt: skip
