"""The shape of the code: what DESIGN and STYLE ask for, and that each search finds what it looks for."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture import patterns
from tests.architecture.imports import lines_of, rings

PRODUCT = patterns.sources("lms", "plugins", "benchmarks", "migrations")
TESTS = patterns.sources("tests")
EVERYTHING = [*PRODUCT, *TESTS]
LONGEST_FILE = 450
LONG_FOR_A_REASON = {"lms/hooks/specs.py": "the map of all hooks in one place"}

BORDERS = ("lms/hooks/callers.py", "lms/work/runner.py", "lms/hooks/loader.py")
"""Where whatever a plugin or a job raises is caught: the two borders, and the import of a plugin."""
COMMITS = ("lms/store/uow.py", "lms/store/runs.py")
RAW_SQL = (
    "lms/store/",
    "lms/web/health.py",
    "lms/work/",
    "lms/ops/",
    "migrations/",
    "lms/live/",
    "benchmarks/",
    "lms/demo/",
    "tests/",
)
FORBIDDEN_NAMES = {"util", "utils", "helpers", "common", "misc", "manager", "handler", "base2"}


def outside(found: list[str], *allowed: str) -> list[str]:
    return [each for each in found if not each.startswith(allowed)]


def test_modules_do_not_import_in_rings() -> None:
    assert rings("lms") == []


def test_files_are_no_longer_than_one_can_read() -> None:
    long = {
        str(path.relative_to(patterns.ROOT)): lines_of(path)
        for path in EVERYTHING
        if lines_of(path) > LONGEST_FILE
    }
    assert {
        name: lines for name, lines in long.items() if name not in LONG_FOR_A_REASON and "0001" not in name
    } == {}


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [path for path in EVERYTHING if path.stem in FORBIDDEN_NAMES] == []


def test_errors_are_caught_broadly_only_at_the_borders() -> None:
    assert outside(patterns.search(PRODUCT, patterns.broad_excepts), *BORDERS) == []


def test_only_the_unit_of_work_commits() -> None:
    assert outside(patterns.search(patterns.sources("lms", "plugins"), patterns.commits), *COMMITS) == []


def test_tables_are_made_by_migrations() -> None:
    assert patterns.search(PRODUCT, patterns.created_tables) == []


def test_times_have_a_zone() -> None:
    assert patterns.search(EVERYTHING, patterns.naive_times) == []


def test_modules_keep_no_state_that_functions_change() -> None:
    assert patterns.search(patterns.sources("lms", "plugins"), patterns.global_statements) == []


def test_the_core_names_no_plugin() -> None:
    assert patterns.search(patterns.sources("lms"), patterns.plugin_imports) == []


def test_sql_is_written_as_text_only_where_the_database_itself_is_the_matter() -> None:
    assert outside(patterns.search(PRODUCT, patterns.raw_sql), *RAW_SQL) == []


def test_public_names_say_what_they_are() -> None:
    code = [
        path for path in patterns.sources("lms", "plugins") if not {"tests", "migrations"} & {*path.parts}
    ]
    assert patterns.search(code, patterns.public_without_docstring) == []


def test_tests_wait_for_conditions_not_for_time() -> None:
    assert patterns.search(TESTS, patterns.sleeps) == []


def test_nothing_is_put_off() -> None:
    assert patterns.unfinished(EVERYTHING) == []


def test_a_checker_is_silenced_only_with_a_reason() -> None:
    assert patterns.silenced_without_reason(PRODUCT) == []


PLANTED = {
    patterns.broad_excepts: "try:\n    x()\nexcept Exception:\n    pass\n",
    patterns.commits: "session().commit()\n",
    patterns.created_tables: "Base.metadata.create_all(engine)\n",
    patterns.sleeps: "time.sleep(1)\n",
    patterns.naive_times: "now = datetime.now()\n",
    patterns.global_statements: "def f():\n    global x\n    x = 1\n",
    patterns.plugin_imports: "def f():\n    from plugins.links import models\n",
    patterns.raw_sql: "from sqlalchemy import text\n",
    patterns.public_without_docstring: '"""Module."""\ndef f():\n    pass\n',
}


@pytest.mark.parametrize("what", PLANTED, ids=lambda each: each.__name__)
def test_each_search_finds_a_planted_fault(what: patterns.Search) -> None:
    assert list(what(ast.parse(PLANTED[what])))


def test_a_pause_between_two_looks_is_not_held_to_be_a_sleep() -> None:
    assert list(patterns.sleeps(ast.parse("while not ready():\n    time.sleep(0.1)\n"))) == []


def test_planted_comments_are_found(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    noqa, ignore = "# no" + "qa", "# type: ig" + "nore"  # in pieces, or they would be found in this file
    for word in ("TO" + "DO", "XX" + "X"):
        file.write_text(f"x = 1  # {word} later\n")
        assert patterns.unfinished([file])
    for text in (noqa, f"{noqa}: BLE001", ignore, f"{ignore}[arg-type]"):
        file.write_text(f"x = 1  {text}\n")
        assert patterns.silenced_without_reason([file]), text
    for text in (f"{noqa}: BLE001 - the border to plugins", f"{ignore}[arg-type]  # pluggy has no types"):
        file.write_text(f"x = 1  {text}\n")
        assert patterns.silenced_without_reason([file]) == [], text


def test_a_planted_ring_through_a_function_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "ringed"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "a.py").write_text("from ringed import b\n")
    (package / "b.py").write_text("def f():\n    from ringed import a\n    return a\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert rings("ringed") == [["ringed.a", "ringed.b"]]


def test_a_planted_import_upwards_is_found(tmp_path: Path) -> None:
    package = tmp_path / "layered"
    package.mkdir()
    for name, text in (("__init__", ""), ("low", "import layered.high\n"), ("high", "")):
        (package / f"{name}.py").write_text(text)
    (tmp_path / "pyproject.toml").write_text(
        '[tool.importlinter]\nroot_package = "layered"\n[[tool.importlinter.contracts]]\nname = "down"\ntype = "layers"\n'
        'layers = ["layered.high", "layered.low"]\n'
    )
    command = [
        sys.executable,
        "-c",
        "import sys; sys.path.insert(0, '.'); from importlinter.cli import lint_imports_command as run; run()",
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "layered.low" in done.stdout
