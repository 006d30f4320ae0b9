import argparse
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from matte_core.base.errors import DownloadError, ModelError
from matte_core.boxes import Box
from matte_core.catalog.published import BUILT_IN, BUILT_IN_SPEC
from matte_core.catalog.registry import model_path
from matte_core.cli import models as command
from matte_core.networks import add_model, describe_model, fetch_model, installed, remove_model
from matte_core.networks import onnx_proto as onnx
from matte_core.networks.loading import load_network
from matte_core.networks.openvino_ir import import_ir
from matte_core.networks.store import PUBLISHED


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MATTE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("MATTE_MODEL_MIRROR", raising=False)
    return tmp_path / "home" / "models"


def photo(side: int) -> np.ndarray:
    """A smooth colored picture: what it shows is of no matter, only that all colors differ."""
    rows, columns = np.mgrid[:side, :side] / side
    waves = [np.sin(7 * rows + 3 * columns), np.cos(9 * columns), rows * columns]
    return np.stack([(wave - wave.min()) / np.ptp(wave) * 255 for wave in waves], -1).astype(
        np.uint8
    )


def reference(path: Path, tensor: np.ndarray) -> np.ndarray:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: tensor})[0][0]


def test_the_imported_513_net_equals_the_reference(home: Path, shared: Path) -> None:
    steps: list[float] = []
    spec = fetch_model(
        mirror=str(shared / "models" / "intel_ir"),
        progress=lambda fraction, _: steps.append(fraction),
    )
    assert spec == describe_model("deeplab-513")
    assert steps == sorted(steps)
    assert sorted(path.name for path in home.iterdir()) == ["deeplab-513.json", "deeplab-513.onnx"]
    image = photo(513)
    expected = reference(
        shared / "models" / "deeplabv3_mnv2_voc_513_rgb_f16w.onnx",
        image[None].astype(np.float32),
    )
    scores = load_network(home / "deeplab-513.onnx").score(image, Box.whole(image.shape))
    assert scores.values.shape == (21, 65, 65)
    found = scores.at(np.arange(513), np.arange(513), range(21)).transpose(1, 2, 0)
    np.testing.assert_allclose(found, expected, atol=1e-3)


def test_the_corrected_257_net_equals_the_reference(home: Path, shared: Path) -> None:
    fetch_model("deeplab-257", mirror=str(shared / "models"))
    image = photo(257)
    expected = reference(
        shared / "models" / "deeplab_v3_257_aligncorners.onnx",
        image[None].astype(np.float32) / np.float32(127.5) - 1,
    )
    scores = load_network(home / "deeplab-257.onnx").score(image, Box.whole(image.shape))
    found = scores.at(np.arange(257), np.arange(257), range(21)).transpose(1, 2, 0)
    np.testing.assert_allclose(found, expected, atol=1e-3)


def test_fetching_twice_is_no_work_and_damage_is_mended(home: Path, shared: Path) -> None:
    mirror = str(shared / "models")
    first = fetch_model("deeplab-257", mirror=mirror)
    assert fetch_model("deeplab-257", mirror="/nowhere") == first
    (home / "deeplab-257.onnx").write_bytes(b"damaged")
    with pytest.raises(DownloadError):
        fetch_model("deeplab-257", mirror="/nowhere")
    assert fetch_model("deeplab-257", mirror=mirror) == first


def test_a_file_put_there_by_hand_is_taken(home: Path, shared: Path) -> None:
    published = PUBLISHED["deeplab-257"].files[0]
    with pytest.raises(DownloadError) as caught:
        fetch_model("deeplab-257", mirror="/nowhere")
    target = home / "downloads" / published.name
    assert str(target) in caught.value.hint
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes((shared / "models" / published.name).read_bytes())
    assert fetch_model("deeplab-257", mirror="/nowhere").name == "deeplab-257"
    assert not target.parent.exists()


