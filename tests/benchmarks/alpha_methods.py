"""The matting methods that are compared, each behind the same call, run in a child process."""

import warnings
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from measured import measure, peak_mb
from numpy.typing import NDArray

Method = Callable[[NDArray[np.uint8], NDArray[np.uint8]], NDArray[np.floating]]

OURS = "ours"
PYMATTING = {
    "PyMatting closed form": "estimate_alpha_cf",
    "PyMatting KNN": "estimate_alpha_knn",
    "PyMatting LBDM": "estimate_alpha_lbdm",
    "PyMatting LKM": "estimate_alpha_lkm",
}
REFERENCE = "KNN reference"
GIMP = "GIMP"
SHORT_NAMES = {
    "ours": OURS,
    "cf": "PyMatting closed form",
    "knn": "PyMatting KNN",
    "lbdm": "PyMatting LBDM",
    "lkm": "PyMatting LKM",
    "reference": REFERENCE,
    "gimp": GIMP,
}
RUNS = 3


def load(name: str) -> Method:
    """Import a method that maps an image (H, W, 3) uint8 and a trimap {0, 128, 255} to an alpha."""
    if name == OURS:
        import matte_core

        return matte_core.estimate_alpha
    if name == REFERENCE:
        from knn_reference import estimate_alpha_knn_reference

        return estimate_alpha_knn_reference
    import pymatting

    function = getattr(pymatting, PYMATTING[name])

    def run(image: NDArray[np.uint8], trimap: NDArray[np.uint8]) -> NDArray[np.floating]:
        # It warns when its incomplete Cholesky breaks down, and continues with a shift.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return function(image / 255, trimap / 255)

    return run


def read_pair(
    image_path: str, trimap_path: str, scale: float = 1
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Read an image and its trimap, enlarged by `scale` (cubic and nearest neighbor)."""
    image = cv2.cvtColor(cv2.imread(image_path), cv2.COLOR_BGR2RGB)
    trimap = cv2.imread(trimap_path, cv2.IMREAD_GRAYSCALE)
    if scale != 1:
        image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
        trimap = cv2.resize(trimap, image.shape[1::-1], interpolation=cv2.INTER_NEAREST)
    return image, trimap


def work(request: dict[str, Any]) -> dict[str, Any]:
    """Run one method on several images; runs in the child."""
    method = load(request["method"])
    method(*_warm_up_pair())  # so that neither imports nor PyMatting's compiler are timed
    started_mb = peak_mb()
    results = []
    for job in request["jobs"]:
        image, trimap = read_pair(job["image"], job["trimap"], job["scale"])
        alpha, seconds, peak = measure(lambda: method(image, trimap), RUNS)  # noqa: B023
        if job["alpha"]:
            np.save(job["alpha"], alpha.astype(np.float32))
        results.append({"seconds": seconds, "peak_mb": peak, "pixels": trimap.size})
    return {"started_mb": started_mb, "results": results}


def _warm_up_pair() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    noise = np.random.default_rng(0).integers(0, 256, (48, 48, 3), np.uint8)
    trimap = np.full((48, 48), 128, np.uint8)
    trimap[:, :16], trimap[:, 32:] = 0, 255
    noise[:, :24] //= 2
    return noise, trimap
