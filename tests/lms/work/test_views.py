"""The outbox page exists in development only."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from lms.errors import NotFound
from lms.work.views import message_html, outbox
from tests.lms.live.site import close, make_app, make_settings
from tests.lms.work.test_mail import send, with_templates


def test_in_production_nobody_reads_the_outbox(tmp_path: Path) -> None:
    app = make_app(make_settings(tmp_path, environment="production"))
    with app.test_request_context("/_mail"), pytest.raises(NotFound):
        outbox()
    close(app)


def test_a_message_is_shown_without_scripts_and_alone(site: Flask) -> None:
    mail_id = send(with_templates(site))
    with site.test_request_context("/_mail"):
        answer = site.make_response(message_html(mail_id))
    assert answer.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert "Dear Aïcha" in answer.get_data(as_text=True)
