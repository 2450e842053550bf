"""When a step is open: conditions, judged without a database, and circles among them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

ConditionKind = Literal["step", "date", "group", "score"]
Match = Literal["all", "any"]


@dataclass(frozen=True, slots=True)
class Gate:
    """One condition: another step done, a moment come, a group joined, or a score (0 to 100) reached in another step."""

    kind: ConditionKind
    other_id: uuid.UUID | None = None
    opens_at: datetime | None = None
    group_id: uuid.UUID | None = None
    score: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known about a person in a course. ``steps`` are those that a trainee can see at all."""

    now: datetime
    steps: frozenset[uuid.UUID]
    done: frozenset[uuid.UUID] = frozenset()
    scores: Mapping[uuid.UUID, int] = field(default_factory=dict)
    groups: frozenset[uuid.UUID] = frozenset()


def is_met(gate: Gate, standing: Standing) -> bool:
    """True if the condition holds. One about a step that was hidden or taken out holds, so that nobody is stuck."""
    match gate.kind:
        case "step":
            return gate.other_id not in standing.steps or gate.other_id in standing.done
        case "score":
            best = standing.scores.get(gate.other_id, 0) if gate.other_id else 0
            return gate.other_id not in standing.steps or best >= gate.score
        case "date":
            return gate.opens_at is None or standing.now >= gate.opens_at
        case "group":
            return gate.group_id in standing.groups


def missing(gates: Sequence[Gate], match: Match, standing: Standing) -> list[Gate]:
    """Conditions that keep a step locked; none when it is open. With ``any``, one that holds is enough."""
    unmet = [gate for gate in gates if not is_met(gate, standing)]
    if match == "any" and len(unmet) < len(gates):
        return []
    return unmet


def find_circle(gates: Mapping[uuid.UUID, Iterable[Gate]]) -> list[uuid.UUID]:
    """Steps that wait for each other in a circle, the first again at the end; empty if there is none."""
    waits_for = {step: [gate.other_id for gate in some if gate.other_id] for step, some in gates.items()}
    finished: set[uuid.UUID] = set()
    for start in waits_for:
        if circle := _walk(start, waits_for, finished):
            return circle
    return []


def _walk(
    start: uuid.UUID, waits_for: Mapping[uuid.UUID, list[uuid.UUID]], finished: set[uuid.UUID]
) -> list[uuid.UUID]:
    path: list[uuid.UUID] = [start]
    branches = [iter(waits_for.get(start, []))]
    while branches:
        following = next(branches[-1], None)
        if following is None:
            finished.add(path.pop())
            branches.pop()
        elif following in path:
            return [*path[path.index(following) :], following]
        elif following not in finished:
            path.append(following)
            branches.append(iter(waits_for.get(following, [])))
    return []
