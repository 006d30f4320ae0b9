"""Write the network to ship: ``python3 training/export.py LEARNED.pt SUBJECT.onnx``.

Batch normalization is folded into the convolutions, weights are kept as float16 and turned to
float32 as they are loaded, height and width are free (multiples of 32).
"""

import argparse
import io
from pathlib import Path

import numpy as np
import onnx
import torch
from model import Answer, SubjectNet
from onnx import TensorProto, helper, numpy_helper

OPSET = 17
SMALLEST_HALVED = 64  # weights; smaller tensors are biases and constants, and cost nothing
TRACED_PX = 64


def halved(model: onnx.ModelProto) -> onnx.ModelProto:
    """Keep weights as float16, with a cast to float32 behind each."""
    graph, casts = model.graph, []
    for tensor in graph.initializer:
        values = numpy_helper.to_array(tensor)
        if tensor.data_type == TensorProto.FLOAT and values.size >= SMALLEST_HALVED:
            name = tensor.name
            half = numpy_helper.from_array(values.astype(np.float16), f"{name}_half")
            tensor.CopyFrom(half)
            casts.append(helper.make_node("Cast", [half.name], [name], to=TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    return model


def padded_inside(model: onnx.ModelProto) -> onnx.ModelProto:
    """Let convolutions pad their own input.

    The encoder pads as TensorFlow does, one pixel less at the left and top where it halves the
    size; torch writes that as a dozen nodes before each convolution, which OpenCV cannot read.
    """
    graph = model.graph
    made_by = {name: node for node in graph.node for name in node.output}
    for conv in [node for node in graph.node if node.op_type == "Conv"]:
        pad = made_by.get(conv.input[0])
        if pad is None or pad.op_type != "Pad":
            continue
        given = {one.name: one for one in conv.attribute}
        (side, _), (step, _) = given["kernel_shape"].ints, given["strides"].ints
        before, after = (side - step) // 2, (side - step + 1) // 2
        given["pads"].ints[:] = [before, before, after, after]
        conv.input[0] = pad.input[0]
    needed, kept = {value.name for value in graph.output}, []
    for node in reversed(graph.node):
        if needed & set(node.output):
            needed.update(node.input)
            kept.insert(0, node)
    del graph.node[:]
    graph.node.extend(kept)
    constants = [tensor for tensor in graph.initializer if tensor.name in needed]
    del graph.initializer[:]
    graph.initializer.extend(constants)
    return model


def export(net: SubjectNet, target: Path) -> None:
    """Write a trained network as ONNX.

    `image` (1 x 3 x H x W) goes in, `subject` (1 x 1 x H/2 x W/2) comes out, both float32.
    """
    written = io.BytesIO()
    torch.onnx.export(
        Answer(net).eval(),
        (torch.zeros(1, 3, TRACED_PX, TRACED_PX),),
        written,
        input_names=["image"],
        output_names=["subject"],
        dynamic_axes={
            "image": {2: "height", 3: "width"},
            "subject": {2: "half_height", 3: "half_width"},
        },
        opset_version=OPSET,
        dynamo=False,
    )
    model = halved(padded_inside(onnx.load_from_string(written.getvalue())))
    onnx.checker.check_model(model)
    target.write_bytes(model.SerializeToString())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("learned", type=Path)
    parser.add_argument("target", type=Path)
    args = parser.parse_args()
    net = SubjectNet(pretrained=False)
    net.load_state_dict(torch.load(args.learned)["mean"])
    export(net, args.target)
    print(f"{args.target.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
