"""What plugins that left have left behind: a finding for ``doctor`` and the operator's page."""

from __future__ import annotations

from lms.hooks.callers import hooks
from lms.hooks.contributions import HealthCheck
from lms.store.base import db
from lms.store.leftovers import describe, find_leftovers
from lms.text import gettext as _


def check_leftovers() -> HealthCheck:
    """Whether the database holds tables of plugins that are neither loaded nor named as failed."""
    plugins = hooks().plugins
    names = [*plugins.names(), *(plugin.name for plugin in plugins.failed)]
    left = find_leftovers(db.engine, names)
    if left:
        return HealthCheck(
            "plugins.tables",
            "warning",
            _("There are tables of plugins that are not loaded: %(list)s", list="; ".join(describe(left))),
            _("Load the plugin again, or export and drop its tables: python3 -m lms plugin purge NAME"),
        )
    return HealthCheck("plugins.tables", "ok", _("Every table belongs to a part that is in use."))
