"""Load models by path, each once: the last few stay ready."""

from functools import lru_cache
from pathlib import Path

from matte_core.base.errors import ModelError
from matte_core.base.messages import Message
from matte_core.catalog.published import BUILT_IN, BUILT_IN_SPEC
from matte_core.catalog.registry import model_path, sha256_of
from matte_core.catalog.spec import ModelSpec
from matte_core.networks.network import Network
from matte_core.networks.session import open_session


def load_network(path: Path) -> Network:
    """Load a model, or return it if it is one of the last few.

    Raises
    ------
    ModelError
        If the file cannot be used, has changed since it was added, or has no description and
        does not say enough itself.
    """
    state = path.stat()
    return _load(str(path), state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=3)
def _load(path: str, _mtime_ns: int, _size: int) -> Network:
    spec = _described(Path(path))
    if spec.sha256 and spec.sha256 != sha256_of(Path(path)):
        raise ModelError(
            Message("The model file {path} has changed since it was added.", path=path),
            Message(
                "Choose Filters > Matte > Set Up and Check… to download it again, or add it again."
            ),
        )
    return Network(spec, open_session(path))


def _described(path: Path) -> ModelSpec:
    if path == model_path(BUILT_IN):
        return BUILT_IN_SPEC
    from matte_core.networks.store import describe_model  # knows many formats, so it takes a while

    return describe_model(path)
