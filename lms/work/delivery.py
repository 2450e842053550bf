"""Handing messages of the outbox to a mail server (RFC 5321), one job for each."""

from __future__ import annotations

import smtplib
import ssl
import uuid
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from urllib.parse import unquote, urlsplit

import structlog

from lms.clock import utcnow
from lms.config import MailSettings
from lms.errors import ConfigError
from lms.store.base import session
from lms.store.runtime import settings
from lms.store.uow import unit_of_work
from lms.work.jobs import JobRun
from lms.work.models import Mail

log = structlog.get_logger(__name__)

TIMEOUT_SECONDS = 20.0
PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
_LOCAL = {"localhost", "127.0.0.1", "::1"}
_POLICY = SMTP.clone(cte_type="7bit")


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where to hand mail over.

    ``smtp`` uses STARTTLS (RFC 3207) when the server offers it and is not this machine,
    ``smtp+starttls`` insists on it, ``smtps`` speaks TLS from the start (RFC 8314).
    """

    scheme: str
    host: str
    port: int
    username: str
    password: str

    @classmethod
    def parse(cls, url: str) -> MailServer:
        """Read ``mail.url``. Raises ConfigError."""
        parts = urlsplit(url)
        if parts.scheme not in PORTS or not parts.hostname:
            raise ConfigError(f"`mail.url`: allowed are {', '.join(f'{each}://HOST:PORT' for each in PORTS)}")
        return cls(
            parts.scheme, parts.hostname, parts.port or PORTS[parts.scheme],
            unquote(parts.username or ""), unquote(parts.password or ""),
        )  # fmt: skip

    def connect(self) -> smtplib.SMTP:
        """A connection that is ready to send. Raises OSError or smtplib.SMTPException."""
        context = ssl.create_default_context()
        if self.scheme == "smtps":
            client: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, timeout=TIMEOUT_SECONDS, context=context
            )
        else:
            client = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT_SECONDS)
        try:
            client.ehlo()
            wants_tls = self.scheme == "smtp" and client.has_extn("starttls") and self.host not in _LOCAL
            if self.scheme == "smtp+starttls" or wants_tls:
                client.starttls(context=context)
                client.ehlo()
            if self.username:
                client.login(self.username, self.password)
        except (OSError, smtplib.SMTPException):
            client.close()
            raise
        return client


def deliver_mail(job: JobRun) -> None:
    """The job: send one message. Doing it again after it was sent does nothing."""
    mail_id = uuid.UUID(job.payload["mail_id"])
    mail = session().get(Mail, mail_id)
    if mail is None or mail.state != "queued":
        return
    message, config = build_message(mail, settings().mail), settings().mail
    session().rollback()  # nothing is locked while the mail server takes its time
    try:
        _send(message, config)
    except (OSError, smtplib.SMTPException) as error:
        is_final = _is_refusal(error) or job.is_last_attempt
        _note(mail_id, _state_after(error, is_final=is_final), str(error))
        if not _is_refusal(error):
            raise
        log.warning("mail.refused", mail=str(mail_id), error=str(error))
        return
    _note(mail_id, "sent", "")


def build_message(mail: Mail, config: MailSettings) -> EmailMessage:
    """The message as it goes over the wire (RFC 5322)."""
    message = EmailMessage(policy=_POLICY)
    message["From"] = Address(mail.sender_name, addr_spec=parseaddr(config.sender)[1])
    message["To"] = Address(addr_spec=mail.to)
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(mail.created_at)
    message["Message-ID"] = mail.message_id
    message["Content-Language"] = mail.locale
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834, 5: no holiday replies to us
    if mail.list_unsubscribe:
        message["List-Unsubscribe"] = f"<{mail.list_unsubscribe}>"  # RFC 2369, 3.2
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058, 3.1
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    if mail.calendar and mail.calendar_method:
        message.add_alternative(mail.calendar, subtype="calendar", params={"method": mail.calendar_method})
    return message


def _send(message: EmailMessage, config: MailSettings) -> None:
    with MailServer.parse(config.url).connect() as client:
        client.send_message(message)


def _is_refusal(error: Exception) -> bool:
    """True for an answer of the 5xx family about this message: trying again would not help (RFC 5321, 4.2.1)."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _text in error.recipients.values())
    return isinstance(error, smtplib.SMTPDataError) and error.smtp_code >= 500


def _state_after(error: Exception, *, is_final: bool) -> str:
    if not is_final:
        return "queued"
    return "bounced" if isinstance(error, smtplib.SMTPRecipientsRefused) else "failed"


def _note(mail_id: uuid.UUID, state: str, error: str) -> None:
    with unit_of_work():
        mail = session().get(Mail, mail_id)
        if mail is not None:
            mail.state, mail.error, mail.attempts = state, error[:1000], mail.attempts + 1
            mail.sent_at = utcnow() if state == "sent" else None
            if state == "sent":  # codes and links in it must not lie in the database and in backups
                mail.text, mail.html = "", ""
