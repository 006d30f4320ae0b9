"""Find out which values a model expects, where its file does not say: try them all on a photo.

A model that is given other values than it was trained on still answers, only wrongly. The photo of
a flower comes with scikit-learn; where its subject is, the built-in model tells.
"""

from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np

from matte_core.boxes import Box
from matte_core.catalog.published import BUILT_IN, BUILT_IN_SPEC
from matte_core.catalog.registry import model_path
from matte_core.catalog.spec import NORMALIZATIONS, ModelSpec
from matte_core.images import Float32, Image, Mask
from matte_core.networks.network import Network
from matte_core.networks.session import open_session

_SIDE_PX = 320
_LEAST_AGREEMENT = 0.6  # intersection over union
_LEAST_LEAD = 0.02  # of another value range over the customary one, to be taken instead


def found_normalization(data: bytes, spec: ModelSpec) -> str | None:
    """Return the value range with which a model finds the subject of a photo.

    Parameters
    ----------
    data : bytes
        The ONNX file.
    spec : ModelSpec
        Of a model that finds subjects; its own value range is the one to fall back to.

    Returns
    -------
    str or None
        One of `NORMALIZATIONS`; None if the model finds the subject with none of them.
    """
    photo = _photo()
    if photo is None:
        return None
    truth = _subject(Network(BUILT_IN_SPEC, open_session(str(model_path(BUILT_IN)))), photo) > 0.5
    session = open_session(data)
    scores = {
        name: _agreement(
            _subject(Network(replace(spec, normalization=name), session), photo), truth
        )
        for name in NORMALIZATIONS
    }
    best = max(scores, key=lambda name: scores[name] + _LEAST_LEAD * (name == spec.normalization))
    return best if scores[best] >= _LEAST_AGREEMENT else None


def _photo() -> Image | None:
    package = find_spec("sklearn")
    if package is None or package.origin is None:
        return None
    photo = cv2.imread(str(Path(package.origin).parent / "datasets" / "images" / "flower.jpg"))
    return None if photo is None else np.ascontiguousarray(photo[:, :, ::-1], np.uint8)


def _subject(network: Network, photo: Image) -> Float32:
    """Return the subject's probability on a grid that all models share."""
    scores = network.score(photo, Box.whole(photo.shape))
    rows, columns = Box.whole(photo.shape).sampled((_SIDE_PX, _SIDE_PX))
    return np.asarray(np.exp(scores.at(rows, columns, [1])[0]), np.float32)


def _agreement(probability: Float32, truth: Mask) -> float:
    found = probability > 0.5
    return float((found & truth).sum() / max(int((found | truth).sum()), 1))
