"""What can be seen in the files of a plugin without running them. Each check returns the faults it found."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, nodes

PUBLIC = {"lms.plugin", "lms.testing"}
IN_MIGRATIONS = {"lms.store", "lms.store.base"}
TRANSLATING = {"_", "_l", "gettext", "ngettext", "pgettext", "lazy_gettext"}
SHOWN = {
    "flash", "Conflict", "Forbidden", "Invalid", "NotFound", "TooMany", "Unavailable", "NavItem", "NextStep", "Ui",
    "SettingsSchema", "NotificationKind", "MessageChannel", "IdentityProvider",
}  # fmt: skip
SHARED_TEMPLATES = ("shell/", "ui/", "mail/base.")
_WORD = re.compile(r"[^\W\d_]{2,}")
_TAG = re.compile(r"<[^>]*>", re.DOTALL)
_SPOKEN = re.compile(r"\b(?:alt|title|placeholder|aria-label|aria-description|label)=(\"[^\"]*\"|'[^']*')")
_ENVIRONMENT = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)


def foreign_imports(folder: Path) -> list[str]:
    """Imports of other plugins, or of the core beyond what is public."""
    own = f"plugins.{folder.name}"
    found = []
    for path in folder.rglob("*.py"):
        allowed = PUBLIC | (IN_MIGRATIONS if path.parent.name == "migrations" else set())
        for module in _imports(path):
            is_own = module == own or module.startswith(f"{own}.")
            if module.split(".")[0] in {"lms", "plugins", "tests"} and not is_own and module not in allowed:
                found.append(f"{path.name}: {module}")
    return sorted(found)


def bare_texts(folder: Path) -> list[str]:
    """Texts that people read and nobody can translate, in templates and in Python."""
    in_templates = [
        f"{path.name}: {text}"
        for path in _templates(folder)
        for text in _bare_in_template(path.read_text("utf-8"))
    ]
    in_code = [
        f"{path.name}:{line}: {text}"
        for path in _sources(folder)
        for line, text in _bare_in_code(_tree(path))
    ]
    return in_templates + in_code


def foreign_templates(folder: Path) -> list[str]:
    """Templates outside the plugin's own folder: lying there, or asked for."""
    found = [
        str(path) for path in _templates(folder) if folder / "templates" / folder.name not in path.parents
    ]
    own = f"{folder.name}/"
    for path in _templates(folder):
        asked = _asked_templates(path.read_text("utf-8"))
        found += [
            f"{path.name} asks for {name}" for name in asked if not name.startswith((own, *SHARED_TEMPLATES))
        ]
    for path in _sources(folder):
        for node in ast.walk(_tree(path)):
            if isinstance(node, ast.Call):
                found.extend(f"{path.name}:{node.lineno}: {fault}" for fault in _foreign_in_call(node, own))
    return found


def raw_database_work(folder: Path) -> list[str]:
    """Raw SQL, bulk writes, Core tables, commits: what plugins leave to the core."""
    found = []
    for path in _sources(folder):
        for node in ast.walk(_tree(path)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy"):
                bad = {"text", "insert", "Table", "create_engine", "Session"} & {
                    name.name for name in node.names
                }
                found.extend(f"{path.name}:{node.lineno}: {name}" for name in sorted(bad))
            if isinstance(node, ast.Attribute) and (
                node.attr in {"commit", "create_all", "bulk_save_objects", "exec_driver_sql"}
            ):
                found.append(f"{path.name}:{node.lineno}: {node.attr}")
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "connection":
                found.append(f"{path.name}:{node.lineno}: connection")
    return found


def _bare_in_template(text: str) -> Iterator[str]:
    pieces = []
    for _line, kind, value in _ENVIRONMENT.lex(text):
        if kind == "data":
            pieces.append(value)
        elif kind == "variable_begin":
            pieces.append("\x00")
    page = "".join(pieces)
    for match in _SPOKEN.finditer(page):
        if _WORD.search(match.group(1)):
            yield match.group(0)
    outside = _TAG.sub(" ", re.sub(r"&\w+;", " ", page))
    yield from (match.group(0) for match in _WORD.finditer(outside))
    for node in _spoken_constants(_ENVIRONMENT.parse(text)):
        yield repr(node)


def _spoken_constants(tree: nodes.Node) -> Iterator[str]:
    """Constants that look like something said: two words, or one with a capital letter."""
    for child in tree.iter_child_nodes():
        if (
            isinstance(child, nodes.Call)
            and isinstance(child.node, nodes.Name)
            and child.node.name in TRANSLATING
        ):
            continue
        is_said = isinstance(child, nodes.Const) and isinstance(child.value, str)
        if is_said and re.search(r"^[A-ZÀ-Þ][a-zà-ÿ]{2,}|[a-zà-ÿ]{2,} [a-zà-ÿ]{2,}", child.value):
            yield child.value
        yield from _spoken_constants(child)


def _bare_in_code(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SHOWN:
            for argument in node.args[:2]:
                text = _literal(argument)
                if (text and " " in text.strip()) or (
                    text and node.args.index(argument) == 0 and text[:1].isupper()
                ):
                    yield node.lineno, text


def _literal(node: ast.AST) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return "an f-string " if isinstance(node, ast.JoinedStr) else ""


def _asked_templates(text: str) -> Iterator[str]:
    for node in _ENVIRONMENT.parse(text).find_all(
        (nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)
    ):
        yield node.template.value if isinstance(node.template, nodes.Const) else "a name made at run time"


def _foreign_in_call(node: ast.Call, own: str) -> Iterator[str]:
    name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
    if name == "render_template_string":
        yield "render_template_string"
    if name in {"render_template", "DashboardCard", "SlotContent"} and node.args:
        template = _literal(node.args[0])
        if template and not template.startswith(own):
            yield f"{name} of {template}"


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            module = node.module or ""
            submodules = (f"{module}.{name.name}" for name in node.names)
            yield from submodules if module in {"lms", "plugins"} else (module,)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in {
            "import_module",
            "__import__",
        }:
            named = node.args[0] if node.args else None
            is_said = isinstance(named, ast.Constant) and isinstance(named.value, str)
            yield named.value if is_said else "lms.chosen_at_run_time"


def _templates(folder: Path) -> list[Path]:
    return sorted(path for path in (folder / "templates").rglob("*") if path.is_file())


def _sources(folder: Path) -> list[Path]:
    return sorted(
        path
        for path in folder.rglob("*.py")
        if not {"tests", "migrations"} & {*path.relative_to(folder).parts}
    )


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))
