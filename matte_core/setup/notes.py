"""Small JSON files that the installer leaves for itself and for the plug-in."""

import json
from pathlib import Path


def read_note(path: Path) -> dict[str, object]:
    """Return the JSON object in a file; empty if there is none."""
    try:
        note = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return note if isinstance(note, dict) else {}
