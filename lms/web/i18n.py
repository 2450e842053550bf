"""The language and the clock of the person at the screen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date as babel_date
from babel.dates import format_datetime as babel_datetime
from babel.dates import format_timedelta
from flask import Flask, g, has_request_context, request
from jinja2 import pass_context
from jinja2.nodes import EvalContext
from jinja2.runtime import Context
from markupsafe import Markup

from lms import text
from lms.access.actor import Actor
from lms.clock import utcnow
from lms.offices.directory import OfficeView
from lms.store.runtime import settings
from lms.web.rendering import with_evaluation

COOKIE = "lms_lang"
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})


def choose_locale(actor: Actor | None, office: OfficeView | None) -> None:
    """Settle language and zone: asked for now > the person's > the guest's cookie > browser > office."""
    known = settings().languages
    asked = request.args.get("lang", "")
    wishes = [asked, actor.locale if actor else "", request.cookies.get(COOKIE, "") if not actor else ""]
    if not actor:
        offered = [code for code in office.languages if code in known] if office else known
        wishes.append(request.accept_languages.best_match(offered) or "")
        wishes.extend(offered[:1])
    text.set_locale(next((code for code in wishes if code in known), known[0]))
    g.zone = actor.zone if actor else (office.zone if office else "UTC")
    g.keep_lang = asked if asked in known and not actor else ""


def current_zone() -> ZoneInfo:
    """The zone in which times are shown: the person's, else the office's."""
    return ZoneInfo(g.get("zone", "UTC") if has_request_context() else "UTC")


def format_datetime(moment: datetime, style: str = "medium") -> str:
    """Date and time in the person's zone and language; names the zone when the office's differs."""
    pattern = style if style != "medium" else "d MMM y, HH:mm"
    return _moment_text(_in_utc(moment), pattern, current_zone(), text.current_locale())


def format_date(day: date | datetime, style: str = "d MMM y") -> str:
    """A day in the person's zone and language."""
    if isinstance(day, datetime):
        day = day.astimezone(current_zone()).date()
    return _day_text(day, style, text.current_locale())


def format_time(moment: datetime) -> str:
    """Hours and minutes in the person's zone."""
    return _moment_text(_in_utc(moment), "HH:mm", current_zone(), text.current_locale())


def format_relative(moment: datetime) -> str:
    """Such as "3 hours ago" or "in 2 days"; a date when it is more than four weeks off."""
    distance = moment - utcnow()
    if abs(distance) > timedelta(weeks=4):
        return format_date(moment)
    return format_timedelta(distance, add_direction=True, locale=_locale())


def format_size(size: int) -> str:
    """Bytes as a person reads them."""
    amount = float(size)
    for unit in ("B", "KB", "MB", "GB"):
        if amount < 1000 or unit == "GB":
            return f"{amount:.0f} {unit}" if unit in {"B", "KB"} or amount >= 10 else f"{amount:.1f} {unit}"
        amount /= 1000
    return ""


def install_i18n(app: Flask) -> None:
    """Give templates translation and formats; remember a guest's language."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    environment: Any = app.jinja_env  # the extension adds a method that the type does not know
    environment.install_gettext_callables(
        text.gettext, text.plural_form, newstyle=True, pgettext=text.pgettext
    )
    environment.globals["ngettext"] = _with_n(environment.globals["ngettext"])
    environment.globals["gettext"] = environment.globals["_"] = _translated
    app.jinja_env.globals.update(
        format_datetime=format_datetime, format_date=format_date, format_time=format_time,
        format_relative=format_relative, format_size=format_size, utcnow=utcnow,
    )  # fmt: skip

    @app.context_processor
    def _languages() -> dict[str, Any]:
        code = text.current_locale()
        names = [(each, text.NATIVE_NAMES.get(each, each)) for each in settings().languages]
        return {
            "locale": code,
            "languages": names,
            "time_zone": current_zone().key,
            "text_direction": "rtl" if code in RIGHT_TO_LEFT else "ltr",
        }

    @app.after_request
    def _remember(response: Any) -> Any:
        if wish := g.get("keep_lang", ""):
            response.set_cookie(COOKIE, wish, max_age=31536000, path="/", samesite="Lax", httponly=True)
        return response


def to_utc(local: datetime) -> datetime:
    """A wall-clock time of the person's zone as a moment; raises ValueError in a gap of summer time."""
    moment = local.replace(tzinfo=current_zone()).astimezone(UTC)
    if moment.astimezone(current_zone()).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise ValueError("this time does not exist on that day")
    return moment


def _locale() -> Locale:
    return _parsed_locale(text.current_locale())


@lru_cache(maxsize=64)
def _parsed_locale(code: str) -> Locale:
    return Locale.parse(code)


def _in_utc(moment: datetime) -> datetime:
    """One name for each moment, for what is kept by it; a moment without a zone is meant in UTC."""
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


@lru_cache(maxsize=4096)
def _moment_text(moment: datetime, style: str, zone: ZoneInfo, locale: str) -> str:
    """The dates of a page are much the same for everybody who opens it."""
    return babel_datetime(moment, style, tzinfo=zone, locale=_parsed_locale(locale))


@lru_cache(maxsize=4096)
def _day_text(day: date, style: str, locale: str) -> str:
    return babel_date(day, style, locale=_parsed_locale(locale))


@with_evaluation
def _translated(evaluation: EvalContext, message: str, /, **values: Any) -> str:
    """The words of a template, with its places filled; values are escaped where the template escapes."""
    found = text.gettext(message)
    if "%" not in found:
        return Markup(found) if evaluation.autoescape else found  # noqa: S704 - words of our own catalogues
    return (Markup(found) if evaluation.autoescape else found) % values  # noqa: S704 - as above


def _with_n(form_of: Callable[..., str]) -> Callable[..., str]:
    """Jinja fills ``%(num)s`` of a plural by itself; here ``%(n)s`` is the same, as in ``lms.text.ngettext``."""

    @pass_context
    def ngettext(context: Context, singular: str, plural: str, count: int, /, **values: Any) -> str:
        return form_of(context, singular, plural, count, **{"n": count, **values})

    return ngettext
