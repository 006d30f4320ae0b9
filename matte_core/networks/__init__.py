"""Networks: which there are, how they come to the user, what must be known of them.

`registry` and `download` need only the standard library; what converts or runs a network is
loaded when it is first used.
"""

from typing import TYPE_CHECKING

from matte_core.base.lazy import lazily
from matte_core.catalog.registry import DEFAULT, PUBLISHED, default_name, installed, resolve
from matte_core.catalog.spec import ModelSpec

__all__ = [
    "DEFAULT",
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
