"""Open a model to run it: with ONNX Runtime, or without it, the built-in one, with OpenCV."""

from importlib.util import find_spec
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from matte_core.base.errors import ModelError
from matte_core.base.messages import Message
from matte_core.catalog.published import BUILT_IN
from matte_core.catalog.registry import model_path


class Session(Protocol):
    """A model that is ready to run.

    Attributes
    ----------
    dtype : numpy dtype
        Of the tensor that it takes.
    """

    @property
    def dtype(self) -> np.dtype[Any]: ...

    def run(self, tensor: NDArray[Any]) -> NDArray[Any]:
        """Run a model with one input, and return its first output.

        Raises
        ------
        ModelError
            If it fails.
        """
        ...


def open_session(model: bytes | str, *, only_cpu: bool = False) -> Session:
    """Open an ONNX file, given as bytes or path.

    Parameters
    ----------
    model : bytes or str
    only_cpu : bool, optional
        Leave out whatever else accelerates on this machine.

    Raises
    ------
    ModelError
        If it cannot be run here.
    """
    if find_spec("onnxruntime") is not None:
        from matte_core.networks.onnxruntime_session import OnnxRuntimeSession

        return OnnxRuntimeSession(model, only_cpu=only_cpu)
    if model == str(model_path(BUILT_IN)):
        from matte_core.networks.opencv_session import OpenCVSession

        return OpenCVSession(model_path(BUILT_IN).read_bytes())
    # OpenCV has no limit of memory, so it gets no file that is not our own.
    raise ModelError(
        Message("This model needs ONNX Runtime, which is not installed."),
        Message("Install the Python package onnxruntime, or use the built-in model."),
    )
