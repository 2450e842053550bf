"""What plugins hand to the core so that questions of a bank can be asked elsewhere, such as in a poll."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lms.refs import Ref


@dataclass(frozen=True, slots=True)
class OfferedOption:
    """One of the answers of an offered question, in plain words."""

    text: str
    is_right: bool


@dataclass(frozen=True, slots=True)
class OfferedQuestion:
    """A question of a bank: one of its options is to be chosen (``single``), or several (``multiple``).

    All texts are plain words. ``is_right`` of its options is for the server alone until it is time to show it.
    """

    ref: Ref
    title: str
    kind: Literal["single", "multiple"]
    question: str
    options: tuple[OfferedOption, ...]
