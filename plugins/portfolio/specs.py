"""Hooks that the portfolio offers to other plugins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lms.plugin import hookspec

if TYPE_CHECKING:
    from plugins.portfolio.pages.kinds import BlockType


@hookspec
def portfolio_blocks(block_type: type[BlockType]) -> Sequence[BlockType]:
    """Kinds of blocks that people can put on their pages; collected from the plugins that the office has switched on. kind: C.

    ``block_type`` is the class to make them of, so that no plugin needs to import the portfolio. The
    name of a kind starts with the plugin's: ``quiz_result``.
    Example: ``return [block_type("quiz_result", _l("Quiz result"), "award", "quiz/block.html", PickResult)]``
    May raise: nothing. Since 1.0.
    """
    raise NotImplementedError
