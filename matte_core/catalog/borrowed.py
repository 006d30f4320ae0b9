"""Models that rembg has downloaded already: found in its folder, and used without a download."""

import os
from pathlib import Path

from matte_core.catalog.published import PUBLISHED, PublishedModel
from matte_core.catalog.registry import sha256_of

#: Names the folder that rembg keeps its models in, where it is not ``~/.u2net``.
FOLDER_VARIABLE = "U2NET_HOME"


def rembg_folder() -> Path:
    """Return the folder that rembg keeps its models in; it need not exist."""
    named = os.environ.get(FOLDER_VARIABLE)
    return Path(named).expanduser() if named else Path.home() / ".u2net"


def borrowed() -> dict[str, Path]:
    """Return the published models that lie in rembg's folder, by name; looks at sizes alone."""
    found = {name: _file(model) for name, model in PUBLISHED.items()}
    return {name: path for name, path in found.items() if path is not None}


def borrowed_file(model: PublishedModel) -> Path | None:
    """Return the file of a model in rembg's folder, if it is the published one to the byte."""
    path = _file(model)
    return path if path is not None and sha256_of(path) == model.files[0].sha256 else None


def _file(model: PublishedModel) -> Path | None:
    if len(model.files) != 1:
        return None
    folder = rembg_folder()
    for path in (folder / model.files[0].name, folder / f"{model.name}.onnx"):
        try:
            if path.stat().st_size == model.size:
                return path
        except OSError:
            continue
    return None
