"""The test site for a web server process of its own; told by LMS_TEST_FOLDER, LMS_TEST_REDIS, LMS_TEST_URL."""

from __future__ import annotations

import os
from pathlib import Path

from tests.lms.live.site import make_app, make_settings

app = make_app(
    make_settings(
        Path(os.environ["LMS_TEST_FOLDER"]),
        redis_url=os.environ.get("LMS_TEST_REDIS", ""),
        database_url=os.environ.get("LMS_TEST_URL", ""),
    )
)
