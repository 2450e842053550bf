"""``python3 -m lms``: every command, each with ``--help`` and an exit code."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence

import click

from lms.errors import AppError, ConfigError
from lms.ops import gate_runner

SETTINGS_ARE_WRONG = 78
"""Exit code of sysexits.h (EX_CONFIG): the supervisor does not try again."""
LIGHT = {"serve": "lms.ops.serving", "demo": "lms.ops.demo"}
"""Commands that start without the whole product, and where they are."""


def main(argv: Sequence[str]) -> int:
    """Run a command line; returns the exit code. Expected errors are one line, never a traceback.

    ``test`` works even when the product does not import.
    """
    if argv[:1] == ["test"]:
        return gate_runner.main(list(argv[1:]))
    command, program, arguments = _find_command(list(argv))
    try:
        result = command.main(args=arguments, prog_name=program, standalone_mode=False)
    except ConfigError as problem:
        click.echo(f"lms: {problem}", err=True)
        return SETTINGS_ARE_WRONG
    except AppError as problem:
        click.echo(f"lms: {problem.message}", err=True)
        return 1
    except click.ClickException as problem:
        problem.show()
        return problem.exit_code
    except click.Abort:
        return 130
    return result if isinstance(result, int) else 0


def _find_command(argv: list[str]) -> tuple[click.Command, str, list[str]]:
    """What to run, its name in messages, and its arguments. Long-running commands load only themselves."""
    if argv[:1] and argv[0] in LIGHT:
        command: click.Command = getattr(importlib.import_module(LIGHT[argv[0]]), argv[0])
        return command, f"python3 -m lms {argv[0]}", argv[1:]
    return importlib.import_module("lms.ops.root").root, "python3 -m lms", argv


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
