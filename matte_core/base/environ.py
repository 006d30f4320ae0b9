"""The variables of a child process, cleaned of what GIMP's packages leak into theirs.

An AppImage, a Snap or a Flatpak sets variables so that GIMP finds the libraries and modules of
its own package. A Python from elsewhere that inherits them loads the wrong libraries, or does not
start at all. Standard library only: the plug-in uses this inside GIMP's own Python.
"""

import os
from collections.abc import Mapping

# onnxruntime 1.32 otherwise writes an identifier into a person's cache and sends events.
NO_REPORTS = {"ORT_DISABLE_TELEMETRY": "1"}

_PREFIXES = ("PYTHON", "LD_", "DYLD_")
_NAMES = frozenset(
    {
        "__PYVENV_LAUNCHER__",  # a macOS framework Python tells its children they are it
        "GI_TYPELIB_PATH",
        "GEGL_PATH",
        "BABL_PATH",
        "APPDIR",
        "APPIMAGE",
        "ARGV0",
        "OWD",
    }
)


def scrubbed_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return a copy of `environ` that a Python outside of GIMP's package can start with.

    Left out are the variables that point Python or the dynamic linker somewhere else
    (``PYTHON*``, ``LD_*``, ``DYLD_*``), those that say where GIMP's own modules lie, and, of every
    list of folders such as ``PATH`` or ``XDG_DATA_DIRS``, the entries inside an AppImage
    (``APPDIR``); a variable that then has no entry left is left out as well.

    Put in is the one thing that keeps onnxruntime from reporting to its maker: it must be set
    before that is loaded for the first time.
    """
    bundle = _bundle(environ)
    kept = dict(NO_REPORTS)
    for name, value in environ.items():
        if name in _NAMES or name.startswith(_PREFIXES):
            continue
        if bundle and bundle in value:
            entries = [entry for entry in value.split(os.pathsep) if not _inside(entry, bundle)]
            if not entries:
                continue
            value = os.pathsep.join(entries)
        kept.setdefault(name, value)
    return kept


def _bundle(environ: Mapping[str, str]) -> str:
    """Return the folder an AppImage is mounted on; empty where there is none to speak of."""
    named = environ.get("APPDIR", "")
    if not os.path.isabs(named):
        return ""
    folder = os.path.normpath(named)
    # "/" would take every folder away, the person's own included.
    return "" if folder == os.path.dirname(folder) else folder


def _inside(entry: str, folder: str) -> bool:
    return entry == folder or os.path.normpath(entry).startswith(folder + os.sep)
