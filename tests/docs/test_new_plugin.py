"""The plugin that ``plugin new`` writes passes its own tests."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from lms.config import ROOT
from lms.scaffold.writing import NewPlugin, write_plugin


def test_the_tests_that_come_with_a_new_plugin_pass(tmp_path: Path) -> None:
    write_plugin(NewPlugin("wishes", "Wishes"), tmp_path)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LMS_")}
    environment |= {"PYTHONPATH": str(ROOT), "LMS_PLUGIN_FOLDERS": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "lms.testing", "-p", "no:cacheprovider", "wishes"],
        cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert "5 passed" in done.stdout, done.stdout + done.stderr
