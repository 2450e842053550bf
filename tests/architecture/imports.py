"""Rings of imports, those inside functions counted."""

from __future__ import annotations

from pathlib import Path

import grimp


def rings(package: str) -> list[list[str]]:
    """Groups of modules that import each other, directly or in a circle."""
    graph = grimp.build_graph(package, exclude_type_checking_imports=True, cache_dir=None)
    downward = {module: set(graph.find_modules_directly_imported_by(module)) for module in graph.modules}
    return sorted(_strong_components(downward))


def lines_of(path: Path) -> int:
    """Lines of a file."""
    return len(path.read_text("utf-8").splitlines())


def _strong_components(edges: dict[str, set[str]]) -> list[list[str]]:
    """Tarjan's algorithm; components of one module are no rings."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(node: str) -> None:
        index[node] = low[node] = len(index)
        stack.append(node)
        for target in edges.get(node, ()):
            if target not in index:
                visit(target)
                low[node] = min(low[node], low[target])
            elif target in stack:
                low[node] = min(low[node], index[target])
        if low[node] == index[node]:
            ring = stack[stack.index(node) :]
            del stack[stack.index(node) :]
            if len(ring) > 1:
                found.append(sorted(ring))

    for node in sorted(edges):
        if node not in index:
            visit(node)
    return found
