"""Maps of what one can do: who draws, who confirms, what comes in from a file."""

from __future__ import annotations

import io
import json
import uuid

import pytest

from lms.plugin import Conflict, Forbidden, Invalid, NotFound, World
from lms.testing import SignIn, count_queries, notifications_of
from plugins.portfolio.frameworks import importing, service
from plugins.portfolio.frameworks.career import CAREER
from plugins.portfolio.frameworks.forms import Confirm, ShowElement
from plugins.portfolio.pages import service as pages
from plugins.portfolio.pages.forms import NewPage
from plugins.portfolio.refs import ref_of
from plugins.portfolio.sharing import shares
from plugins.portfolio.sharing.forms import ShareWith

MAP = "/o/siena/portfolio/map"
OWNER, ADVISER = "trainee9", "counsellor"
KNOW = "strengths.know"


def page_of(world: World, *, is_shared: bool = True) -> uuid.UUID:
    """A page of the owner, shared with the advisers or with nobody."""
    with world.inside("siena"):
        who = world.actor(OWNER)
        page = pages.add_page(who, NewPage(title="I miei lavori"))
        if is_shared:
            shares.share(who, ref_of("page", page.id), ShareWith(audience="advisers"))
        return page.id


def mark(world: World, page_id: uuid.UUID, level: str = "2") -> uuid.UUID:
    with world.inside("siena"):
        command = ShowElement(page_id=page_id, level=level, note="Si vede dalle foto")
        return service.show_element(world.actor(OWNER), "career", KNOW, command).id


def test_a_page_is_put_on_the_map_with_ones_own_estimate(sign_in: SignIn, world: World) -> None:
    page_id = page_of(world, is_shared=False)
    data = {"form_id": "showelement", "page_id": str(page_id), "level": "3", "note": "Tre torte"}
    assert sign_in(OWNER).post(f"{MAP}/career/{KNOW}", data=data).status_code == 303
    page = sign_in(OWNER).get(MAP).text
    assert "I miei lavori" in page
    with world.inside("siena"):
        drawn = service.own_map(world.actor(OWNER), "career")
        assert (drawn.shown, drawn.confirmed) == (1, 0)


def test_an_adviser_confirms_what_a_shared_page_shows_and_the_owner_hears(
    sign_in: SignIn, world: World
) -> None:
    mark_id = mark(world, page_of(world))
    owner = world.people[OWNER].id
    assert "Si vede dalle foto" in sign_in(ADVISER).get(f"{MAP}/of/{owner}").text
    answer = sign_in(ADVISER).post(
        f"{MAP}/marks/{mark_id}/confirm", data={"level": "3", "answer": "Anche di più"}
    )
    assert answer.status_code == 303
    assert "Anche di più" in sign_in(OWNER).get(f"{MAP}/career/{KNOW}").text
    with world.inside("siena"):
        assert service.own_map(world.actor(OWNER), "career").confirmed == 1
        assert any("mark" in (each.key or "") for each in notifications_of(owner))


def test_what_is_not_shared_is_on_nobodys_map_but_ones_own(sign_in: SignIn, world: World) -> None:
    mark_id = mark(world, page_of(world, is_shared=False))
    owner = world.people[OWNER].id
    assert sign_in(ADVISER).get(f"{MAP}/of/{owner}").status_code == 404
    assert sign_in(ADVISER).post(f"{MAP}/marks/{mark_id}/confirm", data={"level": "3"}).status_code == 404
    assert sign_in("trainee8").get(f"{MAP}/of/{owner}").status_code == 403
    assert sign_in("trainee8").post(f"{MAP}/marks/{mark_id}/remove").status_code == 404


def test_nobody_confirms_their_own_and_no_trainee_confirms(world: World) -> None:
    with world.inside("siena"):
        who = world.actor(ADVISER)
        page = pages.add_page(who, NewPage(title="Mia"))
        own = service.show_element(who, "career", KNOW, ShowElement(page_id=page.id, level="4"))
        with pytest.raises(Conflict):
            service.confirm(who, own.id, Confirm(level="4"))
        with pytest.raises(Forbidden):
            service.confirm(world.actor(OWNER), own.id, Confirm(level="4"))


def test_a_new_estimate_has_to_be_confirmed_again(world: World) -> None:
    page_id = page_of(world)
    mark_id = mark(world, page_id)
    with world.inside("siena"):
        service.confirm(world.actor(ADVISER), mark_id, Confirm(level="2"))
    assert mark(world, page_id, "2") == mark_id
    with world.inside("siena"):
        assert service.own_map(world.actor(OWNER), "career").confirmed == 1
    mark(world, page_id, "4")
    with world.inside("siena"):
        assert service.own_map(world.actor(OWNER), "career").confirmed == 0


