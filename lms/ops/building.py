"""A whole installation with the demo world, on disk: ``python -m lms.ops.building FOLDER``."""

from __future__ import annotations

import sys
from pathlib import Path

from lms.app import create_app
from lms.config import load_settings, make_secret_file
from lms.demo.world import build_world
from lms.hooks.callers import hooks
from lms.store import migrate
from lms.store.base import db, session


def fill_instance(folder: Path) -> None:
    """Make secret, tables and demo data in an empty folder; settings come from the environment."""
    make_secret_file(folder)
    app = create_app(load_settings(folder))
    with app.app_context():
        migrate.upgrade(db.engine, migrate.owners(hooks().plugins))
        build_world()
        session().close()
        db.engine.dispose()


if __name__ == "__main__":
    fill_instance(Path(sys.argv[1]))
