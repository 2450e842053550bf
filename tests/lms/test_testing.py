"""What tests stand on: each begins with an untouched copy of the demo world, whatever the last one left running."""

from __future__ import annotations

import threading
from itertools import count

from lms.accounts.models import User
from lms.store.base import session
from lms.testing import TestSite


def test_a_test_begins_afresh_while_a_thread_of_the_last_one_still_writes(site: TestSite) -> None:
    has_ended, app = threading.Event(), site.fresh()

    def write() -> None:
        numbers = count()
        while not has_ended.is_set():
            try:
                (site.instance / "run" / f"late-{next(numbers)}").touch()
            except FileNotFoundError:
                continue  # between two copies

    with app.app_context():
        people = session().query(User).count()
        session().query(User).update({"name": "Nobody"})
        session().commit()
    writers = [threading.Thread(target=write) for _number in range(3)]
    for each in writers:
        each.start()
    for _number in range(5):
        site.fresh()
    has_ended.set()
    for each in writers:
        each.join()
    with site.fresh().app_context():
        assert session().query(User).filter(User.name != "Nobody").count() == people
