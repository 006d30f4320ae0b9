#!/usr/bin/env python3
"""Write docs/faults.md from the table of faults: ``python3 tests/gimp/fault_report.py``."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "inside"))

from fault_table import FAULTS

TARGET = HERE.parents[1] / "docs" / "faults.md"
HEAD = """# Faults

Each of the following {count} faults is injected while an action of the plug-in runs in a real
GIMP, 3.0 and 3.2, in a test of its own (`tests/gimp/test_faults.py`). Afterwards, the image is
exactly what it was: every pixel, mask, layer, channel, selection, and selected item, and no undo
step is left. Within two seconds, no process of the plug-in is running, and it leaves no files
behind. The message contains no traceback and says what to do.

GIMP itself runs in a hostile environment: with the variables that an AppImage or a Snap leaks,
pointing to packages and libraries that fail; with a locale that uses a decimal comma; and in a home
folder whose path contains spaces, quotes, a percent sign, Chinese characters, and a name of 200
characters.

`tests/gimp/fault_report.py` writes this page from `tests/gimp/inside/fault_table.py`.

| where | what goes wrong | what the message says |
|---|---|---|
"""
TAIL = """
A bystander is another plug-in that stands in for a user and works in the same GIMP while Matte
computes; afterwards, its changes are the only ones. GIMP keeps an image that was closed until the
action working on it is done.

## Two GIMPs at once

One GIMP runs in the locale `C`, the other in a home folder that is read-only and whose files are
dated ten years ahead; both cut out a subject at the same time. Then, while both workers compute,
one GIMP is killed and the other is asked to quit: plug-in and worker end within two seconds.

## Elsewhere in the tests

- `tests/gimp/inside/checks.py`: worker or plug-in killed while a large image is matted.
- `tests/worker/test_worker_faults.py`: the real worker killed at each step, out of memory (with a
  real limit), suspended, hung, or printing to its output; cancelled at each step; its client gone.
- `tests/worker/test_worker_client.py`: the same misbehaving workers, without GIMP.
- `tests/install/`: an environment that is incomplete, damaged, or of another version.
- `tests/cli/test_full_disk.py`, `tests/install/test_full_disk.py`: a disk that is really full, in
  bytes or in inodes, while a model, a result, or the environment is written.
"""


def written():
    """Return the page."""
    rows = "".join(
        "| {} | {}{} | {} |\n".format(
            fault.kind,
            fault.detail,
            "" if fault.action == "cut-out" else f" ({fault.action})",
            " … ".join(fault.words) if fault.words else "nothing: the action succeeds",
        )
        for fault in FAULTS
    )
    return HEAD.format(count=len(FAULTS)) + rows + TAIL


if __name__ == "__main__":
    TARGET.write_text(written(), encoding="utf-8")
