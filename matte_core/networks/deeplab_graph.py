"""Free a DeepLab's ONNX graph from the one input size it was frozen at.

A frozen DeepLab holds its size in three places: the average over the whole picture (image
pooling), the resize of that one value back to the grid, and the last resize of the scores to
the input's size. The first becomes a global average, the second a broadcast, and the last is
left out: the answer then comes on the model's own grid, one cell for `stride` pixels, and
whoever asks for it lifts it to the picture by bilinear interpolation with aligned corners, as
DeepLab was trained. Exporters that could not express aligned corners wrote another rule into
the two resizes; that error goes with them.

References
----------
Chen, Papandreou, Schroff, Adam: Rethinking Atrous Convolution for Semantic Image Segmentation,
2017, section 3.3 (image-level features).
"""

from collections.abc import Iterable

import numpy as np

from matte_core.base.errors import ModelError
from matte_core.networks import onnx_proto as onnx

_RESIZES = ("Resize", "Upsample")
_MIN_OPSET = 8  # Expand


def free_size(model: onnx.Proto) -> int:
    """Rewrite a frozen DeepLab in place so that it takes any size and answers on its own grid.

    Parameters
    ----------
    model : ModelProto
        One input (1, H, W, 3), one output of class scores; (1, C, H, W) inside.

    Returns
    -------
    int
        Input pixels per cell of the answer.

    Raises
    ------
    ModelError
        If the graph is not built that way.
    """
    try:
        return _free(model.graph, model.opset_import)
    except (UnicodeDecodeError, IndexError) as error:
        raise ModelError(
            "The model's graph is damaged: a name is no text, or a node lacks its values."
        ) from error


def _free(graph: onnx.Proto, opsets: Iterable[onnx.Proto]) -> int:
    shape = onnx.shape_of(graph.input[0]) if len(graph.input) == 1 else None
    opset = next((held.version for held in opsets if not held.domain), 0)
    if shape is None or len(shape) != 4 or shape[3] != 3 or opset < _MIN_OPSET:
        raise ModelError("The model does not take one picture of shape (1, H, W, 3).")
    classes = _cut_last_resize(graph)
    cells = _free_image_pooling(graph)
    size = shape[1]
    if not isinstance(size, int) or size != shape[2] or (size - 1) % (cells - 1):
        raise ModelError(f"A grid of {cells} cells does not fit an input of {shape}.")
    info = onnx.value_info(graph.input[0].name, onnx.FLOAT, [1, "height", "width", 3])
    graph.input[0].CopyFrom(info)
    answer = onnx.value_info(graph.output[0].name, onnx.FLOAT, [1, classes, "rows", "columns"])
    graph.output[0].CopyFrom(answer)
    del graph.value_info[:]
    _drop_unused(graph)
    _rename_output(graph, "scores")
    return (size - 1) // (cells - 1)


def _maker(graph: onnx.Proto, value: str) -> onnx.Proto | None:
    return next((node for node in graph.node if value in node.output), None)


def _cut_last_resize(graph: onnx.Proto) -> int:
    """Make the scores before the last resize the output; return how many classes they hold."""
    node = _maker(graph, graph.output[0].name)
    for _ in graph.node:  # and no longer: a damaged graph may lead in a circle
        if node is None or node.op_type not in ("Transpose", "Identity"):
            break
        node = _maker(graph, node.input[0])
    if node is None or node.op_type not in _RESIZES:
        raise ModelError("The model does not end with a resize of its class scores.")
    shape = onnx.shape_of(graph.output[0]) or []
    lengths = [length for length in shape[1:] if isinstance(length, int)]
    graph.output[0].name = node.input[0]
    return min(lengths, default=1)


def _free_image_pooling(graph: onnx.Proto) -> int:
    """Free the pooling and its resize; return the grid's cells along one side."""
    constants = {held.name: held for held in graph.initializer}
    cells, is_freed = 0, False
    for node in graph.node:
        if node.op_type == "AveragePool":
            kernel = onnx.attribute(node, "kernel_shape")
            cells = int(kernel.ints[0]) if kernel is not None else 0
            del node.attribute[:]
            node.op_type = "GlobalAveragePool"
    for position, node in enumerate(graph.node):
        concat = next(
            (
                held
                for held in graph.node
                if held.op_type == "Concat" and node.output[0] in held.input
            ),
            None,
        )
        if node.op_type not in (*_RESIZES, "Expand") or concat is None:
            continue
        if node.op_type == "Expand":
            cells = _last_length(constants, node)
        other = next((name for name in concat.input if name != node.output[0]), None)
        if other is None:
            break
        _broadcast(graph, position, other)
        is_freed = True
        break
    if not is_freed:
        raise ModelError("The model has no image pooling beside its other features.")
    if cells < 2:
        raise ModelError("The model's image pooling does not average over the whole picture.")
    return cells


def _last_length(constants: dict[str, onnx.Proto], node: onnx.Proto) -> int:
    """Return the last length of the shape that a node is given as a constant."""
    held = constants.get(node.input[1]) if len(node.input) > 1 else None
    lengths = np.zeros(0) if held is None else onnx.tensor_values(held).ravel()
    if lengths.dtype != np.int64 or not lengths.size:
        raise ModelError("The model's image pooling is spread to a shape that it does not hold.")
    return int(lengths[-1])


def _broadcast(graph: onnx.Proto, position: int, like: str) -> None:
    """Replace the node at `position` by an Expand of its input to the rows, columns of `like`."""
    node = graph.node[position]
    source, target = node.input[0], node.output[0]
    graph.initializer.append(onnx.tensor("spatial_axes", np.array([2, 3], np.int64)))
    graph.initializer.append(onnx.tensor("one_one", np.array([1, 1], np.int64)))
    made = [
        onnx.node("Shape", [like], ["like_shape"]),
        onnx.node("Gather", ["like_shape", "spatial_axes"], ["like_rows_columns"], axis=0),
        onnx.node("Concat", ["one_one", "like_rows_columns"], ["pooled_shape"], axis=0),
        onnx.node("Expand", [source, "pooled_shape"], [target]),
    ]
    # Nodes must stand after what they take: `like` may be made later than the resize was.
    others = [held for place, held in enumerate(graph.node) if place != position]
    makers = [place for place, held in enumerate(others) if like in held.output]
    start = max([position, *(place + 1 for place in makers)])
    ordered = others[:start] + made + others[start:]
    copies = [onnx.new("NodeProto") for _ in ordered]
    for copy, held in zip(copies, ordered, strict=True):
        copy.CopyFrom(held)
    del graph.node[:]
    graph.node.extend(copies)


def _rename_output(graph: onnx.Proto, name: str) -> None:
    old = graph.output[0].name
    for node in graph.node:
        for names in (node.input, node.output):
            for position, held in enumerate(names):
                if held == old:
                    names[position] = name
    graph.output[0].name = name


def _drop_unused(graph: onnx.Proto) -> None:
    """Remove the nodes and constants that the output no longer depends on."""
    wanted = {graph.output[0].name}
    kept = []
    for node in reversed(list(graph.node)):
        if wanted.intersection(node.output):
            wanted.update(node.input)
            copy = onnx.new("NodeProto")
            copy.CopyFrom(node)
            kept.append(copy)
    del graph.node[:]
    graph.node.extend(reversed(kept))
    constants = []
    for held in graph.initializer:
        if held.name in wanted:
            copy = onnx.new("TensorProto")
            copy.CopyFrom(held)
            constants.append(copy)
    del graph.initializer[:]
    graph.initializer.extend(constants)