def test_pages_of_others_and_unknown_elements_are_refused(world: World) -> None:
    page_id = page_of(world)
    with world.inside("siena"):
        command = ShowElement(page_id=page_id, level="1")
        with pytest.raises(NotFound):
            service.show_element(world.actor("trainee8"), "career", KNOW, command)
        for framework, element in (("career", "no.such"), ("nothing", KNOW), (str(uuid.uuid4()), KNOW)):
            with pytest.raises(NotFound):
                service.show_element(world.actor(OWNER), framework, element, command)


def test_the_map_takes_the_same_queries_however_much_is_on_it(sign_in: SignIn, world: World) -> None:
    browser, page_id = sign_in(OWNER), page_of(world)
    taken = []
    for element in (KNOW, *CAREER.elements):
        with world.inside("siena"):
            service.show_element(
                world.actor(OWNER), "career", element, ShowElement(page_id=page_id, level="1")
            )
        with count_queries() as counted:
            browser.get(MAP)
        taken.append(len(counted))
    assert len(set(taken[1:])) == 1


# --- frameworks of the office ---------------------------------------------------------

MATRIX = {
    "framework": {
        "name": "Competenze digitali", "description": "<p>Che cosa sai fare al computer</p>",
        "standards": [{"standardid": 1, "name": "Informazione"}, {"standardid": "2", "shortname": "Sicurezza"}],
        "standardelements": [
            {"standardid": 2, "elementid": "2.1", "name": "Proteggere i propri dati"},
            {"standardid": 1, "elementid": "1.1", "name": "Cercare", "description": "<b>Trovare</b> e valutare"},
        ],
    }
}  # fmt: skip


def test_a_framework_comes_in_from_a_file_and_maps_are_drawn_on_it(sign_in: SignIn, world: World) -> None:
    file = (io.BytesIO(json.dumps(MATRIX).encode()), "digital.matrix")
    assert sign_in("head").post(f"{MAP}/frameworks", data={"file": file}).status_code == 303
    with world.inside("siena"):
        key = next(each.key for each in service.find_frameworks() if each.title == "Competenze digitali")
        found = service.get_framework(key)
        assert [(str(area.title), [str(each.title) for each in area.elements]) for area in found.areas] == [
            ("Informazione", ["Cercare"]), ("Sicurezza", ["Proteggere i propri dati"]),
        ]  # fmt: skip
        element = found.areas[0].elements[0].key
    page_id = page_of(world)
    data = {"form_id": "showelement", "page_id": str(page_id), "level": "3"}
    assert sign_in(OWNER).post(f"{MAP}/{key}/{element}", data=data).status_code == 303
    assert sign_in("head").post(f"{MAP}/frameworks/{key}/remove").status_code == 303
    assert sign_in(OWNER).get(f"{MAP}?on={key}").status_code == 200
    with world.inside("vienna"):
        assert [each.key for each in service.find_frameworks()] == ["career"]
        with pytest.raises(NotFound):
            service.get_framework(key)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"\xff\xfe\x00", b"[]", b"{", b"{\"framework\": 3}", b"[" * 100_000,
        json.dumps({"framework": {"name": "x", "standards": [], "standardelements": []}}).encode(),
        json.dumps({"framework": MATRIX["framework"] | {"standardelements": [{"standardid": 9, "name": "Altro"}]}}).encode(),
        json.dumps({"framework": MATRIX["framework"] | {"standardelements": [{"standardid": 1}]}}).encode(),
        b" " * (importing.MOST_BYTES + 1),
    ],
)  # fmt: skip
def test_what_is_no_framework_is_refused_and_nothing_stays(world: World, body: bytes) -> None:
    with world.inside("siena"):
        before = len(service.find_frameworks())
        with pytest.raises(Invalid):
            importing.import_matrix(world.actor("head"), body)
    with world.inside("siena"):
        assert len(service.find_frameworks()) == before


def test_only_who_makes_templates_brings_a_framework_in(sign_in: SignIn) -> None:
    assert sign_in(OWNER).get(f"{MAP}/frameworks").status_code == 403
    file = (io.BytesIO(b"{}"), "x.matrix")
    refused = sign_in("head").post(f"{MAP}/frameworks", data={"file": file})
    assert refused.status_code == 422
