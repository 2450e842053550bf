"""After a session: who agrees, ticks, answers, keeps a copy, and what the office may know."""

from __future__ import annotations

import io
import uuid
from datetime import date, timedelta

import pytest
from pypdf import PdfReader
from sqlalchemy import select, update

from lms.plugin import Conflict, Forbidden, NotFound, World, session, system_actor, utcnow
from lms.testing import SignIn, notifications_of
from plugins.tutoring import booking, chat, meeting
from plugins.tutoring.after import forgetting, report, summary, tasks, transcript
from plugins.tutoring.after.forms import AddTask, Agree, Rate, ReportAsked
from plugins.tutoring.chat import Say
from plugins.tutoring.desk import queue
from plugins.tutoring.forms import NoteOutcome
from plugins.tutoring.models import Booking, Slot, Task
from plugins.tutoring.tests.desk import wait

PAGE = "/o/siena/tutoring"


def talk(world: World, *said: str, key: str = "trainee5") -> uuid.UUID:
    """A drop-in conversation of that trainee with the tutor, in which the trainee said this."""
    wait(world, key)
    with world.inside("siena"):
        row = queue.take(world.actor("tutor"))
        for text in said:
            chat.say(world.actor(key), row.id, Say(text=text))
        return row.id


def settle(world: World, booking_id: uuid.UUID, result: str = "Scritta la lettera") -> None:
    with world.inside("siena"):
        meeting.note_outcome(world.actor("tutor"), booking_id, NoteOutcome(result=result))


def test_the_trainee_agrees_with_the_summary_and_the_tutor_sees_it(sign_in: SignIn, world: World) -> None:
    row_id = talk(world)
    settle(world, row_id)
    assert f"{row_id}/agree" in sign_in("trainee5").get(f"{PAGE}/sessions/{row_id}").text
    answer = sign_in("trainee5").post(f"{PAGE}/sessions/{row_id}/agree", data={"word": "Manca la data"})
    assert answer.status_code == 303
    page = sign_in("tutor").get(f"{PAGE}/sessions/{row_id}").text
    assert "Manca la data" in page
    assert f"{row_id}/agree" not in page
    with world.inside("siena"):
        assert any("agreed" in (each.key or "") for each in notifications_of(world.people["tutor"].id))


def test_a_changed_summary_has_to_be_agreed_again(world: World) -> None:
    row_id = talk(world)
    settle(world, row_id)
    with world.inside("siena"):
        summary.agree(world.actor("trainee5"), row_id, Agree())
    settle(world, row_id, "Qualcosa di diverso")
    with world.inside("siena"):
        assert booking.get_booking(world.actor("tutor"), row_id).agreed_at is None


def test_nobody_agrees_or_answers_for_the_trainee_nor_before_there_is_a_summary(world: World) -> None:
    row_id = talk(world)
    with world.inside("siena"):
        with pytest.raises(Conflict):
            summary.agree(world.actor("trainee5"), row_id, Agree())
        with pytest.raises(Forbidden):
            summary.agree(world.actor("tutor"), row_id, Agree())
        with pytest.raises(Forbidden):
            summary.rate(world.actor("tutor"), row_id, Rate(score="5"))
        with pytest.raises(NotFound):
            summary.rate(world.actor("trainee6"), row_id, Rate(score="5"))


def test_an_answer_about_help_is_not_shown_to_the_tutor(sign_in: SignIn, world: World) -> None:
    row_id = talk(world)
    settle(world, row_id)
    assert f"{row_id}/rate" in sign_in("trainee5").get(f"{PAGE}/sessions/{row_id}").text
    assert sign_in("trainee5").post(f"{PAGE}/sessions/{row_id}/rate", data={"score": "2"}).status_code == 303
    assert sign_in("trainee5").post(f"{PAGE}/sessions/{row_id}/rate", data={"score": "9"}).status_code == 422
    with world.inside("siena"):
        assert booking.get_booking(world.actor("trainee5"), row_id).rating == 2
    for who in ("trainee5", "tutor"):
        assert f"{row_id}/rate" not in sign_in(who).get(f"{PAGE}/sessions/{row_id}").text


