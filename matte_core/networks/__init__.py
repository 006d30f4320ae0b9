"""Models as ONNX files: reading, converting, installing, and running them."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from matte_core.catalog.published import BUILT_IN, CLASS_MODEL, PUBLISHED
from matte_core.catalog.registry import default_name, installed, resolve
from matte_core.catalog.spec import ModelSpec

__all__ = [
    "BUILT_IN",
    "CLASS_MODEL",
    "PUBLISHED",
    "ModelSpec",
    "add_model",
    "default_name",
    "describe_model",
    "fetch_model",
    "installed",
    "remove_model",
    "resolve",
]

_STORE = ("add_model", "describe_model", "fetch_model", "remove_model")

if TYPE_CHECKING:
    from matte_core.networks.store import add_model, describe_model, fetch_model, remove_model


def __getattr__(name: str) -> Any:
    if name not in _STORE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("matte_core.networks.store"), name)
