"""Who can read and write the conversation of a session."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from lms.plugin import Actor, Conflict, Forbidden, NotFound, World, append, read_latest, utcnow
from lms.testing import SignIn, notifications_of, upload
from plugins.tutoring import booking, chat
from plugins.tutoring.chat import Say
from plugins.tutoring.tests.test_booking import PAGE, take


def two_of(world: World, booking_id: uuid.UUID) -> tuple[Actor, Actor, str]:
    """Trainee, tutor, and the tutor's key."""
    row = booking.get_booking(world.actor("trainee5"), booking_id)
    key = next(key for key, person in world.people.items() if person.id == row.slot.tutor_id)
    return world.actor("trainee5"), world.actor(key), key


def test_both_write_and_read_and_the_absent_one_is_told_once(world: World) -> None:
    booking_id = take(world)
    with world.inside("siena"):
        trainee, tutor, _key = two_of(world, booking_id)
        for text in ("Buongiorno", "Ho una domanda"):
            chat.say(trainee, booking_id, Say(text=text))
        row = booking.get_booking(tutor, booking_id)
        assert [event.payload["text"] for event in chat.read_messages(tutor, row)] == [
            "Buongiorno",
            "Ho una domanda",
        ]
        assert sum("wrote" in (each.key or "") for each in notifications_of(tutor.user_id)) == 1


def test_nobody_else_reads_or_writes_not_even_the_head(world: World) -> None:
    booking_id = take(world)
    with world.inside("siena"):
        row = booking.get_booking(world.actor("trainee5"), booking_id)
        channel = chat.channel_of(row)
        for key in (
            "trainee6",
            "head",
            "counsellor" if world.people["counsellor"].id != row.slot.tutor_id else "trainer",
        ):
            with pytest.raises((Forbidden, NotFound)):
                read_latest(world.actor(key), channel, 10)
            with pytest.raises((Forbidden, NotFound)):
                append(world.actor(key), channel, chat.SAID, {"text": "x"}, "key-of-a-stranger")


@pytest.mark.parametrize("name", ["tutoring:", "tutoring:x", f"tutoring:{uuid.UUID(int=7)}", "tutoring"])
def test_a_forged_channel_is_refused(world: World, name: str) -> None:
    with world.inside("siena"), pytest.raises((Forbidden, NotFound)):
        append(world.actor("trainee"), name, chat.SAID, {"text": "x"}, "key-of-a-forger")


def test_a_message_is_taken_back_by_its_author_alone(sign_in: SignIn, world: World) -> None:
    booking_id = take(world)
    with world.inside("siena"):
        trainee, _tutor, key = two_of(world, booking_id)
        seq = chat.say(trainee, booking_id, Say(text="Troppo presto"))
    address = f"{PAGE}/sessions/{booking_id}/messages/{seq}/withdraw"
    assert sign_in(key).post(address).status_code == 404
    assert sign_in("trainee5").post(address).status_code == 303
    assert "Troppo presto" not in sign_in(key).get(f"{PAGE}/sessions/{booking_id}").text


def test_a_message_is_changed_by_its_author_for_a_while_and_says_so(
    sign_in: SignIn, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking_id = take(world)
    with world.inside("siena"):
        trainee, _tutor, key = two_of(world, booking_id)
        seq = chat.say(trainee, booking_id, Say(text="Alle tre"))
    address = f"{PAGE}/sessions/{booking_id}/messages/{seq}/change"
    assert sign_in(key).post(address, data={"text": "Mai"}).status_code == 404
    assert sign_in("trainee6").post(address, data={"text": "Mai"}).status_code == 404
    assert sign_in("trainee5").post(address, data={"text": "Alle quattro"}).status_code == 303
    page = sign_in(key).get(f"{PAGE}/sessions/{booking_id}").text
    assert "Alle quattro" in page
    assert "Alle tre" not in page
    with world.inside("siena"):
        later = utcnow() + chat.CHANGED_WITHIN + timedelta(seconds=1)
        monkeypatch.setattr(chat, "utcnow", lambda: later)
        with pytest.raises(Conflict):
            chat.change(trainee, booking_id, seq, Say(text="Alle cinque"))
        chat.take_back(trainee, booking_id, seq)
        with pytest.raises(NotFound):
            chat.change(trainee, booking_id, seq, Say(text="Di nuovo"))


def test_an_address_becomes_a_link_that_tells_the_other_site_nothing(sign_in: SignIn, world: World) -> None:
    booking_id, browser = take(world), sign_in("trainee5")
    text = 'Vedi https://example.org/guida?a=1&b="><b>x</b>'
    browser.post(f"{PAGE}/sessions/{booking_id}/say", data={"text": text})
    page = browser.get(f"{PAGE}/sessions/{booking_id}").text
    assert 'href="https://example.org/guida?a=1&amp;b=' in page
    assert 'rel="noopener" target="_blank"' in page
    assert "<b>x</b>" not in page


def test_a_file_in_the_conversation_is_for_those_two(sign_in: SignIn, world: World) -> None:
    booking_id, browser = take(world), sign_in("trainee5")
    address = upload(browser, "siena", "lettera.txt", b"Gentile azienda")
    assert (
        browser.post(
            f"{PAGE}/sessions/{booking_id}/say", data={"files": address, "key": "k" * 16}
        ).status_code
        == 303
    )
    with world.inside("siena"):
        trainee, _tutor, key = two_of(world, booking_id)
        row = booking.get_booking(trainee, booking_id)
        file_id = chat.read_messages(trainee, row)[-1].payload["file_id"]
    with sign_in(key).get(f"/o/siena/files/{file_id}/x") as seen:
        assert seen.data == b"Gentile azienda"
    assert sign_in("trainee6").get(f"/o/siena/files/{file_id}/x").status_code == 404


def test_the_page_works_without_a_script_and_shows_hostile_text_as_text(
    sign_in: SignIn, world: World
) -> None:
    booking_id, browser = take(world), sign_in("trainee5")
    browser.post(f"{PAGE}/sessions/{booking_id}/say", data={"text": "<script>alert(1)</script>"})
    page = browser.get(f"{PAGE}/sessions/{booking_id}").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_a_week_after_the_session_nobody_writes_any_more(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking_id = take(world)
    with world.inside("siena"):
        trainee, _tutor, _key = two_of(world, booking_id)
        ends = booking.get_booking(trainee, booking_id).slot.ends_at
        monkeypatch.setattr(chat, "utcnow", lambda: ends + timedelta(days=7))
        chat.say(trainee, booking_id, Say(text="Grazie"))
        monkeypatch.setattr(chat, "utcnow", lambda: ends + timedelta(days=7, seconds=1))
        with pytest.raises(Forbidden):
            chat.say(trainee, booking_id, Say(text="Ancora"))
    assert utcnow() < ends + timedelta(days=7)
