"""Leap2A feeds: our own is one, and those of others come in entry by entry, with nothing believed."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image

from lms.plugin import Invalid, World, session
from lms.testing import SignIn, run_jobs
from plugins.portfolio.cv.documents import Photo
from plugins.portfolio.cv.formats.candidate import Candidate
from plugins.portfolio.cv.formats.europass_reading import read_photo
from plugins.portfolio.cv.formats.europass_xml import write_europass
from plugins.portfolio.cv.service import find_entries
from plugins.portfolio.evidence import service as evidence
from plugins.portfolio.moving.leap2a_reading import read_feed
from plugins.portfolio.tests.archives import members_of, pack, zipped

MOVING = "/o/siena/portfolio/moving"
FEED = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:leap2="http://terms.leapspecs.org/"
 xmlns:categories="http://terms.leapspecs.org/categories/" xmlns:portfolio="https://mahara.example.org/x/" xmlns:mahara="http://wiki.mahara.org/Leap#">
<leap2:version>http://www.leapspecs.org/2010-07/2A/</leap2:version><id>x</id><title>Export</title><generator>Mahara</generator><author><name>Nina Testa</name></author>
<entry><title>Nina</title><id>portfolio:internal</id><content></content><rdf:type rdf:resource="leap2:person"/><leap2:persondata leap2:field="legal_given_name">Nina</leap2:persondata></entry>
<entry><title>Employment</title><id>portfolio:a1</id><content></content><rdf:type rdf:resource="leap2:selection"/><category term="Grouping" scheme="categories:selection_type#"/></entry>
<entry><title>Cook</title><id>portfolio:j1</id><content>Soups</content><rdf:type rdf:resource="leap2:activity"/><link rel="leap2:is_part_of" href="portfolio:a1"/>
 <link rel="leap2:is_supported_by" href="portfolio:o1"/><category term="Work" scheme="categories:life_area#"/><leap2:date leap2:point="start" leap2:label="2020-03"/></entry>
<entry><title>Trattoria Bella</title><id>portfolio:o1</id><content></content><rdf:type rdf:resource="leap2:organization"/><link rel="leap2:supports" href="portfolio:j1"/></entry>
<entry><title>My year</title><id>portfolio:b1</id><content></content><rdf:type rdf:resource="leap2:selection"/><category term="Blog" scheme="categories:selection_type#"/><link rel="leap2:has_part" href="portfolio:p1"/></entry>
<entry><title>First day</title><id>portfolio:p1</id><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p onclick="x()">Hello</p><script>alert(1)</script></div></content><rdf:type rdf:resource="leap2:entry"/><link rel="leap2:is_part_of" href="portfolio:b1"/></entry>
<entry><title>A red square</title><id>portfolio:f1</id><content></content><rdf:type rdf:resource="leap2:resource"/><category term="Offline" scheme="categories:resource_type#"/><link rel="enclosure" type="image/png" href="files/red%20square.png"/></entry>
<entry><title>Lost</title><id>portfolio:f2</id><content></content><rdf:type rdf:resource="leap2:resource"/><link rel="enclosure" href="files/lost.png"/></entry>
<entry><title>Find work</title><id>portfolio:pl</id><content></content><rdf:type rdf:resource="leap2:plan"/><link rel="leap2:has_part" href="portfolio:t1"/></entry>
<entry><title>Call</title><id>portfolio:t1</id><content></content><rdf:type rdf:resource="leap2:plan"/><link rel="leap2:is_part_of" href="portfolio:pl"/><leap2:status leap2:stage="completed"/><leap2:date leap2:point="target">2026-05-01</leap2:date></entry>
</feed>"""  # fmt: skip


def picture() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (20, 20), "red").save(made, "PNG")
    return made.getvalue()


def test_a_feed_as_mahara_writes_it_offers_each_thing_once() -> None:
    offers = {(offer.kind, offer.title) for offer in read_feed(FEED.encode()).offers}
    assert offers == {
        ("person", "Nina"), ("cv", "Cook"), ("journal", "My year"), ("file", "A red square"), ("file", "Lost"), ("plan", "Find work"),
    }  # fmt: skip


