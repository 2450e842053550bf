"""Mail: the one place that sends it.

A message is rendered and written into the outbox in the same transaction as what caused
it; a job delivers it after the commit. A worker killed at the wrong moment sends a second
copy with the same Message-ID, never none.

A template ``welcome`` is ``mail/welcome.txt`` (of a plugin: ``quiz/marked`` is
``quiz/mail/marked.txt``). It extends ``mail/base.txt`` and fills the blocks ``subject`` and
``body``. Beside it may stand ``welcome.html`` extending ``mail/base.html``; without one the
paragraphs of the text are set in the office's letterhead. If the context has ``action_url``
and ``action_label``, both forms show them as the one thing to do.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.utils import parseaddr
from typing import Any, Protocol

from flask import current_app
from jinja2 import Template, TemplateNotFound
from sqlalchemy import Uuid, column, func, select, table

from lms.access.actor import Actor
from lms.errors import Conflict, Forbidden, Invalid, NotFound
from lms.store.base import new_id, session
from lms.store.runtime import settings
from lms.text import gettext as _
from lms.text import locale as speaking
from lms.text import ngettext
from lms.work.jobs import enqueue
from lms.work.models import Mail

SEND_JOB = "core.work.mail.send"
DEFAULT_ACCENT = "#9A4A22"
_METHOD = re.compile(rb"^METHOD:([A-Z]+)\s*$", re.MULTILINE)
_USERS = table("user", column("id", Uuid()), column("email"))


class Letterhead(Protocol):
    """The office in whose name a message is sent (an ``Office`` or an ``OfficeView``)."""

    @property
    def id(self) -> uuid.UUID:
        """Key of the office."""

    @property
    def name(self) -> str:
        """Its name, shown as sender."""

    @property
    def slug(self) -> str:
        """Its place in addresses."""

    @property
    def accent(self) -> str:
        """Its colour, ``#RRGGBB``."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message in words."""

    subject: str
    text: str
    html: str


def send_mail(
    to: str,
    template: str,
    context: Mapping[str, Any],
    *,
    locale: str,
    office: Letterhead | None = None,
    calendar: bytes | None = None,
    list_unsubscribe: str | None = None,
    key: str | None = None,
) -> Mail:
    """Put a message into the outbox, inside the unit of work.

    ``calendar`` is an iCalendar object with a METHOD (RFC 5546); ``list_unsubscribe`` an https
    address that ends these messages by a single POST (RFC 8058). With a ``key`` already used,
    the first message is returned. Raises Invalid if ``to`` is not one address.
    """
    if key is not None:
        known = session().scalar(select(Mail).filter_by(key=key))
        if known is not None:
            return known
    address = _one_address(to)
    words = render_mail(template, context, locale=locale, office=office, list_unsubscribe=list_unsubscribe)
    config = settings().mail
    mail_id = new_id()
    mail = Mail(
        id=mail_id,
        message_id=f"<{mail_id}@{parseaddr(config.sender)[1].rpartition('@')[2] or 'localhost'}>",
        key=key,
        office_id=office.id if office else None,
        user_id=session().scalar(select(_USERS.c.id).where(func.lower(_USERS.c.email) == address.lower())),
        to=address,
        sender_name=_one_line(office.name if office else settings().site_name),
        subject=words.subject,
        text=words.text,
        html=words.html,
        locale=locale,
        calendar=calendar.decode("utf-8") if calendar else None,
        calendar_method=_calendar_method(calendar),
        list_unsubscribe=_unsubscribe_address(list_unsubscribe),
        state="queued" if config.url else "kept",
    )
    session().add(mail)
    session().flush()
    if config.url:
        _enqueue_delivery(mail)
    return mail


