"""Pages of courses, by what people do there."""

from plugins.courses.views import (
    assignment,
    authors,
    catalogue,
    certificate,
    cohort,
    learning,
    moving,
    outline,
    steps,
    writing,
)
from plugins.courses.views.base import blueprint

__all__ = [
    "assignment", "authors", "blueprint", "catalogue", "certificate", "cohort", "learning", "moving", "outline", "steps", "writing",
]  # fmt: skip
