"""Networks of every layout, made here: each tells red from everything else."""

from itertools import product
from pathlib import Path

import numpy as np
import pytest

from matte_core.base.classes import VOC_CLASSES
from matte_core.base.errors import ModelError, NoSubjectError
from matte_core.catalog.spec import NORMALIZATIONS
from matte_core.networks import add_model, describe_model, trial
from matte_core.networks import onnx_proto as onnx
from matte_core.segmentation import segment

SIDE = 64
PERSON = VOC_CLASSES.index("person")
MEAN, DEVIATION = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])


def red_or_not(normalization: str) -> tuple[np.ndarray, float]:
    """Weights and bias, on values so normalized, that are 20 (red - 0.6) on values in 0 to 1."""
    weights, bias = np.array([20.0, 0, 0]), -12.0
    match normalization:
        case "bytes":
            return weights / 255, bias
        case "signed":
            return weights / 2, bias + 10
        case "centered":
            return weights, bias + 10
        case "imagenet-mean":
            return weights, bias + float(weights @ MEAN)
        case "imagenet" | "imagenet-peak":
            return weights * DEVIATION, bias + float(weights @ MEAN)
        case _:
            return weights, bias


def tiny_network(
    layout: str = "NHWC",
    normalization: str = "unit",
    output_type: str = "logits",
    *,
    output_layout: str = "NCHW",
    classes: int = 21,
    index: int = PERSON,
    is_free: bool = False,
    is_uint8: bool = False,
    order: str = "RGB",
) -> bytes:
    nodes, value = [], "image"
    if is_uint8:
        nodes.append(onnx.node("Cast", [value], ["floats"], to=onnx.FLOAT))
        value = "floats"
    if layout == "NHWC":
        nodes.append(onnx.node("Transpose", [value], ["planes"], perm=[0, 3, 1, 2]))
        value = "planes"
    count = 1 if output_type.startswith("saliency") else classes
    kernel, bias = np.zeros((count, 3, 1, 1), np.float32), np.zeros(count, np.float32)
    weights, level = red_or_not(normalization)
    place = 0 if count == 1 else index
    kernel[place, :, 0, 0] = weights[::-1] if order == "BGR" else weights
    bias[place] = level
    if count > 2:
        bias[[number for number in range(1, count) if number != index]] = -50
    constants = [onnx.tensor("kernel", kernel), onnx.tensor("bias", bias)]
    nodes.append(onnx.node("Conv", [value, "kernel", "bias"], ["scores"], kernel_shape=[1, 1]))
    value, elem_type = "scores", onnx.FLOAT
    rows, columns = ("rows", "columns") if is_free else (SIDE, SIDE)
    shape: list[int | str] = [1, count, rows, columns]
    match output_type:
        case "probabilities":
            nodes.append(onnx.node("Softmax", [value], ["soft"], axis=1))
            value = "soft"
        case "labels":
            nodes.append(onnx.node("ArgMax", [value], ["labels"], axis=1, keepdims=0))
            value, elem_type, shape = "labels", onnx.INT64, [1, rows, columns]
        case "saliency-logits":
            pass
        case "saliency":
            nodes.append(onnx.node("Sigmoid", [value], ["saliency"]))
            value = "saliency"
    if output_layout == "NHWC" and output_type != "labels":
        nodes.append(onnx.node("Transpose", [value], ["turned"], perm=[0, 2, 3, 1]))
        value, shape = "turned", [1, rows, columns, count]
    held: list[int | str] = [1, rows, columns, 3] if layout == "NHWC" else [1, 3, rows, columns]
    graph = onnx.new(
        "GraphProto",
        name="tiny",
        node=nodes,
        initializer=constants,
        input=[onnx.value_info("image", onnx.UINT8 if is_uint8 else onnx.FLOAT, held)],
        output=[onnx.value_info(value, elem_type, shape)],
    )
    return wrap(graph)


def wrap(graph: onnx.Proto, domain: str = "") -> bytes:
    opsets = [onnx.new("OperatorSetIdProto", version=13)]
    if domain:
        opsets.append(onnx.new("OperatorSetIdProto", domain=domain, version=1))
    return onnx.serialize(onnx.new("ModelProto", ir_version=8, graph=graph, opset_import=opsets))


def scene() -> tuple[np.ndarray, np.ndarray]:
    """A blue picture with a red box, not square, and where the box is."""
    image = np.full((90, 120, 3), (60, 70, 200), np.uint8)
    truth = np.zeros((90, 120), bool)
    truth[20:70, 30:90] = True
    image[truth] = (220, 60, 70)
    return image, truth


