"""The made-up composites are what they claim to be."""

import cv2
import numpy as np
import pytest
from composites import COUNT, KINDS, composite, kind_of, write_composites


@pytest.mark.parametrize("number", range(len(KINDS)))
def test_every_kind_has_a_trimap_that_is_true(number: int) -> None:
    image, trimap, alpha = composite(number)
    assert image.dtype == trimap.dtype == np.uint8
    assert set(np.unique(trimap)) == {0, 128, 255}
    assert (alpha[trimap == 0] == 0).all()
    assert (alpha[trimap == 255] == 1).all()
    unknown = alpha[trimap == 128]
    assert unknown.min() < 0.1
    assert unknown.max() > 0.9
    # The colors of the two sides can be told from the image.
    assert np.abs(image[trimap == 255].mean(axis=0) - image[trimap == 0].mean(axis=0)).max() > 5


def test_they_are_the_same_every_time() -> None:
    for first, second in zip(composite(7), composite(7), strict=True):
        assert np.array_equal(first, second)


def test_either_half_has_every_kind() -> None:
    for start in (0, 1):
        assert {kind_of(number) for number in range(start, COUNT, 2)} == set(KINDS)


def test_files_hold_the_exact_alpha(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("composites.COUNT", 2)
    assert write_composites(tmp_path / "made") == {0: "00.png", 1: "01.png"}
    assert write_composites(tmp_path / "more", 40) == {40: "40.png", 41: "41.png"}
    for folder, number in (("made", 0), ("made", 1), ("more", 40)):
        image, trimap, alpha = composite(number)
        read = [
            cv2.imread(str(tmp_path / folder / kind / f"{number:02}.png"), cv2.IMREAD_UNCHANGED)
            for kind in ("Images", "Trimap1", "GroundTruth")
        ]
        assert np.array_equal(read[0][..., ::-1], image)
        assert np.array_equal(read[1], trimap)
        assert np.array_equal(read[2].astype(np.float32) / 255, alpha)
