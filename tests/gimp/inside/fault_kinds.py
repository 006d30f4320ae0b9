"""How each kind of fault is injected into an installed Matte, and taken back. Standard library."""

import base64
import ctypes
import fcntl
import os
import shutil
import signal
import threading
import time
from contextlib import contextmanager
from pathlib import Path

from fault_table import MODEL
from processes import commands, parent

HOME = Path(os.environ["MATTE_EXPECTED_HOME"])
PYTHON = HOME / "env" / "bin" / "python"
LEAKED = ("GI_TYPELIB_PATH", "GEGL_PATH", "BABL_PATH", "APPDIR", "APPIMAGE", "ARGV0", "OWD")
FAULT = Path("/mnt/scratch/faults/fault")
END_SECONDS = 2.0
READ_ONLY, REMOUNT, BIND, DETACH = 1, 32, 4096, 2  # of mount(2) and umount2(2)
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
    file = models / f"{MODEL}.onnx"
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
            file.write_bytes(ENORMOUS)
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
    "closes the image": "image.delete()",
    "changes the selection": "Gimp.Selection.none(image)",
    "adds another layer": "image.insert_layer(layer.copy(), None, 0)",
}


@contextmanager
def mounted(place, *what):
    """Put a disk in the place of a folder for a while: source, kind, flags and options of mount(2).

    The tree has no command for it.
    """
    system = ctypes.CDLL(None, use_errno=True)

    def mount(source, kind, flags, options):
        given = [part and os.fsencode(part) for part in (source, place, kind)]
        if system.mount(*given, flags, options and options.encode()):
            raise OSError(ctypes.get_errno(), "mount", str(place))

    mount(*what)
    try:
        if what[2] == BIND:
            mount(None, None, BIND | REMOUNT | READ_ONLY, None)
        yield
    finally:
        system.umount2(os.fsencode(place), DETACH)


@contextmanager
def home(fault):
    """Let Matte's folder be on a disk that is full, or that is not to be written."""
    match fault:
        case "has too little room":
            with mounted(HOME, "tmpfs", "tmpfs", 0, "size=20m"):
                yield
        case "fills up":  # of files: it has the room that was asked for
            with mounted(HOME, "tmpfs", "tmpfs", 0, "size=2g,nr_inodes=300"):
                yield
                left = [path for path in HOME.rglob("*") if path.parent.name != "logs"]
                assert {path.name for path in left} <= {"logs", "install.json", "install.lock"}
        case "cannot be written":
            with mounted(HOME, HOME, None, BIND, None):
                yield
        case "is being set up already":
            with (HOME / "install.lock").open("a") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                yield


@contextmanager
def connection(_fault):
    """Let all have to be fetched: this GIMP has no network at all."""
    with hidden(HOME / "env"):
        yield
        assert not (HOME / "env").exists()
        assert not (HOME / "env.new").exists()


def plug_in(fault):
    """Kill the plug-in."""
    if fault == "killed while its worker computes":
        return paused(lambda pid: os.kill(parent(pid), signal.SIGKILL), step("waits at matting"))
    return _killed_while_it_installs()


@contextmanager
def _killed_while_it_installs():
    killed, left = [], []

    def watch():
        while not killed:
            time.sleep(0.01)
            if (HOME / "env.new" / "bin").exists():
                killed.extend(pid for pid, command in commands() if b"matte.py" in command)
                for pid in killed:
                    os.kill(pid, signal.SIGKILL)
                time.sleep(END_SECONDS)
                left.extend(command for _, command in commands() if b"env.new" in command)

    with hidden(HOME / "env"):
        watching = threading.Thread(target=watch, daemon=True)
        watching.start()
        yield
        watching.join(10)
        assert killed, "the plug-in did not get there"
        assert not left, left
        with (HOME / "install.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(HOME / "env.new")  # the next to set up would
        (HOME / "requirements.new.txt").unlink()


KINDS = {
    "home": home,
    "connection": connection,
    "plug-in": plug_in,
    "surroundings": surroundings,
    "bystander": bystander,
    "environment": environment,
    "worker": worker,
    "step": step,
    "log": log,
    "network": network,
}
