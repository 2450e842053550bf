"""Completion: computed from records, explained, never re-dated."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from lms.activities import enrolment, service
from lms.activities.completion import explain
from lms.activities.forms import ChangeRule, CreateActivity, Enrol
from lms.demo import World
from lms.errors import Forbidden, NotFound
from lms.hooks.callers import hooks
from lms.hooks.contributions import ActivityContent, ActivityType
from lms.testing import SignIn, count_queries


def _make(world: World) -> uuid.UUID:
    trainer = world.actor("trainer")
    activity = service.create_activity(trainer, CreateActivity(title="Open day"))
    service.set_state(trainer, activity.id, "published")
    for key in ("trainee", "trainee2"):
        enrolment.enrol(world.actor(key), activity.id, Enrol())
    return activity.id


def _completed(world: World, key: str) -> dict[uuid.UUID, object]:
    return {activity.id: completion for completion, activity in service.completions_of(world.people[key].id)}


def test_a_confirmed_person_has_completed_and_is_told_why(world: World) -> None:
    with world.inside("siena"):
        activity_id = _make(world)
        service.confirm(world.actor("trainer"), activity_id, [world.people["trainee"].id])
        activity = service.get_activity(world.actor("trainee"), activity_id)
        [completion] = service.completions_in(activity, world.people["trainee"].id)
        assert explain(activity, completion) == "Completed because a member of staff confirmed it (rule 1)."
        assert activity_id not in _completed(world, "trainee2")


def test_minutes_of_attendance_add_up(world: World) -> None:
    with world.inside("siena"):
        activity_id = _make(world)
        service.change_rule(
            world.actor("trainer"), activity_id, ChangeRule(completion_rule="attended", completion_goal=60)
        )
        trainee = world.actor("trainee")
        service.record_progress(trainee, activity_id, "attended", result={"minutes": 40})
        assert activity_id not in _completed(world, "trainee")
        service.record_progress(trainee, activity_id, "attended", result={"minutes": 25})
        assert _completed(world, "trainee")[activity_id].value == 65


def test_a_changed_rule_shows_who_loses_first_and_the_old_date_comes_back(world: World) -> None:
    with world.inside("siena"):
        activity_id = _make(world)
        trainer, trainee = world.actor("trainer"), world.actor("trainee")
        service.confirm(trainer, activity_id, [trainee.user_id])
        first_date = _completed(world, "trainee")[activity_id].completed_at
        stricter = ChangeRule(completion_rule="attended", completion_goal=30)
        assert service.preview_rule_change(trainer, activity_id, stricter).losses == (trainee.user_id,)
        assert activity_id in _completed(world, "trainee"), "a preview must change nothing"
        service.change_rule(trainer, activity_id, stricter)
        assert activity_id not in _completed(world, "trainee")
        service.change_rule(trainer, activity_id, ChangeRule(completion_rule="confirmed"))
        assert _completed(world, "trainee")[activity_id].completed_at == first_date


def test_the_date_is_that_of_the_evidence(world: World) -> None:
    with world.inside("siena"):
        activity_id = _make(world)
        trainer = world.actor("trainer")
        service.change_rule(trainer, activity_id, ChangeRule(completion_rule="attended", completion_goal=10))
        when = world.now - timedelta(days=3)
        service.record_progress(
            trainer,
            activity_id,
            "attended",
            user_id=world.people["trainee"].id,
            result={"minutes": 15},
            at=when,
        )
        assert _completed(world, "trainee")[activity_id].completed_at == when


def test_a_trainee_cannot_record_for_somebody_else(world: World) -> None:
    with world.inside("siena"):
        activity_id = _make(world)
        with pytest.raises(Forbidden):
            service.record_progress(
                world.actor("trainee"), activity_id, "confirmed", user_id=world.people["trainee2"].id
            )


def test_an_unknown_activity_is_not_found(world: World) -> None:
    with world.inside("siena"), pytest.raises(NotFound):
        service.get_activity(world.actor("head"), uuid.uuid4())


def test_of_scores_with_one_source_only_the_last_counts(world: World) -> None:
    with world.inside("siena"):
        activity_id = _make(world)
        trainer, person = world.actor("trainer"), world.people["trainee"].id
        activity = service.get_activity(trainer, activity_id)
        activity.completion_rule, activity.completion_goal = "score", 60
        when = world.now - timedelta(days=3)

        def score(value: int, key: str) -> bool:
            result = {"score": value, "source": "quiz:attempt:1"}
            service.record_progress(
                trainer, activity_id, "scored", user_id=person, result=result, key=key, at=when
            )
            return activity_id in _completed(world, "trainee")

        assert score(80, "first")
        assert not score(40, "judged again")
        assert score(70, "judged once more")


def test_only_a_record_that_the_rule_looks_at_is_judged(world: World) -> None:
    with world.inside("siena"):
        activity_id = _make(world)
        trainer, trainee = world.actor("trainer"), world.actor("trainee")
        service.change_rule(trainer, activity_id, ChangeRule(completion_rule="attended", completion_goal=60))
        service.record_progress(trainee, activity_id, "attended", result={"minutes": 60})
        with count_queries() as others:
            service.record_progress(trainee, activity_id, "viewed")
        with count_queries() as own:
            service.record_progress(trainee, activity_id, "attended", result={"minutes": 1})
        assert len(others) < len(own)
        assert activity_id in _completed(world, "trainee")


def test_what_is_not_told_in_a_language_is_counted_by_the_kind_of_activity(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with world.inside("siena"):
        activity = service.get_activity(world.actor("trainer"), _make(world))
        assert service.count_missing_words([activity], "it", "en") == {}
        content = ActivityContent(missing=lambda ids, original, wanted: dict.fromkeys(ids, 2))
        kind = ActivityType(activity.type, "Talk", "people", "activities.show", content=content)
        monkeypatch.setattr(hooks(), "activity_types", lambda: {activity.type: ("core.activities", kind)})
        assert service.count_missing_words([activity], "it", "en") == {activity.id: 2}


def test_the_page_of_rules_names_who_gains_and_who_loses(world: World, sign_in: SignIn) -> None:
    with world.inside("siena"):
        activity_id = _make(world)
        service.confirm(world.actor("trainer"), activity_id, [world.people["trainee"].id])
    page = sign_in("trainer").post(
        f"/o/siena/activities/{activity_id}/rules",
        data={"form_id": "changerule", "completion_rule": "attended", "completion_goal": "30"},
    )
    assert world.people["trainee"].name in page.text
    assert world.people["trainee2"].name not in page.text
