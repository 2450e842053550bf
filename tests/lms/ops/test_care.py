"""What ``doctor`` finds by itself."""

from __future__ import annotations

import pytest

from lms.ops.care import connections_check
from lms.store.engine import MOST_CONNECTIONS


@pytest.mark.parametrize(("processes", "status"), [(2, "ok"), (3, "ok"), (4, "warning"), (9, "warning")])
def test_a_database_server_with_too_few_connections_is_found_before_a_crowd_comes(
    processes: int, status: str
) -> None:
    check = connections_check(100, processes)
    assert check.status == status
    assert str(processes * MOST_CONNECTIONS) in str(check.message)
    assert "max_connections" in str(check.remedy)