def test_both_add_next_steps_and_tick_them_off_and_nobody_else(sign_in: SignIn, world: World) -> None:
    row_id = talk(world)
    settle(world, row_id)
    added = sign_in("tutor").post(f"{PAGE}/sessions/{row_id}/tasks", data={"text": "Spedire la lettera"})
    assert added.status_code == 303
    assert "Spedire la lettera" in sign_in("trainee5").get(PAGE).text
    with world.inside("siena"):
        task_id = session().scalars(select(Task.id).filter_by(booking_id=row_id)).one()
    for who in ("trainee6", "counsellor"):
        assert sign_in(who).post(f"{PAGE}/tasks/{task_id}/done").status_code == 404
    assert sign_in("trainee5").post(f"{PAGE}/tasks/{task_id}/done", data={"from": "index"}).status_code == 303
    assert "Spedire la lettera" not in sign_in("trainee5").get(PAGE).text
    with world.inside("siena"):
        assert tasks.get_task(world.actor("tutor"), task_id).done_at is not None
        tasks.tick_task(world.actor("tutor"), task_id, is_done=False)
        assert [task.id for task in tasks.find_later(world.actor("trainee5")).steps] == [task_id]
        tasks.remove_task(world.actor("trainee5"), task_id)
        with pytest.raises(NotFound):
            tasks.get_task(world.actor("trainee5"), task_id)


def test_a_session_takes_no_endless_list_of_steps(world: World) -> None:
    row_id = talk(world)
    with world.inside("siena"):
        for number in range(tasks.MOST):
            tasks.add_task(world.actor("trainee5"), row_id, AddTask(text=f"Passo {number}"))
        with pytest.raises(Conflict):
            tasks.add_task(world.actor("trainee5"), row_id, AddTask(text="Uno di troppo"))


def test_the_trainee_keeps_the_conversation_and_the_tutor_only_if_allowed(
    sign_in: SignIn, world: World
) -> None:
    row_id = talk(world, "Buongiorno, ho una domanda", "Questo lo tolgo")
    with world.inside("siena"):
        row = booking.get_booking(world.actor("trainee5"), row_id)
        last = chat.read_messages(world.actor("trainee5"), row)[-1].seq
        chat.take_back(world.actor("trainee5"), row_id, last)
    address = f"{PAGE}/sessions/{row_id}/conversation.pdf"
    answer = sign_in("trainee5").get(address)
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages)
    assert "ho una domanda" in text
    assert "lo tolgo" not in text
    assert sign_in("tutor").get(address).status_code == 403
    assert sign_in("counsellor").get(address).status_code == 404
    sign_in("trainee5").post(f"{PAGE}/sessions/{row_id}/copy", data={"allow": "yes"})
    assert sign_in("tutor").get(address).status_code == 200
    sign_in("trainee5").post(f"{PAGE}/sessions/{row_id}/copy", data={"allow": "no"})
    assert sign_in("tutor").get(address).status_code == 403
    with world.inside("siena"), pytest.raises(Forbidden):
        summary.allow_copy(world.actor("tutor"), row_id, is_allowed=True)


def test_a_copy_holds_more_messages_than_a_page_shows(world: World) -> None:
    row_id = talk(world, *(f"Messaggio numero {number}." for number in range(chat.SHOWN + 5)))
    with world.inside("siena"):
        body = transcript.transcript_pdf(world.actor("trainee5"), row_id)
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages)
    assert "numero 0." in text
    assert f"numero {chat.SHOWN + 4}." in text


# --- figures -------------------------------------------------------------------------


def empty(world: World) -> None:
    """No session of the past counts in Siena."""
    with world.inside("siena"):
        session().execute(update(Booking).where(Booking.state != "booked").values(state="held"))


def had(world: World, tutor: str, *trainees: str, purpose: str = "cv", rating: int | None = None) -> None:
    """Each of these had a session of half an hour with that tutor, of which 15 minutes were used."""
    with world.inside("siena"):
        used = session().scalar(select(Slot.starts_at).order_by(Slot.starts_at))
        for number, key in enumerate(trainees):
            begin = (used or utcnow()) - timedelta(hours=number + 1)
            slot = Slot(
                tutor_id=world.people[tutor].id,
                starts_at=begin,
                ends_at=begin + timedelta(minutes=30),
                place="chat",
            )
            row = Booking(
                slot=slot, trainee_id=world.people[key].id, state="done", purpose=purpose, rating=rating,
                first_said_at=begin + timedelta(minutes=5), last_said_at=begin + timedelta(minutes=20),
            )  # fmt: skip
            session().add_all([slot, row])
        session().flush()


def figures(world: World) -> report.Report:
    with world.inside("siena"):
        tomorrow = utcnow().date() + timedelta(days=1)  # in Siena it may be that day already
        asked = ReportAsked(first_day=tomorrow - timedelta(days=900), last_day=tomorrow)
        return report.make_report(world.actor("head"), asked)


FIVE = ("trainee5", "trainee6", "trainee7", "trainee8", "trainee9")


def test_figures_of_five_people_are_told(world: World) -> None:
    empty(world)
    had(world, "tutor", *FIVE, rating=4)
    whole = figures(world).whole
    assert (whole.people, whole.held, whole.used, whole.helped) == (5, 5, 0.5, 4.0)


