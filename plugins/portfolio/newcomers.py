"""Newcomers of an office begin with its template pages and plans."""

from __future__ import annotations

import uuid

from lms.plugin import Actor, directory
from plugins.portfolio.cv.service import KEEP
from plugins.portfolio.evidence.plan_templates import give_plans_to_newcomer
from plugins.portfolio.pages.service import give_templates


def welcome(office_id: uuid.UUID, user_id: uuid.UUID) -> int:
    """Copy the office's templates to a person who just joined; returns how many. Told twice, it copies once."""
    given = give_plans_to_newcomer(user_id, directory().get(office_id).slug)
    return given + give_templates(Actor(user_id, "", office_id=office_id, permissions=frozenset({KEEP})))
