"""What was found, as a text for a report of a problem: in English, and without personal paths."""

import getpass
import platform
import re
from collections.abc import Iterable
from pathlib import Path

import matte_core
from matte_core.setup import places
from matte_core.setup.checks import Check


def report(found: Iterable[Check], gimp_version: str) -> str:
    """Return the results of checks, and the system they were made on.

    The user's folders and name are replaced, wherever they occur.
    """
    lines = [
        f"Matte {matte_core.__version__}, GIMP {gimp_version}",
        f"{platform.system()} {platform.release()} {platform.machine()}, {_distribution()}",
        f"Python {platform.python_version()}",
    ]
    for check in found:
        mark = "ok" if check.ok else ("WRONG" if check.is_needed else "note")
        lines.append(f"{mark}: {check.name}: {check.found}")
    return impersonal("\n".join(lines)) + "\n"


def impersonal(text: str) -> str:
    """Return a text without the user's folders and name."""
    for name, folder in (("MATTE_HOME", places.host().home), ("~", Path.home())):
        for path in {str(folder), str(folder.resolve()), folder.as_posix()}:
            # A folder is not meant where its name only begins another one.
            if len(path) > 1:
                text = re.sub(re.escape(path) + r"(?![\w-])", name, text)
    try:
        user = getpass.getuser()
    except (OSError, KeyError, ImportError):
        return text
    return re.sub(rf"(?<=[/\\]){re.escape(user)}(?=[/\\]|$)", "USER", text, flags=re.MULTILINE)


def _distribution() -> str:
    try:
        return platform.freedesktop_os_release().get("PRETTY_NAME", "")
    except OSError:
        return platform.version()
