"""From errors to answers: one mapping for pages and JSON."""

from __future__ import annotations

import re
import secrets
from typing import Any
from urllib.parse import quote

import structlog
from flask import Flask, redirect, render_template, request
from flask.typing import ResponseReturnValue
from jinja2 import TemplateError
from markupsafe import escape
from sqlalchemy.exc import DataError, DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from werkzeug.exceptions import HTTPException

from lms.errors import AppError, Invalid, SignInNeeded, TooMany, Unavailable
from lms.store.base import session
from lms.text import gettext as _

MOST_KEPT = 200_000
_SECRET = re.compile(r"^(current|code)$|password|secret|token", re.IGNORECASE)
log = structlog.get_logger(__name__)


def wants_json() -> bool:
    """True if the caller is a program rather than a person with a page."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json"], default="text/html")
    return request.is_json or best == "application/json"


def error_body(error: AppError) -> dict[str, Any]:
    """The JSON form of an error; sockets use it too."""
    return {"error": {"code": error.code, "message": error.message, "fields": error.fields}}


def install_errors(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(AppError, _app_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(OperationalError, _database_error)
    app.register_error_handler(NoConnectionFree, _database_error)
    app.register_error_handler(DataError, _unusable_value)
    app.register_error_handler(500, _unexpected)


def _app_error(error: AppError) -> ResponseReturnValue:
    session().rollback()
    if isinstance(error, SignInNeeded) and not wants_json():
        if kept := _written():
            return _keep_form(kept), error.status
        here = request.script_root + request.full_path.rstrip("?") if request.method == "GET" else ""
        return redirect(f"{request.script_root}/sign-in" + (f"?next={quote(here, safe='/')}" if here else ""))
    headers = {"Retry-After": str(error.retry_after)} if isinstance(error, TooMany) else {}
    if wants_json():
        return error_body(error), error.status, headers
    return _page(error.status, error.message, code=error.code, back=error.back), error.status, headers


def _written() -> list[tuple[str, str]]:
    """The fields of a form that was sent without a session: texts only, never passwords, and no more than a page holds."""
    if request.method != "POST" or request.files:
        return []
    fields = [pair for pair in request.form.items(multi=True) if not _SECRET.search(pair[0])]
    size = sum(len(value) for _name, value in fields)
    return fields if any(value for _name, value in fields) and size <= MOST_KEPT else []


def _keep_form(fields: list[tuple[str, str]]) -> str:
    action = request.script_root + request.full_path.rstrip("?")
    return render_template("kept_form.html", fields=fields, action=action)


def _http_error(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if status < 400:
        return error.get_response()
    message = _messages().get(status, _("This did not work."))
    if wants_json():
        return {"error": {"code": f"http_{status}", "message": message, "fields": {}}}, status
    return _page(status, message), status


def _database_error(error: DBAPIError | NoConnectionFree) -> ResponseReturnValue:
    log.error("database.unavailable", error=str(getattr(error, "orig", error)))
    session().rollback()
    return _app_error(
        Unavailable(_("The database does not answer. Nothing was lost; please try again in a minute."))
    )


def _unusable_value(error: DataError) -> ResponseReturnValue:
    """A value that no column can hold, such as a text with a zero byte: PostgreSQL says so, not we."""
    log.warning("request.unusable_value", error=str(error.orig))
    session().rollback()
    return _app_error(Invalid(_messages()[400]))


def _unexpected(error: Exception) -> ResponseReturnValue:
    # Sessions are opened before and saved after what the other handlers see.
    cause = getattr(error, "original_exception", None)
    if isinstance(cause, AppError):
        return _app_error(cause)
    if isinstance(cause, OperationalError | NoConnectionFree):
        return _database_error(cause)
    reference = secrets.token_hex(4)
    log.error(
        "request.failed",
        reference=reference,
        path=request.path,
        exc_info=getattr(error, "original_exception", error),
    )
    session().rollback()
    message = _("Something broke on our side. Your last change may not be saved. Nothing else was lost.")
    if wants_json():
        return {"error": {"code": "internal", "message": message, "reference": reference, "fields": {}}}, 500
    return _page(500, message, reference=reference), 500


def _page(status: int, message: str, *, code: str = "", reference: str = "", back: str = "") -> str:
    try:
        return render_template(
            "error.html", status=status, message=message, code=code, reference=reference, back=_way_back(back)
        )
    except (TemplateError, SQLAlchemyError, LookupError) as problem:
        log.error("error_page.failed", error=str(problem))
        return f"<!doctype html><title>{status}</title><h1>{escape(message)}</h1><p>{escape(reference)}</p>"


def _way_back(known: str) -> str:
    """Where a person can go on: the page that the error names, else the page of ours from which they came; or nothing."""
    if known:
        return known
    came_from = request.referrer or ""
    is_ours = came_from.startswith(request.host_url)
    return came_from if is_ours and came_from.partition("?")[0] != request.base_url else ""


def _messages() -> dict[int, str]:
    return {
        400: _("The request could not be read. Go back and try again."),
        404: _("There is no page at this address. It may have moved, or the link may be incomplete."),
        405: _("This address does not work that way. Go back and use the buttons of the page."),
        413: _("This is larger than what can be sent here."),
        429: _("That was too often. Please wait a minute."),
    }
