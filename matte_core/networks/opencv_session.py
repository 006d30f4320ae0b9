"""Run the built-in model with OpenCV, where there is no ONNX Runtime.

OpenCV takes a graph of fixed size only, and tells the size from the graph alone, so it gets a copy
of the graph for each size. It is several times slower, and the answer is the same.
"""

from collections import OrderedDict
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from matte_core.base.errors import ModelError
from matte_core.networks import onnx_proto as onnx

_KEPT_SIZES = 4


class OpenCVSession:
    """A model with one float input and one output; see `matte_core.networks.session`.

    Parameters
    ----------
    data : bytes
        The ONNX file. It is trusted: nothing limits the memory that it asks for.
    """

    def __init__(self, data: bytes) -> None:
        self._model = onnx.parse_model(data)
        self._nets: OrderedDict[tuple[int, ...], Any] = OrderedDict()

    @property
    def dtype(self) -> np.dtype[Any]:
        return np.dtype(np.float32)

    def run(self, tensor: NDArray[Any]) -> NDArray[Any]:
        """Run the model; see `matte_core.networks.session.Session`."""
        try:
            net = self._net(tensor.shape)
            net.setInput(tensor)
            return np.asarray(net.forward())
        except cv2.error as error:
            raise ModelError(
                f"OpenCV cannot run the model on a picture of shape {tensor.shape}: {error.err}",
                "Install the Python package onnxruntime.",
            ) from error

    def _net(self, shape: tuple[int, ...]) -> Any:
        if shape not in self._nets:
            taken = self._model.graph.input[0].type.tensor_type.shape.dim
            for dimension, length in zip(taken, shape, strict=True):
                dimension.ClearField("dim_param")
                dimension.dim_value = length
            data = np.frombuffer(onnx.serialize(self._model), np.uint8)
            self._nets[shape] = cv2.dnn.readNetFromONNX(data)
            if len(self._nets) > _KEPT_SIZES:
                self._nets.popitem(last=False)
        self._nets.move_to_end(shape)
        return self._nets[shape]
