"""Who is asked, in which order, and what becomes of those who fail or hang."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from lms.clock import monotonic
from lms.errors import Conflict, Forbidden, Invalid
from lms.hooks import contributions as c
from lms.hooks.attachable import Attachable
from lms.hooks.questions import OfferedOption, OfferedQuestion
from lms.refs import Card, Ref
from tests.lms.hooks.witness import ACTOR, LIMIT_SECONDS, OFFICE, OTHER_OFFICE, PERSON, make_hooks

NOW = datetime(2026, 11, 22, tzinfo=UTC)
REF = Ref("good", "thing", "1")
QUESTION = OfferedQuestion(
    REF, "A", "single", "A?", (OfferedOption("Yes", is_right=True), OfferedOption("No", is_right=False))
)
UPLOAD = c.Upload("a.txt", "text/plain", 1, Path("a.txt"), "test")

# hook: what a good plugin answers, and how the core asks
COLLECTED: dict[str, tuple[Any, Any]] = {
    "nav_items": (c.NavItem("A", "/a", "x"), lambda h: h.nav_items(ACTOR)),
    "dashboard_cards": (c.DashboardCard("a.html"), lambda h: h.dashboard_cards(ACTOR)),
    "page_slot": (c.SlotContent("a.html"), lambda h: h.page_slot("person.aside", ACTOR, REF, OFFICE)),
    "calendar_items": (c.CalendarEntry("1", "A", NOW, NOW), lambda h: h.calendar_items(ACTOR, NOW, NOW)),
    "cards": (Card(REF, "A", "/a"), lambda h: list(h.cards([REF], ACTOR).values())),
    "evidence": (c.Evidence(REF, "A", "B", NOW), lambda h: h.evidence(PERSON, ACTOR)),
    "report_series": (c.ReportSeries("a", "A", ()), lambda h: h.report_series(OFFICE, NOW, NOW)),
    "search_documents": (
        c.SearchDocument(REF, OFFICE, "A", "B", "en", NOW),
        lambda h: list(h.search_documents(OFFICE, None)),
    ),
}
LOADED: dict[str, tuple[Any, Any]] = {
    "permissions": (c.Permission("a.b", "A"), lambda h: [each for _owner, each in h.permissions()]),
    "activity_types": (c.ActivityType("a", "A", "x", "a.b"), lambda h: [each for _owner, each in h.activity_types().values()]),
    "notification_kinds": (c.NotificationKind("a", "A"), lambda h: list(h.notification_kinds().values())),
    "message_channels": (c.MessageChannel("a", "A", print), lambda h: list(h.message_channels().values())),
    "identity_providers": (c.IdentityProvider("a", "A", "a.b"), lambda h: h.identity_providers()),
    "importers": (c.Importer("a", "people", "A", "a.b"), lambda h: h.importers("people")),
    "exporters": (c.Exporter("a", "people", "A", "a.b"), lambda h: h.exporters("people")),
    "jobs": (c.JobSpec("a", print, "A"), lambda h: [each for _owner, each in h.jobs().values()]),
    "processes": (c.Process("a", ["a"]), lambda h: h.processes()),
    "personal_data": (
        c.PersonalData("a", "b", (), "A", "consent", "B"),
        lambda h: [each for _owner, each in h.personal_data()],
    ),
    "health_checks": (c.HealthCheck("a", "ok", "A"), lambda h: [each for each in h.health_checks() if each.status == "ok"]),
}  # fmt: skip
FIRST: dict[str, tuple[Any, Any]] = {
    "live_room": (c.LiveRoom("/a", "A"), lambda h: h.live_room(None, ACTOR)),
    "question_bank": ([QUESTION], lambda h: h.question_bank(ACTOR, "words")),
    "player": ("markup", lambda h: h.player("file", ACTOR)),
}
FACTS: dict[str, Any] = {
    "on_user_joined": lambda h: h.on_user_joined(OFFICE, PERSON),
    "on_enrolled": lambda h: h.on_enrolled(OFFICE, PERSON, PERSON),
    "on_completed": lambda h: h.on_completed(OFFICE, PERSON, PERSON),
    "on_file_stored": lambda h: h.on_file_stored(OFFICE, PERSON),
    "on_plugin_enabled": lambda h: h.on_plugin_enabled(OFFICE, "good"),
    "on_plugin_disabled": lambda h: h.on_plugin_disabled(OFFICE, "good"),
    "on_recorded": lambda h: h.on_recorded(OFFICE, PERSON),
    "on_talk_ended": lambda h: h.on_talk_ended(OFFICE, Ref.of("tutoring", "booking", PERSON)),
    "on_talk_spoken": lambda h: h.on_talk_spoken(OFFICE, Ref.of("tutoring", "booking", PERSON), NOW),
    "on_talk_forgotten": lambda h: h.on_talk_forgotten(OFFICE, Ref.of("tutoring", "booking", PERSON)),
}
REFUSING: dict[str, Any] = {
    "check_sign_in": (Forbidden, lambda h: h.check_sign_in(PERSON, "password")),
    "check_enrol": (Conflict, lambda h: h.check_enrol(ACTOR, PERSON, PERSON)),
    "check_upload": (Invalid, lambda h: h.check_upload(ACTOR, UPLOAD)),
}


def crash() -> Any:
    raise RuntimeError("planted")


def half() -> Any:
    """An answer that breaks only while it is read."""
    yield from ()
    raise RuntimeError("planted")


def hang() -> Any:
    until = monotonic() + 20
    while monotonic() < until:
        pass


@pytest.mark.parametrize("hook", [*COLLECTED, *LOADED])
@pytest.mark.parametrize("fault", [crash, half, lambda: 7])
def test_a_plugin_that_fails_is_left_out_and_named(hook: str, fault: Any) -> None:
    answer, ask = (COLLECTED | LOADED)[hook]
    hooks, _facts = make_hooks(bad={hook: fault}, good={hook: lambda: [answer]})
    assert ask(hooks) == [answer]
    if hook != "cards":  # cards are asked only of the plugin that the ref names
        assert ("bad", hook) in [(each.plugin, each.hook) for each in hooks.watch.failures]


def test_settings_of_a_plugin_that_fails_are_left_out() -> None:
    schema = c.SettingsSchema("A", dict)
    hooks, _facts = make_hooks(bad={"settings_schema": crash}, good={"settings_schema": lambda: schema})
    assert hooks.settings_schema() == {"good": schema}


@pytest.mark.parametrize("hook", FIRST)
def test_the_first_answer_wins_and_a_failing_plugin_is_passed_over(hook: str) -> None:
    answer, ask = FIRST[hook]
    answers = {"bad": {hook: crash}, "silent": {hook: lambda: None}, "good": {hook: lambda: answer}}
    hooks, _facts = make_hooks(**answers)
    assert ask(hooks) == answer


@pytest.mark.parametrize("hook", REFUSING)
def test_a_plugin_may_refuse_and_a_failing_one_does_not(hook: str) -> None:
    refusal, ask = REFUSING[hook]

    def refuse() -> None:
        raise refusal("No")

    failing, _facts = make_hooks(bad={hook: crash})
    ask(failing)
    assert [each.plugin for each in failing.watch.failures] == ["bad"]
    refusing, _facts = make_hooks(bad={hook: crash}, strict={hook: refuse})
    with pytest.raises(refusal):
        ask(refusing)


@pytest.mark.parametrize("hook", FACTS)
def test_a_fact_is_published_for_each_listener_and_told_to_it_alone(hook: str) -> None:
    heard: list[str] = []
    listening = {name: {hook: lambda name=name: heard.append(name)} for name in ("one", "two")}
    hooks, facts = make_hooks(**listening)
    FACTS[hook](hooks)
    assert heard == []
    assert sorted(each.plugin for each in facts) == ["one", "two"]
    hooks.hear(next(each for each in facts if each.plugin == "two"))
    assert heard == ["two"]


def test_a_fact_that_fails_is_let_through_to_the_job_that_tries_again() -> None:
    hooks, facts = make_hooks(bad={"on_enrolled": crash})
    hooks.on_enrolled(OFFICE, PERSON, PERSON)
    with pytest.raises(RuntimeError, match="planted"):
        hooks.hear(facts[0])


def test_an_export_that_fails_in_one_plugin_goes_on_and_names_it() -> None:
    done: list[str] = []
    hooks, _facts = make_hooks(bad={"export_user": crash}, good={"export_user": lambda: done.append("good")})
    assert hooks.export_user(PERSON, None) == ["bad"]  # type: ignore[arg-type]  # no archive is needed
    assert done == ["good"]


def test_an_erasure_that_fails_stops_so_that_nothing_is_half_erased() -> None:
    hooks, _facts = make_hooks(bad={"erase_user": crash})
    with pytest.raises(RuntimeError):
        hooks.erase_user(PERSON, c.ErasurePolicy(PERSON, "test"))


def test_demo_data_that_fails_stops_the_demo() -> None:
    hooks, _facts = make_hooks(bad={"demo_data": crash})
    with pytest.raises(RuntimeError):
        hooks.demo_data(None)  # type: ignore[arg-type]  # no world is needed


def test_a_health_check_that_fails_is_a_finding() -> None:
    hooks, _facts = make_hooks(bad={"health_checks": crash})
    assert [(each.name, each.status) for each in hooks.health_checks()] == [("bad", "failed")]


@pytest.mark.parametrize("hook", ["nav_items", "live_room", "check_sign_in", "health_checks", "permissions"])
def test_a_hook_that_hangs_is_interrupted_and_then_rests(hook: str) -> None:
    ask = {
        "nav_items": lambda h: h.nav_items(ACTOR), "live_room": lambda h: h.live_room(None, ACTOR),
        "check_sign_in": lambda h: h.check_sign_in(PERSON, "code"), "health_checks": lambda h: h.health_checks(),
        "permissions": lambda h: h.permissions(),
    }[hook]  # fmt: skip
    hooks, _facts = make_hooks(bad={hook: hang})
    started = monotonic()
    ask(hooks)
    assert monotonic() - started < 5
    assert hooks.watch.is_resting("bad", hook)
    started = monotonic()
    ask(hooks)
    assert monotonic() - started < LIMIT_SECONDS


def test_only_plugins_that_the_office_switched_on_are_asked() -> None:
    item = {name: c.NavItem(name, f"/{name}", "x") for name in ("here", "there")}
    plugins = {name: {"nav_items": lambda name=name: [item[name]]} for name in item}
    hooks, _facts = make_hooks({OFFICE: {"here"}, OTHER_OFFICE: {"there"}}, **plugins)
    assert hooks.nav_items(ACTOR) == [item["here"]]


def test_what_can_be_attached_is_told_by_plugins_that_the_office_switched_on_and_ended_by_all() -> None:
    offer = Attachable(
        lambda actor: (), lambda actor, showing: None, lambda because, ref: None, lambda because: ()
    )
    hooks, _facts = make_hooks(
        {OFFICE: {"here", "bad"}},
        bad={"attachable": crash},
        here={"attachable": lambda: offer},
        off={"attachable": lambda: offer},
    )
    assert hooks.attachable(OFFICE) == {"here": offer}
    assert set(hooks.attachable()) == {"here", "off"}
    assert {each.plugin for each in hooks.watch.failures} == {"bad"}


def test_facts_of_an_office_reach_only_plugins_that_it_switched_on() -> None:
    hooks, facts = make_hooks({OFFICE: set()}, off={"on_enrolled": crash})
    hooks.on_enrolled(OFFICE, PERSON, PERSON)
    assert facts == []


def test_privacy_and_health_reach_plugins_that_are_switched_off() -> None:
    done: list[str] = []
    hooks, _facts = make_hooks(
        {OFFICE: set()}, off={"export_user": lambda: done.append("x"), "health_checks": lambda: ()}
    )
    assert hooks.export_user(PERSON, None) == []  # type: ignore[arg-type]  # no archive is needed
    assert done == ["x"]


def test_answers_come_in_order_of_priority_then_of_loading() -> None:
    def items(*pairs: tuple[str, int]) -> Any:
        return lambda: [c.NavItem(name, "/", "x", priority=priority) for name, priority in pairs]

    hooks, _facts = make_hooks(
        one={"nav_items": items(("late", 90), ("same one", 50))},
        two={"nav_items": items(("same two", 50), ("soon", 1))},
    )
    assert [each.title for each in hooks.nav_items(ACTOR)] == ["soon", "same one", "same two", "late"]


def test_an_implementation_may_take_fewer_arguments() -> None:
    seen: list[Any] = []

    def check_enrol(user_id: uuid.UUID) -> None:
        seen.append(user_id)

    hooks, _facts = make_hooks(lean={"check_enrol": check_enrol})
    hooks.check_enrol(ACTOR, OFFICE, PERSON)
    assert seen == [PERSON]


def test_a_card_for_a_ref_that_was_not_asked_for_is_ignored() -> None:
    other = Card(Ref("good", "thing", "2"), "Other", "/b")
    hooks, _facts = make_hooks(good={"cards": lambda: [other]})
    assert hooks.cards([REF], ACTOR) == {}


def test_files_are_kept_and_previewed_by_the_first_who_can() -> None:
    store = object()
    hooks, _facts = make_hooks(
        none={"file_store": lambda: None},
        own={"file_store": lambda: store, "file_preview": lambda: Path("p")},
    )
    assert hooks.file_store(Path("x")) is store
    assert hooks.owners_of("file_preview") == ["own"]
