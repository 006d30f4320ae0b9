"""A disk that is really full: told in one line, nothing half written, the room given back."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from matte_core.networks import onnx_proto as onnx

TOLD = "No space left on device. Make room, or "


def write_network(path: Path, size: int) -> None:
    """Write a network of one convolution, and of as many bytes as are asked for."""
    graph = onnx.new(
        "GraphProto",
        name="g",
        node=[onnx.node("Conv", ["image", "kernel"], ["answer"])],
        initializer=[
            onnx.tensor("kernel", np.full((1, 3, 1, 1), 0.3, np.float32)),
            onnx.tensor("ballast", np.zeros(size // 4, np.float32)),
        ],
        input=[onnx.value_info("image", onnx.FLOAT, [1, 3, 16, 16])],
        output=[onnx.value_info("answer", onnx.FLOAT, [1, 1, 16, 16])],
    )
    opset = [onnx.new("OperatorSetIdProto", version=13)]
    model = onnx.new("ModelProto", ir_version=8, graph=graph, opset_import=opset)
    path.write_bytes(onnx.serialize(model))


@pytest.fixture
def on_full_disk(small_disk, tmp_path, env, command):
    """Run the command with its folder on a small disk."""

    def run(limits, *words):
        run_env = {**env, "MATTE_HOME": str(small_disk.path)}
        return small_disk.run(limits, *command, *words, cwd=tmp_path, env=run_env)

    return run


def test_a_network_is_added_whole_or_not_at_all(on_full_disk, small_disk, tmp_path):
    write_network(tmp_path / "net.onnx", 1000)
    assert on_full_disk("size=1m", "models", "add", "net.onnx").returncode == 0
    before = small_disk.files()
    assert sorted(before) == ["models/net.json", "models/net.onnx"]

    # Another of the same name finds no room: the old one stays, and stays what it was.
    small_disk.keep()
    write_network(tmp_path / "net.onnx", 400_000)
    done = on_full_disk("size=200k", "models", "add", "net.onnx")
    assert done.returncode == 1
    place = small_disk.path / "models"
    assert done.stderr == (
        f"matte: {place} cannot be written: {TOLD}name another folder with MATTE_HOME.\n"
    )
    assert small_disk.files() == before

    # Room for the network and none for its description is no room.
    done = on_full_disk("size=1m,nr_inodes=5", "models", "add", "net.onnx")
    assert done.returncode == 1
    assert TOLD in done.stderr
    assert small_disk.files() == before


@pytest.mark.parametrize("limits", ["size=1m", "size=4m"])
def test_a_network_is_fetched_whole_or_not_at_all(limits, on_full_disk, small_disk, shared):
    """The small one has 2.8 MB: there is no room for the download, or for what is made of it."""
    mirror = shared / "models"
    done = on_full_disk(limits, "models", "fetch", "deeplab-257", "--mirror", mirror)
    assert done.returncode == 1
    assert done.stderr.startswith(f"matte: {small_disk.path / 'models'}")
    assert TOLD in done.stderr
    assert small_disk.files() == {}


def test_a_result_is_there_whole_or_not_at_all(on_full_disk, small_disk, tmp_path):
    noise = np.random.default_rng(1).integers(0, 2, (600, 600), np.uint8) * 255
    cv2.imwrite(str(tmp_path / "mask.png"), noise)
    target = small_disk.path / "trimap.png"
    done = on_full_disk("size=4k", "trimap", "mask.png", "--radius", "0", "-o", target)
    assert done.returncode == 1
    assert (
        f"{target} cannot be written: No space left on device. Free up disk space, or"
        in done.stderr
    )
    assert small_disk.files() == {}
