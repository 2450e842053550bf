"""``python3 -m lms demo``: the product with its demo world, from nothing to a sign-in page."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import webbrowser
from collections.abc import Callable
from pathlib import Path

import click

from lms.config import ROOT, load_settings
from lms.demo.people import PASSWORD, STAFF
from lms.ops.ports import check_port
from lms.ops.serving import instance_option, run_services, use_instance

DEMO = ROOT / "instance" / "demo"
BUILDER = "lms.ops.building"
_SETTINGS = """# Made by `python3 -m lms demo`; instance/lms.example.toml lists every setting.
environment = "development"
plugins = {plugins}
"""
SHOWN = ("trainee", "practitioner", "tutor", "trainer", "counsellor", "head", "head_vienna", "operator")


@click.command()
@instance_option
@click.option("--port", type=click.IntRange(1, 65535), help="Port of the web server (default 8420).")
@click.option("--no-browser", is_flag=True, help="Do not open a browser.")
def demo(port: int | None, no_browser: bool) -> int:
    """Run the product with demo data: two offices, sixty invented people, six months of activity."""
    instance = Path(os.environ.get("LMS_INSTANCE", DEMO)).resolve()
    if port:
        os.environ["LMS_WEB__PORT"] = str(port)
    if not (instance / "contrada.db").exists():
        _build(instance)
    use_instance(instance)
    settings = load_settings().settings
    check_port(settings.web.host, settings.web.port)
    url = f"http://{settings.web.host}:{settings.web.port}/"
    _print_sign_ins(url)
    return run_services(on_ready=None if no_browser else _opener(url))


def every_plugin() -> list[str]:
    """Names of all plugins of the product."""
    return sorted(path.parent.name for path in (ROOT / "plugins").glob("*/__init__.py"))


def _build(instance: Path) -> None:
    """Build beside the target and move it there when it is whole, so that a cut leaves nothing half-done."""
    if instance.exists() and any(instance.iterdir()):
        raise click.ClickException(
            f"{instance} is not empty and holds no demo. Choose another folder with --instance."
        )
    building = instance.with_name(f".{instance.name}.building")
    shutil.rmtree(building, ignore_errors=True)
    click.echo("Making the demo world (once; a few seconds) ...")
    building.mkdir(parents=True)
    (building / "lms.toml").write_text(_SETTINGS.format(plugins=json.dumps(every_plugin())), "utf-8")
    # In a process of its own: what building leaves in memory would be in every process that serves.
    if subprocess.run([sys.executable, "-m", BUILDER, str(building)], check=False).returncode != 0:
        raise click.ClickException("The demo world could not be made; the lines above say why.")
    if instance.exists():
        instance.rmdir()
    building.rename(instance)


def _print_sign_ins(url: str) -> None:
    click.echo(f"\nOffices   {url}o/siena/   {url}o/vienna/")
    click.echo(f"Gallery   {url}_ui          Mail   {url}_mail")
    click.echo(f"\nSign in with any of these; the password of all is  {PASSWORD}")
    people = {key: (name, office) for key, name, office, _language, _roles, _function in STAFF}
    people["trainee"] = ("Aïcha Benali", "siena")
    for key in SHOWN:
        name, office = people[key]
        address = f"{key.replace('_', '.')}@example.org"
        click.echo(f"  {address:<30} {name:<28} {office}")
    click.echo("")


def _opener(url: str) -> Callable[[], None]:
    def open_browser() -> None:
        webbrowser.open(url)

    return open_browser
