"""Forms: one definition for page and program, messages at the field, nothing half-done."""

from __future__ import annotations

from typing import Annotated

import pytest
from pydantic import Field

from lms.activities.service import find_activities
from lms.commands import Command, Ui
from lms.demo import World
from lms.errors import Invalid
from lms.testing import SignIn


class _Sample(Command):
    title: Annotated[str, Field(min_length=2, max_length=5), Ui("Title")]
    count: Annotated[int | None, Field(ge=1, le=9), Ui("Count")] = None


def test_texts_are_trimmed_and_normalised_and_empty_numbers_are_none() -> None:
    command = _Sample.read({"title": "  Cafe\u0301 ", "count": ""})
    assert (command.title, command.count) == ("Café", None)


@pytest.mark.parametrize(
    ("values", "field", "message"),
    [
        ({}, "title", "Please fill this in."),
        ({"title": ""}, "title", "Please fill this in."),
        ({"title": "x"}, "title", "at least 2"),
        ({"title": "xxxxxx"}, "title", "at most 5"),
        ({"title": "abc", "count": "ten"}, "count", "write a number"),
        ({"title": "abc", "count": "10"}, "count", "largest number allowed is 9"),
    ],
)
def test_each_mistake_has_a_plain_message_at_its_field(
    values: dict[str, str], field: str, message: str
) -> None:
    with pytest.raises(Invalid) as caught:
        _Sample.read(values)
    assert message in caught.value.fields[field]


def test_a_page_form_comes_back_with_what_was_written_and_a_tied_message(sign_in: SignIn) -> None:
    answer = sign_in("trainer").post("/o/siena/activities/new?lang=en", data={"title": "x"})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert 'value="x"' in answer.text
    assert "at least 2" in answer.text


def test_the_same_definition_serves_a_program(sign_in: SignIn) -> None:
    trainer = sign_in("trainer")
    refused = trainer.post("/o/siena/activities/new?lang=en", json={"title": "x"})
    assert refused.status_code == 422
    assert "at least 2" in refused.json["error"]["fields"]["title"]
    assert trainer.post("/o/siena/activities/new", json={"title": "Da programma"}).status_code == 302


def test_a_refusal_of_the_service_undoes_the_change_and_shows_on_the_form(
    sign_in: SignIn, world: World
) -> None:
    trainer = sign_in("trainer")
    trainer.post("/o/siena/activities/new", data={"title": "Prova"})
    with world.inside("siena"):
        [made_id] = [each.id for each in find_activities(world.actor("trainer"), query="Prova")]
    page = f"/o/siena/activities/{made_id}/edit?lang=en"
    answer = trainer.post(
        page, data={"title": "Prova 2", "starts_at": "2027-03-28T02:30", "ends_at": "2027-03-28T04:00"}
    )
    assert answer.status_code == 422
    assert "does not exist on that day" in answer.text
    with world.inside("siena"):
        assert find_activities(world.actor("trainer"), query="Prova")[0].title == "Prova"


def test_hostile_text_is_shown_as_text(sign_in: SignIn, world: World) -> None:
    trainer = sign_in("trainer")
    trainer.post("/o/siena/activities/new", data={"title": "<script>alert(1)</script>"})
    page = trainer.get("/o/siena/activities/?q=script").text
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
