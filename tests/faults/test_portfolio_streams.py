"""Downloads of shared files over a real server: they stop on their way when the share ends."""

from __future__ import annotations

import os
import socket
import tempfile
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, timedelta

import pytest
import requests

from lms.plugin import store_file, utcnow
from lms.store.base import session
from lms.store.uow import unit_of_work
from plugins.portfolio.evidence import service as evidence
from plugins.portfolio.pages import service as pages
from plugins.portfolio.pages.forms import NewPage
from plugins.portfolio.refs import ref_of
from plugins.portfolio.sharing import shares
from plugins.portfolio.sharing.forms import ChangeShare, ShareWith
from plugins.portfolio.sharing.models import Share
from tests.serving import Installation, Serving

pytestmark = pytest.mark.fault
FILE_BYTES = 48_000_000
READ_BYTES, WINDOW = 65_536, 131_072
PASSCODE, RANGE = "girasole", "Range: bytes=1000-\r\n"


@dataclass
class Shared:
    """A page with a large file on it, shared by a link with a passcode."""

    site: Installation
    share_id: uuid.UUID
    path: str
    file_path: str

    def change(self, how: Callable[[Shared], None]) -> None:
        """Do something to the share, as its owner."""
        with self.site.app.app_context(), self.site.world.inside("siena"), unit_of_work():
            how(self)


def revoke(shared: Shared) -> None:
    """Take the link back."""
    shares.revoke(shared.site.world.actor("trainee"), shared.share_id)


def let_it_end(shared: Shared) -> None:
    """Let the last moment of the link be now."""
    session().get_one(Share, shared.share_id).ends_at = utcnow() - timedelta(seconds=1)


def change_the_passcode(shared: Shared) -> None:
    """Another passcode."""
    actor, command = shared.site.world.actor("trainee"), ChangeShare(passcode="tulipano")
    shares.change_share(actor, shared.share_id, command, UTC)


@pytest.fixture
def shared(installed: Installation) -> Shared:
    with (
        installed.app.app_context(),
        installed.world.inside("siena"),
        tempfile.TemporaryFile() as source,
        unit_of_work(),
    ):
        actor = installed.world.actor("trainee")
        source.write(os.urandom(FILE_BYTES // 2).hex().encode())
        source.seek(0)
        page_id = pages.add_page(actor, NewPage(title="Streaming")).id
        file = store_file(actor, source, "large.txt", "portfolio.file")
        item = evidence.add_file(actor, file.id)
        pages.add_block(actor, page_id, "files", {"items": [str(item.id)], "caption": ""})
        command = ShareWith(audience="link", passcode=PASSCODE)
        share, token = shares.share(actor, ref_of("page", page_id), command)
        path = f"/o/siena/portfolio/s/{token}"
        return Shared(installed, share.id, path, f"{path}/{page_id}/files/{file.id}")


def reading(serving: Serving, path: str, cookie: str, more: str = "") -> Iterator[bytes]:
    """A download over a slow line: some 3 MB a second, and nothing while nobody asks for its next bytes."""
    line = threading.Event()
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, WINDOW)
        connection.connect(("127.0.0.1", serving.port))
        connection.settimeout(30)
        host = f"127.0.0.1:{serving.port}"
        head = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\n{more}\r\n"
        connection.sendall(head.encode())
        while data := connection.recv(READ_BYTES):
            yield data
            line.wait(0.02)


@pytest.mark.parametrize(
    ("end", "asked"),
    [(revoke, ""), (revoke, RANGE), (let_it_end, ""), (change_the_passcode, RANGE)],
)
def test_a_download_that_somebody_reads_slowly_is_cut_when_the_link_ends(
    shared: Shared, end: Callable[[Shared], None], asked: str
) -> None:
    with Serving(shared.site, only="web") as serving:
        client = requests.Session()
        client.post(serving.url + shared.path, data={"passcode": PASSCODE}, timeout=30)
        cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        download = reading(serving, shared.file_path, cookie, asked)
        first = next(download)
        assert first.startswith(b"HTTP/1.1 206" if asked else b"HTTP/1.1 200"), first[:200]
        received = len(first) + sum(len(next(download)) for _number in range(8))
        shared.change(end)
        with pytest.raises(ConnectionResetError):
            for data in download:
                received += len(data)
        assert received < FILE_BYTES // 2
        headers = {"Range": "bytes=5000000-"}
        assert client.get(serving.url + shared.file_path, headers=headers, timeout=30).status_code == 404
        assert "Streaming" not in client.get(serving.url + shared.path, timeout=30).text


def test_a_download_goes_on_to_its_end_while_the_link_holds(shared: Shared) -> None:
    with Serving(shared.site, only="web") as serving:
        client = requests.Session()
        client.post(serving.url + shared.path, data={"passcode": PASSCODE}, timeout=30)
        answer = client.get(serving.url + shared.file_path, timeout=60)
        assert len(answer.content) == FILE_BYTES
