"""Refs of the portfolio's own things."""

from __future__ import annotations

import uuid
from typing import Literal

from lms.plugin import Ref

Kind = Literal["page", "collection", "cv", "item", "journal", "entry", "plan", "submission"]


def ref_of(kind: Kind, thing_id: uuid.UUID) -> Ref:
    """The ref of one of the portfolio's things."""
    return Ref.of("portfolio", kind, thing_id)
