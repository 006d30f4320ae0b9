"""A process whose parent is killed ends, though it waits for something else."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PLUG_IN = Path(__file__).resolve().parents[2] / "plug-ins" / "matte"
CHILD = """
import sys, time
sys.path.insert(0, {plug_in!r})
from matte_core.base import parent
parent.exit_with_parent()
print("here", flush=True)
time.sleep(60)
"""
PARENT = "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1]])"


@pytest.mark.skipif(os.name == "nt", reason="a parent's number does not change there")
def test_it_leaves_with_its_parent():
    child = CHILD.format(plug_in=str(PLUG_IN))
    with subprocess.Popen([sys.executable, "-c", PARENT, child], stdout=subprocess.PIPE) as started:
        assert started.stdout.readline() == b"here\n"
        started.kill()
        # The child holds the other end: it closes when the child ends.
        assert started.stdout.read() == b""
