"""Put models into the project's folder and take them out again.

A model is checked before it is taken: it is read, described, and run once. It then lies in
`folders.models()` as NAME.onnx with its description NAME.json beside it.
"""

import hashlib
import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

from matte_core.base import folders
from matte_core.base.errors import FileError, ModelError
from matte_core.base.progress import ProgressCallback, part
from matte_core.catalog.borrowed import borrowed_file
from matte_core.catalog.download import (
    MIRROR_VARIABLE,
    download,
    mirror_address,
)
from matte_core.catalog.published import (
    BUILT_IN,
    BUILT_IN_SPEC,
    CLASS_MODEL,
    PUBLISHED,
    PublishedModel,
)
from matte_core.catalog.registry import (
    check_name,
    forget_default,
    keep,
    model_path,
    resolve,
    set_default,
    sha256_of,
    spec_path,
)
from matte_core.catalog.spec import ModelSpec, encode_spec, read_spec
from matte_core.networks import onnx_proto as onnx
from matte_core.networks.deeplab_graph import free_size
from matte_core.networks.inspection import check_size, inspect_onnx
from matte_core.networks.openvino_ir import import_ir
from matte_core.networks.trial import found_normalization


def fetch_model(
    name: str = CLASS_MODEL, mirror: str | None = None, progress: ProgressCallback | None = None
) -> ModelSpec:
    """Fetch a published model, check it, convert it and install it.

    Parameters
    ----------
    name : str
        One of `registry.PUBLISHED`.
    mirror : str, optional
        A web folder or a local one that holds the same files; by default what the
        environment's `MATTE_MODEL_MIRROR` names, else the pinned public address.
    progress : callable, optional
        See `matte_core.base.progress`.

    Raises
    ------
    DownloadError
        If the files cannot be fetched or are not the pinned ones.
    FileError
        If the disk is full, or the folder is not ours to write; nothing is left there then.
    ModelError
        If there is no published model of that name.
    """
    if name not in PUBLISHED:
        raise ModelError(
            f"There is no published model called {name!r}.",
            f"There are: {', '.join(PUBLISHED)}. "
            "A file of your own is added with `models add FILE`.",
        )
    if model_path(name).is_file():
        spec = describe_model(name)
        if spec.sha256 == sha256_of(model_path(name)):
            return spec
    model = PUBLISHED[name]
    borrowed = borrowed_file(model)
    if borrowed is not None:
        return _install_published(model, borrowed)
    mirror = mirror or os.environ.get(MIRROR_VARIABLE) or None
    folder = folders.models() / "downloads"
    whole, done = model.size, 0
    try:
        for file in model.files:
            address = mirror_address(mirror, file.name) if mirror else model.address(file)
            report = part(progress, 0.9 * done / whole, 0.9 * (done + file.size) / whole)
            download(address, folder / file.name, file.sha256, file.size, report)
            done += file.size
        part(progress, 0.9, 1.0)(0.0, "Converting the model")
        spec = _install_published(model, folder / model.files[0].name)
    except FileError:
        # A full disk needs the room more than the next try needs a start.
        shutil.rmtree(folder, ignore_errors=True)
        raise
    for file in model.files:
        (folder / file.name).unlink(missing_ok=True)
    if not any(folder.iterdir()):
        folder.rmdir()
    return spec


def add_model(
    path: Path | str, name: str | None = None, *, default: bool = False, **known: Any
) -> ModelSpec:
    """Install a model from a file.

    Parameters
    ----------
    path : Path
        An ONNX file, or an OpenVINO .xml with its .bin beside it. A published file is
        recognized by its SHA-256 and gets all that is known of it.
    name : str, optional
        What it will be called; by default the file's name, or the published one.
    default : bool
        Whether it is to be used where no model is named.
    **known
        Attributes of `ModelSpec` that the file does not tell, such as ``normalization`` or
        ``classes``.

    Raises
    ------
    FileError
        If the disk is full, or the folder is not ours to write.
    ModelError
        If it is not a model that can be used here; says why.
    """
    path = Path(path).expanduser()
    if name == BUILT_IN:
        raise ModelError(
            f"{name!r} is the model that comes with the program.", "Choose another name."
        )
    if not path.is_file():
        raise ModelError(f"There is no file {path}.", "Check the path.")
    check_size(path)
    published = _recognize(path)
    if published is not None:
        spec = _install_published(published, path, name)
    else:
        spec = _install_own(path, check_name(name or path.stem.replace(" ", "-")), known)
    if default:
        set_default(spec.name)
    return spec


