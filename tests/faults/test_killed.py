"""Processes that are killed in the middle of their work."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from lms.store.base import session
from lms.store.uow import unit_of_work
from lms.work.mail import send_mail
from lms.work.models import Mail
from lms.work.toysmtp import ToySmtp, toy_smtp
from tests.faults.writer import Writer, writing, written_texts
from tests.serving import Installation, Serving, open_installation, wait_until

pytestmark = pytest.mark.fault
ROUNDS = 3


def assert_nothing_is_lost(installed: Installation, writer: Writer) -> None:
    """Each acknowledged text stands there, and none stands there twice."""
    written = written_texts(installed)
    assert set(writer.acknowledged) <= set(written)
    assert len(written) == len(set(written))


def test_no_acknowledged_write_is_lost_when_the_web_process_is_killed_again_and_again(
    installed: Installation,
) -> None:
    with Serving(installed) as serving:
        with writing(installed, serving.url) as writer:
            for _round in range(ROUNDS):
                before = len(writer.acknowledged)
                wait_until(lambda: len(writer.acknowledged) >= before + 10, 60, "ten more writes")  # noqa: B023
                serving.kill("lms-web")
                serving.wait_for("answers again", 90)
            before = len(writer.acknowledged)
            wait_until(lambda: len(writer.acknowledged) > before, 30, "a write after the last start")
        assert writer.broken
        assert_nothing_is_lost(installed, writer)


def test_nothing_is_lost_and_nothing_is_left_when_the_supervisor_is_killed(installed: Installation) -> None:
    serving = Serving(installed)
    with serving:
        with writing(installed, serving.url) as writer:
            wait_until(lambda: len(writer.acknowledged) >= 10, 60, "ten writes")
            serving.kill_supervisor()
            wait_until(serving.is_all_over, 30, "the end of all processes")
        assert_nothing_is_lost(installed, writer)
        serving.start()
        assert installed.browser_of("trainee").get(f"{serving.url}/o/siena/lounge", timeout=30).ok


def test_mail_of_a_killed_worker_arrives_at_most_twice_with_the_same_number(installed: Installation) -> None:
    count = 12
    with toy_smtp() as toy:
        mailing = open_installation(installed.folder, installed.environ | {"LMS_MAIL__URL": toy.url})
        send_and_kill(mailing, toy, count)
        mailing.close()


def send_and_kill(installed: Installation, toy: ToySmtp, count: int) -> None:
    """Ask for messages, kill the worker after the first, and wait for the rest."""
    with Serving(installed) as serving:
        for number in range(count):
            with installed.app.app_context(), unit_of_work():
                send_mail(f"person{number}@example.org", "let_in", {"name": f"P{number}"}, locale="en")
        wait_until(lambda: _arrived(toy), 60, "the first message")
        serving.kill("lms-jobs")
        expected = _numbers_of(installed)
        assert len(expected) == count
        wait_until(lambda: set(_arrived(toy)) == expected, 180, "the rest of the mail")
        assert all(_arrived(toy).count(number) <= 2 for number in expected)


def _arrived(toy: ToySmtp) -> list[str]:
    return [str(each.message["Message-ID"]) for each in toy.received if "person" in each.recipients[0]]


def _numbers_of(installed: Installation) -> set[str]:
    with installed.app.app_context():
        found = set(session().scalars(select(Mail.message_id).where(Mail.to.like("person%@example.org"))))
        session().rollback()
    return found
