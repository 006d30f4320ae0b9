"""The model that is built in, and those that can be downloaded: where from, and how they are used.

References
----------
The models that rembg (Daniel Gatis) publishes, with the values that it prepares for them.
"""

from dataclasses import dataclass

from matte_core.base.classes import BACKGROUND_NAME, SUBJECT_NAME, VOC_CLASSES
from matte_core.base.messages import Message
from matte_core.catalog.spec import ModelSpec

#: Finds the main subject; the default unless another model was made it.
BUILT_IN = "built-in"
#: Knows the 20 classes by name; downloaded where there is a connection.
CLASS_MODEL = "deeplab-513"

_SUBJECT = (BACKGROUND_NAME, SUBJECT_NAME)

BUILT_IN_SPEC = ModelSpec(
    BUILT_IN,
    layout="NCHW",
    height=256,
    width=256,
    is_free=True,
    is_squashed=True,
    step=32,
    normalization="signed",
    output_type="saliency",
    output_layout="NCHW",
    stride=2,
    classes=_SUBJECT,
    license="MIT",
    source="docs/network.md",
)


@dataclass(frozen=True)
class RemoteFile:
    """One file of a published model: its path below the model's address, checksum, and bytes."""

    path: str
    sha256: str
    size: int

    @property
    def name(self) -> str:
        return self.path.rsplit("/", 1)[-1]


@dataclass(frozen=True)
class PublishedModel:
    """A model at a public address, pinned by the SHA-256 of its files."""

    title: str  # what it is, for people
    spec: ModelSpec  # how it is used, once it is installed
    base: str  # the address that the paths of its files are relative to
    files: tuple[RemoteFile, ...]  # the model itself, then any files that belong to it
    is_converted: bool = False  # whether its input size is made free as it is installed

    @property
    def name(self) -> str:
        return self.spec.name

    @property
    def size(self) -> int:
        """Bytes to download."""
        return sum(file.size for file in self.files)

    def address(self, file: RemoteFile) -> str:
        """Return the URL of one of its files."""
        return self.base + file.path


def _deeplab(
    name: str,
    title: str,
    base: str,
    files: tuple[RemoteFile, ...],
    side_px: int,
    normalization: str,
    color_order: str,
) -> PublishedModel:
    spec = ModelSpec(
        name,
        layout="NHWC",
        height=side_px,
        width=side_px,
        is_free=True,
        normalization=normalization,
        color_order=color_order,
        output_type="logits",
        output_layout="NCHW",
        align_corners=True,
        classes=VOC_CLASSES,
        license="Apache-2.0",
        source=base + files[0].path,
    )
    return PublishedModel(title, spec, base, files, is_converted=True)


_REMBG = "https://github.com/danielgatis/rembg/releases/download/v0.0.0/"


def _rembg(
    name: str,
    title: str,
    file: RemoteFile,
    side_px: int,
    license: str,
    normalization: str = "imagenet-peak",
    output_type: str = "saliency",
) -> PublishedModel:
    spec = ModelSpec(
        name,
        layout="NCHW",
        height=side_px,
        width=side_px,
        is_squashed=True,
        normalization=normalization,
        output_type=output_type,
        is_stretched=True,
        output_layout="NCHW",
        classes=_SUBJECT,
        license=license,
        source=_REMBG + file.path,
    )
    return PublishedModel(title, spec, _REMBG, (file,))


_GITHUB = "https://raw.githubusercontent.com/"
PUBLISHED = {
    model.name: model
    for model in (
        _deeplab(
            CLASS_MODEL,
            Message("DeepLabV3-MobileNetV2, 20 classes by name"),
            _GITHUB + "intel/openvino-ai-plugins-gimp/c9fb13e9697891afb044c84b01421010a0e59b5e/",
            (
                RemoteFile(
                    "weights/semseg-ov/deeplabv3.xml",
                    "c3ca452dcf791e329efb4aba87339d9a0c06de14c14a7a7fd8153f50aab61f48",
                    294684,
                ),
                RemoteFile(
                    "weights/semseg-ov/deeplabv3.bin",
                    "f16308724b3d7ceee04683863880862d7b6e658ca60f772ce1f3e06dcaaf575f",
                    4194178,
                ),
            ),
            513,
            "bytes",
            "BGR",
        ),
        _deeplab(
            "deeplab-257",
            Message("DeepLabV3-MobileNetV2 (half width), 20 classes by name"),
            _GITHUB
            + "Kazuhito00/Image-Processing-Node-Editor/46979d5b8eacb181abe970e4dd18e8f4cf0e750b/",
            (
                RemoteFile(
                    "node/deep_learning_node/semantic_segmentation/deeplab_v3/model/"
                    "deeplab_v3_1_default_1.onnx",
                    "48a46b346ca7e2e96760b8a10a302046a3b5a9ce55e59d4c659c36d9cbd44118",
                    2781296,
                ),
            ),
            257,
            "signed",
            "RGB",
        ),
        _rembg(
            "u2netp",
            Message("U2-Net, small: any subject"),
            RemoteFile(
                "u2netp.onnx",
                "309c8469258dda742793dce0ebea8e6dd393174f89934733ecc8b14c76f4ddd8",
                4574861,
            ),
            320,
            "Apache-2.0",
        ),
        _rembg(
            "u2net",
            Message("U2-Net: any subject"),
            RemoteFile(
                "u2net.onnx",
                "8d10d2f3bb75ae3b6d527c77944fc5e7dcd94b29809d47a739a7a728a912b491",
                175997641,
            ),
            320,
            "Apache-2.0",
        ),
        _rembg(
            "silueta",
            Message("Silueta, a U2-Net of a quarter of the size: any subject"),
            RemoteFile(
                "silueta.onnx",
                "75da6c8d2f8096ec743d071951be73b4a8bc7b3e51d9a6625d63644f90ffeedb",
                44173029,
            ),
            320,
            "Apache-2.0",
        ),
        _rembg(
            "isnet-general-use",
            Message("IS-Net: any subject, in detail"),
            RemoteFile(
                "isnet-general-use.onnx",
                "60920e99c45464f2ba57bee2ad08c919a52bbf852739e96947fbb4358c0d964a",
                178648008,
            ),
            1024,
            "code Apache-2.0; trained on DIS5K, which is for non-commercial use; the weights "
            "themselves state no license",
            normalization="centered",
        ),
        _rembg(
            "isnet-anime",
            Message("IS-Net for drawn characters"),
            RemoteFile(
                "isnet-anime.onnx",
                "f15622d853e8260172812b657053460e20806f04b9e05147d49af7bed31a6e99",
                176069933,
            ),
            1024,
            "Apache-2.0",
            normalization="imagenet-mean",
        ),
        _rembg(
            "birefnet-general-lite",
            Message("BiRefNet, lite: any subject, slow and exact"),
            RemoteFile(
                "BiRefNet-general-bb_swin_v1_tiny-epoch_232.onnx",
                "5600024376f572a557870a5eb0afb1e5961636bef4e1e22132025467d0f03333",
                224005088,
            ),
            1024,
            "MIT",
            output_type="saliency-logits",
        ),
    )
}
