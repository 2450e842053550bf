"""What several tests of the portfolio share."""

from __future__ import annotations

import pytest

from lms.testing import TestSite
from plugins.portfolio.evidence import service as evidence
from plugins.portfolio.evidence.forms import EditEntry, NewThing
from plugins.portfolio.tests.archives import pack


@pytest.fixture(scope="module")
def body(site: TestSite) -> bytes:
    """The archive of the demo's Aïcha, with a picture in a journal; packed once, from a copy that no test sees."""
    app, world = site.fresh(), site.world
    with app.app_context(), world.inside("siena"):
        actor = world.actor("trainee")
        picture = evidence.find_items(actor, "file")[0].file_id
        journal = evidence.find_journals(actor)[0][0]
        entry = evidence.add_entry(actor, journal.id, NewThing(title="Con una foto"))
        html = f'<p>Guarda:</p><img data-file="{picture}" alt="Un cornetto">'
        evidence.edit_entry(
            actor, entry.id, EditEntry(title="Con una foto", body=html, tags="forno", is_draft=False)
        )
    return pack(app, world)