def test_figures_of_four_people_are_not_told_however_many_sessions_they_had(world: World) -> None:
    empty(world)
    had(world, "tutor", *FIVE[:4], *FIVE[:4])
    found = figures(world)
    assert found.whole.is_hidden
    assert all(line.is_hidden for line in (*found.by_tutor, *found.by_topic))


def test_a_single_hidden_line_cannot_be_worked_out_from_the_sum(world: World) -> None:
    empty(world)
    had(world, "tutor", *FIVE)
    had(world, "counsellor", "trainee5")
    found = figures(world)
    assert found.whole.held == 6
    assert all(line.is_hidden for line in found.by_tutor)


def test_an_average_of_fewer_than_five_answers_is_not_told(world: World) -> None:
    empty(world)
    had(world, "tutor", *FIVE[:4], rating=1)
    had(world, "tutor", *FIVE)
    whole = figures(world).whole
    assert whole.people == 5
    assert whole.helped is None


def test_the_head_reads_the_figures_and_takes_them_away_and_tutors_do_not(sign_in: SignIn) -> None:
    assert sign_in("tutor").get(f"{PAGE}/report").status_code == 403
    head = sign_in("head")
    assert head.get(f"{PAGE}/report").status_code == 200
    assert head.get(f"{PAGE}/report?as=csv").mimetype == "text/csv"
    assert head.get(f"{PAGE}/report?as=xlsx").data[:2] == b"PK"
    backwards = head.get(f"{PAGE}/report?first_day=2026-05-01&last_day=2026-04-01")
    assert backwards.status_code == 409
    assert head.get(f"{PAGE}/report?first_day=yesterday").status_code == 422


def test_the_tutor_says_what_a_session_was_about_and_the_figures_count_it_there(
    sign_in: SignIn, world: World
) -> None:
    empty(world)
    for key in FIVE:
        row_id = talk(world, key=key)
        with world.inside("siena"):
            booking.get_booking(world.actor("tutor"), row_id).purpose = "other"
        page = f"{PAGE}/sessions/{row_id}"
        tutor = sign_in("tutor")
        assert '<option value="other" selected>' in tutor.get(f"{PAGE}/desk?chat={row_id}").text
        data = {"form_id": "noteoutcome", "purpose": "interview", "result": "Provate tre domande"}
        assert tutor.post(page, data=data).status_code == 303
        assert tutor.post(page, data=data | {"purpose": "gossip"}).status_code == 422
    with world.inside("siena"):
        assert [line.held for line in figures(world).by_topic] == [5]
        row = booking.get_booking(world.actor("tutor"), row_id)
        meeting.note_outcome(world.actor("tutor"), row_id, NoteOutcome(result="Ancora una"))
        assert row.purpose == "interview"


def test_the_time_used_is_noted_as_the_two_write(world: World) -> None:
    row_id = talk(world, "Prima", "Seconda")
    with world.inside("siena"):
        row = booking.get_booking(world.actor("tutor"), row_id)
        assert row.first_said_at is not None
        assert row.last_said_at is not None
        assert row.first_said_at <= row.last_said_at


def test_due_dates_come_first_among_the_open_steps(world: World) -> None:
    row_id = talk(world)
    with world.inside("siena"):
        who = world.actor("trainee5")
        tasks.add_task(who, row_id, AddTask(text="Senza data"))
        tasks.add_task(who, row_id, AddTask(text="Tardi", due_on=date(2027, 2, 1)))
        tasks.add_task(who, row_id, AddTask(text="Presto", due_on=date(2027, 1, 1)))
        assert [task.text for task in tasks.find_later(who).steps] == ["Presto", "Tardi", "Senza data"]


# --- what is kept --------------------------------------------------------------------


def test_what_was_written_goes_when_its_time_is_over_and_the_session_stays(world: World) -> None:
    old, young = talk(world, "Parole vecchie"), talk(world, "Parole nuove", key="trainee6")
    settle(world, old)
    with world.inside("siena"):
        office = system_actor(world.office("siena").id)
        row = booking.get_booking(office, old)
        row.slot.starts_at -= timedelta(days=800)
        row.slot.ends_at -= timedelta(days=800)
        tasks.add_task(world.actor("trainee5"), old, AddTask(text="Un passo"))
        assert forgetting.count_due(office) == 1
        assert row.result
        assert forgetting.forget_due(office) == 1
        assert forgetting.forget_due(office) == 0
        assert (row.state, row.result, row.message) == ("done", "", "")
        assert chat.read_messages(office, row) == []
        assert tasks.tasks_of([row]) == []
        kept = chat.read_messages(office, booking.get_booking(office, young))
        assert [event.payload["text"] for event in kept] == ["Parole nuove"]
