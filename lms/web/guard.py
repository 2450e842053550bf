"""The life of a request, in one place.

host and origin -> office -> session -> actor -> plugin switched on? -> policy ->
(for changes: unit of work) -> view. A view states its policy with one decorator;
one that states none is refused.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any, TypeVar
from urllib.parse import urlsplit

import structlog
from flask import Flask, Response, current_app, g, request, session
from werkzeug.http import parse_cookie

from lms.access.actor import Actor
from lms.access.policy import Policy, mark, policy_of
from lms.accounts.actors import actor_of_session
from lms.accounts.sessions import COOKIE, WebSession, find_session
from lms.accounts.visitors import visitor_in
from lms.errors import Forbidden, Invalid, NotFound, SignInNeeded
from lms.hooks.builtin import CORE
from lms.offices.directory import directory
from lms.store.runtime import settings
from lms.store.scope import office_scope
from lms.store.uow import unit_of_work
from lms.text import DEFAULT_LOCALE, set_locale
from lms.text import gettext as _
from lms.web.i18n import choose_locale
from lms.web.offices import current_office, resolve_office

log = structlog.get_logger(__name__)

View = TypeVar("View", bound=Callable[..., Any])
OWNERS = "lms_blueprint_owners"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_SITE = frozenset({"same-origin", "none"})


class UndeclaredPolicy(RuntimeError):
    """A route has no policy. A fault in the code; it stops development and tests at start."""


def public(view: View) -> View:
    """Anybody may see this, signed in or not."""
    return _marked(view, Policy("public"))


def signed_in(view: View) -> View:
    """Anybody with an account may do this."""
    return _marked(view, Policy("signed_in"))


def member(view: View) -> View:
    """Anybody with a role in this office may do this."""
    return _marked(view, Policy("member"))


def uses_devices(view: View) -> View:
    """The page of this view may ask for camera and microphone; no other page may."""
    view.lms_uses_devices = True  # type: ignore[attr-defined]  # a mark, as that of the policy
    return view


def called_from_anywhere(view: View) -> View:
    """Pages of other sites may call this view: it knows its callers by a key that they send, and no cookie means anything to it."""
    view.lms_called_from_anywhere = True  # type: ignore[attr-defined]  # a mark, as that of the policy
    return view


def slow(policy: Callable[[View], View]) -> Callable[[View], View]:
    """``@slow(public)``: the view does slow work (hashing, streams) and opens its own short units of work."""

    def decorate(view: View) -> View:
        marked = policy(view)
        found = policy_of(marked)
        if found is None:
            raise TypeError(f"{policy!r} states no policy")
        marked.lms_policy = replace(found, opens_transaction=False)  # type: ignore[attr-defined]  # set by mark()
        return marked

    return decorate


def requires(permission: str) -> Callable[[View], View]:
    """Only holders of ``permission`` in this office may do this."""
    return lambda view: _marked(view, Policy("permission", permission))


def visitors(plugin: str) -> Callable[[View], View]:
    """Members of this office, and people without an account whom ``plugin`` has let in, may do this."""
    return lambda view: _marked(view, Policy("visitor", plugin))


def operators_only(view: View) -> View:
    """Only operators of the site may do this."""
    return _marked(view, Policy("site"))


def _marked(view: View, policy: Policy) -> View:
    marked: View = mark(view, policy)
    return marked


def actor() -> Actor:
    """Who is signed in. Raises SignInNeeded when nobody is."""
    found = guest_or_actor()
    if found is None:
        raise SignInNeeded(_("Please sign in first."))
    return found


def guest_or_actor() -> Actor | None:
    """Who is signed in, or None for a guest."""
    found: Actor | None = g.get("actor")
    return found


def identify(environ: Mapping[str, Any], office_slug: str, policy: Policy) -> Actor | None:
    """Who is behind a socket's handshake: its session cookie, seen in an office by a namespace of that policy."""
    cookies = parse_cookie(environ.get("HTTP_COOKIE", ""))
    found = find_session(cookies.get(COOKIE, ""))
    office = directory().by_slug(office_slug)
    if found is None or office is None:
        return None
    account = actor_of_session(found, office)
    if policy.kind == "visitor" and (account is None or not account.is_member):
        return visitor_in(found.row.data, policy.permission, office) or account
    return account


def install_guard(app: Flask) -> None:
    """Wrap all views of ``app``; call when every blueprint is registered.

    Raises UndeclaredPolicy in development and tests for a view without policy.
    """
    undeclared = [name for name, view in app.view_functions.items() if policy_of(view) is None]
    if undeclared and app.extensions["lms_settings"].is_development:
        raise UndeclaredPolicy(f"these routes state no policy: {', '.join(sorted(undeclared))}")
    for name in undeclared:
        log.error("route.without_policy", endpoint=name)
    for name, view in list(app.view_functions.items()):
        app.view_functions[name] = _guarded(view, policy_of(view))
    app.before_request(_prepare)
    app.teardown_request(_close_scope)


