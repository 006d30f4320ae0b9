"""Which models there are: the built-in one, the published ones by name, and those installed.

The built-in model finds the main subject, whatever it is, and comes with the program. An
installed model is two files in `folders.models()`: NAME.onnx and NAME.json.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import matte_core
from matte_core.base import folders
from matte_core.base.atomic import write_files
from matte_core.base.errors import FileError, ModelError
from matte_core.base.messages import Message
from matte_core.catalog.published import BUILT_IN, BUILT_IN_SPEC, CLASS_MODEL, PUBLISHED
from matte_core.catalog.spec import ModelSpec, read_spec

_DEFAULT_FILE = "default.txt"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def check_name(name: str) -> str:
    """Check that `name` is valid as a model's name, and as a file name on every system."""
    if not _NAME.fullmatch(name) or name.endswith("."):
        raise ModelError(
            f"{name!r} cannot be the name of a model.",
            "Use letters, digits, dots, dashes, and underscores.",
        )
    return name


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def model_path(name: str) -> Path:
    """Return the file of the model of that name; it need not be there."""
    if name == BUILT_IN:
        return Path(matte_core.__file__).resolve().parent / "networks" / "subject.onnx"
    return folders.models() / f"{check_name(name)}.onnx"


def spec_path(model: Path) -> Path:
    """Return the path of the description of an ONNX file."""
    return model.with_name(model.name.removesuffix(model.suffix) + ".json")


def installed() -> list[ModelSpec]:
    """Return the built-in and the installed models, the default first, then by name.

    A model is called what its file is called, whatever its description says. One whose
    description is missing or damaged is left out: `resolve` says why.
    """
    found: list[ModelSpec] = [BUILT_IN_SPEC]
    folder = folders.models()
    for model in sorted(folder.glob("*.onnx")) if folder.is_dir() else []:
        try:
            found.append(replace(read_spec(spec_path(model)), name=check_name(model.stem)))
        except ModelError:
            continue
    preferred = default_name()
    return sorted(found, key=lambda spec: (spec.name != preferred, spec.name))


def default_name() -> str:
    """Return the name of the model that is used where none is named."""
    try:
        name = (folders.models() / _DEFAULT_FILE).read_text("utf-8").strip()
    except (OSError, ValueError):
        return BUILT_IN
    return name if _NAME.fullmatch(name) and model_path(name).is_file() else BUILT_IN


def not_writable(folder: Path, why: str) -> FileError:
    """Return the error for a models folder that cannot be written."""
    return FileError(
        Message("{folder} cannot be written: {why}.", folder=folder, why=why),
        Message(
            "Make room, or name another folder with {variable}.",
            variable=folders.HOME_VARIABLE,
        ),
    )


def keep(files: Mapping[Path, bytes]) -> None:
    """Write files into the models folder: all of them, or none.

    Raises
    ------
    FileError
        If the disk is full or the folder is not writable.
    """
    folder = folders.models()
    try:
        folders.make_private(folder)
        write_files(files)
    except OSError as error:
        raise not_writable(folder, error.strerror or str(error)) from error


def set_default(name: str) -> None:
    """Make an installed model the default."""
    if not model_path(name).is_file():
        raise _not_installed(name)
    keep({folders.models() / _DEFAULT_FILE: f"{name}\n".encode()})


def forget_default(name: str) -> None:
    """Restore the project's default if `name` is the default."""
    if default_name() == name:
        (folders.models() / _DEFAULT_FILE).unlink(missing_ok=True)


def resolve(model: str | Path | None = None) -> Path:
    """Return the ONNX file for a name, a path, or None.

    Parameters
    ----------
    model : str, Path or None
        The name of a model, the path of an ONNX file, or None for the default.

    Raises
    ------
    ModelError
        If there is no such model; the hint says how to get one.
    """
    if model is None:
        return model_path(default_name())
    text = str(model)
    if isinstance(model, Path) or text.lower().endswith(".onnx") or "/" in text or "\\" in text:
        path = Path(model).expanduser()
        if not path.is_file():
            raise ModelError(
                Message("There is no model at {path}.", path=path), Message("Check the path.")
            )
        return path
    path = model_path(text)
    if not path.is_file():
        raise _not_installed(text)
    return path


def class_model() -> Path | None:
    """Return the installed model that knows classes by name; None where there is none."""
    names = [spec.name for spec in installed() if not spec.finds_subject]
    if not names:
        return None
    return model_path(CLASS_MODEL if CLASS_MODEL in names else names[0])


def _not_installed(name: str) -> ModelError:
    if name in PUBLISHED:
        return ModelError(
            Message("The model “{name}” is not installed.", name=name),
            Message("Download it with `matte models fetch {name}`.", name=name),
        )
    known = ", ".join(sorted({*PUBLISHED, *(spec.name for spec in installed())}))
    return ModelError(
        Message("There is no model named “{name}”.", name=name),
        Message("Known models: {names}.", names=known),
    )
