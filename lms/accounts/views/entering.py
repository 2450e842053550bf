"""From a proof to a session: what all doors do in the end."""

from __future__ import annotations

import re
import uuid
from typing import Any
from urllib.parse import urlsplit

from flask import redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from lms.accounts.doors import Door, doors
from lms.accounts.sessions import SHARED
from lms.accounts.signin import Proof, admit
from lms.clock import utcnow
from lms.store.uow import unit_of_work

PENDING = "pending"
PROVED = "proved_at"
PENDING_SECONDS = 600
_SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Mac OS", "CrOS", "Linux")
_BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)


def knock(door: Door, account: str) -> None:
    """Count a try at a door. Raises TooMany."""
    doors().knock(door, account, visitor_address())


def visitor_address() -> str:
    """The address that the request comes from (proxies resolved)."""
    return request.remote_addr or "unknown"


def enter(proof: Proof, onward: str, *, is_shared: bool = False) -> str:
    """Open a session, or keep the proof for the second step; returns where to go. Raises Forbidden.

    ``is_shared``: other people use this computer too, so the session is short and leaves nothing behind.
    """
    if proof.needs_second_step:
        session.clear()
        session[PENDING] = {
            "user_id": str(proof.user_id), "method": proof.method, "next": onward, "at": utcnow().timestamp(),
            "is_shared": is_shared,
        }  # fmt: skip
        return url_for("accounts.second_step")
    with unit_of_work():
        user_id = admit(proof).id
    open_session(user_id, proof.method, is_shared=is_shared)
    return onward


def open_session(user_id: uuid.UUID, method: str, *, is_shared: bool = False) -> None:
    """Sign the browser in; the cookie's token changes when the answer is sent."""
    session.clear()
    session["_user_id"] = str(user_id)
    session["_fresh"] = True
    session[PROVED] = utcnow().timestamp()
    session["method"] = method
    session["browser"] = describe_browser(request.user_agent.string)
    session["address"] = visitor_address()
    if is_shared:
        session[SHARED] = True


def pending_proof() -> tuple[Proof, str, bool] | None:
    """Who has passed the first step in this browser lately, where they want to go, and whether the computer is shared."""
    kept: dict[str, Any] | None = session.get(PENDING)
    if not kept or utcnow().timestamp() - kept["at"] > PENDING_SECONDS:
        return None
    return (
        Proof(uuid.UUID(kept["user_id"]), kept["method"], needs_second_step=True),
        kept["next"],
        bool(kept.get("is_shared")),
    )


def go(onward: str) -> ResponseReturnValue:
    """See there (303, so that the form is not sent again)."""
    return redirect(onward, 303)


def safe_next(text: str | None) -> str:
    """A path of this site that was asked for, else the start page of where we are."""
    home = f"{request.script_root}/"
    if not text or not text.startswith("/") or text.startswith("//"):
        return home
    if "\\" in text or re.search(r"[\x00-\x20\x7f]", text):
        return home
    parts = urlsplit(text)
    return text if not parts.scheme and not parts.netloc else home


def describe_browser(agent: str) -> str:
    """Such as "Firefox, Windows", as far as the browser says."""
    browser = next((name for sign, name in _BROWSERS if sign in agent), "")
    system = (
        next((name for name in _SYSTEMS if name in agent), "")
        .replace("Mac OS", "macOS")
        .replace("CrOS", "ChromeOS")
    )
    return ", ".join(part for part in (browser, system) if part)[:120]
