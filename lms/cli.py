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


def main(argv: Sequence[str]) -> int:
    """Run a command line; returns the exit code. Expected errors are one line, never a traceback.

    ``test`` works even when the product does not import.
    """
    if argv[:1] == ["test"]:
        return gate_runner.main(list(argv[1:]))
    root: click.Command = importlib.import_module("lms.ops.root").root
    try:
        result = root.main(args=list(argv), prog_name="python3 -m lms", standalone_mode=False)
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


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
