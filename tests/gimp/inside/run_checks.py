"""Runs in GIMP, as its batch script: every `check_` function, one after the other.

GIMP takes ten seconds to start, so all checks share one start. The results go to a file, since
what a plug-in does is not seen in GIMP's exit status: name to [outcome, words].
"""

import json
import os
import sys
import time
import traceback
from pathlib import Path

sys.path.insert(0, "/mnt/checkout/tests/gimp/inside")

import gi

gi.require_version("Gimp", "3.0")
from gi.repository import Gimp


def run_checks():
    import checks
    from document_tools import Skipped

    results = {}
    wanted = os.environ.get("MATTE_CHECKS", "").split()
    for name, check in vars(checks).items():
        if not name.startswith("check_") or (wanted and name not in wanted):
            continue
        started = time.monotonic()
        before = {image.get_id() for image in Gimp.get_images()}
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
        Path("/mnt/work/results.json").write_text(json.dumps(results, indent=1))


run_checks()
