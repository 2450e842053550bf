"""The core's own parts that implement hooks, in the order in which they are asked.

They are named, not imported: the core's areas stand above this package and meet it
exactly as plugins do.
"""

from __future__ import annotations

CORE = "core"

BUILTIN: tuple[str, ...] = (
    "lms.offices.hooks",
    "lms.accounts.hooks",
    "lms.groups.hooks",
    "lms.imports.hooks",
    "lms.activities.hooks",
    "lms.files.hooks",
    "lms.search.hooks",
    "lms.notifications.hooks",
    "lms.calendar.hooks",
    "lms.live.hooks",
    "lms.lounge.hooks",
    "lms.privacy.hooks",
    "lms.admin.hooks",
    "lms.work.hooks",
)