def overlap(one: np.ndarray, other: np.ndarray) -> float:
    return (one & other).sum() / (one | other).sum()


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MATTE_HOME", str(tmp_path / "home"))
    return tmp_path


def install(folder: Path, data: bytes, **known: object) -> None:
    path = folder / "tiny.onnx"
    path.write_bytes(data)
    add_model(path, **known)


@pytest.mark.parametrize(
    ("layout", "normalization", "is_free"),
    list(product(("NHWC", "NCHW"), NORMALIZATIONS, (False, True))),
)
def test_what_goes_in(home: Path, layout: str, normalization: str, is_free: bool) -> None:
    data = tiny_network(layout, normalization, is_free=is_free)
    install(home, data, normalization=normalization)
    spec = describe_model("tiny")
    assert (spec.layout, spec.is_free, spec.assumed) == (layout, is_free, ("color_order",))
    image, truth = scene()
    found = segment(image, model="tiny")
    assert found.subject == ("person",)
    assert overlap(found.mask, truth) > 0.95
    assert found.classes[0].share == pytest.approx(truth.mean(), abs=0.02)


@pytest.mark.parametrize("shape", [(6000, 3), (3, 6000), (3000, 1)])
def test_a_band_across_a_thin_picture_is_found(home: Path, shape: tuple[int, int]) -> None:
    install(home, tiny_network(), normalization="unit")
    image, truth = np.full((*shape, 3), (60, 70, 200), np.uint8), np.zeros(shape, np.bool_)
    long = np.moveaxis(truth, np.argmax(shape), 0)
    long[len(long) // 4 : len(long) // 2] = True
    image[truth] = (220, 60, 70)
    found = segment(image, model="tiny")
    assert found.classes[0].share == pytest.approx(0.25, abs=0.03)
    assert overlap(found.mask, truth) > 0.9


@pytest.mark.parametrize(
    ("output_type", "output_layout"),
    list(
        product(
            ("logits", "probabilities", "labels", "saliency", "saliency-logits"), ("NHWC", "NCHW")
        )
    ),
)
def test_what_comes_out(home: Path, output_type: str, output_layout: str) -> None:
    install(home, tiny_network(output_type=output_type, output_layout=output_layout))
    spec = describe_model("tiny")
    assert spec.output_type == output_type
    assert len(spec.classes) == (2 if output_type.startswith("saliency") else 21)
    image, truth = scene()
    found = segment(image, model="tiny")
    assert found.subject == ("subject" if output_type.startswith("saliency") else "person",)
    assert overlap(found.mask, truth) > 0.9
    assert found.labels.max() == (1 if output_type.startswith("saliency") else PERSON)


@pytest.mark.parametrize("normalization", ["bytes", "unit", "signed", "imagenet"])
def test_the_values_that_a_model_expects_are_found_by_trial(
    home: Path, monkeypatch: pytest.MonkeyPatch, normalization: str
) -> None:
    """NCHW would have been taken for a model of ImageNet's values."""
    image, truth = scene()
    monkeypatch.setattr(trial, "_photo", lambda: image)
    install(home, tiny_network("NCHW", normalization, "saliency"))
    assert "normalization" not in describe_model("tiny").assumed
    assert overlap(segment(image, model="tiny").mask, truth) > 0.95


def test_where_no_values_will_do_it_is_said(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    noise = np.random.default_rng(3).integers(0, 255, (90, 120, 3), np.uint8)
    monkeypatch.setattr(trial, "_photo", lambda: noise)
    install(home, tiny_network("NCHW", "unit", "saliency"))
    assert "normalization" in describe_model("tiny").assumed


def test_bytes_in_need_no_assumption(home: Path) -> None:
    install(home, tiny_network(normalization="bytes", is_uint8=True))
    spec = describe_model("tiny")
    assert (spec.normalization, spec.assumed) == ("bytes", ("color_order",))
    image, truth = scene()
    assert overlap(segment(image, model="tiny").mask, truth) > 0.95


def test_blue_comes_first_where_it_is_said(home: Path) -> None:
    install(home, tiny_network(order="BGR"), color_order="BGR", normalization="unit")
    assert describe_model("tiny").assumed == ()
    image, truth = scene()
    assert overlap(segment(image, model="tiny").mask, truth) > 0.95


def test_other_classes_with_their_own_names(home: Path) -> None:
    names = ("background", "thing", "ball")
    install(home, tiny_network(classes=3, index=2), classes=names)
    image, truth = scene()
    found = segment(image, "ball", "tiny")
    assert found.subject == ("ball",)
    assert "ball" in [present.name for present in found.classes]
    assert overlap(found.mask, truth) > 0.95
    install(home, tiny_network(classes=3, index=2))
    assert describe_model("tiny").classes == ("background", "class 1", "class 2")


def test_too_few_names_are_refused(home: Path) -> None:
    with pytest.raises(ModelError, match="3 classes, and 2 names"):
        install(home, tiny_network(classes=3, index=2), classes=("background", "thing"))


def test_a_path_needs_no_installing(home: Path) -> None:
    path = home / "own.onnx"
    path.write_bytes(tiny_network())
    image, truth = scene()
    assert overlap(segment(image, model=path).mask, truth) > 0.95


def test_a_path_to_a_network_with_a_first_step_of_its_own(home: Path) -> None:
    """Bytes are wanted, and the graph says so: it brings them to -1 to 1 itself."""
    model = onnx.parse_model(tiny_network(normalization="signed"))
    nodes = list(model.graph.node)
    first = nodes[0]
    scaled = [
        onnx.node("Mul", ["image", "factor"], ["scaled"]),
        onnx.node("Add", ["scaled", "shift"], ["shifted"]),
    ]
    first.input[0] = "shifted"
    del model.graph.node[:]
    model.graph.node.extend([*scaled, *nodes])
    model.graph.initializer.append(onnx.tensor("factor", np.full((1,), 1 / 127.5, np.float32)))
    model.graph.initializer.append(onnx.tensor("shift", np.full((1,), -1, np.float32)))
    path = home / "own.onnx"
    path.write_bytes(onnx.serialize(model))
    assert describe_model(path).normalization == "bytes"
    assert "normalization" not in describe_model(path).assumed
    image, truth = scene()
    assert overlap(segment(image, model=path).mask, truth) > 0.95


def test_where_nothing_is_found_the_assumption_is_named(home: Path) -> None:
    path = home / "own.onnx"
    path.write_bytes(tiny_network(normalization="bytes"))
    image = np.random.default_rng(0).integers(0, 255, (90, 120, 3), np.uint8)
    with pytest.raises(NoSubjectError, match=r"0 to 1 was assumed.*--normalization.*bytes, signed"):
        segment(image, model=path)
    install(home, path.read_bytes(), normalization="unit")
    with pytest.raises(NoSubjectError) as caught:
        segment(image, model="tiny")
    assert "assumed" not in caught.value.hint


def test_a_changed_file_is_loaded_again(home: Path) -> None:
    path = home / "own.onnx"
    path.write_bytes(tiny_network())
    image, _ = scene()
    assert segment(image, model=path).subject == ("person",)
    path.write_bytes(tiny_network(index=8) + b"\x12\x00")
    assert segment(image, model=path).subject == ("cat",)


def graph_of(op_type: str, shape: list[int | str], **attributes: object) -> onnx.Proto:
    return onnx.new(
        "GraphProto",
        name="bad",
        node=[onnx.node(op_type, ["image"], ["out"], **attributes)],
        input=[onnx.value_info("image", onnx.FLOAT, shape)],
        output=[onnx.value_info("out", onnx.FLOAT, shape)],
    )


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (wrap(graph_of("Relu", [1, 8])), "does not take one color picture"),
        (wrap(graph_of("Relu", [1, 4, 8, 8])), "does not take one color picture"),
        (wrap(graph_of("Relu", [1, 3, 9000, 9000])), "9000 x 9000 pixels"),
        (wrap(graph_of("NoSuchOperator", [1, 3, 8, 8])), "NoSuchOperator"),
        (wrap(graph_of("Relu", [1, 3, 8, 8]), "my.company"), "my.company"),
    ],
)
def test_what_cannot_be_used_is_refused(home: Path, data: bytes, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        install(home, data)
    assert not (home / "home" / "models" / "tiny.onnx").exists()


def test_absurd_memory_is_refused(home: Path) -> None:
    """A network of a few bytes that puts a border around its picture, 480 GB in all."""
    graph = graph_of("Pad", [1, 3, 64, 64])
    graph.node[0].input.append("pads")
    pads = np.array([0, 0, 0, 0, 0, 0, 200_000, 200_000], np.int64)
    graph.initializer.append(onnx.tensor("pads", pads))
    with pytest.raises(ModelError, match="more than 4 GiB of memory"):
        install(home, wrap(graph))


def test_weights_in_another_file_are_refused(home: Path) -> None:
    model = onnx.parse_model(tiny_network())
    held = model.graph.initializer[0]
    held.data_location = onnx.EXTERNAL
    held.external_data.add(key="location", value="../../etc/passwd")
    with pytest.raises(ModelError, match="another file"):
        install(home, onnx.serialize(model))
