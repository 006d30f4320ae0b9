"""Models as ONNX files: reading, converting, installing, and running them."""

from typing import TYPE_CHECKING

from matte_core.base.lazy import lazily
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

__getattr__ = lazily(globals(), dict.fromkeys(_STORE, "matte_core.networks.store"))