def render_mail(
    template: str,
    context: Mapping[str, Any],
    *,
    locale: str,
    office: Letterhead | None = None,
    list_unsubscribe: str | None = None,
) -> Rendered:
    """The message in the language ``locale``. Raises jinja2.TemplateNotFound."""
    folder, _slash, name = template.rpartition("/")
    base = f"{folder}/mail/{name}" if folder else f"mail/{name}"
    environment = current_app.jinja_env
    site_url = settings().site_url
    values: dict[str, Any] = {
        "_": _, "gettext": _, "ngettext": ngettext, "locale": locale, "office": office,
        "sender_name": office.name if office else settings().site_name,
        "accent": office.accent if office else DEFAULT_ACCENT,
        "home_url": f"{site_url}/o/{office.slug}/" if office else f"{site_url}/",
        "site_url": site_url, "unsubscribe_url": list_unsubscribe,
    } | dict(context)  # fmt: skip
    with speaking(locale):
        text = environment.get_template(f"{base}.txt")
        values["subject"] = _one_line(_block(text, "subject", values))
        values["paragraphs"] = _paragraphs(_block(text, "body", values))
        try:
            html = environment.get_template(f"{base}.html")
        except TemplateNotFound:
            html = environment.get_template("mail/plain.html")
        return Rendered(values["subject"], text.render(values).strip() + "\n", html.render(values))


def get_mail(actor: Actor, mail_id: uuid.UUID) -> Mail:
    """A message of the outbox, for operators. Raises NotFound, Forbidden."""
    _only_operators(actor)
    mail = session().get(Mail, mail_id)
    if mail is None:
        raise NotFound(_("There is no such message."))
    return mail


def find_mails(actor: Actor, *, state: str | None = None, limit: int = 100, offset: int = 0) -> list[Mail]:
    """Messages of the outbox, newest first, for operators. Raises Forbidden."""
    _only_operators(actor)
    query = select(Mail).order_by(Mail.created_at.desc(), Mail.id.desc()).limit(limit).offset(offset)
    return list(session().scalars(query.where(Mail.state == state) if state else query))


def resend_mail(actor: Actor, mail_id: uuid.UUID) -> Mail:
    """Try again to deliver what failed, bounced or was kept. Raises NotFound, Forbidden, Conflict."""
    mail = get_mail(actor, mail_id)
    if mail.state not in {"failed", "bounced", "kept"}:
        raise Conflict(_("This message is on its way or was already sent."))
    if not settings().mail.url:
        raise Conflict(_("No mail server is set up. Set mail.url in lms.toml."))
    mail.state, mail.error, mail.attempts = "queued", "", 0
    _enqueue_delivery(mail)
    return mail


def _enqueue_delivery(mail: Mail) -> None:
    enqueue(SEND_JOB, {"mail_id": str(mail.id)}, key=str(mail.id))


def _only_operators(actor: Actor) -> None:
    if not (actor.is_operator or actor.is_system):
        raise Forbidden(_("Only operators of this site can do this."))


def _one_address(text: str) -> str:
    """The address alone; refuses lists, names and anything that could end a header line."""
    address = text.strip()
    try:
        parsed = Address(addr_spec=address)
    except (HeaderParseError, ValueError, IndexError):
        parsed = None
    is_one = parsed is not None and parsed.addr_spec == address and bool(parsed.username and parsed.domain)
    if not is_one or any(ord(sign) <= 32 for sign in address) or len(address) > 254:
        raise Invalid(_("Please write an e-mail address like name@example.org."), code="bad_address")
    return address


def _unsubscribe_address(url: str | None) -> str | None:
    if url is None:
        return None
    if not url.startswith(("https://", "http://")) or any(ord(sign) <= 32 or sign in "<>" for sign in url):
        raise ValueError("list_unsubscribe must be one http(s) address")
    return url


def _calendar_method(calendar: bytes | None) -> str | None:
    if calendar is None:
        return None
    found = _METHOD.search(calendar)
    if found is None:
        raise ValueError("the calendar part needs a METHOD (RFC 5546, 1.4)")
    return found.group(1).decode("ascii")


def _one_line(text: str) -> str:
    return " ".join(text.split())[:300]


def _block(template: Template, name: str, values: Mapping[str, Any]) -> str:
    block = template.blocks.get(name)
    return "".join(block(template.new_context(dict(values)))) if block else ""


def _paragraphs(body: str) -> list[str]:
    return [part.strip() for part in re.split(r"\n\s*\n", body) if part.strip()]