def _prepare() -> None:
    kept = g._get_current_object()
    for name in ("actor", "office", "lms_page", "lms_nav", "lms_unread"):
        kept.pop(name, None)  # an application context may outlive a request (tests, commands)
    g.lms_stack = ExitStack()
    _check_host()
    choose_locale(None, None)
    _check_origin()
    web_session = session._get_current_object()  # type: ignore[attr-defined]  # werkzeug's documented proxy access
    if isinstance(web_session, WebSession) and web_session.failure:
        raise web_session.failure
    office = resolve_office()
    if office:
        g.lms_stack.enter_context(office_scope(office.id))
    if isinstance(web_session, WebSession) and not _has_mark("lms_called_from_anywhere"):
        g.actor = actor_of_session(web_session.found, office)
        g.lms_unread = web_session.found.unread if web_session.found else 0
    choose_locale(guest_or_actor(), office)


def _close_scope(_error: BaseException | None = None) -> None:
    set_locale(DEFAULT_LOCALE)
    stack: ExitStack | None = g.pop("lms_stack", None)
    if stack is not None:
        stack.close()


def _guarded(view: Callable[..., Any], policy: Policy | None) -> Callable[..., Any]:
    @functools.wraps(view)
    def run(**arguments: Any) -> Any:
        _admit(policy)
        with _transaction(policy):
            return view(**arguments)

    return run


def _admit(policy: Policy | None) -> None:
    if policy is None:
        raise Forbidden(_("This page is not open to anybody yet."), code="no_policy")
    _check_switched_on()
    if policy.needs_office and current_office() is None:
        raise NotFound(_("This page belongs to an office. Choose the office first."), code="no_office")
    if policy.kind == "visitor":
        _look_for_visitor(policy)
    decision = policy.decide(guest_or_actor())
    if not decision and guest_or_actor() is None:
        raise SignInNeeded(decision.reason)
    if not decision:
        raise Forbidden(decision.reason)


def _look_for_visitor(policy: Policy) -> None:
    """Only views that are open to visitors ever see one."""
    known = guest_or_actor()
    if known is None or not known.is_member:
        g.actor = visitor_in(session, policy.permission, current_office()) or known
        choose_locale(guest_or_actor(), current_office())


def _check_switched_on() -> None:
    owner = current_app.extensions[OWNERS].get(request.blueprint or "", CORE)
    office = current_office()
    if not owner.startswith(CORE) and office is not None and owner not in office.plugins:
        raise NotFound(_("This part is not switched on in this office."), code="switched_off")


@contextmanager
def _transaction(policy: Policy | None) -> Iterator[None]:
    if request.method in SAFE_METHODS or policy is None or not policy.opens_transaction:
        yield
    else:
        with unit_of_work():
            yield


def _check_host() -> None:
    name = (
        request.host.rpartition(":")[0]
        if not request.host.endswith("]") and ":" in request.host
        else request.host
    )
    if name.lower() not in settings().hosts:
        raise Invalid(_("This site does not answer to that name."), code="bad_host")


def _check_origin() -> None:
    """Refuse changes that another site started (Fetch Metadata; Origin for old browsers)."""
    if request.method in SAFE_METHODS or _has_mark("lms_called_from_anywhere"):
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site not in _OWN_SITE:
        raise Forbidden(_("This request came from another site and was stopped."), code="cross_site")
    origin = request.headers.get("Origin")
    if origin is not None and origin != "null" and urlsplit(origin).netloc != request.host:
        raise Forbidden(_("This request came from another site and was stopped."), code="cross_site")
    if origin == "null" and site is None:
        raise Forbidden(_("This request came from another site and was stopped."), code="cross_site")


def _has_mark(name: str) -> bool:
    return bool(getattr(current_app.view_functions.get(request.endpoint or ""), name, False))


def _permissions_policy() -> str:
    who = "(self)" if _has_mark("lms_uses_devices") else "()"
    return f"geolocation=(), payment=(), usb=(), camera={who}, microphone={who}"


def set_security_headers(app: Flask, script_hash: Callable[[], str]) -> None:
    """Strict headers on every answer: no inline script or style, no frame, no other host."""

    @app.after_request
    def add(response: Response) -> Response:
        there = {name.lower() for name, _value in response.headers}
        for name, value in _security_headers(response, script_hash()):
            if name.lower() not in there:
                response.headers.add(name, value)
        return response


def _security_headers(response: Response, script_hash: str) -> Iterator[tuple[str, str]]:
    yield (
        "Content-Security-Policy",
        (
            f"default-src 'self'; script-src 'self' {script_hash}; style-src 'self'; img-src 'self' data: blob:; "
            "media-src 'self' blob:; font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; "
            "form-action 'self'; frame-ancestors 'none'; worker-src 'self'; manifest-src 'self'"
        ),
    )
    yield "X-Content-Type-Options", "nosniff"
    yield "Referrer-Policy", "same-origin"
    yield "X-Frame-Options", "DENY"
    yield "Cross-Origin-Opener-Policy", "same-origin"
    yield "Permissions-Policy", _permissions_policy()
    if request.is_secure:
        yield "Strict-Transport-Security", "max-age=31536000; includeSubDomains"
    if response.mimetype == "text/html":
        yield "Cache-Control", "no-store" if guest_or_actor() else "no-cache"
