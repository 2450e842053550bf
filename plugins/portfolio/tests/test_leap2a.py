"""Leap2A feeds: our own is one, and those of others come in entry by entry, with nothing believed."""

from __future__ import annotations

import base64
import io
import re
from typing import Any

import pytest
from PIL import Image

from lms.plugin import Invalid, PdfAttachment, StoredFile, World, session, store_file
from lms.testing import SignIn, run_jobs
from plugins.portfolio.cv import tailoring
from plugins.portfolio.cv.composing import compose_cv
from plugins.portfolio.cv.dates import read_worded
from plugins.portfolio.cv.documents import Photo, cv_pdf
from plugins.portfolio.cv.formats.candidate import Candidate
from plugins.portfolio.cv.formats.europass_pdf import ATTACHMENT
from plugins.portfolio.cv.formats.europass_reading import read_photo
from plugins.portfolio.cv.formats.europass_xml import write_europass
from plugins.portfolio.cv.forms import NewCv
from plugins.portfolio.cv.service import find_entries
from plugins.portfolio.evidence import plans
from plugins.portfolio.evidence import service as evidence
from plugins.portfolio.films.service import PARTS, PURPOSE, find_films, find_takes, set_poster
from plugins.portfolio.moving.leap2a_reading import read_feed
from plugins.portfolio.pages import service as pages
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
        plan, tasks = next(pair for pair in plans.find_plans(actor) if pair[0].title == "Find work")
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


def feed_of(body: bytes, **replaced: str) -> bytes:
    """What another program gets of our archive: the feed and its files, without our own data."""
    members = {
        name: data for name, data in members_of(body).items() if name.startswith(("leap2a.xml", "files/"))
    }
    feed = members["leap2a.xml"].decode()
    for old, new in replaced.items():
        feed = feed.replace(old, new)
    return zipped(members | {"leap2a.xml": feed.encode()})


def films_of(world: World, key: str) -> list[tuple[Any, ...]]:
    """Everything of somebody's films but whose they are: words, look, recordings with their bytes."""
    with world.inside("siena"):
        found = []
        for film in find_films(world.actor(key)):
            words = [
                getattr(film, name)
                for name in (*PARTS, "title", "variant", "language", "pace", "text_size", "expires_on")
            ]
            poster = session().get(StoredFile, film.poster_id) if film.poster_id else None
            takes = [
                (take.key, take.number, take.starts_ms, take.ends_ms, take.duration_ms, take.captions, take.is_best, file.sha256, file.media_type)
                for take, file in find_takes(film)
            ]  # fmt: skip
            found.append((*words, poster.sha256 if poster else "", *takes))
        session().rollback()
        return found


def test_video_cvs_go_out_and_come_in_by_the_feed_with_nothing_lost_but_the_consent(
    sign_in: SignIn, world: World
) -> None:
    browser = sign_in("trainee4")
    with world.inside("siena"):
        actor = world.actor("trainee")
        poster = store_file(actor, io.BytesIO(picture()), "poster.png", PURPOSE)
        set_poster(actor, find_films(actor)[0].id, poster.id)
    body = feed_of(pack(browser.application, world))
    sent = browser.post(f"{MOVING}/bring", data={"archive": (io.BytesIO(body), "feed.zip")})
    address = sent.headers["Location"]
    chosen = {
        name: "add"
        for name, title in offers_on(browser.get(address).text).items()
        if title == "Per i forni di Siena"
    }
    assert len(chosen) == 1
    browser.post(f"{address}/take", data=chosen)
    run_jobs(browser.application)
    assert films_of(world, "trainee4") == films_of(world, "trainee") != []
    with world.inside("siena"):
        film = find_films(world.actor("trainee4"))[0]
        assert film.consented_at is None
        session().rollback()
    again = browser.post(f"{MOVING}/bring", data={"archive": (io.BytesIO(body), "feed.zip")}).headers[
        "Location"
    ]
    assert "You have one like it" in browser.get(again).text or "simile" in browser.get(again).text
    browser.post(f"{again}/take", data=dict.fromkeys(chosen, "replace"))
    run_jobs(browser.application)
    assert films_of(world, "trainee4") == films_of(world, "trainee")


