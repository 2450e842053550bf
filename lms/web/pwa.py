"""The product on a home screen: name and icon for the device, and a quiet page while there is no connection.

A web app manifest (W3C) for each office, and one service worker for the site. The worker keeps what the quiet page is
made of and nothing of a person (see decision 0016).
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from lms.store.runtime import part, settings
from lms.text import current_locale
from lms.web.assets import ASSETS, AssetRegistry
from lms.web.guard import public
from lms.web.offices import current_office

blueprint = Blueprint("pwa", __name__)

PAPER = "#FBF8F2"
ICON_SIZES = (192, 512)
_WORKER = Path(__file__).with_name("service_worker") / "service-worker.js"
_SHELL = (
    "vendor/bootstrap.min.css", "css/theme.css", "css/shell.css", "css/parts.css", "css/forms.css", "icon.svg",
    "vendor/icons.svg",
    "vendor/fonts/atkinson-hyperlegible-next-latin-400-normal.woff2",
    "vendor/fonts/atkinson-hyperlegible-next-latin-700-normal.woff2",
)  # fmt: skip


@blueprint.get("/app.webmanifest")
@public
def manifest() -> Response:
    """Name, colours and icons with which a device keeps the office on its home screen."""
    office = current_office()
    assets: AssetRegistry = part(ASSETS)
    home = f"{request.script_root}/"
    content: dict[str, Any] = {
        "id": home,
        "start_url": home,
        "scope": home,
        "name": office.name if office else settings().site_name,
        "lang": current_locale().replace("_", "-"),
        "display": "standalone",
        "background_color": PAPER,
        "theme_color": PAPER,
        "icons": [
            {"src": assets.url("icon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"},
            *(
                {"src": assets.url(f"icon-{size}.png"), "sizes": f"{size}x{size}", "purpose": "any maskable"}
                for size in ICON_SIZES
            ),
        ],
    }
    return Response(json.dumps(content, ensure_ascii=False), mimetype="application/manifest+json")


@blueprint.get("/offline")
@public
def offline() -> ResponseReturnValue:
    """What is shown instead of a page while there is no connection. Nothing in it belongs to a person."""
    return render_template("offline.html", languages=[])


@blueprint.get("/service-worker.js")
@public
def service_worker() -> Response:
    """The worker, with the list of what it keeps. Browsers ask for it again with each visit."""
    assets: AssetRegistry = part(ASSETS)
    shell = [assets.url(path) for path in _SHELL]
    shell += assets.module_preloads("js/app.js") + assets.module_preloads("js/offline.js") + ["/offline"]
    code = _WORKER.read_text("utf-8")
    release = hashlib.sha256("\n".join([code, *shell]).encode()).hexdigest()[:12]
    head = f"const SHELL = {json.dumps(shell)};\nconst RELEASE = {json.dumps(release)};\n"
    response = Response(head + code, mimetype="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    return response
