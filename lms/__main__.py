"""``python3 -m lms <command>`` from a bare checkout: standard library only, see ``lms.ops.bootstrap``."""

import sys
from pathlib import Path

OLDEST_PYTHON = (3, 11)


def main() -> int:
    """Prepare ``.venv`` where needed, then become ``lms.cli`` in it; returns only when that failed."""
    if sys.version_info < OLDEST_PYTHON:
        wanted = "{}.{}".format(*OLDEST_PYTHON)
        found = "{}.{}".format(*sys.version_info[:2])
        print(f"Contrada needs Python {wanted} or newer; this is {found}.", file=sys.stderr)
        print(f"Try: python{wanted} -m lms " + " ".join(sys.argv[1:]), file=sys.stderr)
        return 1
    root = Path(__file__).resolve().parent.parent
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))  # started as a folder (python3 path/to/lms), not with -m
    from lms.ops.bootstrap import start

    return start(root, sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
