"""The one place that asks what time it is."""

from __future__ import annotations

import time
from datetime import UTC, datetime


def utcnow() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def monotonic() -> float:
    """Seconds from a clock that never jumps; for durations and time-outs only."""
    return time.monotonic()
