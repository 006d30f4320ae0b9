"""Run the matrix of documents in a GIMP with a window, on a screen of its own. Runs in the tree.

python3 in_window.py VERSION
"""

import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from window import GIMPRC

# What GIMP would draw anew after every step.
NO_PREVIEWS = """
(layer-previews no)
(group-layer-previews no)
"""
NO_DOCKS = "(hide-docks yes)\n(single-window-mode yes)\n"


def main(version):
    """Start screen and GIMP; return GIMP's exit status."""
    profile = Path.home() / ".config" / "GIMP" / version
    profile.mkdir(parents=True, exist_ok=True)
    with (profile / "gimprc").open("a") as settings:
        settings.write(GIMPRC + NO_PREVIEWS)
    (profile / "sessionrc").write_text(NO_DOCKS)
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "800x600x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL) as screen:
        os.close(writing)
        with os.fdopen(reading) as told:
            environ = {**os.environ, "DISPLAY": ":" + told.readline().strip()}
        script = Path(__file__).with_name("run_documents.py")
        batch = f"exec(open({str(script)!r}).read())"
        command = ["dbus-run-session", "--", "gimp", "-n", "-d", "-s"]
        command += ["--batch-interpreter=python-fu-eval", "-b", batch, "--quit"]
        try:
            return subprocess.run(command, env=environ, check=False).returncode
        finally:
            screen.terminate()
            (profile / "sessionrc").unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
