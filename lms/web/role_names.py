"""The names of roles in words for people."""

from __future__ import annotations

from lms.text import gettext as _


def role_names() -> dict[str, str]:
    """Role -> its name in the current language."""
    return {
        "trainee": _("Trainee"),
        "practitioner": _("Practitioner"),
        "tutor": _("Tutor"),
        "trainer": _("Trainer"),
        "counsellor": _("Counsellor"),
        "head": _("Head of office"),
        "operator": _("Operator"),
    }
