"""Runs in a GIMP with a window, as its batch script: the whole matrix.

Results go to /mnt/scratch/documents.json after each case, since a plug-in that ends takes this
script along: [[section, name, {output: result}], ...]. MATTE_DOCUMENTS picks cases by their words.
What came of undoing each action goes to /mnt/scratch/actions.json.
"""

import json
import os
import sys
import time
import traceback
from pathlib import Path

INSIDE = "/mnt/checkout/tests/gimp/inside"
sys.path[:0] = [f"{INSIDE}/documents", INSIDE]

import gi

for module, version in (("Babl", "0.1"), ("Gegl", "0.4"), ("Gimp", "3.0")):
    gi.require_version(module, version)
from gi.repository import Gegl, Gimp

NOT_HERE = "not supported"
RESULTS = Path("/mnt/scratch/documents.json")
ACTIONS = Path("/mnt/scratch/actions.json")


def run_case(plug_in, case):
    """Build a document, run every output on it, undo each; return output to result."""
    from judging import Judge

    built = case.build()
    if built is None:
        return dict.fromkeys(case.outputs, NOT_HERE)
    image, drawables, *targets = built
    targets = (
        targets[0] if targets else [item for item in drawables if isinstance(item, Gimp.Layer)]
    )
    # What the building did is not to be undone by an undo too many.
    image.undo_disable()
    image.undo_enable()
    display = Gimp.Display.new(image)
    results, judge = {}, Judge(plug_in, image, drawables, targets, case.arguments)
    for output in case.outputs:
        print(f"{case.name}: {output}", flush=True)  # the last words of one that ends GIMP's Python
        try:
            results[output] = judge.run(output)
        except BaseException:
            results[output] = f"FAILED: {traceback.format_exc(limit=-4)}"
            break
    display.delete()
    if image.is_valid():
        image.delete()
    return results


def run_all():
    """Run all cases, or those whose words are in MATTE_DOCUMENTS; then every action."""
    Gegl.init(None)
    from actions import undo_all
    from calling import plug_in, write_tiny_network
    from cases import cases
    from judging import NETWORK

    wanted = os.environ.get("MATTE_DOCUMENTS", "")
    table, started = [], time.monotonic()
    write_tiny_network(NETWORK)
    with plug_in(str(NETWORK)) as ours:
        for case in cases():
            if wanted not in f"{case.section}: {case.name}":
                continue
            begun = time.monotonic()
            try:
                found = run_case(ours, case)
            except BaseException:
                found = dict.fromkeys(case.outputs, f"FAILED: {traceback.format_exc()}")
            seconds = time.monotonic() - begun
            print(f"{time.monotonic() - started:5.1f} s {seconds:5.2f} s {case.name}", flush=True)
            if "FAILED" in str(found):
                print(found, flush=True)
            table.append([case.section, case.name, found])
            RESULTS.write_text(json.dumps(table, indent=1))
        ACTIONS.write_text(json.dumps(undo_all(ours), indent=1))


run_all()
