"""Every plugin keeps the contract."""

from __future__ import annotations

from pathlib import Path

import pytest

from lms.hooks.callers import hooks
from lms.hooks.specs import HOOK_KINDS
from tests.contract import crash_checks, data_checks, source_checks
from tests.contract.subjects import Subject, open_subject


def test_it_loads_alone_with_the_core(subject: Subject) -> None:
    assert subject.hooks.plugins.failed == []
    assert subject.hooks.plugins.names() == (subject.name,)
    assert list(subject.hooks.watch.failures) == []


def test_it_tells_what_it_is_in_a_readme(subject: Subject) -> None:
    if subject.name != "kudos":  # the tutorial is its own readme
        assert (subject.directory / "README.md").read_text("utf-8").startswith("# ")


def test_every_route_and_event_states_a_policy(subject: Subject) -> None:
    assert data_checks.open_doors(subject) == []


def test_its_tables_bear_its_name(subject: Subject) -> None:
    assert data_checks.tables_outside_prefix(subject) == []


def test_its_migrations_equal_its_models_and_lead_back_and_forth(subject: Subject, tmp_path: Path) -> None:
    assert data_checks.migration_faults(subject, tmp_path) == []


def test_it_imports_only_what_is_public(subject: Subject) -> None:
    assert source_checks.foreign_imports(subject.directory) == []


def test_its_texts_can_be_translated(subject: Subject) -> None:
    assert source_checks.bare_texts(subject.directory) == []


def test_its_templates_are_its_own(subject: Subject) -> None:
    assert source_checks.foreign_templates(subject.directory) == []


def test_it_leaves_sql_and_commits_to_the_core(subject: Subject) -> None:
    assert source_checks.raw_database_work(subject.directory) == []


def test_its_demo_data_loads(subject: Subject) -> None:
    if "demo_data" in subject.implemented():
        assert all(subject.counts().values())


def test_it_declares_the_columns_that_name_people(subject: Subject) -> None:
    assert data_checks.undeclared_people(subject) == []


def test_it_exports_what_it_holds_about_a_person(subject: Subject) -> None:
    assert data_checks.export_faults(subject) == []


def test_it_forgets_a_person(subject: Subject) -> None:
    assert data_checks.erasure_faults(subject) == []


def test_its_pages_open_for_a_head_and_nowhere_else_break(subject: Subject) -> None:
    for key in ("head", "trainee"):
        browser = subject.browser(key)
        for page in subject.pages():
            assert browser.get(f"/o/siena{page}").status_code in {200, 302, 303, 403}, (key, page)
    guest = subject.app.test_client()
    for page in subject.pages():
        assert guest.get(f"/o/siena{page}").status_code < 500, page


def test_switched_off_its_pages_are_gone_for_that_office_and_its_data_stays(subject: Subject) -> None:
    head, other = subject.browser("head"), subject.browser("head_vienna")
    before = subject.counts()
    subject.switch(is_on=False)
    try:
        for page in subject.pages():
            assert head.get(f"/o/siena{page}").status_code == 404, page
            assert other.get(f"/o/vienna{page}").status_code != 404, page
            assert f"/o/siena{page}" not in head.get("/o/siena/").text
        assert subject.counts() == before
    finally:
        subject.switch(is_on=True)
    for page in subject.pages():
        assert head.get(f"/o/siena{page}").status_code != 404, page


def test_a_crash_in_a_hook_leaves_the_core_serving(subject: Subject) -> None:
    for hook in crash_checks.serving_hooks(subject):
        assert crash_checks.crash_faults(subject, hook) == [], hook
        assert any(each.hook == hook for each in subject.hooks.watch.failures) or HOOK_KINDS[hook] != "C"


def test_a_hook_that_hangs_leaves_the_core_serving(subject: Subject) -> None:
    for hook in crash_checks.serving_hooks(subject):
        assert crash_checks.hang_faults(subject, hook) == [], hook


def test_a_crash_while_it_is_loaded_leaves_the_core_serving(
    subject: Subject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, hook in enumerate(name for name in subject.implemented() if HOOK_KINDS.get(name) == "L"):
        own = getattr(subject.module, hook)

        def crash(hook: str = hook) -> None:
            raise crash_checks.Planted(hook)

        crash.lms_impl = own.lms_impl  # type: ignore[attr-defined]  # pluggy's mark
        with monkeypatch.context() as patch:
            patch.setattr(subject.module, hook, crash)
            folder = subject.directory.parent
            # a crash in the search for what was left behind must not break the models of the real one
            patch.setattr("lms.admission.Admission.forget", lambda _self, _package: None)
            patch.setattr("lms.hooks.loader._forget_modules", lambda _package: None)
            broken = open_subject(subject.name, tmp_path / str(number), folder, is_filled=False)
        assert broken.app.test_client().get("/live").status_code == 200
        with broken.app.app_context():
            named = [each.name for each in hooks().plugins.failed]
            named += [each.plugin for each in hooks().watch.failures]
        if hook in {"permissions", "blueprints", "personal_data", "settings_schema", "jobs"}:
            assert subject.name in named, hook