def test_a_film_of_a_feed_says_nothing_that_could_not_be_true(sign_in: SignIn, world: World) -> None:
    browser = sign_in("trainee4")
    lies = {
        'pace="130"': 'pace="9999999"', 'variant="video"': 'variant="hologram"', 'ends_ms="13000"': 'ends_ms="-5"', 'starts_ms="1000"': 'starts_ms="1e9"',
        "WEBVTT": "no captions at all", 'language="it"': 'language="../../x"',
    }  # fmt: skip
    body = feed_of(pack(browser.application, world), **lies)
    address = browser.post(f"{MOVING}/bring", data={"archive": (io.BytesIO(body), "feed.zip")}).headers[
        "Location"
    ]
    chosen = {
        name: "add"
        for name, title in offers_on(browser.get(address).text).items()
        if title == "Per i forni di Siena"
    }
    browser.post(f"{address}/take", data=chosen)
    run_jobs(browser.application)
    with world.inside("siena"):
        film = find_films(world.actor("trainee4"))[0]
        (take, _file), *_rest = find_takes(film)
        assert (film.pace, film.variant, film.language in {"en", "it"}) == (220, "video", True)
        assert (take.starts_ms, take.ends_ms) == (0, None)
        assert "no captions" not in take.captions


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


def test_a_photo_in_a_europass_pdf_and_in_the_older_europass_comes_in(sign_in: SignIn, world: World) -> None:
    candidate = Candidate()
    candidate.set_person(given_name="Nina", family_name="Testa")
    xml = write_europass(candidate, "it", photo=Photo(picture(), ".png"))
    with world.inside("siena"):
        document = compose_cv(tailoring.add_cv(world.actor("trainee4"), NewCv(title="CV")))
    data = PdfAttachment(ATTACHMENT, xml, "application/xml", "Europass", "alternative")
    encoded = base64.b64encode(picture()).decode()
    older = f"""<?xml version="1.0"?><SkillsPassport xmlns="http://europass.cedefop.europa.eu/Europass"><LearnerInfo><Identification><PersonName><FirstName>Nina</FirstName><Surname>Testa</Surname></PersonName>
 <Photo><MimeType>image/png</MimeType><Data>{encoded}</Data></Photo></Identification></LearnerInfo></SkillsPassport>"""  # fmt: skip
    assert read_photo(older) == picture()
    browser = sign_in("trainee4")
    for name, body in (("cv.pdf", cv_pdf(document, attachments=[data])), ("old.xml", older.encode())):
        sent = browser.post("/o/siena/portfolio/cv/import", data={"file": (io.BytesIO(body), name)})
        assert 'name="photo"' in browser.get(sent.headers["Location"]).text, name
        assert browser.post(sent.headers["Location"], data={"photo": "1"}).status_code == 303
        assert "/portfolio/cv/photos/" in browser.get("/o/siena/portfolio/cv/person").text


