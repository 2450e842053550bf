"""One filled installation, from which each test gets a copy that it may ruin."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.serving import Installation, build_installation


@pytest.fixture(scope="session")
def kept_site(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Built once; never served itself."""
    return build_installation(tmp_path_factory.mktemp("faults") / "instance")


@pytest.fixture
def installed(kept_site: Installation, tmp_path: Path) -> Iterator[Installation]:
    """A copy of its own."""
    copy = kept_site.copy(tmp_path / "instance")
    yield copy
    copy.close()
