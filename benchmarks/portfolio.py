"""The portfolio: a page of 20 blocks, a CV of 5 pages as PDF, how soon an ended share is gone, and all of it out and in.

Mahara's page view in a like set-up: 227 queries, 11.3 answers per second.
"""

from __future__ import annotations

import io
import select
import socket
import statistics
import threading
import time
import uuid
from pathlib import Path
from typing import Any

import requests
from pypdf import PdfReader

from benchmarks.load import ask
from benchmarks.portfolio_moving import measure_moving
from benchmarks.tables import Table, percentile
from lms.accounts.sessions import COOKIE
from lms.plugin import store_file
from lms.testing import count_queries
from plugins.portfolio.cv import service, tailoring
from plugins.portfolio.cv.composing import compose_cv
from plugins.portfolio.cv.documents import cv_pdf
from plugins.portfolio.cv.forms import NewCv
from plugins.portfolio.evidence import service as evidence
from plugins.portfolio.pages import service as pages
from plugins.portfolio.pages.forms import NewPage
from plugins.portfolio.refs import ref_of
from plugins.portfolio.sharing import shares
from plugins.portfolio.sharing.forms import ShareWith
from tests.serving import Installation, Serving, build_installation

OWNER, READER = "trainee", "counsellor"
MAHARA_RATE, MAHARA_QUERIES = 11.3, 227
BIG_FILE = 60_000_000


def run(folder: Path, is_smoke: bool) -> None:
    """Print the tables."""
    site = build_installation(folder / "instance", environment="production", base_url="http://127.0.0.1")
    table = Table("Portfolio, embedded")
    measure_pdf(site, table)
    page_id, token, share_id, file_id = make_page(site, 24_000_000 if is_smoke else BIG_FILE)
    path = f"/o/siena/portfolio/shared/pages/{page_id}"
    table.add("page of 20 blocks: queries (Mahara 227)", count_page_queries(site, path), "", at_most=12)
    cookie = f"{COOKIE}={site.cookie_for(READER)}"
    site.close()
    with Serving(site) as serving:
        ask(serving.port, path, cookie, 2, 1 if is_smoke else 3)  # warm up
        for clients in (1, 8, 32):
            found = ask(serving.port, path, cookie, clients, 1 if is_smoke else 10)
            if found.bad:
                raise RuntimeError(f"{found.bad} answers were not 200")
            goal = 10 * MAHARA_RATE if clients == 8 else None
            table.add(f"page of 20 blocks, {clients} clients", found.rate, "/s", at_least=goal)
            table.add(
                f"page of 20 blocks, {clients} clients: p95", percentile(found.seconds, 0.95) * 1000, "ms"
            )
        owner = site.browser_of(OWNER)
        base = f"http://127.0.0.1:{serving.port}/o/siena/portfolio"
        paused = f"/o/siena/portfolio/s/{token}/{page_id}/files/{file_id}"
        measure_paused(owner, base, paused, share_id, serving.port, table)
        owner.post(f"{base}/shares/{share_id}/restore", allow_redirects=False, timeout=10)
        measure_revoking(owner, base, token, page_id, share_id, file_id, table)
    measure_moving(folder, table, is_smoke=is_smoke)
    table.print()


def measure_pdf(site: Installation, table: Table) -> None:
    """A CV that fills five pages, set in each look."""
    with site.app.app_context(), site.world.inside("siena"):
        actor = site.world.actor("trainee5")
        cv = tailoring.add_cv(actor, NewCv(title="Long"))
        count = 0
        while len(PdfReader(io.BytesIO(cv_pdf(compose_cv(cv)))).pages) < 5:
            for _number in range(4):
                count += 1
                points = "\n".join(
                    f"What was done in job {count}, told in one line, number {point}" for point in range(5)
                )
                service.add_entry(
                    actor,
                    "work",
                    {
                        "title": f"Job {count}",
                        "organisation": "Some employer",
                        "starts": "2020-01",
                        "ends": "2021-02",
                        "highlights": points,
                    },
                )
        for template in ("clear", "modern", "compact"):
            cv.template = template
            seconds = [_seconds(lambda: cv_pdf(compose_cv(cv))) for _time in range(5)]
            table.add(f"PDF of 5 pages, {template}: first", seconds[0], "s", at_most=0.5)
            table.add(f"PDF of 5 pages, {template}: median", statistics.median(seconds), "s", at_most=0.5)