MAHARA = FEED.partition("<entry>")[0] + """
<entry><title>Nina</title><id>portfolio:artefactinternal</id><content></content><rdf:type rdf:resource="leap2:person"/><mahara:artefactplugin mahara:type="internal" mahara:plugin="internal"/>
 <leap2:persondata leap2:field="legal_given_name">Nina</leap2:persondata><leap2:persondata leap2:field="dob">1999-05-01T00:00:00+02:00</leap2:persondata><leap2:persondata leap2:field="gender">2</leap2:persondata></entry>
<entry><title>Educationhistory</title><id>portfolio:artefact7</id><content></content><rdf:type rdf:resource="leap2:selection"/><mahara:artefactplugin mahara:type="educationhistory" mahara:plugin="resume"/><link rel="leap2:has_part" href="portfolio:resumecomposite-7-child-1" leap2:display_order="1"/><category term="Grouping" scheme="categories:selection_type#"/></entry>
<entry><title>Cook</title><id>portfolio:resumecomposite-7-child-1</id><content>Three years</content><rdf:type rdf:resource="leap2:activity"/><mahara:artefactplugin mahara:type="pseudo:educationhistory" mahara:plugin="resume"/>
 <link rel="leap2:is_part_of" href="portfolio:artefact7" leap2:display_order="1"/><link rel="leap2:is_supported_by" href="portfolio:resumesibling-7-sibling-1-rel-supports"/><link rel="leap2:supports" href="portfolio:resumesibling-7-sibling-1-rel-is_supported_by"/>
 <category term="Education" scheme="categories:life_area#"/><leap2:date leap2:point="start" leap2:label="September 2015"></leap2:date><leap2:date leap2:point="end" leap2:label="1 June 2018"></leap2:date></entry>
<entry><title>Artusi school</title><id>portfolio:resumesibling-7-sibling-1-rel-supports</id><content></content><rdf:type rdf:resource="leap2:organization"/><link rel="leap2:supports" href="portfolio:resumecomposite-7-child-1"/></entry>
<entry><title>Diploma</title><id>portfolio:resumesibling-7-sibling-1-rel-is_supported_by</id><content>Cook</content><rdf:type rdf:resource="leap2:achievement"/><link rel="leap2:is_supported_by" href="portfolio:resumecomposite-7-child-1"/></entry>
<entry><title>Bread of Siena</title><id>portfolio:resumecomposite-8-child-1</id><content></content><rdf:type rdf:resource="leap2:resource"/><mahara:artefactplugin mahara:type="pseudo:book" mahara:plugin="resume"/><link rel="leap2:related" href="portfolio:resumesibling-8-sibling-1-rel-related"/><category term="Printed" scheme="categories:resource_type#"/><leap2:date leap2:point="end" leap2:label="2020"></leap2:date></entry>
<entry><title>Photographs</title><id>portfolio:resumesibling-8-sibling-1-rel-related</id><content>All of them</content><rdf:type rdf:resource="leap2:achievement"/><mahara:artefactplugin mahara:type="pseudo:book" mahara:plugin="resume"/><link rel="leap2:related" href="portfolio:resumecomposite-8-child-1"/></entry>
<entry><title>Career goals</title><id>portfolio:artefact9</id><content type="html">&lt;p&gt;My own shop&lt;/p&gt;</content><rdf:type rdf:resource="leap2:entry"/><mahara:artefactplugin mahara:type="careergoal" mahara:plugin="resume"/></entry>
<entry><title>Work skills</title><id>portfolio:artefact10</id><content type="html">&lt;p&gt;Dough&lt;/p&gt;</content><rdf:type rdf:resource="leap2:ability"/><mahara:artefactplugin mahara:type="workskill" mahara:plugin="resume"/></entry>
<entry><title>My year</title><id>portfolio:artefact20</id><content type="html"></content><rdf:type rdf:resource="leap2:selection"/><link rel="leap2:has_part" href="portfolio:artefact21"/><link rel="leap2:has_part" href="portfolio:artefact22"/><category term="Blog" scheme="categories:selection_type#"/></entry>
<entry><title>Published</title><id>portfolio:artefact21</id><content type="html">&lt;p&gt;Look: &lt;img src="portfolio:artefact30" rel="leap2:has_attachment" alt="square"/&gt;&lt;/p&gt;</content><rdf:type rdf:resource="leap2:entry"/><link rel="leap2:is_part_of" href="portfolio:artefact20"/><link rel="leap2:has_attachment" href="portfolio:artefact31"/><category term="two-words" label="two words"/></entry>
<entry><title>Not for anybody yet</title><id>portfolio:artefact22</id><content type="html">&lt;p&gt;Hush&lt;/p&gt;</content><rdf:type rdf:resource="leap2:entry"/><link rel="leap2:is_part_of" href="portfolio:artefact20"/><category term="Unready" scheme="categories:readiness#"/></entry>
<entry><title>square.png</title><id>portfolio:artefact30</id><summary>A red square</summary><content></content><rdf:type rdf:resource="leap2:resource"/><mahara:artefactplugin mahara:type="image" mahara:plugin="file"/><link rel="enclosure" type="image/png" href="files/0-square.png"/><category term="Offline" scheme="categories:resource_type#" label="File"/></entry>
<entry><title>words.txt</title><id>portfolio:artefact31</id><content></content><rdf:type rdf:resource="leap2:resource"/><mahara:artefactplugin mahara:type="file" mahara:plugin="file"/><link rel="enclosure" type="text/plain" href="files/1-words.txt"/><category term="Offline" scheme="categories:resource_type#" label="File"/></entry>
<entry><title>My work</title><id>portfolio:view5</id><content type="html">&lt;p&gt;What I made&lt;/p&gt;</content><rdf:type rdf:resource="leap2:selection"/><category term="Webpage" scheme="categories:selection_type#"/>
 <mahara:view mahara:layout="50,50" mahara:type="portfolio"><mahara:row><mahara:column>
  <mahara:blockinstance mahara:blocktype="text" mahara:blocktitle="How &amp; why"><mahara:text>["&lt;p&gt;I bake &lt;script&gt;x()&lt;/script&gt;at night&lt;\\/p&gt;"]</mahara:text></mahara:blockinstance>
  <mahara:blockinstance mahara:blocktype="image" mahara:blocktitle=""><mahara:artefactid>["30"]</mahara:artefactid><mahara:width>["300"]</mahara:width></mahara:blockinstance>
  <mahara:blockinstance mahara:blocktype="filedownload" mahara:blocktitle="Files"><mahara:artefactids>[["31"]]</mahara:artefactids></mahara:blockinstance>
 </mahara:column></mahara:row></mahara:view></entry>
</feed>"""  # fmt: skip


