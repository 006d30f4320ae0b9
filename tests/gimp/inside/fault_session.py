"""Faults that need a GIMP of their own. Runs in the tree, as root in namespaces of its own.

    python3 fault_session.py            with `HOMES` in their places

First one GIMP, in surroundings as hostile as packages and people make them, for all of
`fault_table.py`. Then two at once, one in the plainest locale, one with a home that cannot be
written and whose files come from the future; one is killed and one is told to quit while their
workers compute. Writes what was seen to /mnt/scratch/faults.json and /mnt/scratch/pair.json.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from fault_table import MODEL
from processes import is_alive, parent, wait_for

INSIDE = Path(__file__).resolve().parent
SCRATCH = Path("/mnt/scratch")
PLACE = Path(".local/share/matte-for-gimp")
FOLDER = SCRATCH / "faults"
#: The one home, shown by `trees` at other places too: name to place and mode.
HOMES = {
    "odd": (SCRATCH / f"Zoë Müller’s 写真, 100 % {'very ' * 30}long", "rw"),
    "plain": (SCRATCH / "plain", "rw"),
    "locked": (SCRATCH / "locked", "ro"),
}
LIBRARIES = Path("/usr/lib") / f"{os.uname().machine}-linux-gnu"
END_SECONDS = 2.0
START_SECONDS = 240.0
DECADE = 3600 * 24 * 3652

COMMA = """comment_char %
escape_char /
LC_NUMERIC
decimal_point "<U002C>"
thousands_sep "<U002E>"
grouping 3;3
END LC_NUMERIC
"""


def at_home(name):
    """Return the variables that put a GIMP into one of the homes."""
    home, _mode = HOMES[name]
    return {
        "HOME": str(home),
        "MATTE_HOME": str(home / PLACE),
        "MATTE_EXPECTED_HOME": str(home / PLACE),
    }


def leaks():
    """Return what an AppImage or a Snap leaks: right for GIMP, poison for any other program."""
    folder = SCRATCH / "AppImage"
    modules, libraries = folder / "python", folder / "lib"
    for place in (modules, libraries):
        place.mkdir(parents=True)
    for name in ("numpy", "scipy", "cv2", "onnxruntime", "sklearn"):
        (modules / f"{name}.py").write_text(f"raise ImportError('the {name} of GIMP’s package')\n")
    (libraries / "librt.so.1").write_text("no library at all")
    return {
        "APPDIR": str(folder),
        "APPIMAGE": "/opt/GIMP.AppImage",
        "ARGV0": "GIMP.AppImage",
        "OWD": "/",
        "PATH": f"{folder}/bin:{os.environ['PATH']}",
        "PYTHONPATH": str(modules),
        "PYTHONHOME": "/usr",
        "LD_LIBRARY_PATH": str(libraries),
        "LD_PRELOAD": next(str(path) for path in LIBRARIES.glob("libz.so.1")),
        "GI_TYPELIB_PATH": str(LIBRARIES / "girepository-1.0"),
        "GEGL_PATH": str(LIBRARIES / "gegl-0.4"),
        "BABL_PATH": str(LIBRARIES / "babl-0.1"),
    }


def comma():
    """Make a locale whose decimal point is a comma; return the variables that choose it."""
    folder = SCRATCH / "locales"
    folder.mkdir()
    letters = "".join(f"<U{code:04X}> /x{code:02x} x\n" for code in range(128))
    head = "<code_set_name> PLAIN\n<comment_char> %\n<escape_char> /\nCHARMAP\n"
    (folder / "letters").write_text(f"{head}{letters}END CHARMAP\n")
    (folder / "numbers").write_text(COMMA)
    command = ["localedef", "-c", "-f", "./letters", "-i", "./numbers", "./xx_XX"]
    subprocess.run(command, cwd=folder, capture_output=True, check=False)  # it warns by its status
    assert (folder / "xx_XX" / "LC_NUMERIC").exists()
    return {"LOCPATH": str(folder), "LC_NUMERIC": "xx_XX"}


def gimp(script, environ, *before):
    """Start a headless GIMP with a batch script; `before`: a command that starts it."""
    batch = f"exec(open('{INSIDE / script}').read())"
    command = [
        *before, "gimp-console", "-i", "-d", "-f", "-s", "--batch-interpreter=python-fu-eval",
        "-b", batch, "--quit",
    ]  # fmt: skip
    return subprocess.Popen(command, env={**os.environ, **environ})


def end(process, number):
    """End a GIMP whose worker computes; say whether worker and plug-in were gone in time."""
    waiting = [int(path.name.partition("-")[2]) for path in FOLDER.glob("waiting-*")]
    ours = [(worker, parent(worker)) for worker in waiting]
    ((worker, plug_in),) = [pair for pair in ours if parent(pair[1]) == process.pid]
    process.send_signal(number)
    limit = time.monotonic() + END_SECONDS
    while time.monotonic() < limit and (is_alive(worker) or is_alive(plug_in)):
        time.sleep(0.02)
    return not is_alive(worker) and not is_alive(plug_in)


def pair():
    """Two GIMPs at once, in other surroundings each, and their ends."""
    seen = {}
    home = SCRATCH / "home"
    later = time.time() + DECADE
    for path in (home / PLACE).rglob("*"):
        if path.is_file() and not path.is_symlink() and "site-packages" not in path.parts:
            os.utime(path, (later, later))
    one = gimp("fault_pair.py", {**at_home("plain"), "MATTE_NAME": "one", "LC_ALL": "C"})
    two = gimp("fault_pair.py", {**at_home("locked"), "MATTE_NAME": "two"})
    try:
        for name in ("one", "two"):
            wait_for((FOLDER / f"{name}-done").exists, START_SECONDS, f"GIMP {name} to cut out")
        seen["two at once, a plain locale, a locked home, files from the future"] = True
        os.environ["MATTE_EXPECTED_HOME"] = str(home / PLACE)
        import fault_kinds  # reads where the environment lies

        with fault_kinds.step("waits at matting"):
            (FOLDER / "spoiled").touch()
            wait_for(lambda: len(list(FOLDER.glob("waiting-*"))) == 2, 60, "both to be at work")
            seen["GIMP killed"] = end(one, signal.SIGKILL)
            seen["GIMP told to quit"] = end(two, signal.SIGTERM)
    finally:
        one.kill()
        two.kill()
        (SCRATCH / "pair.json").write_text(json.dumps(seen))


def install_bystander():
    """Put a plug-in of the tests beside ours."""
    (ours,) = (SCRATCH / "home" / ".config" / "GIMP").glob("3.*/plug-ins/matte")
    target = ours.with_name("bystander") / "bystander.py"
    target.parent.mkdir(exist_ok=True)
    shutil.copy(INSIDE / "bystander.py", target)
    target.chmod(0o755)


def add_model():
    """Install a model of a person's own, which is the built-in one by another name."""
    home = SCRATCH / "home"
    file = "/mnt/checkout/matte_core/networks/subject.onnx"
    command = [home / PLACE / "bin" / "matte", "models", "add", file, "--name", MODEL]
    subprocess.run(command, env={**os.environ, "MATTE_HOME": str(home / PLACE)}, check=True)


def main():
    FOLDER.mkdir()
    install_bystander()
    add_model()
    around = {**at_home("odd"), **leaks(), **comma(), "MATTE_PATIENCE": "5", "PIP_RETRIES": "1"}
    gimp("fault_checks.py", around, "unshare", "--net").wait()
    pair()


if __name__ == "__main__":
    sys.path.insert(0, str(INSIDE))
    main()
