"""Building the demo world."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from lms.access.actor import Actor, system_actor
from lms.accounts.actors import load_actor
from lms.accounts.models import Membership, MembershipRole, User
from lms.accounts.passwords import hash_password
from lms.clock import utcnow
from lms.demo.people import PASSWORD, STAFF, TRAINEES_SIENA, TRAINEES_VIENNA
from lms.hooks.callers import hooks
from lms.offices.directory import OfficeView, directory
from lms.offices.forms import CreateOffice, EditBrand
from lms.offices.service import create_office, edit_brand, switch_plugin
from lms.store.base import session
from lms.store.scope import office_scope
from lms.store.uow import unit_of_work

HISTORY = timedelta(days=182)
SEED = 20261
"""Every build makes the same choices."""


@dataclass(frozen=True, slots=True)
class Person:
    """An invented person: key in the world, and what is needed to act as them."""

    key: str
    id: uuid.UUID
    name: str
    email: str
    office: str


@dataclass
class World:
    """What ``demo_data`` hooks build upon. ``now`` is the moment the story has reached; ``start`` its beginning."""

    now: datetime
    random: random.Random = field(default_factory=lambda: random.Random(SEED))
    people: dict[str, Person] = field(default_factory=dict)
    things: dict[str, uuid.UUID] = field(default_factory=dict)

    @property
    def start(self) -> datetime:
        """Where the six months begin."""
        return self.now - HISTORY

    def office(self, slug: str) -> OfficeView:
        """An office of the world: ``siena``, ``vienna``, ``toscana``, ``wien`` or ``europe``."""
        found = directory().by_slug(slug)
        if found is None:
            raise KeyError(slug)
        return found

    def actor(self, key: str, office: str | None = None) -> Actor:
        """A person as actor in an office (their own, unless another is named)."""
        person = self.people[key]
        found = load_actor(person.id, self.office(office or person.office))
        if found is None:
            raise KeyError(key)
        return found

    def trainees(self, office: str) -> list[Person]:
        """The trainees of an office, always in the same order."""
        return [
            person
            for person in self.people.values()
            if person.office == office and person.key.startswith("trainee")
        ]

    @contextmanager
    def inside(self, slug: str) -> Iterator[OfficeView]:
        """Work in an office: scope and unit of work."""
        office = self.office(slug)
        with office_scope(office.id), unit_of_work():
            yield office

    def moment(self, days_ago: float, hour: int = 9, minute: int = 0) -> datetime:
        """A moment of the story, counted back from now."""
        day = self.now - timedelta(days=days_ago)
        return day.replace(hour=hour, minute=minute, second=0, microsecond=0)


def build_world(now: datetime | None = None) -> World:
    """Fill an empty installation; call inside an application context. Every area and plugin adds its part."""
    world = World(now=now or utcnow())
    _build_offices()
    _build_people(world)
    _switch_plugins_on(world)
    hooks().demo_data(world)
    return world


def open_world() -> World:
    """The world of an installation that was filled before; people are found by their addresses."""
    world = World(now=utcnow())
    for key, name, email, office in _cast():
        user_id = session().query(User.id).filter_by(email=email).scalar()
        if user_id:
            world.people[key] = Person(key, user_id, name, email, office)
    session().rollback()
    return world


def _build_offices() -> None:
    root = system_actor()
    with unit_of_work():
        europe = create_office(
            root, CreateOffice(name="JobNet Europe", slug="europe", kind="country", languages=["en"])
        )
        toscana = create_office(
            root,
            CreateOffice(
                name="Regione Toscana",
                slug="toscana",
                kind="region",
                parent_id=europe.id,
                languages=["it", "en"],
            ),
        )
        create_office(
            root,
            CreateOffice(
                name="Centro per l’impiego di Siena",
                slug="siena",
                parent_id=toscana.id,
                languages=["it", "en"],
            ),
        )
        create_office(
            root,
            CreateOffice(
                name="Wiener Arbeitsberatung",
                slug="vienna",
                parent_id=europe.id,
                zone="Europe/Vienna",
                languages=["en", "it"],
            ),
        )
    with unit_of_work():
        edit_brand(
            system_actor(),
            _id("siena"),
            EditBrand(
                name="Centro per l’impiego di Siena", tagline="Il lavoro comincia da quello che sai fare.",
                welcome="Qui trovi corsi, incontri online e persone che ti aiutano a cercare lavoro.\n\n"
                "Puoi imparare quando vuoi, anche dal telefono.",
                accent="#9A4A22", languages=["it", "en"], zone="Europe/Rome", join_rule="approval",
                contact_email="siena@example.org", contact_phone="+39 0577 000000", address="Via delle Contrade 12, 53100 Siena",
            ),
        )  # fmt: skip
        edit_brand(
            system_actor(),
            _id("vienna"),
            EditBrand(
                name="Wiener Arbeitsberatung", tagline="Find out what you can do, and where it is needed.",
                welcome="Courses, live sessions and personal advice, online and free of charge.",
                accent="#1F5F8B", languages=["en", "it"], zone="Europe/Vienna", join_rule="open",
                contact_email="wien@example.org", address="Ringgasse 7, 1010 Wien",
            ),
        )  # fmt: skip


def _build_people(world: World) -> None:
    password = hash_password(PASSWORD)
    roles = {
        key: (role_names, function, language) for key, _name, _office, language, role_names, function in STAFF
    }
    with unit_of_work():
        for number, (key, name, email, office) in enumerate(_cast()):
            role_names, function, language = roles.get(
                key, (("trainee",), "", "it" if office == "siena" else "en")
            )
            joined = world.start + timedelta(days=number * 2)
            user = User(
                name=name, email=email, password_hash=password, locale=language, is_operator=key == "operator",
                headline=function, email_confirmed_at=joined, created_at=joined,
                last_seen_at=world.now - timedelta(hours=7 * number + 1),
            )  # fmt: skip
            session().add(user)
            session().flush()
            world.people[key] = Person(key, user.id, name, email, office)
            if role_names:
                membership = Membership(
                    user_id=user.id,
                    office_id=_id(office),
                    function=function,
                    joined_at=joined,
                    created_at=joined,
                )
                membership.roles = [MembershipRole(role=role) for role in role_names]
                session().add(membership)


def _switch_plugins_on(world: World) -> None:
    with unit_of_work():
        for slug in ("siena", "vienna"):
            office = world.office(slug)
            for plugin in hooks().plugins.names():
                if not office.has_fixed_plugins:
                    switch_plugin(system_actor(office.id), office.id, plugin, is_enabled=True)


def _cast() -> Iterator[tuple[str, str, str, str]]:
    """Key, name, address and office of everybody."""
    for key, name, office, _language, _roles, _function in STAFF:
        yield key, name, f"{key.replace('_', '.')}@example.org", office
    for office, names in (("siena", TRAINEES_SIENA), ("vienna", TRAINEES_VIENNA)):
        suffix = "" if office == "siena" else "_vienna"
        for number, name in enumerate(names):
            key = f"trainee{suffix}" if number == 0 else f"trainee{suffix}{number + 1}"
            yield key, name, f"{key.replace('_', '.')}@example.org", office


def _id(slug: str) -> uuid.UUID:
    found = directory().by_slug(slug)
    if found is None:
        raise KeyError(slug)
    return found.id
