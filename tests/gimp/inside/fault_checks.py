"""Runs in GIMP, as its batch script: every fault of `fault_table.py` against the real plug-in.

After each the image is as it was, to the last pixel, nothing of ours is running, and no file is
left behind. Results go to /mnt/scratch/faults.json: name to [outcome, words].
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
from document_tools import (
    COMPOSITE,
    CUT_OUT,
    DECONTAMINATE,
    SEGMENT,
    TRIMAP,
    Skipped,
    alpha_of,
    call,
    disc,
    fingerprint,
    select_disc,
)
from fault_kinds import HOME, KINDS
from fault_table import FAULTS, MODEL
from gi.repository import Gimp
from processes import commands

END_SECONDS = 2.0
# Folders of packages and of what Python compiles; with them, a look would take seconds.
SKIPPED = ("site-packages", "__pycache__")
FAILED = (Gimp.PDBStatusType.EXECUTION_ERROR, Gimp.PDBStatusType.CALLING_ERROR)
ACTIONS = {
    "cut-out": (CUT_OUT, {"subject": "selection"}),
    "trimap": (TRIMAP, {"source": "selection"}),
    "class map": (SEGMENT, {"output": "class-map"}),
    "decontaminate": (DECONTAMINATE, {}),
    "composite": (COMPOSITE, {}),
}
# What is given no image, and returns a report.
REPORTING = {
    "set up": ("plug-in-matte-setup", {"repair": True}),
    "open images": ("plug-in-matte-cut-out-images", {"subject": "selection"}),
    "two open images": ("plug-in-matte-cut-out-images", {"subject": "selection"}),
}


def document(action):
    """Make an image that an action can work on, with a mask where it needs one."""
    image, layer = disc()
    select_disc(image, 24)
    if action in ("decontaminate", "composite"):
        layer.add_mask(layer.create_mask(Gimp.AddMaskType.SELECTION))
    image.clean_all()
    if action == "two open images":
        return document("open images")
    return image, layer


def processes():
    """Return the commands of all plug-ins and workers of ours that are running."""
    found = []
    for _pid, line in commands():
        command = line.split(b"\0")
        names = {part.rpartition(b"/")[2] for part in command}
        is_ours = any(name in line for name in (b"matte_core/worker", b"/env.new"))
        if is_ours or names & {b"matte.py", b"odd_worker.py", b"spoiled_worker.py"}:
            found.append(b" ".join(command).decode())
    return found


def call_for_report(name, **arguments):
    """Run a procedure that is given no image; return its status, and its error or its report."""
    procedure = Gimp.get_pdb().lookup_procedure(name)
    config = procedure.create_config()
    for key, value in arguments.items():
        config.set_property(key, value)
    result = procedure.run(config)
    if result.index(0) == Gimp.PDBStatusType.SUCCESS:
        return result.index(0), result.index(result.length() - 1)
    return result.index(0), Gimp.get_pdb().get_last_error()


def files():
    """Return every file and folder that Matte could leave behind."""
    found = set()
    for place in (HOME, Path("/tmp"), Path.home() / ".cache"):
        for folder, folders, names in os.walk(place):
            folders[:] = [name for name in folders if name not in SKIPPED]
            found |= {os.path.join(folder, name) for name in (*folders, *names)}
    found -= {str(HOME / "logs" / name) for name in ("worker.log", "check.log")}
    return {path for path in found if "gimp" not in path.rpartition("/")[2].lower()}


def check(fault):
    image, layer = document(fault.action)
    name, arguments = {**ACTIONS, **REPORTING}[fault.action]
    if fault.kind == "network":
        arguments = {} if fault.detail == "no network at all" else {"model": MODEL}
    before, files_before = fingerprint(image), files()
    with KINDS[fault.kind](fault.detail) as answer:
        started = time.monotonic()
        if fault.action in REPORTING:
            status, message = call_for_report(name, **arguments)
        else:
            status, message = call(image, [layer], name=name, **arguments)
        seconds = time.monotonic() - started
    if fault.words:
        is_told = fault.action in REPORTING and status == Gimp.PDBStatusType.SUCCESS
        assert is_told or status in FAILED, f"{status}: {message}"
        missing = [words for words in fault.words if words not in message]
        assert not missing, f"no {missing} in: {message}"
        for word in ("Traceback", 'File "', "  "):
            assert word not in message, message
        if fault.kind == "bystander":
            now = repr(fingerprint(image)) if image.is_valid() else "closed"
            assert now == answer.read_text(), "more was changed than the bystander did"
        else:
            assert fingerprint(image) == before, "the image was changed"
            assert not image.is_dirty(), "a step of undo was left"
    else:
        assert status == Gimp.PDBStatusType.SUCCESS, message
        if not image.is_valid():
            assert answer.read_text(), "the bystander did nothing"
            return f"{seconds:.1f} s, and the image is gone"
        size, alpha = layer.get_width(), alpha_of(layer.get_mask())
        assert alpha[size // 2 * size + size // 2] > 0.99
        assert fault.kind == "bystander" or alpha[0] < 0.01
    limit = time.monotonic() + END_SECONDS
    while processes() and time.monotonic() < limit:
        time.sleep(0.05)
    assert not processes(), processes()
    left = sorted(files() ^ files_before)
    assert not left, f"files came or went: {left[:5]}"
    for image in Gimp.get_images():
        image.delete()
    return f"{seconds:.1f} s: {message}" if fault.words else f"{seconds:.1f} s"


def main():
    results = {}
    wanted = os.environ.get("MATTE_FAULTS", "")
    for fault in FAULTS:
        if wanted not in fault.name:
            continue
        try:
            results[fault.name] = ["passed", check(fault)]
        except Skipped as reason:
            results[fault.name] = ["skipped", str(reason)]
        except BaseException:
            results[fault.name] = ["failed", traceback.format_exc()]
        Path("/mnt/scratch/faults.json").write_text(json.dumps(results, indent=1))


main()
