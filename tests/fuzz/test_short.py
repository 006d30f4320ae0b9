"""A few inputs of each kind, the same ones at every run; `long_run.py` tries thousands."""

import fuzz_arguments
import fuzz_files
import fuzz_frames
import fuzz_mattes
import fuzz_networks
import pytest

PROPERTIES = [
    held
    for module in (fuzz_arguments, fuzz_files, fuzz_frames, fuzz_mattes, fuzz_networks)
    for held in module.PROPERTIES
]


@pytest.mark.parametrize("held", PROPERTIES, ids=lambda held: held.name)
def test_it_holds(held):
    held.try_out(held.short)
