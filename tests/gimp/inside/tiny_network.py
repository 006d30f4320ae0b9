"""Write a network that takes what is bright for its subject: it costs next to nothing.

    python tiny_network.py FILE

Runs in Matte's environment.
"""

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from matte_core.networks import onnx_proto as onnx

SIDE = 48


def brightness_network() -> bytes:
    """One channel: the sigmoid of how much brighter than the middle a pixel is."""
    kernel = np.array([6.0, 10.0, 4.0], np.float32).reshape(1, 3, 1, 1) / 255
    bias = np.array([-8.0], np.float32)
    nodes = [
        onnx.node("Cast", ["image"], ["floats"], to=onnx.FLOAT),
        onnx.node("Transpose", ["floats"], ["planes"], perm=[0, 3, 1, 2]),
        onnx.node("Conv", ["planes", "kernel", "bias"], ["scores"], kernel_shape=[1, 1]),
        onnx.node("Sigmoid", ["scores"], ["saliency"]),
    ]
    graph = onnx.new(
        "GraphProto",
        name="brightness",
        node=nodes,
        initializer=[onnx.tensor("kernel", kernel), onnx.tensor("bias", bias)],
        input=[onnx.value_info("image", onnx.UINT8, [1, SIDE, SIDE, 3])],
        output=[onnx.value_info("saliency", onnx.FLOAT, [1, 1, SIDE, SIDE])],
    )
    opset = onnx.new("OperatorSetIdProto", version=13)
    return onnx.serialize(onnx.new("ModelProto", ir_version=8, graph=graph, opset_import=[opset]))


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(brightness_network())
