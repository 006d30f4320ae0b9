"""Runs in each of two GIMPs at once, as their batch script: see `fault_session.py`.

Both cut out at the same time; then both are ended by others while their workers compute.
"""

import os
import sys
import time
from pathlib import Path

sys.path.insert(0, "/mnt/checkout/tests/gimp/inside")

from document_tools import alpha_of, call, disc, select_disc, succeed

FOLDER = Path("/mnt/scratch/faults")
NAME = os.environ["MATTE_NAME"]


def wait_for(*names):
    while not all((FOLDER / name).exists() for name in names):
        time.sleep(0.02)


image, layer = disc()
select_disc(image, 24)
(FOLDER / f"{NAME}-ready").touch()
wait_for("one-ready", "two-ready")
for _ in range(2):
    succeed(image, [layer], subject="selection")
    assert alpha_of(layer.get_mask())[32 * 64 + 32] > 0.99
(FOLDER / f"{NAME}-done").touch()
wait_for("spoiled")
call(image, [layer], subject="selection")
