#!/usr/bin/env python3
"""Try thousands of made-up inputs on every property: ``python3 tests/run.py --fuzz``.

    --times N        as many as usual, times N (0.01 for a quick look)
    --only WORDS     the properties whose name holds these words
    --seed N         other inputs than those of yesterday

Each property is tried in a process of its own with a limit on its memory, so that a crash of a
library is a finding too, told with the input that did it. One that is still at the same input
after a minute counts as hung. A table of the counts, the times and the memory closes the run.
"""

import argparse
import contextlib
import faulthandler
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
HUNG_SECONDS = 60
MEMORY_BYTES = 12 << 30
FAILED = 3  # a hang ends with 1, which faulthandler gives
HUNG = 1


def main():
    """Run all of them, or the one that `--inside` names; the exit status is 1 if one fails."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--times", type=float, default=1.0)
    parser.add_argument("--only", default="")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    options = parser.parse_args()
    sys.path[:0] = [str(HERE.parents[1]), str(HERE)]
    from test_short import PROPERTIES

    chosen = [held for held in PROPERTIES if options.only in held.name]
    if options.inside is not None:
        return _try_here(next(held for held in chosen if held.name == options.inside), options)
    rows = [_try_apart(held, options) for held in chosen]
    print(f"\n{'property':<28} {'inputs':>7} {'seconds':>8} {'MB':>6}  result")
    for name, count, seconds, megabytes, result in rows:
        print(f"{name:<28} {count:>7} {seconds:>8.0f} {megabytes:>6.0f}  {result}")
    print(f"{'all':<28} {sum(row[1] for row in rows):>7} {sum(row[2] for row in rows):>8.0f}")
    return any(row[4] != "holds" for row in rows)


def _try_apart(held, options):
    """Try one property in a process of its own; return a row of the table."""
    print(f"== {held.name}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        notes = Path(folder)
        command = [sys.executable, str(Path(__file__).resolve()), "--inside", held.name]
        command += ["--times", str(options.times), "--seed", str(options.seed)]
        started = time.monotonic()
        done = subprocess.run(command, cwd=folder, env={**os.environ, "MATTE_FUZZ_NOTES": folder})
        seconds = time.monotonic() - started
        told = notes / "peak"
        count, peak = map(int, told.read_text().split()) if told.exists() else (0, 0)
        result = "holds"
        if done.returncode:
            last = notes / "last"
            tried = last.read_text("utf-8", "replace")[:2000] if last.exists() else "?"
            print(f"status {done.returncode}; the last input was:\n{tried}", flush=True)
            ended = {FAILED: "DOES NOT HOLD", HUNG: "HANGS"}
            result = ended.get(done.returncode, f"CRASHES ({done.returncode})")
        return held.name, count, seconds, peak / 1024, result


def _try_here(held, options):
    """Try one property in this process, noting each input before it is tried."""
    notes = Path(os.environ["MATTE_FUZZ_NOTES"])
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    shown = os.fdopen(os.dup(2), "w")
    faulthandler.enable(shown)
    tried = 0

    with (notes / "last").open("wb", buffering=0) as last:

        def before(given):
            nonlocal tried
            tried += 1
            faulthandler.dump_traceback_later(HUNG_SECONDS, exit=True, file=shown)
            last.seek(0)
            last.truncate()
            last.write(repr(given).encode("utf-8", "backslashreplace"))

        # What the worker and the libraries would write to a log is of no interest here.
        with (notes / "log").open("w") as log, contextlib.redirect_stderr(log):
            os.dup2(log.fileno(), 2)
            try:
                held.try_out(max(1, round(held.long * options.times)), before, options.seed)
            except Exception as error:
                import traceback

                traceback.print_exception(error, file=shown)
                return FAILED
            finally:
                faulthandler.cancel_dump_traceback_later()
                peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
                (notes / "peak").write_text(f"{tried} {peak}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
