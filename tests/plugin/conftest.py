"""The parts of the plug-in that need neither GIMP nor its toolkit."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "plug-ins" / "matte"))
