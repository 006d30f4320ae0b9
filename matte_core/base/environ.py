"""The environment variables of a child process, without those that GIMP's packages set.

An AppImage, a Snap or a Flatpak sets variables so that GIMP finds the libraries and modules of
its own package. Another Python that inherits them loads the wrong libraries, or does not start.
"""

import os
from collections.abc import Mapping

# onnxruntime 1.32 otherwise writes an identifier into the user's cache and sends events.
NO_REPORTS = {"ORT_DISABLE_TELEMETRY": "1"}

_PREFIXES = ("PYTHON", "LD_", "DYLD_")
_NAMES = frozenset(
    {
        "__PYVENV_LAUNCHER__",  # makes children of a macOS framework Python pass for it
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
    """Return a copy of `environ` with which a Python outside of GIMP's package can start.

    It leaves out the variables that redirect Python or the dynamic linker (``PYTHON*``, ``LD_*``,
    ``DYLD_*``), those with the folders of GIMP's own modules, and, in lists of folders such as
    ``PATH`` or ``XDG_DATA_DIRS``, the entries inside an AppImage (``APPDIR``); a list without
    entries is left out too.

    It adds the variable that keeps onnxruntime from sending events, which must be set before that
    is loaded.
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
    """Return the folder where the AppImage is mounted; empty if there is none."""
    named = environ.get("APPDIR", "")
    if not os.path.isabs(named):
        return ""
    folder = os.path.normpath(named)
    # "/" would remove every folder, including those of the user.
    return "" if folder == os.path.dirname(folder) else folder


def _inside(entry: str, folder: str) -> bool:
    return entry == folder or os.path.normpath(entry).startswith(folder + os.sep)
