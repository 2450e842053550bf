"""The lounge: who may announce, who may take back, and what is left."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from flask import Flask

from lms.errors import Forbidden, NotFound
from lms.hooks.callers import hooks
from lms.hooks.contributions import ErasurePolicy
from lms.lounge.forms import PostAnnouncement
from lms.lounge.service import find_announcements, post_announcement, withdraw_announcement
from lms.store.scope import office_scope
from lms.store.uow import unit_of_work
from tests.lms.live.site import actor_for


@pytest.fixture
def inside(site: Flask, ids: dict[str, uuid.UUID]) -> Iterator[None]:
    with site.app_context(), office_scope(ids["siena"]):
        yield


def post(who: str, text: str) -> int:
    with unit_of_work():
        return post_announcement(actor_for(who), PostAnnouncement(text=text)).seq


def withdraw(who: str, seq: int) -> None:
    with unit_of_work():
        withdraw_announcement(actor_for(who), seq)


def texts(who: str = "trainee") -> list[str]:
    return [each.text for each in find_announcements(actor_for(who))]


def test_members_read_announcements_newest_first(inside: None) -> None:
    post("trainer", "One")
    post("head", "Two")
    assert texts() == ["Two", "One"]


def test_a_trainee_cannot_announce(inside: None) -> None:
    with pytest.raises(Forbidden):
        post("trainee", "Hi")


def test_authors_and_the_head_take_back_others_do_not(inside: None) -> None:
    own, by_head, by_trainer = (
        post("trainer", "Own"),
        post("head", "By the head"),
        post("trainer", "By the trainer"),
    )
    withdraw("trainer", own)
    withdraw("head", by_trainer)
    with pytest.raises(Forbidden):
        withdraw("trainer", by_head)
    assert texts() == ["By the head"]


def test_what_is_taken_back_cannot_be_taken_back_again(inside: None) -> None:
    seq = post("trainer", "Oops")
    withdraw("trainer", seq)
    with pytest.raises(NotFound):
        withdraw("trainer", seq)


def test_people_of_another_office_do_not_read_here(inside: None, ids: dict[str, uuid.UUID]) -> None:
    post("trainer", "Only for Siena")
    with office_scope(ids["vienna"]):
        assert texts("other") == []


def test_an_erased_author_leaves_the_announcement_without_a_name(
    inside: None, ids: dict[str, uuid.UUID]
) -> None:
    post("trainer", "Closed on Monday")
    with unit_of_work():
        hooks().erase_user(ids["trainer"], ErasurePolicy(ids["head"], "test"))
    left = find_announcements(actor_for("trainee"))
    assert [(each.text, each.author) for each in left] == [("Closed on Monday", None)]