def test_a_feed_with_files_comes_in_as_chosen_and_a_second_time_nothing_is_suggested(
    sign_in: SignIn, world: World
) -> None:
    browser = sign_in("trainee4")
    body = zipped({"export/leap2a.xml": FEED.encode(), "export/files/red square.png": picture()})
    sent = browser.post(f"{MOVING}/bring", data={"archive": (io.BytesIO(body), "mahara.zip")})
    address = sent.headers["Location"]
    page = browser.get(address).text
    chosen = {name: "ignore" if "My year" in title else "add" for name, title in offers_on(page).items()}
    assert "ignore" in chosen.values()
    assert len(chosen) == 5  # the lost file cannot be chosen
    assert sign_in("trainee2").get(address).status_code == 404
    browser.post(f"{address}/take", data=chosen)
    run_jobs(browser.application)
    with world.inside("siena"):
        actor = world.actor("trainee4")
        job = next(row for row in find_entries(actor.user_id) if row.title == "Cook")
        assert (job.section, job.organisation, job.starts, job.summary) == (
            "work",
            "Trattoria Bella",
            "2020-03",
            "Soups",
        )
        assert [item.title for item in evidence.find_items(actor, "file")] == ["A red square"]
        assert not evidence.find_journals(actor)
        plan, tasks = next(pair for pair in evidence.find_plans(actor) if pair[0].title == "Find work")
        assert [(task.title, task.done_at is not None, str(task.due_on)) for task in tasks] == [
            ("Call", True, "2026-05-01")
        ]
        assert plan.title
        session().rollback()
    again = browser.post(f"{MOVING}/bring", data={"archive": (io.BytesIO(body), "mahara.zip")})
    page = browser.get(again.headers["Location"]).text
    suggested = dict(re.findall(r'name="(offer-\d+)".*?value="(\w+)" selected', page, re.DOTALL))
    titles = offers_on(page)
    assert {titles[name] for name, action in suggested.items() if action == "add"} == {"My year"}


def offers_on(page: str) -> dict[str, str]:
    """Titles by the names of the selects."""
    return {
        name: title
        for title, name in re.findall(
            r'<strong>([^<]+)</strong>(?:(?!<strong>).)*?<select[^>]*name="(offer-\d+)"', page, re.DOTALL
        )
    }


def test_a_feed_alone_comes_as_xml_and_its_markup_is_cleaned(sign_in: SignIn, world: World) -> None:
    browser = sign_in("trainee4")
    sent = browser.post(f"{MOVING}/bring-feed", data={"feed": (io.BytesIO(FEED.encode()), "leap2a.xml")})
    address = sent.headers["Location"]
    browser.post(f"{address}/take", data=dict.fromkeys(offers_on(browser.get(address).text), "add"))
    run_jobs(browser.application)
    with world.inside("siena"):
        actor = world.actor("trainee4")
        journal = evidence.find_journals(actor)[0][0]
        assert [entry.body for entry in evidence.find_entries(actor, journal.id)] == ["<p>Hello</p>"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'<?xml version="1.0"?><!DOCTYPE feed [<!ENTITY a "b">]><feed xmlns="http://www.w3.org/2005/Atom"/>', "hostile_xml"),
        (b"<html/>", "wrong_format"), (b"<feed", "damaged"), (b'<feed xmlns="http://www.w3.org/2005/Atom"/>', "empty"),
    ],
)  # fmt: skip
def test_entities_and_what_is_no_feed_are_refused(body: bytes, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_feed(body)
    assert caught.value.code == code


def test_our_own_feed_is_read_back_with_every_entry_of_the_cv(sign_in: SignIn, world: World) -> None:
    browser = sign_in("trainee")
    members = members_of(pack(browser.application, world))
    feed = read_feed(members["leap2a.xml"])
    with world.inside("siena"):
        here = sorted(
            (row.section, row.title, row.organisation, row.starts, row.highlights)
            for row in find_entries(world.people["trainee"].id)
        )
    there = sorted(
        (
            offer.section,
            offer.title,
            *(str(offer.values.get(name, "")) for name in ("organisation", "starts", "highlights")),
        )
        for offer in feed.offers
        if offer.kind == "cv"
    )
    assert there == here
    assert all(offer.member in members for offer in feed.offers if offer.kind == "file")


def test_a_photo_goes_out_and_comes_in_with_europass(sign_in: SignIn, world: World) -> None:
    candidate = Candidate()
    candidate.set_person(given_name="Nina", family_name="Testa")
    xml = write_europass(candidate, "it", photo=Photo(picture(), ".png"))
    assert read_photo(xml) == picture()
    browser = sign_in("trainee4")
    sent = browser.post("/o/siena/portfolio/cv/import", data={"file": (io.BytesIO(xml), "cv.xml")})
    assert 'name="photo"' in browser.get(sent.headers["Location"]).text
    assert browser.post(sent.headers["Location"], data={"photo": "1"}).status_code == 303
    assert "/portfolio/cv/photos/" in browser.get("/o/siena/portfolio/cv/person").text
