"""The outbox at ``/_mail``: in development and in tests only, so that no mail server is needed to see mail."""

from __future__ import annotations

import uuid

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from lms.access.actor import system_actor
from lms.access.policy import Policy, mark
from lms.errors import NotFound
from lms.store.runtime import settings
from lms.text import gettext as _
from lms.work.mail import find_mails, get_mail

blueprint = Blueprint("work", __name__)
_PUBLIC = Policy("public")
# The message is foreign markup with inline styles: shown without scripts, without an origin, alone.
_SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def outbox() -> ResponseReturnValue:
    """The latest hundred messages."""
    _only_in_development()
    return render_template("mail/_outbox.html", mails=find_mails(system_actor()))


def message(mail_id: uuid.UUID) -> ResponseReturnValue:
    """One message: its lines, its text, and the way to its HTML form."""
    _only_in_development()
    return render_template("mail/_message.html", mail=get_mail(system_actor(), mail_id))


def message_html(mail_id: uuid.UUID) -> ResponseReturnValue:
    """The HTML form as a mail program would show it."""
    _only_in_development()
    mail = get_mail(system_actor(), mail_id)
    return Response(mail.html, mimetype="text/html", headers={"Content-Security-Policy": _SANDBOX})


blueprint.add_url_rule("/_mail", "outbox", mark(outbox, _PUBLIC))
blueprint.add_url_rule("/_mail/<uuid:mail_id>", "message", mark(message, _PUBLIC))
blueprint.add_url_rule("/_mail/<uuid:mail_id>/html", "message_html", mark(message_html, _PUBLIC))


def _only_in_development() -> None:
    if not settings().is_development:
        raise NotFound(_("There is no page at this address."))
