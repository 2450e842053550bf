"""A disk that is full, a database that is locked, a server that goes away."""

from __future__ import annotations

import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from tests.faults.writer import ACKNOWLEDGED, writing, written_texts
from tests.services import PostgresServer, RedisServer, postgres_server, redis_server
from tests.serving import Installation, Serving, build_installation, wait_until

pytestmark = pytest.mark.fault


def announce(client: requests.Session, url: str, text: str, *, as_program: bool = False) -> requests.Response:
    """Say something in the lounge."""
    headers = {"Accept": "application/json"} if as_program else {}
    return client.post(
        f"{url}/o/siena/lounge", data={"text": text}, headers=headers, timeout=60, allow_redirects=False
    )


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A disk of its own, in memory. Needs the right to mount."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.fail(
            "a small disk cannot be mounted: run this gate as root (python3 -m lms test --only faults)"
        )
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_on_a_full_disk_people_can_read_and_writers_hear_that_nothing_was_saved(
    kept_site: Installation, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "disk", 64) as disk:
        installed = kept_site.copy(disk / "instance")
        client = installed.browser_of("trainer")
        with Serving(installed) as serving:
            assert announce(client, serving.url, "Text 1 of a careful writer.").status_code == ACKNOWLEDGED
            wait_until(lambda: empty_log(installed), what="a log without room of its own")
            fill(disk / "filler")
            long_text = "Text 2 of a careful writer. " + "word " * 380
            answers = [announce(client, serving.url, f"{long_text}{number}") for number in range(40)]
            refused = [answer for answer in answers if answer.status_code != ACKNOWLEDGED]
            assert refused
            assert {answer.status_code for answer in refused} == {503}
            assert "Nothing was saved" in refused[0].text
            assert client.get(f"{serving.url}/o/siena/lounge", timeout=60).status_code == 200
            accepted = len(answers) - len(refused)
            assert len(written_texts(installed)) == 1 + accepted  # nothing half-done, nothing unacknowledged
            (disk / "filler").unlink()
            assert announce(client, serving.url, "Text 3 of a careful writer.").status_code == ACKNOWLEDGED
        installed.close()


def empty_log(installed: Installation) -> bool:
    """Bring all into the database file, so that the log has no room left over from before; False if somebody reads."""
    database = sqlite3.connect(installed.folder / "contrada.db", isolation_level=None)
    (is_busy, _frames, _moved) = database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    database.close()
    return not is_busy


def fill(path: Path) -> None:
    """Write until nothing more fits."""
    with path.open("wb", buffering=0) as filler:
        for size in (1_000_000, 4096, 1):
            try:
                while True:
                    filler.write(b"x" * size)
            except OSError:
                continue


def test_while_somebody_writes_for_long_others_read_on_and_a_writer_waits_or_is_told(
    installed: Installation,
) -> None:
    client, reader = installed.browser_of("trainer"), installed.browser_of("trainee")
    with Serving(installed) as serving:
        lock = sqlite3.connect(installed.folder / "contrada.db", isolation_level=None)
        lock.execute("BEGIN IMMEDIATE")
        answers: list[requests.Response] = []
        thread = threading.Thread(target=lambda: answers.append(announce(client, serving.url, "waits")))
        thread.start()
        for _time in range(5):
            assert reader.get(f"{serving.url}/o/siena/lounge", timeout=10).status_code == 200
        lock.execute("ROLLBACK")
        thread.join()
        assert [answer.status_code for answer in answers] == [ACKNOWLEDGED]
        lock.execute("BEGIN IMMEDIATE")
        refused = announce(client, serving.url, "is told", as_program=True)
        assert refused.status_code == 503
        assert "Nothing was saved" in refused.json()["error"]["message"]
        lock.execute("ROLLBACK")
        lock.close()


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgresServer]:
    """A server that tests may stop."""
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    """A server that tests may kill."""
    with redis_server() as server:
        yield server


@pytest.fixture(scope="module")
def scaled(
    postgres: PostgresServer, redis: RedisServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """An installation in scale mode."""
    folder = tmp_path_factory.mktemp("scaled") / "instance"
    installed = build_installation(folder, database_url=postgres.url, redis_url=redis.url)
    yield installed
    installed.close()


@pytest.mark.scale
def test_a_site_recovers_from_a_restart_of_its_database(
    scaled: Installation, postgres: PostgresServer
) -> None:
    reader = scaled.browser_of("trainee")
    with Serving(scaled) as serving:
        with writing(scaled, serving.url) as writer:
            wait_until(lambda: len(writer.acknowledged) >= 10, 60, "ten writes")
            scaled.close()
            postgres.stop()
            try:
                answer = reader.get(f"{serving.url}/o/siena/lounge", timeout=60)
            finally:
                postgres.start()
            assert answer.status_code == 503
            assert "database" in answer.text
            before = len(writer.acknowledged)
            wait_until(lambda: len(writer.acknowledged) >= before + 5, 60, "writes after the restart")
        assert reader.get(f"{serving.url}/o/siena/lounge", timeout=30).status_code == 200
        assert set(writer.acknowledged) <= set(written_texts(scaled))


@pytest.mark.scale
def test_without_redis_pages_and_writes_go_on_and_health_says_so(
    scaled: Installation, redis: RedisServer
) -> None:
    trainer = scaled.browser_of("trainer")
    with Serving(scaled) as serving:
        assert announce(trainer, serving.url, "with").status_code == ACKNOWLEDGED
        redis.kill()
        try:
            answer = announce(trainer, serving.url, "without")
            assert answer.status_code == ACKNOWLEDGED
            assert answer.elapsed.total_seconds() < 10
            assert "without" in trainer.get(f"{serving.url}/o/siena/lounge", timeout=30).text
            operator = scaled.browser_of("operator")
            wait_until(
                lambda: "Redis" in operator.get(f"{serving.url}/operator/", timeout=30).text, 30, "the notice"
            )
        finally:
            redis.start()
