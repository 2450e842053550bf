"""What people say about portfolios: comments, requests, confirmations, messages."""

from __future__ import annotations

import io
import re

import pytest
from flask import current_app
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.plugin import Conflict, NotFound, Ref, World, hooks, session, utcnow
from lms.testing import SignIn, notifications_of
from plugins.portfolio.cv import tailoring
from plugins.portfolio.cv.forms import EditCv
from plugins.portfolio.pages import service as pages
from plugins.portfolio.pages.forms import NewPage
from plugins.portfolio.pages.models import Page
from plugins.portfolio.refs import ref_of
from plugins.portfolio.sharing import comments, requests, shares
from plugins.portfolio.sharing.forms import Answer, AskFeedback, Say
from plugins.portfolio.sharing.models import Message
from plugins.portfolio.sharing.shares import Viewer, find_access
from plugins.portfolio.tests.test_sharing import HOME, OWNER, give, make_page, status

# --- comments, requests -------------------------------------------------------------------


def test_a_comment_on_a_block_is_answered_and_closed(world: World, sign_in: SignIn) -> None:
    page_id, _file = make_page(world)
    give(world, page_id, "advisers", allows_comments=True)
    with world.inside("siena"):
        block_id = pages.find_blocks(page_id)[0].id
    counsellor, owner = sign_in("counsellor"), sign_in(OWNER)
    path = f"{HOME}/shared/pages/{page_id}"
    assert (
        counsellor.post(
            f"{path}/comments", data={"body": "Bello <script>", "block_id": str(block_id)}
        ).status_code
        == 303
    )
    page = owner.get(path).text
    assert "Bello &lt;script&gt;" in page
    comment_id = re.search(r"/comments/([0-9a-f-]{36})/close", page)
    assert comment_id is not None
    owner.post(f"{path}/comments", data={"body": "Grazie", "parent_id": comment_id[1]})
    assert "Grazie" in counsellor.get(path).text
    assert owner.post(f"{HOME}/comments/{comment_id[1]}/close").status_code == 303
    assert sign_in("trainee2").post(f"{HOME}/comments/{comment_id[1]}/open").status_code == 404


def test_comments_are_refused_where_they_are_not_wanted_and_on_blocks_of_other_pages(
    world: World, sign_in: SignIn
) -> None:
    page_id, _file = make_page(world)
    other, _file2 = make_page(world)
    give(world, page_id, "office")
    assert (
        sign_in("trainee2").post(f"{HOME}/shared/pages/{page_id}/comments", data={"body": "x"}).status_code
        == 403
    )
    give(world, page_id, "office", allows_comments=True)
    with world.inside("siena"):
        foreign = pages.find_blocks(other)[0].id
    assert (
        sign_in("trainee2")
        .post(f"{HOME}/shared/pages/{page_id}/comments", data={"body": "x", "block_id": str(foreign)})
        .status_code
        == 404
    )


def test_a_private_comment_is_for_the_two_of_them(world: World, sign_in: SignIn) -> None:
    page_id, _file = make_page(world)
    give(world, page_id, "office", allows_comments=True)
    path = f"{HOME}/shared/pages/{page_id}"
    sign_in("trainee2").post(f"{path}/comments", data={"body": "solo per te", "is_private": "1"})
    assert "solo per te" in sign_in(OWNER).get(path).text
    assert "solo per te" in sign_in("trainee2").get(path).text
    assert "solo per te" not in sign_in("trainee3").get(path).text


def comment_ids(page: str, action: str) -> list[str]:
    """Ids of the comments for which a page offers a button."""
    return re.findall(rf"/comments/([0-9a-f-]{{36}})/{action}\"", page)


def test_a_comment_that_needs_approval_is_read_by_the_owner_first(world: World, sign_in: SignIn) -> None:
    page_id, _file = make_page(world)
    give(world, page_id, "office", allows_comments=True, approves_comments=True)
    author, owner, other = sign_in("trainee2"), sign_in(OWNER), sign_in("trainee3")
    path = f"{HOME}/shared/pages/{page_id}"
    assert author.post(f"{path}/comments", data={"body": "Aspetta Zircone"}).status_code == 303
    assert "Aspetta Zircone" in author.get(path).text
    assert comment_ids(author.get(path).text, "approve") == []
    assert "Aspetta Zircone" not in other.get(path).text
    waiting = comment_ids(owner.get(path).text, "approve")
    assert len(waiting) == 1
    assert other.post(f"{HOME}/comments/{waiting[0]}/approve").status_code == 404
    assert author.post(f"{HOME}/comments/{waiting[0]}/approve").status_code == 403
    assert owner.post(f"{HOME}/comments/{waiting[0]}/approve").status_code == 303
    assert "Aspetta Zircone" in other.get(path).text
    assert comment_ids(owner.get(path).text, "approve") == []


