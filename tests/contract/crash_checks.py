"""A hook that raises or hangs: does the core go on serving? Each check returns the faults it found."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from lms.clock import monotonic
from lms.hooks.callers import hooks
from lms.hooks.specs import HOOK_KINDS
from lms.hooks.watch import Watch
from lms.refs import Ref
from lms.store.base import new_id
from lms.store.scope import office_scope
from tests.contract.subjects import Subject

CORE_PAGES = (
    "/live",
    "/",
    "/o/siena/",
    "/o/siena/lounge",
    "/o/siena/search?q=a",
    "/o/siena/calendar",
    "/o/siena/profile",
)
PEOPLE = ("trainee", "head", "operator")
ASKED_WHILE_SERVING = ("C", "F", "V")
LIMIT_SECONDS = 0.3


class Planted(Exception):
    """What the planted crash raises."""


def crash_faults(subject: Subject, hook: str) -> list[str]:
    """Core pages that fail while ``hook`` of the plugin raises."""

    def crash(**_arguments: Any) -> None:
        raise Planted(hook)

    with _replaced(subject, hook, crash):
        return _broken_pages(subject)


def hang_faults(subject: Subject, hook: str) -> list[str]:
    """Core pages that fail while ``hook`` does not come back, or a hook that does not rest afterwards."""

    def hang(**_arguments: Any) -> None:
        until = monotonic() + 20
        while monotonic() < until:
            pass

    own = subject.hooks.watch
    subject.hooks.watch = Watch(limit=LIMIT_SECONDS, rest=300)
    try:
        with _replaced(subject, hook, hang):
            started = monotonic()
            broken = _broken_pages(subject)
            if monotonic() - started > 60 * LIMIT_SECONDS:
                broken.append(f"{hook} made everybody wait again and again")
            return broken
    finally:
        subject.hooks.watch = own


def _broken_pages(subject: Subject) -> list[str]:
    broken = []
    for key in PEOPLE:
        browser = subject.browser(key)
        for page in CORE_PAGES:
            try:
                status = browser.get(page).status_code
            except Planted as error:  # not even an error page
                broken.append(f"{page} as {key}: {error!r}")
            else:
                broken += [f"{page} as {key}: {status}"] * (status >= 500)
    _ask_beside_pages(subject)
    return broken


def _ask_beside_pages(subject: Subject) -> None:
    """The hooks that are asked by jobs, by other parts, or seldom. Raises what comes through the border."""
    assert subject.world is not None
    start, end = subject.world.start, subject.world.now
    with subject.app.test_request_context("/"), office_scope(subject.world.office("siena").id):
        actor = subject.world.actor("head")
        assert actor.office_id is not None
        ask = hooks()
        ask.health_checks()
        ask.calendar_items(actor, start, end)
        ask.cards([Ref.of(subject.name, "thing", new_id())], actor)
        ask.evidence(actor.user_id, actor)
        ask.report_series(actor.office_id, start, end)
        list(ask.search_documents(actor.office_id, None))
        ask.live_room(None, actor)
        ask.question_bank(actor, "a")
        ask.check_sign_in(actor.user_id, "password")


@contextmanager
def _replaced(subject: Subject, hook: str, function: Any) -> Iterator[None]:
    caller = getattr(subject.hooks.plugins.manager.hook, hook)
    implementation = next(each for each in caller.get_hookimpls() if each.plugin_name == subject.name)
    own = implementation.function
    implementation.function = function
    try:
        yield
    finally:
        implementation.function = own


def serving_hooks(subject: Subject) -> list[str]:
    """The plugin's hooks that are asked while pages are served, and the health checks."""
    return [
        name
        for name in subject.implemented()
        if HOOK_KINDS.get(name) in ASKED_WHILE_SERVING or name == "health_checks"
    ]