def remove_model(name: str) -> None:
    """Remove an installed model.

    Raises
    ------
    ModelError
        If there is none of that name.
    """
    path = resolve(check_name(name))
    if name == BUILT_IN:
        raise ModelError("The built-in model cannot be removed.", "It comes with the program.")
    path.unlink()
    spec_path(path).unlink(missing_ok=True)
    forget_default(name)


def describe_model(model: str | Path | None = None) -> ModelSpec:
    """Return what is known of a model: from its description, or from the file itself.

    Raises
    ------
    ModelError
        If there is no such model, or it has no description and cannot be used here.
    """
    path = resolve(model)
    if path == model_path(BUILT_IN):
        return BUILT_IN_SPEC
    described = spec_path(path)
    if described.is_file():
        return read_spec(described)
    check_size(path)
    published = _recognize(path)
    if published is not None and not published.is_converted:
        return replace(published.spec, source=str(path), sha256=published.files[0].sha256)
    known = {} if published is None else {"normalization": published.spec.normalization}
    data = path.read_bytes()
    spec = _tried(data, inspect_onnx(data, path.stem, known))
    return replace(spec, source=str(path), sha256=sha256_of(path))


def _recognize(path: Path) -> PublishedModel | None:
    sizes = {model.files[0].size for model in PUBLISHED.values()}
    if path.stat().st_size not in sizes:
        return None  # spares the checksum of a large file
    found = sha256_of(path)
    return next((model for model in PUBLISHED.values() if model.files[0].sha256 == found), None)


def _install_published(model: PublishedModel, path: Path, name: str | None = None) -> ModelSpec:
    spec = replace(model.spec, name=check_name(name or model.name))
    if not model.is_converted:
        return _write(path.read_bytes(), spec)
    if path.suffix.lower() == ".xml":
        graph = import_ir(path.read_bytes(), _weights_beside(path))
    else:
        graph = onnx.parse_model(path.read_bytes())
    stride = free_size(graph)
    return _write(onnx.serialize(graph), replace(spec, step=stride, stride=stride))


def _install_own(path: Path, name: str, known: dict[str, Any]) -> ModelSpec:
    if path.suffix.lower() == ".xml":
        data = onnx.serialize(import_ir(path.read_bytes(), _weights_beside(path)))
    else:
        data = path.read_bytes()
    known = {"source": str(path.absolute()), **known}
    return _write(data, _tried(data, inspect_onnx(data, name, known)))


def _tried(data: bytes, spec: ModelSpec) -> ModelSpec:
    """Return a description with the value range found by trial, where none was stated."""
    if not spec.finds_subject or "normalization" not in spec.assumed:
        return spec
    found = found_normalization(data, spec)
    if found is None:
        return spec
    assumed = tuple(name for name in spec.assumed if name != "normalization")
    return replace(spec, normalization=found, assumed=assumed)


def _weights_beside(path: Path) -> bytes:
    weights = path.with_suffix(".bin")
    if not weights.is_file():
        raise ModelError(
            f"{path.name} is an OpenVINO model, and its weights {weights.name} are not beside it.",
            f"Put both files into {path.parent}.",
        )
    check_size(weights)
    return weights.read_bytes()


def _write(data: bytes, spec: ModelSpec) -> ModelSpec:
    target = model_path(spec.name)
    spec = replace(spec, sha256=hashlib.sha256(data).hexdigest())
    keep({target: data, spec_path(target): encode_spec(spec)})
    return spec
