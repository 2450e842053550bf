"""x."""

from lms.plugin import World


def build_courses(world: World) -> None:
    """x."""
