"""``python -m matte_core``: the command line."""

import sys

from matte_core.cli import main

if __name__ == "__main__":
    sys.exit(main())