def test_a_published_file_is_recognized_whatever_it_is_called(
    home: Path, shared: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "some net.onnx"
    copy.write_bytes((shared / "models" / "deeplab_v3_1_default_1.onnx").read_bytes())
    spec = add_model(copy, "small", default=True)
    assert (spec.name, spec.is_free, spec.normalization) == ("small", True, "signed")
    assert installed()[0].name == "small"
    remove_model("small")
    assert [spec.name for spec in installed()] == ["built-in"]
    assert not (home / "small.json").exists()


@pytest.mark.usefixtures("home")
def test_somebody_elses_net_is_described(shared: Path) -> None:
    spec = add_model(shared / "models" / "selfie_segmentation.onnx", normalization="unit")
    assert (spec.name, spec.layout, spec.height, spec.width) == (
        "selfie_segmentation",
        "NHWC",
        256,
        256,
    )
    assert spec.output_type == "saliency"
    assert not spec.is_free
    assert "normalization" not in spec.assumed
    plain = describe_model(shared / "models" / "deeplabv3_mnv2_voc_513_rgb_f16w.onnx")
    assert (plain.output_type, plain.output_layout, plain.height) == ("logits", "NHWC", 513)
    assert len(plain.classes) == 21


def test_what_is_no_network_is_refused(home: Path, tmp_path: Path) -> None:
    for content in (b"", b"<html>not found</html>", b"\x80\x04\x95pickle", b"PK\x03\x04" * 9):
        path = tmp_path / "net.onnx"
        path.write_bytes(content)
        with pytest.raises(ModelError, match="not an ONNX model"):
            add_model(path)
    with pytest.raises(ModelError, match="no file"):
        add_model(tmp_path / "absent.onnx")
    assert not home.exists()


@pytest.mark.usefixtures("home")
def test_xml_without_its_weights_or_with_entities_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "net.xml"
    path.write_bytes(b"<net><layers/><edges/></net>")
    with pytest.raises(ModelError, match=r"net\.bin are not beside it"):
        add_model(path)
    path.with_suffix(".bin").write_bytes(b"")
    with pytest.raises(ModelError, match="0 outputs"):
        add_model(path)
    bomb = b'<!DOCTYPE net [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><net>&b;</net>'
    with pytest.raises(ModelError, match="document type"):
        import_ir(bomb, b"")
    with pytest.raises(ModelError, match="not XML"):
        import_ir(b"<net>", b"")


def test_a_cut_off_ir_is_refused(shared: Path) -> None:
    folder = shared / "models" / "intel_ir"
    xml, whole = (folder / "deeplabv3.xml").read_bytes(), (folder / "deeplabv3.bin").read_bytes()
    with pytest.raises(ModelError, match="are they a pair"):
        import_ir(xml, whole[:1000])
    with pytest.raises(ModelError, match="'HSwish'"):
        import_ir(xml.replace(b'type="Clamp"', b'type="HSwish"'), whole)


def test_messages_survive_writing_and_reading() -> None:
    node = onnx.node("Conv", ["x", "w"], ["y"], pads=[1, 2, 3, 4], alpha=0.5, mode="linear")
    graph = onnx.new("GraphProto", name="g", node=[node])
    values = np.arange(6, dtype=np.float32).reshape(2, 3)
    graph.initializer.append(onnx.tensor("w", values))
    graph.output.append(onnx.value_info("y", onnx.FLOAT, [1, "rows"]))
    opset = onnx.new("OperatorSetIdProto", version=13)
    model = onnx.new("ModelProto", ir_version=8, graph=graph, opset_import=[opset])
    read = onnx.parse_model(onnx.serialize(model))
    assert read == model
    np.testing.assert_array_equal(onnx.tensor_values(read.graph.initializer[0]), values)
    assert list(onnx.attribute(read.graph.node[0], "pads").ints) == [1, 2, 3, 4]
    assert onnx.shape_of(read.graph.output[0]) == [1, "rows"]


def command_line(*words: str) -> int:
    parser = argparse.ArgumentParser()
    command.add_parser(parser.add_subparsers())
    return command.run(parser.parse_args(["models", *words]))


@pytest.mark.usefixtures("home")
def test_the_command(shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command_line("list") == 0
    listed = capsys.readouterr().out
    assert "* built-in" in listed
    assert "179 MB" in listed, "what isnet-general-use takes"
    assert command_line("fetch", "deeplab-257", "--mirror", str(shared / "models")) == 0
    own = shared / "models" / "selfie_segmentation.onnx"
    assert command_line("add", str(own), "--name", "selfie", "--default") == 0
    assert "selfie is installed" in capsys.readouterr().out
    command_line("list")
    assert "* selfie" in capsys.readouterr().out
    command_line("show", "deeplab-257")
    shown = capsys.readouterr().out
    assert "Apache-2.0" in shown
    assert "pottedplant" in shown
    command_line("remove", "selfie")
    assert [spec.name for spec in installed()] == ["built-in", "deeplab-257"]


def test_a_model_of_free_size_that_finds_subjects_is_fed_as_it_must_be(home: Path) -> None:
    spec = add_model(model_path(BUILT_IN), "mine")
    assert (spec.is_free, spec.step) == (True, BUILT_IN_SPEC.step)
    found = load_network(home / "mine.onnx").score(photo(300)[:200], Box(0, 0, 200, 300))
    assert np.isfinite(found.at(np.arange(200), np.arange(300), [1])).all()
