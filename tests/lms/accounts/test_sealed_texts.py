"""Texts that are kept sealed: readable with the key of the installation, and with no other."""

from __future__ import annotations

from flask import Flask

from lms.plugin import seal, unseal


def test_a_sealed_text_opens_and_does_not_show_itself(app: Flask) -> None:
    with app.app_context():
        sealed = seal("Ha paura del telefono")
        assert "paura" not in sealed
        assert unseal(sealed) == "Ha paura del telefono"


def test_what_was_sealed_with_another_key_or_changed_does_not_open(app: Flask) -> None:
    with app.app_context():
        sealed = seal("x")
        assert unseal(sealed[:10] + "AAAA" + sealed[14:]) is None
        assert unseal("nothing of ours") is None
