"""What made-up inputs once broke, each under its own name."""

import io
import json
import os
import subprocess
import sys
import zlib
from contextlib import suppress
from pathlib import Path

import cv2
import numpy as np
import pytest

from matte_core.base import folders
from matte_core.base.errors import (
    FileError,
    InputError,
    ModelError,
    NoSubjectError,
    ProtocolError,
    WorkerError,
    from_wire,
)
from matte_core.catalog.registry import BUILT_IN, default_name, installed, resolve
from matte_core.cli import main
from matte_core.files import decode_picture
from matte_core.files.png import with_chunks
from matte_core.link.protocol import MAGIC, Frame, read_frame, write_frame
from matte_core.matting import estimate_foreground
from matte_core.networks import onnx_proto as onnx
from matte_core.networks.deeplab_graph import free_size
from matte_core.networks.openvino_ir import import_ir
from matte_core.networks.preprocessing import normalization_told
from matte_core.networks.session import open_session
from matte_core.segmentation import segment
from matte_core.trimap import read_trimap

ROOT = Path(__file__).resolve().parents[2]


def test_half_floats_have_foreground_colors():
    image = np.random.default_rng(0).random((1, 3, 3)).astype(np.float16)
    alpha = np.array([[0, 0.5, 1]], np.float32)
    foreground = estimate_foreground(image, alpha)
    assert foreground.dtype == np.float16
    assert np.isfinite(foreground).all()
    np.testing.assert_array_equal(foreground[0, 2], image[0, 2])


@pytest.mark.parametrize("kind", ["S2", "complex64", "int16", "int64"])
def test_only_gray_levels_are_a_trimap(kind):
    with pytest.raises(InputError, match="The trimap has type"):
        read_trimap(np.zeros((1, 1), kind))


@pytest.mark.parametrize("shape", [(1, 1), (2, 2), (1, 40), (9, 8)])
def test_a_picture_of_a_few_pixels_is_segmented_or_refused(tmp_path, monkeypatch, shape):
    monkeypatch.setenv(folders.HOME_VARIABLE, str(tmp_path))
    image = np.random.default_rng(0).integers(0, 255, (*shape, 3), np.uint8)
    for hint in (None, np.ones(shape, np.bool_)):
        with suppress(NoSubjectError):
            assert segment(image, hint=hint).mask.shape == shape


@pytest.mark.parametrize("bits", [0, 3, 255])
def test_a_png_has_samples_of_some_bits(bits):
    png = bytearray(cv2.imencode(".png", np.zeros((2, 2), np.uint8))[1].tobytes())
    png[24] = bits
    png[29:33] = zlib.crc32(png[12:29]).to_bytes(4, "big")
    with pytest.raises(FileError, match="picture is damaged"):
        decode_picture(with_chunks(bytes(png), [(b"tRNS", b"\0\7")]), "picture")


def test_a_tag_that_is_there_twice_does_not_make_the_decoders_disagree():
    tiff = bytearray(cv2.imencode(".tif", np.zeros((9, 7), np.uint8))[1].tobytes())
    start = int.from_bytes(tiff[4:8], "little") + 2
    last = start + 12 * (tiff[start - 2] - 1)
    tiff[last : last + 12] = (256).to_bytes(2, "little") + bytes([3, 0, 1, 0, 0, 0, 1, 0, 0, 0])
    with suppress(FileError):
        assert decode_picture(bytes(tiff), "picture").image.shape in ((9, 7, 3), (9, 1, 3))


def model_of(*nodes, **more):
    """Return a model with these nodes between an image and an answer."""
    graph = onnx.new(
        "GraphProto",
        node=[onnx.node(*node) for node in nodes],
        input=[onnx.value_info("image", onnx.FLOAT, [1, 17, 17, 3])],
        output=[onnx.value_info("answer", onnx.FLOAT, [1, 2, 17, 17])],
        **more,
    )
    opset = [onnx.new("OperatorSetIdProto", version=13)]
    return onnx.new("ModelProto", ir_version=8, graph=graph, opset_import=opset)


def test_a_network_that_pools_beside_nothing_is_refused():
    model = model_of(
        ("Resize", ["image"], ["spread"]),
        ("Concat", ["spread", "spread"], ["joined"]),
        ("Resize", ["joined"], ["answer"]),
    )
    with pytest.raises(ModelError, match="no image pooling beside"):
        free_size(model)


@pytest.mark.parametrize("shape", [np.float32([[1, 2], [3, 4]]), np.int64([])])
def test_a_network_that_spreads_its_pooling_to_no_shape_is_refused(shape):
    model = model_of(
        ("Expand", ["image", "shape"], ["spread"]),
        ("Concat", ["spread", "image"], ["joined"]),
        ("Resize", ["joined"], ["answer"]),
        initializer=[onnx.tensor("shape", shape)],
    )
    with pytest.raises(ModelError, match="a shape that it does not hold"):
        free_size(model)


@pytest.mark.parametrize(("taken", "held"), [(["scores"], b"sco\x80es"), ([], b"scores")])
def test_a_network_whose_graph_is_damaged_is_refused(taken, held):
    data = onnx.serialize(model_of(("Resize", taken, ["answer"])))
    with pytest.raises(ModelError, match="graph is damaged"):
        free_size(onnx.parse_model(data.replace(b"scores", held)))


