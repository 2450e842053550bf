"""Another office's ids in every address: whatever the page, nothing of the other office is shown or changed."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator

from flask import Flask
from sqlalchemy import inspect, select
from werkzeug.routing import Rule

from lms.accounts.models import Membership
from lms.demo import World
from lms.store.base import OfficeScoped, db, mappers, session
from lms.store.scope import all_offices
from lms.testing import SignIn

PER_TABLE = 1
REFUSED = {401, 403, 404, 405, 412, 422}
TOO_OFTEN, GUESSED = 429, re.compile(r"<(token|secret)>|<any\(whip, whep\)")
"""Doors that count guesses shut after some."""
_PLACE = re.compile(r"<(?:(\w+)(?:\((\w+)[^)]*\))?:)?(\w+)>")
SITE_WIDE = frozenset({"operator"})
"""Pages of operators are about the whole site; who may open them is tested with the guard."""


def _foreign_ids(world: World) -> list[uuid.UUID]:
    """Some rows of every table of Vienna, and people who belong only there."""
    office_id = world.office("vienna").id
    present = set(inspect(db.engine).get_table_names())  # plugins of other tests may have left models behind
    models = [
        mapper.class_
        for mapper in mappers()
        if issubclass(mapper.class_, OfficeScoped) and mapper.class_.__tablename__ in present
    ]
    found: list[uuid.UUID] = []
    with all_offices("a test looks for rows of another office"):
        for model in models:
            key = getattr(model, "id", None)
            if key is not None:
                found += session().scalars(select(key).where(model.office_id == office_id).limit(PER_TABLE))
        found += session().scalars(select(Membership.user_id).filter_by(office_id=office_id).limit(PER_TABLE))
    session().rollback()
    return [each for each in found if isinstance(each, uuid.UUID)]


def _addresses(app: Flask, foreign: uuid.UUID) -> Iterator[tuple[Rule, str, str]]:
    adapter = app.url_map.bind("127.0.0.1")
    for rule in app.url_map.iter_rules():
        kinds = {name: kind for kind, _choice, name in _PLACE.findall(rule.rule)}
        choices = {name: choice for _kind, choice, name in _PLACE.findall(rule.rule) if choice}
        if "uuid" not in kinds.values() or rule.endpoint.split(".")[0] in SITE_WIDE:
            continue
        values = {
            name: foreign if kind == "uuid" else choices.get(name, 1 if kind == "int" else "x")
            for name, kind in kinds.items()
        }
        for method in sorted((rule.methods or set()) & {"GET", "POST", "DELETE", "PATCH"}):
            yield rule, method, adapter.build(rule.endpoint, values, method=method)


def test_no_address_opens_with_an_id_of_another_office(app: Flask, world: World, sign_in: SignIn) -> None:
    head = sign_in("head")
    opened, tried = [], 0
    for foreign in _foreign_ids(world):
        for rule, method, address in _addresses(app, foreign):
            with head.open(
                f"/o/siena{address}", method=method, headers={"Accept": "application/json"}
            ) as answer:
                tried += 1
                if answer.status_code not in REFUSED and not (
                    answer.status_code == TOO_OFTEN and GUESSED.search(rule.rule)
                ):
                    opened.append((method, rule.rule, answer.status_code))
    assert tried > 100
    assert sorted(set(opened)) == []
