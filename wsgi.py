"""The application object for web servers."""

from __future__ import annotations

from lms.app import create_app
from lms.config import load_settings

app = create_app(load_settings())
