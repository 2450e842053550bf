"""``python3 plugins/webinar/engine_embedded --folder DIR``: the engine's process, and nothing of the product.

The packages above this one are made known bare: to import them would bring the whole
application with them, ten times the memory and the start.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType

HERE = Path(__file__).resolve().parent


def make_bare_packages() -> None:
    """``plugins`` and ``plugins.webinar`` as places where modules are found, without their own code."""
    for name, folder in (("plugins", HERE.parent.parent), ("plugins.webinar", HERE.parent)):
        package = ModuleType(name)
        package.__path__ = [str(folder)]
        sys.modules[name] = package


if __name__ == "__main__":
    make_bare_packages()
    sys.path.remove(str(HERE))
    if "--workers" in sys.argv:
        sys.exit(importlib.import_module("plugins.webinar.engine_embedded.several").main(sys.argv[1:]))
    sys.exit(importlib.import_module("plugins.webinar.engine_embedded.worker").main(sys.argv[1:]))