def test_an_openvino_network_of_a_size_beyond_all_numbers_is_refused():
    xml = f"""<net><layers>
    <layer id="0" type="Parameter"><data shape="1,3,8,8" element_type="f32"/>
     <output><port id="0"><dim>1</dim><dim>3</dim><dim>8</dim><dim>8</dim></port></output></layer>
    <layer id="1" type="Interpolate"><data mode="linear_onnx"/>
     <input><port id="0"><dim>1</dim><dim>3</dim><dim>8</dim><dim>8</dim></port></input>
     <output><port id="1"><dim>1</dim><dim>3</dim><dim>8</dim><dim>{10**30}</dim></port></output>
    </layer>
    <layer id="2" type="Result"><input><port id="0"><dim>1</dim></port></input></layer>
    </layers><edges><edge from-layer="0" from-port="0" to-layer="1" to-port="0"/>
    <edge from-layer="1" from-port="1" to-layer="2" to-port="0"/></edges></net>"""
    with pytest.raises(ModelError, match="cannot be read: OverflowError"):
        import_ir(xml.encode(), b"")


def test_a_network_that_leads_in_a_circle_is_refused():
    graph = onnx.new(
        "GraphProto",
        node=[onnx.node("Identity", ["answer"], ["answer"])],
        input=[onnx.value_info("image", onnx.FLOAT, [1, 17, 17, 3])],
        output=[onnx.value_info("answer", onnx.FLOAT, [1, 2, 17, 17])],
    )
    opset = [onnx.new("OperatorSetIdProto", version=13)]
    model = onnx.new("ModelProto", ir_version=8, graph=graph, opset_import=opset)
    with pytest.raises(ModelError, match="does not end with a resize"):
        free_size(model)


def test_first_steps_that_lead_in_a_circle_tell_nothing():
    graph = onnx.new(
        "GraphProto",
        node=[
            onnx.node("Identity", ["image"], ["one"]),
            onnx.node("Identity", ["one"], ["image"]),
        ],
    )
    assert normalization_told(graph, "image") is None


def test_onnxruntime_prints_nothing_for_us(capfd):
    graph = onnx.new(
        "GraphProto",
        name="g",
        node=[onnx.node("Nothing", ["image"], ["answer"])],
        input=[onnx.value_info("image", onnx.FLOAT, [1])],
        output=[onnx.value_info("answer", onnx.FLOAT, [1])],
    )
    opset = [onnx.new("OperatorSetIdProto", version=13)]
    data = onnx.serialize(onnx.new("ModelProto", ir_version=8, graph=graph, opset_import=opset))
    with pytest.raises(ModelError, match="cannot be used"):
        open_session(data.replace(b"Nothing", b"Not\xffing"))
    said = capfd.readouterr()
    assert said.out + said.err == ""


def test_half_a_character_is_no_files_name(capsys, tmp_path):
    assert main(["cutout", "\ud800", "-o", str(tmp_path / "none.png")]) == 1
    said = capsys.readouterr().err
    assert "A file name contains characters that this system does not allow." in said
    assert "Unexpected" not in said


def test_a_default_that_is_no_text_is_none(tmp_path, monkeypatch):
    monkeypatch.setenv(folders.HOME_VARIABLE, str(tmp_path))
    folders.models().mkdir()
    (folders.models() / "default.txt").write_bytes(b"\xff")
    assert default_name() == BUILT_IN


@pytest.mark.parametrize("named", ["", "another", "../../elsewhere"])
def test_a_network_is_called_what_its_file_is_called(tmp_path, monkeypatch, named):
    monkeypatch.setenv(folders.HOME_VARIABLE, str(tmp_path))
    folders.models().mkdir()
    network = folders.models() / "net.onnx"
    network.write_bytes(b"network")
    network.with_suffix(".json").write_text(json.dumps({"name": named}))
    assert [spec.name for spec in installed()] == ["built-in", "net"]
    assert resolve("net") == network


@pytest.mark.parametrize("described", [None, "words", [1], 5])
def test_an_error_that_is_no_error_can_be_shown(described):
    assert isinstance(from_wire(described), WorkerError)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_numbers_that_cannot_be_written_are_not_read(number):
    header = b'{"type": "request", "arrays": [], "id": %s}' % number.encode()
    stream = io.BytesIO(MAGIC + len(header).to_bytes(4, "little") + header)
    with pytest.raises(ProtocolError, match="not JSON"):
        read_frame(stream)


def test_a_cancel_without_a_number_does_not_keep_the_worker():
    """The thread that reads must live on: it alone sees that the plug-in has gone."""
    process = subprocess.Popen(
        [sys.executable, "-I", ROOT / "matte_core" / "worker" / "__main__.py"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    frames = io.BytesIO()
    for number in ([1], None, "x"):
        write_frame(frames, Frame("cancel", {"id": number}))
    _, errors = process.communicate(frames.getvalue(), timeout=60)
    assert process.returncode == 0
    assert errors == b""


@pytest.mark.parametrize("words", [["-o", "9" * 400], ["-o", "out/", "--selection", "9" * 400]])
def test_a_name_that_is_too_long_is_told_in_one_line(tmp_path, words):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "MATTE_HOME": str(tmp_path / "home")}
    (tmp_path / "photo.png").write_bytes(cv2.imencode(".png", np.eye(8, dtype=np.uint8))[1])
    done = subprocess.run(
        [sys.executable, "-m", "matte_core", "cutout", "photo.png", *words],
        cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    (line,) = [line for line in done.stderr.splitlines() if "too long" in line]
    assert len(line) < 400
    assert "Traceback" not in done.stderr
