"""Start the worker from its path alone: ``python -I .../matte_core/worker/__main__.py``.

Isolated mode (``-I``) ignores PYTHONPATH, user packages and the current folder, so the folder that
holds this copy of `matte_core` is put on the path here. That way, plug-in and worker are always of
the same version.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from matte_core.worker.server import main

if __name__ == "__main__":
    sys.exit(main())