def test_what_mahara_writes_keeps_its_meaning() -> None:
    offers = {offer.title: offer for offer in read_feed(MAHARA.encode()).offers}
    assert {title: offer.kind for title, offer in offers.items()} == {
        "Nina": "person", "Cook": "cv", "Bread of Siena": "cv", "Career goals": "goal", "Work skills": "skill", "My year": "journal", "square.png": "file",
        "words.txt": "file", "My work": "page",
    }  # fmt: skip
    assert (offers["Nina"].values["birth_date"], offers["Nina"].values["gender"]) == ("1999-05-01", "female")
    school, book = offers["Cook"].values, offers["Bread of Siena"]
    assert (school["organisation"], school["starts"], school["ends"]) == (
        "Artusi school",
        "2015-09",
        "2018-06",
    )
    assert book.section == "publications"
    assert "Photographs" in str(book.values["summary"])
    assert [(part.title, part.is_draft) for part in offers["My year"].parts] == [
        ("Published", False), ("Not for anybody yet", True),
    ]  # fmt: skip


def test_pages_and_drafts_of_mahara_arrive_with_their_pictures_and_stay_private(
    sign_in: SignIn, world: World
) -> None:
    browser = sign_in("trainee4")
    body = zipped(
        {"leap2a.xml": MAHARA.encode(), "files/0-square.png": picture(), "files/1-words.txt": b"some words"}
    )
    address = browser.post(f"{MOVING}/bring", data={"archive": (io.BytesIO(body), "mahara.zip")}).headers[
        "Location"
    ]
    browser.post(f"{address}/take", data=dict.fromkeys(offers_on(browser.get(address).text), "add"))
    run_jobs(browser.application)
    with world.inside("siena"):
        actor = world.actor("trainee4")
        files = {item.title: str(item.file_id) for item in evidence.find_items(actor, "file")}
        journal = next(row for row, _count in evidence.find_journals(actor) if row.title == "My year")
        entries = {row.title: row for row in evidence.find_entries(actor, journal.id)}
        assert entries["Not for anybody yet"].is_draft
        published = entries["Published"]
        assert not published.is_draft
        assert f'data-file="{files["square.png"]}"' in published.body
        assert f'data-file="{files["words.txt"]}"' in published.body
        page = next(row for row in pages.find_pages(actor) if row.title == "My work")
        html = pages.find_blocks(page.id)[0].content["html"]
        assert html.index("What I made") < html.index("How &amp; why") < html.index("I bake at night")
        assert f'data-file="{files["square.png"]}"' in html
        assert f'data-file="{files["words.txt"]}"' in html
        assert "script" not in html
        assert [item.title for item in evidence.find_items(actor, "goal")] == ["Career goals"]
        session().rollback()


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("September 2015", "2015-09"), ("1 June 2010", "2010-06"), ("maggio 2018", "2018-05"), ("Okt. 2011", "2011-10"), ("summer of 2009", "2009"), ("2009", "2009"),
        ("31.12.2019", "2019-12-31"), ("long ago", ""), ("", ""),
    ],
)  # fmt: skip
def test_dates_that_people_wrote_freely_are_understood(text: str, kept: str) -> None:
    assert read_worded(text) == kept
