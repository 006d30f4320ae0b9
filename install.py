#!/usr/bin/env python3
"""Install Matte for GIMP: ``python3 install.py``. See ``python3 install.py --help``.

`matte_core.setup` does all the work. This file can be read by every Python, however old, which then
looks for a newer one or says what is needed.
"""

import os
import subprocess
import sys

OLDEST = (3, 11)
NEWER = ["python3.14", "python3.13", "python3.12", "python3.11", "python3", "python"]
TRIED = "MATTE_INSTALL_TRIED"
FRAMEWORKS = "/Library/Frameworks/Python.framework/Versions/3.%d/bin"
FOLDERS = ["/opt/homebrew/bin", "/usr/local/bin", "/usr/bin"]
FOLDERS += [FRAMEWORKS % minor for minor in (14, 13, 12, 11)]
if os.name == "nt":
    PROGRAMS = os.path.join(os.environ.get("LOCALAPPDATA", ""), "Programs", "Python", "Python3%d")
    FOLDERS = [PROGRAMS % minor for minor in (14, 13, 12, 11)]
# GIMP does not see what a Python from the Microsoft Store writes to the user's folders.
STORE = "WindowsApps"


def newer_python():
    """Return the path of a Python that is new enough, or None."""
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep) + FOLDERS
    ending = ".exe" if os.name == "nt" else ""
    for name in NEWER:
        for folder in folders:
            path = os.path.join(folder, name + ending)
            if STORE not in path and os.access(path, os.X_OK) and is_new_enough(path):
                return path
    return None


def is_new_enough(path):
    """Return whether a Python starts and is new enough."""
    script = "import sys; sys.exit(0 if sys.version_info >= " + str(OLDEST) + " else 1)"
    try:
        asked = subprocess.Popen([path, "-I", "-c", script], stderr=subprocess.PIPE)
        asked.communicate()
        return asked.returncode == 0
    except OSError:
        return False


def start():
    """Run the installer, with another Python if this one is too old."""
    here = os.path.dirname(os.path.abspath(__file__))
    is_from_store = STORE in sys.prefix or STORE in sys.executable
    if sys.version_info < OLDEST or is_from_store:
        path = None if os.environ.get(TRIED) else newer_python()
        if path is None:
            print(
                "Matte needs Python 3.11 or later{}, but this is Python {}.{}, and no other was "
                "found.\nInstall one from https://www.python.org/downloads/ and run this again "
                "with it.".format(
                    " that is not from the Microsoft Store" if is_from_store else "",
                    sys.version_info[0],
                    sys.version_info[1],
                )
            )
            return 1
        os.environ[TRIED] = "1"
        return subprocess.call([path, os.path.abspath(__file__)] + sys.argv[1:])
    if not os.path.isfile(os.path.join(here, "matte_core", "setup", "command.py")):
        print("install.py is only a part of Matte. Download the whole project and run it there.")
        return 1
    # Leave nothing in the project's folder, which may belong to another user.
    sys.dont_write_bytecode = True
    sys.path.insert(0, here)
    from pathlib import Path

    from matte_core.setup.command import main
    from matte_core.setup.plugin import Source

    return main(sys.argv[1:], Source(Path(here)))


if __name__ == "__main__":
    sys.exit(start())
