"""Runs in GIMP, as its batch script: every `check_` function of `checks*.py`, one by one.

GIMP takes ten seconds to start, so all checks share one start. The results go to a file, since
what a plug-in does is not seen in GIMP's exit status: name to [outcome, words].
"""

import importlib
import json
import os
import sys
import time
import traceback
from pathlib import Path

INSIDE = "/mnt/checkout/tests/gimp/inside"
sys.path.insert(0, INSIDE)

import gi

gi.require_version("Gegl", "0.4")
gi.require_version("Gimp", "3.0")
from gi.repository import Gimp


def run_checks():
    """Run all checks, or those that MATTE_CHECKS names."""
    from calling import plug_in

    with plug_in() as ours:
        run_each(ours.run)


def run_each(quickly):
    from document_tools import Skipped, go, through_gimp

    modules = sorted(path.stem for path in Path(INSIDE).glob("checks*.py"))
    checks = {
        name: value
        for module in modules
        for name, value in vars(importlib.import_module(module)).items()
        if name.startswith("check_")
    }

    results = {}
    wanted = os.environ.get("MATTE_CHECKS", "").split()
    for name, check in checks.items():
        if wanted and name not in wanted:
            continue
        started = time.monotonic()
        before = {image.get_id() for image in Gimp.get_images()}
        go(through_gimp if hasattr(check, "starts_plug_in") else quickly)
        try:
            check()
            results[name] = ["passed", f"{time.monotonic() - started:.1f} s"]
        except Skipped as reason:
            results[name] = ["skipped", str(reason)]
        except BaseException:
            results[name] = ["failed", traceback.format_exc()]
        for image in Gimp.get_images():
            if image.get_id() not in before:
                image.delete()
        # After each, so that a crash of GIMP itself still tells what passed before it.
        Path("/mnt/scratch/results.json").write_text(json.dumps(results, indent=1))


run_checks()
