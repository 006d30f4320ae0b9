"""How each kind of fault is injected into an installed Matte, and taken back. Standard library."""

import base64
import os
import shutil
import threading
import time
from contextlib import contextmanager
from pathlib import Path

HOME = Path(os.environ["MATTE_EXPECTED_HOME"])
PYTHON = HOME / "env" / "bin" / "python"
LEAKED = ("GI_TYPELIB_PATH", "GEGL_PATH", "BABL_PATH", "APPDIR", "APPIMAGE", "ARGV0", "OWD")
FAULT = Path("/mnt/scratch/faults/fault")
WORKERS = Path("/mnt/checkout/tests/worker")

# `$script`, the last argument, is the plug-in's own worker.
IN_PLACE_OF_PYTHON = """#!/bin/sh
for script; do :; done
export MATTE_FAULT='{fault}' MATTE_CHECKOUT=/mnt/checkout
exec '{python}' -I -B -X utf8 '{worker}' "$script"
"""

# A network of one node, which puts a border of 200 000 pixels around its picture.
ENORMOUS = base64.b64decode(
    "CAg6rwEKHAoFaW1hZ2UKBHBhZHMSA291dBoDb3V0IgNQYWQSAWcqTAgIEAdCBHBhZHNKQAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAEANAwAAAAAAQA0DAAAAAABaHwoFaW1hZ2USFgoUCAESEAoCCAEK"
    "AggDCgIIQAoCCEBiHQoDb3V0EhYKFAgBEhAKAggBCgIIAwoCCEAKAghAQgIQDQ=="
)


@contextmanager
def hidden(path):
    """Take a file or folder away for a while."""
    away = path.with_name(path.name + ".away")
    path.rename(away)
    try:
        yield away
    finally:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
        away.rename(path)


@contextmanager
def replaced(path, contents):
    """Give a file other contents for a while."""
    with hidden(path) as away:
        path.write_bytes(contents(away.read_bytes()) if callable(contents) else contents)
        yield


@contextmanager
def _worker(name, python, fault):
    FAULT.parent.mkdir(exist_ok=True)
    FAULT.write_text(fault)
    with hidden(PYTHON):
        PYTHON.write_text(
            IN_PLACE_OF_PYTHON.format(fault=FAULT, python=python, worker=WORKERS / name)
        )
        PYTHON.chmod(0o755)
        yield


def worker(fault):
    """Put a stranger in place of the worker."""
    return _worker("odd_worker.py", "/usr/bin/python3", fault)


def step(fault):
    """Spoil a step of the worker itself."""
    return _worker("spoiled_worker.py", PYTHON.with_name("python3"), fault)


@contextmanager
def environment(fault):
    """Damage the environment."""
    packages = next((HOME / "env" / "lib").glob("python3*")) / "site-packages"
    library = next((packages / "onnxruntime" / "capi").glob("onnxruntime_pybind11_state*.so"))
    match fault:
        case "it is gone":
            change = hidden(HOME / "env")
        case "its Python is of another version":
            change = hidden(packages.parent)
        case "a package is missing":
            change = hidden(packages / "numpy")
        case "a package is damaged":
            change = replaced(packages / "cv2" / "__init__.py", b"def half_of_a(")
        case "a library is cut short":
            change = replaced(library, lambda data: data[:100])
        case _:
            change = hidden(PYTHON)
    with change:
        match fault:
            case "its Python was taken away":
                PYTHON.symlink_to("/usr/bin/python3.0")
            case "its Python is a folder":
                PYTHON.mkdir()
            case "its Python is no program":
                PYTHON.write_text("not a program")
        yield


@contextmanager
def log(fault):
    """Let the log be one that cannot be written."""
    folder = HOME / "logs"
    with hidden(folder):
        if fault == "the disk is full":
            folder.mkdir()
            (folder / "worker.log").symlink_to("/dev/full")
        else:
            folder.write_text("a file where the folder should be")
        yield


@contextmanager
def network(fault):
    """Damage the network, or add one that must not be run."""
    models = HOME / "models"
    file = models / "deeplab-513.onnx"
    match fault:
        case "its file is cut short":
            change = replaced(file, lambda data: data[: len(data) // 2])
        case "its file was swapped":
            change = replaced(file, ENORMOUS)
        case "its description is damaged":
            change = replaced(file.with_suffix(".json"), b"{")
        case _:
            change = hidden(models)
    with change:
        if fault == "wants more than 100 GB":
            models.mkdir()
            (models / "enormous.onnx").write_bytes(ENORMOUS)
        yield


@contextmanager
def paused(action, spoiled):
    """Do something while a worker waits; `action` is given its process number."""
    failed = []

    def watch():
        found = None
        while found is None:
            time.sleep(0.02)
            found = next(FAULT.parent.glob("waiting-*"), None)
        try:
            action(int(found.name.partition("-")[2]))
        except BaseException as error:
            failed.append(error)
        found.unlink()

    with spoiled:
        watching = threading.Thread(target=watch, daemon=True)
        watching.start()
        yield
        assert not watching.is_alive(), "the worker did not get there"
    if failed:
        raise failed[0]


@contextmanager
def surroundings(_fault):
    """Look at what of GIMP's own surroundings comes through to the worker."""
    seen = []

    def look(pid):
        seen.extend(Path(f"/proc/{pid}/environ").read_text().split("\0"))

    with paused(look, step("waits at matting")):
        yield
    names = {entry.partition("=")[0] for entry in seen}
    assert "PATH" in names
    leaked = {name for name in names if name in LEAKED or name.startswith(("PYTHON", "LD_"))}
    assert not leaked, f"came through: {leaked}"


@contextmanager
def bystander(fault):
    """Let another plug-in work in the same GIMP while the worker computes."""
    request, answer = FAULT.with_name("request.new"), FAULT.with_name("answer")

    def work(_pid):
        request.write_text(f"{NEWEST}{WORKS[fault]}{TELL}")
        request.rename(FAULT.with_name("request.py"))
        limit = time.monotonic() + 60
        while not answer.exists():
            assert time.monotonic() < limit, "the bystander did not answer"
            time.sleep(0.02)

    answer.unlink(missing_ok=True)
    # What the bystander asks of Matte itself needs the worker as it is.
    needs_real = fault.startswith("runs")
    with paused(work, step("waits at matting") if needs_real else worker("waits")):
        yield answer


# What the bystander does to the newest image and its first layer.
NEWEST = """
import document_tools
image = max(Gimp.get_images(), key=lambda image: image.get_id())
layer = image.get_layers()[0]
"""
TELL = """
answer = repr(document_tools.fingerprint(image)) if image.is_valid() else "closed"
"""
WORKS = {
    "deletes the layer": "image.remove_layer(layer)",
    "paints on the layer": "layer.invert(False)",
    "scales the layer": "layer.scale(50, 40, False)",
    "moves the layer": "layer.set_offsets(5, 3)",
    "gives it a mask": "layer.add_mask(layer.create_mask(Gimp.AddMaskType.WHITE))",
    "turns the image gray": "image.convert_grayscale()",
    "runs another action on it": "document_tools.succeed(image, [layer], "
    "name=document_tools.SEGMENT, subject='selection', output='layer-mask')",
    "runs another action beside it": "document_tools.succeed(image, [layer], "
    "name=document_tools.TRIMAP, source='selection')",
    "changes the selection": "Gimp.Selection.none(image)",
    "adds another layer": "image.insert_layer(layer.copy(), None, 0)",
}

KINDS = {
    "surroundings": surroundings,
    "bystander": bystander,
    "environment": environment,
    "worker": worker,
    "step": step,
    "log": log,
    "network": network,
}
