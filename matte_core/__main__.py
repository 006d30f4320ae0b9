"""The command line: ``python -m matte_core``, or ``python -I …/matte_core/__main__.py``.

Started by its path, in isolated mode, it runs the copy of the library that it belongs to.
"""

import sys
from pathlib import Path

if not __package__:
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from matte_core.cli import main

if __name__ == "__main__":
    sys.exit(main())
