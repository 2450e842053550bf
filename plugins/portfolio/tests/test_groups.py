"""Sharing with a group, or with one role of it."""

from __future__ import annotations

import pytest

from lms.plugin import World, group_member_ids, groups_of
from lms.testing import SignIn
from plugins.portfolio.sharing import shares
from plugins.portfolio.tests.test_sharing import OWNER, can_see, give, make_page


@pytest.mark.parametrize(("role", "is_seen"), [("", True), ("trainee", True), ("tutor", False)])
def test_a_group_or_one_role_of_it_sees_the_page_and_finds_it(
    world: World, sign_in: SignIn, role: str, is_seen: bool
) -> None:
    page_id, file_id = make_page(world)
    with world.inside("siena"):
        group_id = groups_of(world.people[OWNER].id)[0].id
        members = set(group_member_ids(group_id)) - {world.people[OWNER].id}
        inside = next(key for key, person in world.people.items() if person.id in members)
        outside = next(
            each.key for each in world.trainees("siena") if each.id not in {*members, world.people[OWNER].id}
        )
    give(world, page_id, "group", group_id=group_id, role=role)
    assert can_see(sign_in(inside), page_id, file_id) == is_seen
    assert not can_see(sign_in(outside), page_id, file_id)
    with world.inside("siena"):
        found = {thing.id for thing in shares.find_shared_with(world.actor(inside))}
    assert (page_id in found) == is_seen
