#!/usr/bin/env python3
"""Put the plug-in into a folder for a package: ``python3 tools/stage.py FOLDER PYTHON``.

FOLDER is one that GIMP searches for plug-ins, and PYTHON the Python that has the packages. Nothing
else is needed to build a package: see ``tools/debian.py`` and ``tools/flathub.py``.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from matte_core.setup import trees
from matte_core.setup.plugin import MAIN, Source, tree


def main() -> int:
    """Run the command; return the exit status."""
    if len(sys.argv) != 3:
        print(__doc__)
        return 2
    folder, python = sys.argv[1:]
    trees.write(tree(Source(ROOT), {"python": python}), Path(folder) / "matte", {MAIN})
    return 0


if __name__ == "__main__":
    sys.exit(main())
