"""The command line as a whole: the commands of an installation, and those that areas and plugins contribute."""

from __future__ import annotations

from typing import Any

import click

import lms
from lms.config import load_settings
from lms.errors import ConfigError
from lms.hooks.callers import hooks
from lms.ops import care, commands
from lms.ops.commands import application
from lms.ops.demo import demo
from lms.ops.plugin_commands import plugin
from lms.ops.serving import instance_option, serve


class LmsGroup(click.Group):
    """The fixed commands, and those that areas and plugins contribute, which need the application."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of all commands."""
        return sorted({*super().list_commands(ctx), *self._contributed()})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A fixed command, else a contributed one."""
        return super().get_command(ctx, cmd_name) or self._contributed().get(cmd_name)

    def _contributed(self) -> dict[str, click.Command]:
        try:
            load_settings()
        except ConfigError:
            return {}
        with application().app_context():
            return {command.name or "": _inside(command) for command in hooks().commands()}


@click.group(cls=LmsGroup, context_settings={"help_option_names": ["-h", "--help"]})
@instance_option
@click.version_option(lms.__version__, prog_name="Contrada")
def root() -> None:
    """Contrada: learning and guidance for public employment services."""


for _command in (
    demo,
    plugin,
    commands.setup,
    commands.upgrade,
    serve,
    commands.dev,
    commands.worker,
    commands.config,
    commands.migration,
    care.doctor,
    care.backup,
    care.restore,
):
    root.add_command(_command)


def _inside(command: click.Command) -> click.Command:
    """The command, run in an application context."""
    original = command.callback

    def run(*arguments: Any, **options: Any) -> Any:
        with application().app_context():
            return original(*arguments, **options) if original else None

    if isinstance(command, click.Group):
        for child in command.commands.values():
            _inside(child)
    else:
        command.callback = run
    return command
