"""What a reviewer refuses, found by reading the syntax tree. Each search returns ``file:line: what``."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from lms.config import ROOT

Search = Callable[[ast.Module], Iterator[tuple[int, str]]]
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
_SILENCED = re.compile(r"#\s*(noqa|type:\s*ignore)(?P<codes>[^#]*)")


def sources(*folders: str) -> list[Path]:
    """Our own Python files under the folders of the repository."""
    found = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return sorted(path for path in found if not {"node_modules", "vendor", "__pycache__"} & {*path.parts})


def search(paths: Iterable[Path], what: Search) -> list[str]:
    """Everything that one search finds in the files."""
    found = []
    for path in paths:
        name = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path.name
        found += [f"{name}:{line}: {text}" for line, text in what(ast.parse(path.read_text("utf-8")))]
    return found


def broad_excepts(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """``except Exception`` and wider."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler):
            kinds = (
                {"BaseException"}
                if node.type is None
                else {each.id for each in ast.walk(node.type) if isinstance(each, ast.Name)}
            )
            ends_in_raise = bool(node.body) and isinstance(node.body[-1], ast.Raise)
            if kinds & {"Exception", "BaseException"} and not ends_in_raise:
                yield node.lineno, "except " + ", ".join(sorted(kinds))


def commits(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """A commit by hand."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit":
            yield node.lineno, ast.unparse(node.func)


def created_tables(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Tables made without a migration."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == "create_all":
            yield node.lineno, "create_all"


def sleeps(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Waiting for time instead of for a condition; a pause inside a loop that asks again is waiting for a condition."""
    in_loops = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.While | ast.For)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and ast.unparse(node.func) in {"time.sleep", "sleep"}
            and id(node) not in in_loops
        ):
            yield node.lineno, "sleep"


def naive_times(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """The present moment asked without a zone, or elsewhere than at ``lms.clock``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            if name.endswith(("datetime.utcnow", "date.today", "datetime.today")):
                yield node.lineno, name
            if name.endswith("datetime.now") and not node.args and not node.keywords:
                yield node.lineno, name


def global_statements(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """State of a module that functions change."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Global):
            yield node.lineno, f"global {', '.join(node.names)}"


def plugin_imports(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """The core naming a plugin."""
    for node in ast.walk(tree):
        names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) and node.level == 0 else []
        for name in names:
            if name.split(".")[0] == "plugins":
                yield node.lineno, name


def raw_sql(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """SQL as text."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy"):
            yield from ((node.lineno, "text()") for name in node.names if name.name == "text")
        if isinstance(node, ast.Attribute) and node.attr == "exec_driver_sql":
            yield node.lineno, node.attr


def public_without_docstring(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Public names of a module, and public methods of public classes, that do not say what they are."""
    if not ast.get_docstring(tree):
        yield 1, "module"
    kinds = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    for node in tree.body:
        if isinstance(node, kinds) and not node.name.startswith("_") and not ast.get_docstring(node):
            yield node.lineno, node.name


def comments_of(path: Path) -> Iterator[tuple[int, str]]:
    """Comments with their lines."""
    for token in tokenize.generate_tokens(io.StringIO(path.read_text("utf-8")).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def unfinished(paths: Iterable[Path]) -> list[str]:
    """Work that somebody put off."""
    return [
        f"{path.name}:{line}: {text}"
        for path in paths
        for line, text in comments_of(path)
        if UNFINISHED.search(text)
    ]


def silenced_without_reason(paths: Iterable[Path]) -> list[str]:
    """A rule of a checker switched off without its name, or without saying why."""
    found = []
    for path in paths:
        for line, text in comments_of(path):
            match = _SILENCED.search(text)
            if match is None:
                continue
            rest = text[match.end("codes") :] + re.sub(
                r"^[:\[\]\w\s,-]*?(?:\]|[A-Z]+\d+(?:\s*,\s*[A-Z]+\d+)*)", "", match.group("codes")
            )
            has_code = bool(re.search(r"[A-Z]+\d+|\[[\w, -]+\]", match.group("codes")))
            if not has_code or not re.search(r"[a-z]{3}", rest):
                found.append(f"{path.name}:{line}: {text}")
    return found
