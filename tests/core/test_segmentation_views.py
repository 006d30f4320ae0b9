"""A part of a picture shows the same, whichever view it comes from."""

import numpy as np
import pytest

from matte_core.boxes import Box
from matte_core.segmentation.views import FINE_PX, SIDE_PX, Views

HEIGHT, WIDTH = 3000, 2400


@pytest.mark.parametrize(
    ("box", "side_px", "longest"),
    [
        (Box(0, 0, HEIGHT, WIDTH), 256, SIDE_PX),
        (Box(600, 500, 2400, 2100), 256, round(SIDE_PX * 1800 / HEIGHT)),
        (Box(901, 703, 1703, 1307), 352, round(FINE_PX * 802 / HEIGHT)),
        (Box(901, 703, 1103, 907), 352, 204),
    ],
)
@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_a_part_shows_its_box(box: Box, side_px: int, longest: int, dtype: type) -> None:
    rows = np.linspace(0, 250, HEIGHT)[:, None]
    columns = np.linspace(250, 0, WIDTH)[None]
    image = np.stack([rows + 0 * columns, columns + 0 * rows, (rows + columns) / 2], axis=2)
    image = image.astype(np.uint8) if dtype is np.uint8 else (image / 255).astype(np.float32)
    part, shown = Views.of(image).part(box, side_px)
    assert part.dtype == dtype
    assert abs(max(part.shape[:2]) - longest) <= 1
    assert max(abs(shown.top - box.top), abs(shown.left - box.left)) <= 6
    step = 1 if dtype is np.uint8 else 1 / 255
    own = image[shown.slices]
    assert np.abs(part.mean(axis=(0, 1)) - own.mean(axis=(0, 1))).max() < step
    assert np.abs(part[0, 0].astype(float) - own[0, 0]).max() < 2 * step
