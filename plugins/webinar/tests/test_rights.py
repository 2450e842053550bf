"""Who may do what in a room."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from plugins.webinar.presets import PRESETS
from plugins.webinar.rights import (
    GIVEN,
    OPEN_RIGHTS,
    RIGHTS,
    ROLES,
    Standing,
    change,
    read_names,
    rights_of,
    write_names,
)

names = st.frozensets(st.sampled_from(RIGHTS))
standings = st.builds(Standing, st.sampled_from(ROLES), names, names)


@given(standings, names, names)
def test_who_leads_may_do_everything_and_nobody_else_leads(
    standing: Standing, everybody: frozenset[str], locked: frozenset[str]
) -> None:
    held = rights_of(standing, everybody, locked)
    assert ("moderate" in held) == (standing.role in {"host", "cohost"})
    assert "record" not in held or "moderate" in held


@given(standings, names, names)
def test_a_lock_takes_what_nobody_was_given_and_leaves_what_one_was(
    standing: Standing, everybody: frozenset[str], locked: frozenset[str]
) -> None:
    if standing.role == "participant":
        held = rights_of(standing, everybody, locked)
        assert not (held & locked) - standing.granted
        assert (standing.granted & frozenset(GIVEN)) - standing.revoked <= held


@given(standings, names, names, st.sampled_from(GIVEN), st.booleans())
def test_the_last_word_about_a_right_counts(
    standing: Standing, everybody: frozenset[str], locked: frozenset[str], right: str, is_given: bool
) -> None:
    if standing.role in {"presenter", "participant"}:
        changed = change(standing, right, is_given=is_given)
        assert (right in rights_of(changed, everybody, locked)) == is_given
        assert rights_of(changed, everybody, locked) - {right} == rights_of(standing, everybody, locked) - {
            right
        }


@given(names)
def test_a_column_keeps_names_of_rights(held: frozenset[str]) -> None:
    assert read_names(write_names(held)) == held


def test_kinds_of_meetings_give_only_what_everybody_can_have() -> None:
    for preset in PRESETS.values():
        assert preset.rights <= set(OPEN_RIGHTS)
