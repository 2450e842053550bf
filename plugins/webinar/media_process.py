"""The engine as a program: how ``serve`` starts it, and ``python3 -m lms media`` where ``serve`` does not."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from lms.plugin import Process, run_folder, site_settings

ENGINE = Path(__file__).resolve().parent / "engine_embedded"
THIS_MACHINE = frozenset({"127.0.0.1", "::1", "localhost"})


def media_processes() -> list[Process]:
    """What the hook ``processes`` says: the engine, unless the settings want none."""
    return [Process("media", engine_argv())] if site_settings().media.engine == "embedded" else []


def engine_argv() -> list[str]:
    """The engine's command line for this installation."""
    site = site_settings()
    chosen = site.media
    # Pages served to this machine only need no media from elsewhere; behind a proxy they have a base_url.
    is_local = site.web.host in THIS_MACHINE and not site.base_url
    host = chosen.host or ("127.0.0.1" if is_local else "0.0.0.0")  # noqa: S104 - peers are anywhere
    argv = [sys.executable, str(ENGINE), "--folder", str(run_folder()), "--host", host]
    argv += ["--port", str(chosen.port)]
    if "port" in chosen.model_fields_set:
        argv.append("--fixed")
    if chosen.public_address:
        argv += ["--address", chosen.public_address]
    if chosen.workers > 1:
        argv += ["--workers", str(chosen.workers)]
    return argv


@click.command()
def media() -> None:
    """Forward sound and pictures of live rooms (scale mode; otherwise `serve` does)."""
    argv = engine_argv()
    os.execv(argv[0], argv)  # noqa: S606 - becomes the engine, without the product's memory
