"""Programs that plugins run beside pages (hook ``processes``): started by serve, and started again."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.serving import Installation, Serving

pytestmark = pytest.mark.fault

PLUGIN = """
from lms.plugin import Manifest
manifest = Manifest(name="beeper", title="Beeper", summary="Runs beside pages.", version="0.1.0", core=">=0.1,<0.2", icon="bell")
"""
HOOKS = """
import sys
from lms.plugin import Process, hookimpl
PROGRAM = "import os, signal; print('beeps as', os.getpid(), flush=True); signal.pause()"

@hookimpl
def processes():
    return [Process("beeper", [sys.executable, "-c", PROGRAM])]
"""


def test_a_plugins_program_is_started_with_the_site_and_again_when_it_was_killed(
    installed: Installation, tmp_path: Path
) -> None:
    folder = tmp_path / "more" / "beeper"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text(PLUGIN)
    (folder / "hooks.py").write_text(HOOKS)
    with Serving(installed, plugins="beeper", plugin_folders=str(folder.parent)) as serving:
        first = next(line for line in serving.lines if "beeps as" in line)
        assert first.startswith("beeper")
        os.kill(int(first.split()[-1]), signal.SIGKILL)
        again = serving.wait_for("beeps as", 30)
        pid = int(again.split()[-1])
    assert not Path(f"/proc/{pid}").exists()