def test_who_began_a_thread_hears_of_an_answer_only_when_it_is_approved(
    world: World, sign_in: SignIn
) -> None:
    page_id, _file = make_page(world)
    give(world, page_id, "office", allows_comments=True, approves_comments=True)
    path = f"{HOME}/shared/pages/{page_id}"
    sign_in("trainee2").post(f"{path}/comments", data={"body": "Prima"})
    first = comment_ids(sign_in(OWNER).get(path).text, "approve")[0]
    sign_in(OWNER).post(f"{HOME}/comments/{first}/approve")
    sign_in("trainee3").post(f"{path}/comments", data={"body": "Risposta Ametista", "parent_id": first})
    heard = [each.body for each in notifications_of(world.people["trainee2"].id)]
    assert "Risposta Ametista" not in heard
    answer = comment_ids(sign_in(OWNER).get(path).text, "approve")[0]
    sign_in(OWNER).post(f"{HOME}/comments/{answer}/approve")
    assert "Risposta Ametista" in [each.body for each in notifications_of(world.people["trainee2"].id)]


def test_a_file_comes_with_a_comment_for_whoever_may_read_it_and_no_longer(
    world: World, sign_in: SignIn, client: FlaskClient
) -> None:
    page_id, _file = make_page(world)
    share_id, _token = give(world, page_id, "office", allows_comments=True)
    path, author = f"{HOME}/shared/pages/{page_id}", sign_in("trainee2")
    note = {"body": "Ecco", "is_private": "1", "file": (io.BytesIO(b"some words"), "nota.txt")}
    assert author.post(f"{path}/comments", data=note).status_code == 303
    found = re.search(r"(/o/siena/portfolio/comments/[0-9a-f-]{36}/file)", sign_in(OWNER).get(path).text)
    assert found is not None
    with sign_in(OWNER).get(found[1]) as answer:
        assert answer.data == b"some words"
        assert answer.headers["Content-Disposition"].startswith("attachment")
    assert status(author, found[1]) == 200
    assert sign_in("trainee3").get(found[1]).status_code == 404
    assert client.get(found[1]).status_code in {302, 303, 401, 404}
    with world.inside("siena"):
        shares.revoke(world.actor(OWNER), share_id)
    assert author.get(found[1]).status_code == 404


def test_a_file_that_is_not_what_it_says_does_not_come_with_a_comment(world: World, sign_in: SignIn) -> None:
    page_id, _file = make_page(world)
    give(world, page_id, "office", allows_comments=True)
    bad = {"body": "Ecco", "file": (io.BytesIO(b"<svg onload='x()'/>"), "foto.png")}
    path = f"{HOME}/shared/pages/{page_id}"
    assert sign_in("trainee2").post(f"{path}/comments", data=bad).status_code == 422
    assert "Ecco" not in sign_in(OWNER).get(path).text


def test_a_moment_of_a_video_can_be_named(world: World) -> None:
    page_id, _file = make_page(world)
    give(world, page_id, "advisers", allows_comments=True)
    with world.inside("siena"):
        counsellor = world.actor("counsellor")
        page, access = shares.get_shared_page(Viewer(counsellor), page_id)
        comments.say(counsellor, page, access, Say(body="Qui parli piano", at_second=65))
        assert comments.find_comments(counsellor, page, access)[0].moment == "1:05"


