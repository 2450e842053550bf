"""Server-side sessions: Flask's session and Flask-Login over one table.

The cookie holds a random token; the table holds its hash, so a copy of the database
signs nobody in. The token changes at every sign-in (no session fixation). A session
ends after 14 days without a visit, on a shared computer after half an hour or when the
browser is closed, and at once when it is revoked.
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

import structlog
from flask import Flask, Request, Response
from flask.sessions import SessionInterface, SessionMixin
from sqlalchemy import ColumnElement, Select, and_, bindparam, delete, literal, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import InstrumentedAttribute
from werkzeug.datastructures import CallbackDict

from lms.accounts.models import Membership, MembershipRole, SignInSession, User
from lms.clock import utcnow
from lms.errors import Unavailable
from lms.store.base import session as database
from lms.store.uow import unit_of_work

log = structlog.get_logger(__name__)

Who = Select[SignInSession, User, uuid.UUID, str, int]
Person = ColumnElement[uuid.UUID] | InstrumentedAttribute[uuid.UUID | None]

COOKIE = "lms_session"
LIFETIME = timedelta(days=14)
GUEST_LIFETIME = timedelta(hours=12)
SHARED_LIFETIME = timedelta(minutes=30)
SHARED = "is_shared"
"""The note in a session that other people use the computer too."""
SEEN_EVERY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Found:
    """A living session, whose it is, and what was read along with it in the same query.

    ``held`` are the roles of that person, each with its office; ``unread`` how much news they have not read.
    """

    row: SignInSession
    user: User | None
    held: Sequence[tuple[uuid.UUID, str]] = ()
    unread: int = 0


class WebSession(CallbackDict[str, Any], SessionMixin):
    """Flask's session: a dictionary that knows its row, or why it could not be read (``failure``)."""

    def __init__(
        self,
        found: Found | None = None,
        token: str = "",
        failure: OperationalError | None = None,
    ) -> None:
        row = found.row if found else None

        def changed(_self: Any) -> None:
            self.modified = True

        super().__init__(dict(row.data) if row else {}, changed)
        self.token = token
        self.failure = failure
        self.row_id: uuid.UUID | None = row.id if row else None
        self.user_id: uuid.UUID | None = row.user_id if row else None
        self.found = found
        self.is_due = row is not None and utcnow() - row.seen_at > SEEN_EVERY
        self.modified = False
        self.accessed = True

    @property
    def login_id(self) -> uuid.UUID | None:
        """Who Flask-Login says is signed in."""
        text = self.get("_user_id")
        return uuid.UUID(text) if text else None