def make_page(site: Installation, size: int) -> tuple[uuid.UUID, str, uuid.UUID, uuid.UUID]:
    """A page of 20 blocks of many kinds, shared with advisers and by link; with a big file on it."""
    with site.app.app_context(), site.world.inside("siena"):
        actor = site.world.actor(OWNER)
        page = pages.add_page(actor, NewPage(title="Twenty blocks"))
        file = store_file(actor, io.BytesIO(b"0123456789abcde\n" * (size // 16)), "big.txt", "portfolio.file")
        item = str(evidence.add_file(actor, file.id).id)
        pictures = [str(each.id) for each in evidence.find_items(actor, "file", folder="Lavori")]
        kinds: list[tuple[str, dict[str, Any]]] = [
            ("text", {"html": "<h2>How I work</h2><p>Weigh everything, taste, write down, change one thing.</p>"}), ("image", {"item": pictures[0], "caption": "A croissant"}),
            ("gallery", {"items": pictures}), ("heading", {"text": "What I can do"}), ("files", {"items": [item]}),
        ]  # fmt: skip
        for number in range(20):
            pages.add_block(actor, page.id, *kinds[number % len(kinds)])
        shares.share(actor, ref_of("page", page.id), ShareWith(audience="advisers", allows_comments=True))
        row, token = shares.share(actor, ref_of("page", page.id), ShareWith(audience="link"))
        return page.id, token, row.id, file.id


def count_page_queries(site: Installation, path: str) -> int:
    """Statements for the second view of a page by somebody it is shared with."""
    browser = site.app.test_client()
    browser.set_cookie(COOKIE, site.cookie_for(READER), domain="127.0.0.1")
    for _time in range(2):
        browser.get(path, base_url="http://127.0.0.1")
    with site.app.app_context(), count_queries() as counted:
        browser.get(path, base_url="http://127.0.0.1")
    return len(counted)


def measure_revoking(
    owner: requests.Session,
    base: str,
    token: str,
    page_id: uuid.UUID,
    share_id: uuid.UUID,
    file_id: uuid.UUID,
    table: Table,
) -> None:
    """From the owner's click to the first refusal of the page, and to the end of a download on its way."""
    ended = threading.Event()
    stopped: list[float] = []

    def download() -> None:
        answer = requests.get(f"{base}/s/{token}/{page_id}/files/{file_id}", stream=True, timeout=60)
        try:
            for _piece in answer.iter_content(65_536):
                time.sleep(0.004)  # a slow line: the file would take far longer than the share lives
        except requests.RequestException:
            stopped.append(time.perf_counter())
        ended.set()

    thread = threading.Thread(target=download)
    thread.start()
    time.sleep(1)
    began = time.perf_counter()
    owner.post(f"{base}/shares/{share_id}/revoke", allow_redirects=False, timeout=10)
    while requests.get(f"{base}/s/{token}", timeout=10).status_code == 200:
        time.sleep(0.005)
    table.add("ended share: page refused after", time.perf_counter() - began, "s", at_most=1)
    ended.wait(60)
    thread.join()
    table.add("ended share: download stopped after", stopped[0] - began if stopped else 60.0, "s", at_most=1)


def measure_paused(
    owner: requests.Session, base: str, path: str, share_id: uuid.UUID, port: int, table: Table
) -> None:
    """From the owner's click to the end of the connection of a player that is paused: it reads nothing meanwhile."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as player:
        player.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
        player.recv(4096)
        watch = select.poll()
        watch.register(player, 0)  # an end is told without being asked for
        time.sleep(1)
        began = time.perf_counter()
        owner.post(f"{base}/shares/{share_id}/revoke", allow_redirects=False, timeout=10)
        has_ended = bool(watch.poll(60_000))
        seconds = time.perf_counter() - began if has_ended else 60.0
    table.add("ended share: paused player cut off after", seconds, "s", at_most=1)


def _seconds(work: Any) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
