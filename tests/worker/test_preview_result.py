"""What the preview shows is what OK makes: the same worker, asked for both."""

import cv2
import numpy as np
import pytest

from matte_core.base.progress import silent
from matte_core.files import read_picture
from matte_core.link.fields import EdgeControls, Region, ViewSettings
from matte_core.link.preview_requests import (
    PreviewDetailRequest,
    PreviewOpenRequest,
    PreviewRequest,
)
from matte_core.link.requests import CutOutRequest
from matte_core.worker.arrays import from_numpy, to_numpy
from matte_core.worker.preview import Preview

EDGE = EdgeControls(shift_px=-2.0, smooth_px=2.0, feather_px=3.0, contrast=0.2)
SCALE = 0.5


@pytest.fixture(scope="module")
def photo(shared):
    return read_picture(shared / "data" / "photos" / "astronaut.png").image


def matte(result):
    return to_numpy(result.picture)[..., 0] / np.float32(255)


@pytest.fixture(scope="module")
def result(worker, photo):
    """The alpha that OK makes of the photo at full size."""
    return to_numpy(worker.call(CutOutRequest(image=from_numpy(photo), edge=EDGE)).alpha)


def test_a_photo_that_is_small_enough_is_shown_as_it_becomes(worker, photo, result):
    worker.call(PreviewOpenRequest(image=from_numpy(photo)))
    shown = matte(worker.call(PreviewRequest(ViewSettings(view="matte", edge=EDGE))))
    assert abs(shown - result).max() <= 0.5 / 255 + 1e-6


def test_a_part_at_full_size_is_nearly_what_it_becomes(worker, photo, result):
    size = (round(photo.shape[1] * SCALE), round(photo.shape[0] * SCALE))
    reduced = cv2.resize(photo, size, interpolation=cv2.INTER_AREA)
    worker.call(PreviewOpenRequest(image=from_numpy(reduced)))
    # Her hair and a shoulder, with both sides of the outline in it.
    top, bottom, left, right = 20, 300, 90, 400
    height, width = photo.shape[:2]
    request = PreviewDetailRequest(
        image=from_numpy(photo[top:bottom, left:right]),
        region=Region(top / height, left / width, bottom / height, right / width),
        settings=ViewSettings(view="matte", edge=EDGE.scaled(SCALE)),
        edge=EDGE,
    )
    shown = matte(worker.call(request))
    difference = abs(shown - result[top:bottom, left:right])
    assert difference.mean() < 0.02
    assert (difference > 0.25).mean() < 0.02


def test_a_layer_that_is_cut_out_already_is_shown_as_it_is():
    rows, columns = np.mgrid[0:60, 0:80]
    opacity = np.clip((20 - np.hypot(rows - 30, columns - 40)) / 3, 0, 1).astype(np.float32)
    silhouette = np.zeros((60, 80, 3), np.uint8)
    shown = Preview(silhouette, opacity=opacity).show(ViewSettings(view="matte"), silent)
    assert np.abs(shown[..., 0] - 255 * opacity).max() <= 2
