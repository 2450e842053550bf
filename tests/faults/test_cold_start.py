"""A process that has just begun, asked by several people at the same moment."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from sqlalchemy import select

from lms.activities.models import Activity
from lms.config import ROOT
from lms.store.base import session
from lms.store.scope import all_offices
from tests.serving import Installation

pytestmark = pytest.mark.fault


def test_everybody_who_comes_at_once_to_a_new_process_finds_what_is_there(installed: Installation) -> None:
    with installed.app.app_context(), all_offices("looking for something to open"):
        office = installed.world.office("siena").id
        query = select(Activity.id).filter_by(office_id=office, state="published", parent_id=None)
        activity = session().scalars(query).first()
        session().rollback()
    cookie = installed.cookie_for("trainee")
    installed.close()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LMS_")}
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.cold_lives", str(installed.folder), cookie, f"/o/siena/activities/{activity}"],
        cwd=ROOT, env=kept | installed.environ, capture_output=True, text=True, timeout=300, check=True,
    )  # fmt: skip
    assert int(done.stdout.split()[-1]) == 0
