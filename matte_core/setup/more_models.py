"""The models to choose from in a dialog, and how the plug-in gets more of them.

Downloads and checks run in the environment, by the command line: see `matte_core.cli.models`.
"""

from dataclasses import dataclass
from pathlib import Path

import matte_core
from matte_core.base import folders
from matte_core.base.messages import Message
from matte_core.catalog.borrowed import borrowed
from matte_core.catalog.published import BUILT_IN, PUBLISHED, PublishedModel
from matte_core.catalog.registry import default_name, installed, model_path, spec_path
from matte_core.catalog.spec import NORMALIZATIONS
from matte_core.setup import models, places, processes

CORE = Path(matte_core.__file__).resolve().parent


@dataclass(frozen=True)
class InstalledModel:
    """A model that can be chosen: its name, what it is, for people, and its size in bytes."""

    name: str
    title: str
    size: int


@dataclass(frozen=True)
class MoreModel:
    """A published model that is not installed."""

    name: str
    title: str
    license: str
    size: int  # bytes to download
    is_borrowed: bool  # whether rembg has downloaded it already


def default() -> str:
    """Return the name of the default model."""
    return default_name()


def choices() -> list[InstalledModel]:
    """Return the installed models, with the built-in one."""
    return [
        InstalledModel(spec.name, _title(spec.name), _size(spec.name))
        for spec in installed()
        if model_path(spec.name).is_file()
    ]


def more() -> list[MoreModel]:
    """Return the published models that are not installed."""
    here, lent = {spec.name for spec in installed()}, borrowed()
    return [
        MoreModel(
            name,
            model.title,
            model.spec.license,
            model.size,
            name in lent,
        )
        for name, model in PUBLISHED.items()
        if name not in here
    ]


def fetch(name: str, core: Path = CORE) -> str:
    """Install a published model; return what went wrong, empty if nothing."""
    wrong = models.run_matte(places.host(), core, "models", "fetch", name)
    # The hint is about options of the command line.
    return wrong.values.get("message", wrong) if isinstance(wrong, Message) else wrong


def fetched_share(name: str) -> float:
    """Return how much of a model has been downloaded, in [0, 1], while `fetch` runs."""
    model = PUBLISHED[name]
    return min(1.0, sum(_bytes_of(model)) / model.size)


def add(file: Path, core: Path = CORE) -> tuple[str, str]:
    """Install a model from a file.

    Returns
    -------
    name : str
        Under which it is installed; empty if it could not be.
    words : str
        Which values it expects, or what went wrong.
    """
    wrong = models.run_matte(places.host(), core, "models", "add", str(file.absolute()))
    if wrong:
        return "", wrong
    written = [spec for spec in installed() if spec.name != BUILT_IN]
    spec = max(written, key=lambda one: spec_path(model_path(one.name)).stat().st_mtime_ns)
    values = NORMALIZATIONS[spec.normalization]
    if "normalization" in spec.assumed:
        return spec.name, Message(
            "{name} is installed, but its file does not say which input values it expects; "
            "{values} is assumed. If its masks look wrong, add it again with `matte models add` "
            "and --normalization.",
            name=spec.name,
            values=values,
        )
    return spec.name, Message(
        "{name} is installed. Its input values: {values}.", name=spec.name, values=values
    )


def stop() -> None:
    """Stop `fetch` or `add`; a download resumes the next time."""
    processes.stop()


def _title(name: str) -> str:
    if name == BUILT_IN:
        return Message("Built-in: any subject, fast")
    return PUBLISHED[name].title if name in PUBLISHED else name


def _size(name: str) -> int:
    return model_path(name).stat().st_size


def _bytes_of(model: PublishedModel) -> list[int]:
    folder, sizes = folders.models() / "downloads", []
    for file in model.files:
        for path in (folder / file.name, folder / f"{file.name}.part"):
            try:
                sizes.append(path.stat().st_size)
            except OSError:
                continue
    return sizes