class DatabaseSessions(SessionInterface):
    """Opens and saves sessions.

    ``is_secure`` says whether the cookie is for https only; ``count_unread`` is the number, for a column of
    people, that every page shows, so that it needs no query of its own.
    """

    def __init__(self, *, is_secure: bool, count_unread: Callable[[Person], ColumnElement[int]]) -> None:
        self._is_secure = is_secure
        self._who = _who(count_unread(SignInSession.user_id))

    def open_session(self, app: Flask, request: Request) -> WebSession:
        """The session of the request's cookie, or a new one that exists only once it is used."""
        token = request.cookies.get(COOKIE, "")
        try:
            return WebSession(find_session(token, self._who), token)
        except OperationalError as error:
            # Raised here it would come before everything that can answer; the guard raises it again.
            return WebSession(failure=error)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write what changed; rotate the token when another person signed in."""
        session = cast(WebSession, session)
        response.vary.add("Cookie")
        if session.login_id != session.user_id and (session.row_id or session.login_id):
            self._replace(session, response)
        else:
            self._keep(session, response)

    def _keep(self, session: WebSession, response: Response) -> None:
        """Write what changed of the same person's session, if the database can.

        What the request did is committed by now; a note for the next page that cannot be kept
        must not make it look undone.
        """
        try:
            if session.modified and (session or session.row_id):
                self._write(session, response)
            elif session.is_due:
                self._touch(session)
        except Unavailable as error:
            log.warning("session.not_kept", reason=error.message)

    def _replace(self, session: WebSession, response: Response) -> None:
        with unit_of_work():
            if session.row_id:
                database().execute(delete(SignInSession).where(SignInSession.id == session.row_id))
            session.row_id = None
            if session:
                self._create(session, response)
            else:
                response.delete_cookie(
                    COOKIE, path="/", secure=self._is_secure, httponly=True, samesite="Lax"
                )

    def _write(self, session: WebSession, response: Response) -> None:
        with unit_of_work():
            row = database().get(SignInSession, session.row_id) if session.row_id else None
            if row is None:
                if session.row_id:
                    _sign_out(session)
                self._create(session, response)
            else:
                row.data = dict(session)
                row.seen_at = utcnow()

    def _create(self, session: WebSession, response: Response) -> None:
        session.token = secrets.token_urlsafe(32)
        lifetime = _lifetime(session)
        data = dict(session)
        now = utcnow()
        row = SignInSession(
            token_hash=hash_token(session.token), user_id=session.login_id, data=data,
            method=str(data.pop("method", ""))[:20], browser=str(data.pop("browser", ""))[:120],
            address=str(data.pop("address", ""))[:45], created_at=now, seen_at=now, expires_at=now + lifetime,
        )  # fmt: skip
        database().add(row)
        database().flush()
        session.row_id, session.user_id = row.id, row.user_id
        response.set_cookie(
            COOKIE,
            session.token,
            max_age=None if session.get(SHARED) else lifetime,
            path="/",
            secure=self._is_secure,
            httponly=True,
            samesite="Lax",
        )

    def _touch(self, session: WebSession) -> None:
        with unit_of_work():
            row = database().get(SignInSession, session.row_id)
            if row is not None:
                row.seen_at = utcnow()
                row.expires_at = row.seen_at + _lifetime(session)


def _lifetime(session: WebSession) -> timedelta:
    if session.get(SHARED):
        return SHARED_LIFETIME
    return LIFETIME if session.login_id else GUEST_LIFETIME


def _sign_out(session: WebSession) -> None:
    """The row was removed while the request ran: nobody is signed in by it, only a word for the next page stays."""
    words = session.get("_flashes")
    session.clear()
    if words:
        session["_flashes"] = words


def hash_token(token: str) -> str:
    """What the table keeps of a token (it is random, so one fast hash is enough)."""
    return hashlib.sha256(token.encode()).hexdigest()


def _who(unread: ColumnElement[int]) -> Who:
    return (
        select(SignInSession, User, Membership.office_id, MembershipRole.role, unread)
        .outerjoin(User, User.id == SignInSession.user_id)
        .outerjoin(
            Membership, and_(Membership.user_id == SignInSession.user_id, Membership.state == "active")
        )
        .outerjoin(MembershipRole, MembershipRole.membership_id == Membership.id)
        .where(SignInSession.token_hash == bindparam("token_hash"))
    )


_WHO_ALONE = _who(literal(0))


def find_session(token: str, who: Who = _WHO_ALONE) -> Found | None:
    """The living session of a cookie's token, whose it is and which roles they have, in one query."""
    if not token:
        return None
    lines = database().execute(who, {"token_hash": hash_token(token)}).all()
    if not lines or lines[0][0].expires_at <= utcnow():
        return None
    row, user, _office, _role, unread = lines[0]
    return Found(
        row, user, [(office_id, role) for _row, _user, office_id, role, _unread in lines if role], unread
    )


def end_sessions(user_id: uuid.UUID, *, keep: uuid.UUID | None = None) -> None:
    """Sign a person out in every browser at once, except in the session ``keep``."""
    query = delete(SignInSession).where(SignInSession.user_id == user_id)
    database().execute(query.where(SignInSession.id != keep) if keep else query)


def find_sessions(user_id: uuid.UUID) -> list[SignInSession]:
    """Where a person is signed in now, the latest visit first."""
    query = select(SignInSession).where(SignInSession.user_id == user_id, SignInSession.expires_at > utcnow())
    return list(database().scalars(query.order_by(SignInSession.seen_at.desc())))


def prune_sessions() -> None:
    """Remove sessions that ended."""
    database().execute(delete(SignInSession).where(SignInSession.expires_at < utcnow()))
