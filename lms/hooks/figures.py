"""What a health check may tell monitoring beside its verdict: numbers, in the manner of Prometheus."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Figure:
    """A number, as it is now.

    ``name`` is in small letters and underscores and ends with its unit where it has one (``media_cpu_ratio``); it is shown with
    ``lms_`` before it, and with ``_total`` after it if it ``only_grows`` (a counter, from the start of what counts). ``help`` is one line
    in English for whoever looks at it. ``labels`` tell several of a name apart. Never put a person into them. Since 0.1.
    """

    name: str
    help: str
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)
    only_grows: bool = False