def test_asking_for_feedback_shares_with_advisers_and_reaches_their_inbox(
    world: World, sign_in: SignIn
) -> None:
    page_id, _file = make_page(world)
    browser = sign_in(OWNER)
    assert (
        browser.post(
            f"{HOME}/share/pages/{page_id}/ask", data={"note": "Che ne pensi?", "due_on": "2020-01-01"}
        ).status_code
        == 303
    )
    assert browser.post(f"{HOME}/share/pages/{page_id}/ask", data={}).status_code == 409
    inbox = sign_in("counsellor").get(f"{HOME}/inbox").text
    assert "Che ne pensi?" in inbox
    assert sign_in("trainee2").get(f"{HOME}/inbox").status_code == 403
    with world.inside("siena"):
        waiting = next(
            each
            for each in requests.find_inbox(world.actor("counsellor"))
            if each.request.note == "Che ne pensi?"
        )
        assert waiting.is_late(utcnow().date())
        requests.answer_request(
            world.actor("counsellor"), waiting.request.id, Answer(answer="done", note="Brava")
        )
        with pytest.raises(Conflict):
            requests.answer_request(world.actor("tutor"), waiting.request.id, Answer(answer="done"))
    assert "Brava" in browser.get(f"{HOME}/share/pages/{page_id}").text


def test_a_cv_is_signed_confirmed_and_the_confirmation_ends_when_it_changes(world: World) -> None:
    with world.inside("siena"):
        owner, counsellor = world.actor("trainee2"), world.actor("counsellor")
        cv = tailoring.find_cvs(owner)[0]
        row = requests.sign(owner, ref_of("cv", cv.id), AskFeedback())
        assert row.signed_at is not None
        assert requests.ready_state(cv) is None
        with pytest.raises(Conflict):
            requests.answer_request(counsellor, row.id, Answer(answer="done"))
        requests.answer_request(counsellor, row.id, Answer(answer="confirmed"))
        assert requests.ready_state(cv) is not None
        tailoring.edit_cv(owner, cv.id, EditCv(title="Altro", language="it"))
        assert requests.ready_state(cv) is None


def test_nobody_answers_their_own_request(world: World) -> None:
    with world.inside("siena"):
        tutor = world.actor("tutor")
        page = pages.add_page(tutor, NewPage(title="Mia"))
        row = requests.ask_feedback(tutor, ref_of("page", page.id), AskFeedback())
        with pytest.raises(NotFound):
            requests.answer_request(tutor, row.id, Answer(answer="done"))


# --- the public card ----------------------------------------------------------------------


def test_a_public_card_takes_messages_and_hides_the_address(world: World, client: FlaskClient) -> None:
    page = client.get(f"{HOME}/p/aicha-benali")
    assert page.status_code == 200
    assert "aicha.benali@example.org" not in page.text
    assert "333 000" not in page.text
    assert 'property="og:title"' in page.text
    sent = client.post(
        f"{HOME}/p/aicha-benali/write",
        data={"sender": "Ugo", "email": "ugo@example.org", "text": "Buongiorno, può venire domani?"},
    )
    assert sent.status_code == 303
    with world.inside("siena"):
        assert session().scalar(select(Message).filter_by(sender="Ugo")) is not None
    statuses = [
        client.post(
            f"{HOME}/p/aicha-benali/write",
            data={"sender": "Ugo", "email": "ugo@example.org", "text": f"Ancora io {number} volte"},
        ).status_code
        for number in range(8)
    ]
    assert statuses[-1] == 422


def test_a_card_that_is_not_public_is_not_there(world: World, client: FlaskClient, sign_in: SignIn) -> None:
    browser = sign_in(OWNER)
    assert browser.post(f"{HOME}/card", data={"slug": "nove"}).status_code == 303
    assert client.get(f"{HOME}/p/nove").status_code == 404
    taken = browser.post(f"{HOME}/card", data={"slug": "aicha-benali"})
    assert taken.status_code == 422


def test_cards_of_things_go_to_whoever_may_see_them(world: World) -> None:
    page_id, _file = make_page(world)
    ref = Ref.of("portfolio", "page", page_id)
    with current_app.test_request_context("/"), world.inside("siena"):
        assert ref in hooks().cards([ref], world.actor(OWNER))
        assert ref not in hooks().cards([ref], world.actor("counsellor"))
    give(world, page_id, "advisers")
    with current_app.test_request_context("/"), world.inside("siena"):
        assert ref in hooks().cards([ref], world.actor("counsellor"))
        page = session().get_one(Page, page_id)
        assert find_access(Viewer(world.actor("trainee2")), page) is None
