"""A portfolio whose processes are killed while it is written, and while one is taken over: nothing half-done."""

from __future__ import annotations

import io
import os
import threading
import uuid

import pytest
import requests
from sqlalchemy import func, select

from lms.plugin import store_file
from lms.store.base import session
from lms.store.uow import unit_of_work
from plugins.portfolio.evidence import service as evidence
from plugins.portfolio.moving.models import Transfer
from plugins.portfolio.moving.tables import CARRIED
from plugins.portfolio.pages import service as pages
from plugins.portfolio.pages.forms import NewPage
from plugins.portfolio.pages.models import Version
from tests.serving import Installation, Serving, open_installation, wait_until

pytestmark = pytest.mark.fault
ROUNDS, MOST = 3, 90
FILES, FILE_BYTES = 24, 2_000_000


def test_a_killed_web_process_leaves_no_block_without_its_version_and_loses_none_that_was_acknowledged(
    installed: Installation,
) -> None:
    with installed.app.app_context(), installed.world.inside("siena"), unit_of_work():
        page_id = pages.add_page(installed.world.actor("trainee"), NewPage(title="Killed")).id
    acknowledged: list[int] = []
    is_over = threading.Event()
    with Serving(installed) as serving:
        client = installed.browser_of("trainee")
        url = f"{serving.url}/o/siena/portfolio/pages/{page_id}/blocks"

        def write() -> None:
            while not is_over.is_set() and len(acknowledged) < MOST:
                try:
                    answer = client.post(url, data={"kind": "heading"}, timeout=30, allow_redirects=False)
                except requests.RequestException:
                    is_over.wait(0.05)
                    continue
                if answer.status_code == 303:
                    acknowledged.append(1)

        writer = threading.Thread(target=write)
        writer.start()
        try:
            for _round in range(ROUNDS):
                before = len(acknowledged)
                wait_until(lambda: len(acknowledged) >= before + 5, 60, "five more blocks")  # noqa: B023
                serving.kill("lms-web")
                serving.wait_for("answers again", 90)
        finally:
            is_over.set()
            writer.join()
    with installed.app.app_context(), installed.world.inside("siena"):
        blocks = pages.find_blocks(page_id)
        versions = session().scalar(select(func.count()).select_from(Version).filter_by(page_id=page_id))
        assert len(acknowledged) <= len(blocks) == versions
        assert [block.position for block in blocks] == list(range(len(blocks)))


def count_rows(installed: Installation, key: str) -> dict[str, int]:
    """How many rows of each table that is carried a person has now."""
    with installed.app.app_context(), installed.world.inside("siena"):
        owner = installed.world.people[key].id
        found = {
            each.name: len(list(session().scalars(each.owned_by(owner)))) for each in CARRIED
        }  # fmt: skip
        session().rollback()
        return found


def state_of(installed: Installation, transfer_id: uuid.UUID) -> str:
    """How far a transfer is."""
    with installed.app.app_context(), installed.world.inside("siena"):
        state = session().scalar(select(Transfer.state).filter_by(id=transfer_id)) or ""
        session().rollback()
        return state


def newest(installed: Installation, key: str) -> uuid.UUID:
    """The latest transfer of somebody."""
    with installed.app.app_context(), installed.world.inside("siena"):
        owner = installed.world.people[key].id
        query = select(Transfer.id).filter_by(owner_id=owner).order_by(Transfer.created_at.desc())
        found = session().scalars(query).first()
        session().rollback()
    assert found is not None
    return found


def test_a_killed_worker_takes_over_all_of_a_portfolio_or_nothing_and_then_all(
    installed: Installation,
) -> None:
    with installed.app.app_context(), installed.world.inside("siena"):
        actor = installed.world.actor("trainee")
        for number in range(FILES):
            body = os.urandom(FILE_BYTES // 2).hex().encode()
            evidence.add_file(
                actor, store_file(actor, io.BytesIO(body), f"{number}.txt", "portfolio.file").id
            )
    before = count_rows(installed, "trainee10")
    site = open_installation(installed.folder, installed.environ | {"LMS_JOBS__STALE_AFTER_SECONDS": "5"})
    with Serving(site) as serving:
        base = f"{serving.url}/o/siena/portfolio/moving"
        owner, taker = installed.browser_of("trainee"), installed.browser_of("trainee10")
        owner.post(f"{base}/pack", timeout=30)
        packed = newest(installed, "trainee")
        wait_until(lambda: state_of(installed, packed) == "ready", 120, "the archive")
        body = owner.get(f"{base}/{packed}/portfolio.zip", timeout=60).content
        assert taker.post(f"{base}/bring", files={"archive": ("p.zip", body)}, timeout=120).ok
        brought = newest(installed, "trainee10")
        wait_until(lambda: state_of(installed, brought) == "ready", 120, "the look into it")
        assert taker.post(f"{base}/{brought}/take", timeout=30).ok
        for wait in (0.3, 0.6, 0.9):
            threading.Event().wait(wait)  # another moment of the work each time
            serving.kill("lms-jobs")
            seen = count_rows(installed, "trainee10")
            assert seen == before or state_of(installed, brought) == "done"
        wait_until(lambda: state_of(installed, brought) == "done", 180, "the end of the work")
    after, given = count_rows(installed, "trainee10"), count_rows(installed, "trainee")
    site.close()
    assert after["portfolio_item"] == before["portfolio_item"] + given["portfolio_item"]
    assert after["portfolio_take"] == given["portfolio_take"]
