"""The real worker, with one fault at the moment when a step begins: ``FAULT at STEP``.

    python spoiled_worker.py [.../matte_core/worker/__main__.py]

The file that `MATTE_FAULT` names says which. A fault is one line in the table below.
"""

import ctypes
import os
import resource
import signal
import sys
import threading
import time
from importlib import import_module
from pathlib import Path

if len(sys.argv) > 1:
    sys.path.insert(0, str(Path(sys.argv[1]).resolve().parents[2]))
else:
    sys.path.insert(0, os.environ["MATTE_CHECKOUT"])

from matte_core.worker.server import Server, main

STEPS = {
    "segmenting": ("matte_core.steps", "segment"),
    "making the trimap": ("matte_core.steps", "trimap_of"),
    "matting": ("matte_core.matting", "estimate_alpha"),
    "cleaning": ("matte_core.matting", "clean_colors"),
}


def stand_still():
    """Wait for what never comes, as a deadlock in a library does."""
    threading.Event().wait()


def print_all_over():
    """Print to standard output in every way that a library can."""
    print("progress: 12 %", flush=True)
    os.write(1, b"\x00\xffbinary\n")
    ctypes.CDLL(None).puts(b"from C")


def fail():
    raise KeyError("nobody thought of this")


def want_too_much():
    bytearray(1 << 50)


def run_short():
    """Leave the process 8 MiB more than it has."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * os.sysconf("SC_PAGE_SIZE") + (8 << 20)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def lose_the_log():
    """Fail while nothing more can be written to the log."""
    with open("/dev/full", "wb") as full:
        os.dup2(full.fileno(), 2)
    fail()


def wait_for_a_word():
    """Say that we are here, and go on when the word is taken away."""
    word = Path(os.environ["MATTE_FAULT"]).with_name(f"waiting-{os.getpid()}")
    word.touch()
    while word.exists():
        time.sleep(0.001)


FAULTS = {
    "none": lambda: None,
    "killed": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "crashes": lambda: os.kill(os.getpid(), signal.SIGSEGV),
    "stopped": lambda: os.kill(os.getpid(), signal.SIGSTOP),
    "stands still": stand_still,
    "prints": print_all_over,
    "fails": fail,
    "out of memory": want_too_much,
    "runs short of memory": run_short,
    "fails without a log": lose_the_log,
    "waits": wait_for_a_word,
}


def spoil(fault, step):
    """Put a fault before a step."""
    home, name = STEPS[step]
    module = import_module(home)
    plain = getattr(module, name)

    def spoiled(*arguments, **options):
        FAULTS[fault]()
        return plain(*arguments, **options)

    setattr(module, name, spoiled)


if __name__ == "__main__":
    plain_serve = Server.serve

    def serve(server, methods):
        """Spoil the step once the worker has greeted, like whatever it imports."""

        def spoiled_methods():
            spoil(*Path(os.environ["MATTE_FAULT"]).read_text().split(" at "))
            return methods()

        plain_serve(server, spoiled_methods)

    Server.serve = serve
    sys.exit(main())
