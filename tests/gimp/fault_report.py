#!/usr/bin/env python3
"""Write docs/faults.md from the table of faults: ``python3 tests/gimp/fault_report.py``.

Every row is a test of its own in GIMP 3.0 and 3.2; where one fails, so do the tests.
"""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "inside"))

from fault_table import FAULTS

TARGET = HERE.parents[1] / "docs" / "faults.md"
HEAD = """# Faults

Every fault below is injected while an action of the plug-in runs in a real GIMP, 3.0 and 3.2:
{count} of them, one test each (`tests/gimp/test_faults.py`). After each the image is what it was:
every pixel, mask, layer, channel, selection and selected item, and no step of undo. No process of
the plug-in's is left after two seconds, no file either. The message holds no traceback and says
what to do.

All of it happens in a GIMP in hostile surroundings: the variables that an AppImage or a Snap
leaks, pointing to packages and libraries that fail; a locale with a decimal comma; a home with
spaces, quotes, a percent sign, Chinese letters, and a name of 200 letters.

This page is written from `tests/gimp/inside/fault_table.py` by `tests/gimp/fault_report.py`.

| where | what goes wrong | what the message says |
|---|---|---|
"""
TAIL = """
A bystander is another plug-in, in place of a person, that works in the same GIMP while Matte
computes; what it did is all that is changed afterwards. GIMP keeps a closed image that an action
was given until the action is done.

## Two GIMPs at once

One in the locale `C`, one with a home that cannot be written and whose files carry dates ten years
ahead: both cut out at the same time. Then, while both workers compute, one GIMP is killed and the
other told to quit: plug-in and worker are gone within two seconds.

## Elsewhere in the tests

- `tests/gimp/inside/checks.py`: worker killed, and plug-in killed, while a large picture is matted.
- `tests/worker/test_worker_faults.py`: the real worker killed at each step, short of memory (a real
  limit), stopped, standing still, printing; cancelled at each of its steps; its client gone.
- `tests/worker/test_worker_client.py`: the same strangers in place of the worker, without GIMP.
- `tests/install/`: an environment half made, damaged, or of another version.
- `tests/cli/test_full_disk.py`, `tests/install/test_full_disk.py`: a disk that is really full, of
  bytes or of files, while a network, a result or the environment is written.
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
