"""From the command to the first page: the second start of an installation that is there.

Python keeps what it compiled, as it does for everybody who has not forbidden it.
"""

from __future__ import annotations

import time
from pathlib import Path

import requests

from benchmarks.tables import Table
from tests.serving import Serving, build_installation


def run(folder: Path, is_smoke: bool) -> None:
    """Print the table: the best and the worst of some starts."""
    site = build_installation(folder / "instance")
    site.environ |= {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(folder / "compiled")}
    site.close()
    found = []
    for number in range(1 if is_smoke else 6):
        serving = Serving(site)
        began = time.monotonic()
        try:
            serving.start()
            if not requests.get(f"{serving.url}/o/siena/", timeout=10).ok:
                raise RuntimeError("the first page did not open")
            if number or is_smoke:  # the first start of all compiles
                found.append(time.monotonic() - began)
        finally:
            serving.stop()
    table = Table("Start to first page (second start)")
    table.add("best", min(found), "s", at_most=3)
    table.add("worst", max(found), "s", at_most=3)
    table.print()
