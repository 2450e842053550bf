"""Mail: written with its cause, delivered after it, the same message every time."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import ChoiceLoader, DictLoader

from lms.access.actor import system_actor
from lms.clock import utcnow
from lms.config import MailSettings
from lms.errors import ConfigError, Forbidden, Invalid
from lms.hooks.callers import hooks
from lms.hooks.contributions import ErasurePolicy
from lms.offices.directory import directory
from lms.store.base import session
from lms.store.uow import unit_of_work
from lms.work.delivery import MailServer
from lms.work.jobs import find_jobs
from lms.work.mail import find_mails, resend_mail, send_mail
from lms.work.models import Mail
from lms.work.toysmtp import ToySmtp, toy_smtp
from lms.work.worker import run_due_jobs
from tests.lms.live.site import actor_for, close, fill, make_app, make_settings

TEMPLATES = {
    "mail/hello.txt": '{% extends "mail/base.txt" %}{% block subject %}Hello {{ name }}{% endblock %}'
    "{% block body %}Dear {{ name }},\n\nyour place is <reserved>.{% endblock %}",
}
ICAL = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n"


@pytest.fixture
def toy() -> Iterator[ToySmtp]:
    with toy_smtp() as server:
        yield server


@pytest.fixture
def post(tmp_path: Path, toy: ToySmtp) -> Iterator[Flask]:
    app = with_templates(
        make_app(
            make_settings(tmp_path, mail=MailSettings(url=toy.url, sender="Site <no-reply@site.example>"))
        )
    )
    app.config["IDS"] = fill(app)
    yield app
    close(app)


def with_templates(app: Flask) -> Flask:
    """Let the application know the templates above."""
    assert app.jinja_loader
    app.jinja_env.loader = ChoiceLoader([DictLoader(TEMPLATES), app.jinja_loader])
    return app


def send(app: Flask, to: str = "trainee@example.org", name: str = "Aïcha", **options: object) -> uuid.UUID:
    with app.app_context(), unit_of_work():
        return send_mail(to, "hello", {"name": name}, locale="en", **options).id  # type: ignore[arg-type]


def mail(app: Flask, mail_id: uuid.UUID) -> Mail:
    with app.app_context():
        found = session().get_one(Mail, mail_id)
        session().expunge(found)
        return found


def make_due(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        for row in find_jobs(system_actor(), state="queued"):
            row.run_at = utcnow()


def test_a_message_arrives_with_text_and_html_in_the_name_of_the_office(post: Flask, toy: ToySmtp) -> None:
    with post.app_context(), unit_of_work():
        office = directory().by_slug("siena")
        send_mail(
            "trainee@example.org", "hello", {"name": "Aïcha", "action_url": "https://x.example/go", "action_label": "Go"},
            locale="en", office=office, list_unsubscribe="https://x.example/stop",
        )  # fmt: skip
        session().flush()
    run_due_jobs(post)
    message = toy.wait_for(1)[0].message
    assert message["Subject"] == "Hello Aïcha"
    assert message["From"] == "Office siena <no-reply@site.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Unsubscribe"] == "<https://x.example/stop>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    text, html = (message.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    assert "your place is <reserved>" in text.get_content()
    assert "https://x.example/go" in text.get_content()
    assert "your place is &lt;reserved&gt;" in html.get_content()
    assert "#1F5F8B" in html.get_content()


def test_a_calendar_part_says_its_method(post: Flask, toy: ToySmtp) -> None:
    send(post, calendar=ICAL)
    run_due_jobs(post)
    part = next(
        part for part in toy.wait_for(1)[0].message.walk() if part.get_content_type() == "text/calendar"
    )
    assert part.get_param("method") == "REQUEST"


def test_a_key_sends_one_message(post: Flask, toy: ToySmtp) -> None:
    assert send(post, key="welcome-1") == send(post, key="welcome-1")
    run_due_jobs(post)
    assert len(toy.wait_for(1)) == 1


@pytest.mark.parametrize(
    "address",
    ["", "nobody", "a@b.example\nBcc: all@example.org", "a@b.example, c@d.example", "A <a@b.example>", "a b@c.example", "@x.example"],
)  # fmt: skip
def test_what_is_not_one_address_is_refused(post: Flask, address: str) -> None:
    with pytest.raises(Invalid):
        send(post, to=address)


def test_line_ends_in_a_subject_cannot_add_headers(post: Flask, toy: ToySmtp) -> None:
    send(post, name="X\r\nBcc: all@example.org")
    run_due_jobs(post)
    message = toy.wait_for(1)[0].message
    assert message["Bcc"] is None
    assert message["Subject"] == "Hello X Bcc: all@example.org"


def test_a_server_that_fails_for_a_while_gets_the_same_message_later(post: Flask, toy: ToySmtp) -> None:
    toy.is_failing = True
    mail_id = send(post)
    run_due_jobs(post)
    waiting = mail(post, mail_id)
    assert (waiting.state, waiting.attempts) == ("queued", 1)
    toy.is_failing = False
    make_due(post)
    run_due_jobs(post)
    assert toy.wait_for(1)[0].message["Message-ID"] == waiting.message_id
    assert mail(post, mail_id).state == "sent"
    assert mail(post, mail_id).text == "", "what was sent must not lie in the database and in backups"


def test_a_refused_recipient_is_noted_and_not_tried_again(post: Flask, toy: ToySmtp) -> None:
    toy.refused.add("trainee@example.org")
    mail_id = send(post)
    run_due_jobs(post)
    assert mail(post, mail_id).state == "bounced"
    assert "no such mailbox" in mail(post, mail_id).error
    toy.refused.clear()
    with post.app_context(), unit_of_work():
        resend_mail(actor_for("head"), mail_id)
    run_due_jobs(post)
    assert mail(post, mail_id).state == "sent"


def test_a_server_that_is_gone_is_tried_again(post: Flask, toy: ToySmtp) -> None:
    post.extensions["lms_settings"] = post.extensions["lms_settings"].model_copy(
        update={"mail": MailSettings(url="smtp://127.0.0.1:9")}
    )
    mail_id = send(post)
    run_due_jobs(post)
    assert mail(post, mail_id).state == "queued"


def test_delivering_twice_sends_once_more_at_most_with_the_same_number(post: Flask, toy: ToySmtp) -> None:
    mail_id = send(post)
    run_due_jobs(post)
    with post.app_context(), unit_of_work():
        session().get_one(
            Mail, mail_id
        ).state = "queued"  # as if the worker died before it could note the success
        for row in find_jobs(system_actor(), name="core.work.mail.send"):
            row.state = "queued"
    run_due_jobs(post)
    first, second = toy.wait_for(2)
    assert first.message["Message-ID"] == second.message["Message-ID"]


def test_without_a_mail_server_messages_are_kept_to_be_read(site: Flask) -> None:
    with_templates(site)
    mail_id = send(site)
    assert mail(site, mail_id).state == "kept"
    assert run_due_jobs(site) == 0
    with site.app_context():
        assert [each.subject for each in find_mails(system_actor())] == ["Hello Aïcha"]
        with pytest.raises(Forbidden):
            find_mails(actor_for("trainer"))


def test_messages_of_an_erased_person_are_gone(site: Flask) -> None:
    with_templates(site)
    send(site)
    send(site, to="trainer@example.org")
    with site.app_context(), unit_of_work():
        hooks().erase_user(site.config["IDS"]["trainee"], ErasurePolicy(uuid.uuid4(), "test"))
    with site.app_context():
        assert [each.to for each in find_mails(system_actor())] == ["trainer@example.org"]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example", ("smtp", "mail.example", 25, "", "")),
        ("smtps://me:p%40ss@mail.example", ("smtps", "mail.example", 465, "me", "p@ss")),
        ("smtp+starttls://mail.example:2525", ("smtp+starttls", "mail.example", 2525, "", "")),
    ],
)
def test_mail_addresses_are_read(url: str, expected: tuple[object, ...]) -> None:
    server = MailServer.parse(url)
    assert (server.scheme, server.host, server.port, server.username, server.password) == expected


def test_a_wrong_mail_address_names_what_is_allowed() -> None:
    with pytest.raises(ConfigError, match="smtps"):
        MailServer.parse("http://mail.example")
