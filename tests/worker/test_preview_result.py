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


def logo():
    """Letters and a hairline on white, and the colors of their inks."""
    picture = np.full((240, 400, 3), 255, np.uint8)
    cv2.circle(picture, (90, 110), 70, (30, 60, 170), -1, cv2.LINE_AA)
    cv2.putText(
        picture, "Ag", (180, 150), cv2.FONT_HERSHEY_SIMPLEX, 3, (20, 20, 20), 8, cv2.LINE_AA
    )
    cv2.line(picture, (10, 200), (390, 225), (20, 20, 20), 1, cv2.LINE_AA)
    return picture


def test_line_art_is_shown_and_made_by_its_colors(worker):
    picture = logo()
    darkness = 1 - picture.min(axis=2) / 255
    made = worker.call(
        CutOutRequest(image=from_numpy(picture), with_foreground=True, clears_hidden=True)
    )
    assert made.note == "The image is line art on one color, so its colors were separated."
    alpha, colors = to_numpy(made.alpha), to_numpy(made.foreground)
    hairline = np.s_[195:, 180:]
    np.testing.assert_allclose(alpha[hairline], darkness[hairline] / (235 / 255), atol=2 / 255)
    inks = {tuple(color) for color in colors[alpha > 0.2].tolist()}
    assert inks == {(30, 60, 170), (20, 20, 20)}
    reduced = cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    worker.call(PreviewOpenRequest(image=from_numpy(reduced)))
    shown = matte(worker.call(PreviewRequest(ViewSettings(view="matte"))))
    expected = cv2.resize(alpha, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    assert abs(shown - expected).max() < 0.03
    request = PreviewDetailRequest(
        image=from_numpy(np.ascontiguousarray(picture[hairline])),
        region=Region(195 / 240, 180 / 400, 1, 1),
        settings=ViewSettings(view="matte"),
        edge=EdgeControls(),
    )
    assert abs(matte(worker.call(request)) - alpha[hairline]).max() < 1.5 / 255
