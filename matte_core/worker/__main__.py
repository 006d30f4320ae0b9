"""Start the worker from its path alone: ``python -I .../matte_core/worker/__main__.py``.

Isolated mode (``-I``) keeps the caller's PYTHONPATH, user packages and current folder out, so the
folder that holds this very copy of `matte_core` is put on the path here. Plug-in and worker are
thereby always the same version.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from matte_core.worker.server import main

if __name__ == "__main__":
    sys.exit(main())
