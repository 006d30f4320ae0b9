"""Unmixing inks and a ground of known colors exactly.

Every pixel is ``I = alpha ink + (1 - alpha) ground``. With both colors known, alpha is the
projection of the pixel onto the line between them, exact to the rounding of the file, and the
foreground is the ink. The mixture is one of stored values, as nearly all renderers make it, and as
composites are mixed (docs/decisions.md). Which ink a pixel has, the nearest solid region says if
its color fits; where two inks meet, a pixel is unmixed into both and the ground.

References
----------
Smith, Blinn: Blue Screen Matting. SIGGRAPH 1996, section 2 (known foreground and background colors
determine alpha).
"""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from matte_core.images import Alpha, Float32, Image, Mask, as_float, row_slices

_NEAR = np.ones((5, 5), np.uint8)  # the reach of an antialiased edge
_AROUND = np.ones((7, 7), np.uint8)
_BESIDE = np.ones((3, 3), np.uint8)
_NO_INK = 255
_NEARLY_ALL = 0.98  # of a thin part's pixels
_ROUNDING = np.float32(1e-6)
_LEAST_SINE = 0.2  # of the angle between two inks, seen from the ground, that can be told apart


@dataclass(frozen=True)
class Palette:
    """The colors that a picture is made of."""

    ground: Float32  # (3,) float32, [0, 1]
    inks: Float32  # (n, 3) float32, [0, 1]
    tolerance: float  # how far a color may be from what it shows, in any channel, in [0, 1]
    haze: float = 0.0  # alphas this close to 0 and 1, for the strongest contrast of all, are noise

    def unmix(self, image: Image) -> tuple[Alpha, Image]:
        """Return the alpha and the inks of a picture, or of a part of it.

        Parameters
        ----------
        image : (H, W, 3) uint8 or float in [0, 1]

        Returns
        -------
        alpha : (H, W) float32, [0, 1]
        foreground : (H, W, 3), the type of `image`
            The ink of every pixel that is not the ground, the image elsewhere. It mixes with the
            ground to the image again, but for noise.
        """
        labels = self._solid_inks(image)
        lowest, highest = _inks_around(labels)
        apart = _difference(image, self.ground)
        is_ground = apart <= self.tolerance
        beside_ground = cv2.dilate(is_ground.view(np.uint8), _BESIDE) > 0
        near_ground = cv2.dilate(is_ground.view(np.uint8), _NEAR) > 0
        nearest = _spread(labels)
        self._label_thin_parts(image, is_ground, labels, nearest)
        alpha = (labels != _NO_INK).astype(np.float32)
        foreground = image.copy()
        for number, ink in enumerate(self.inks):
            foreground[labels == number] = _like(image, ink)
        for rows in row_slices(labels.shape):
            rest = (apart[rows] > 0) & (labels[rows] == _NO_INK)
            colors = as_float(image[rows][rest])
            shares, inks, residuals = self._with_one_ink(colors, nearest[rows][rest])
            # What no ink explains, away from the ground, is a mixture of inks.
            is_inside = ~near_ground[rows][rest] & (residuals > self.tolerance)
            shares[is_inside], inks[is_inside] = 1, colors[is_inside]
            meets = lowest[rows][rest] < highest[rows][rest]
            if meets.any():
                pair = lowest[rows][rest][meets], highest[rows][rest][meets]
                shares[meets], inks[meets] = self._with_two_inks(
                    colors[meets],
                    *pair,
                    shares[meets],
                    inks[meets],
                    beside_ground[rows][rest][meets],
                )
            alpha[rows][rest] = shares
            inks[shares == 0] = colors[shares == 0]
            foreground[rows][rest] = _like(image, inks)
        return alpha, foreground

    def _solid_inks(self, image: Image) -> NDArray[np.uint8]:
        """Return the number of the ink where it is solid, `_NO_INK` elsewhere."""
        solid = is_solid(image, self.tolerance)
        labels = np.full(solid.shape, _NO_INK, np.uint8)
        for number, ink in enumerate(self.inks):
            labels[solid & (_difference(image, ink) <= self.tolerance)] = number
        return labels

    def _label_thin_parts(
        self, image: Image, is_ground: Mask, labels: NDArray[np.uint8], nearest: NDArray[np.uint8]
    ) -> None:
        """Write into `nearest` the ink of lines and letters too thin to be solid anywhere.

        A connected one has one ink: the one of least contrast that explains all of its colors.
        """
        solid = cv2.dilate((labels != _NO_INK).view(np.uint8), _AROUND) > 0
        is_thin = ~is_ground & ~solid
        if len(self.inks) == 1 or not is_thin.any():
            return
        count, parts = cv2.connectedComponents(is_thin.view(np.uint8))
        numbers = parts[is_thin]
        colors = as_float(image[is_thin])
        areas = np.bincount(numbers, minlength=count)
        of_part = np.full(count, _NO_INK, np.uint8)
        contrasts = np.abs(self.inks - self.ground).max(axis=1)
        for k in np.argsort(-contrasts):
            _, residual = self._projected(colors, self.inks[k])
            fitting = np.bincount(numbers, residual <= self.tolerance, minlength=count)
            of_part[fitting >= _NEARLY_ALL * areas] = k
        nearest[is_thin] = of_part[numbers]

    def _projected(self, colors: Float32, ink: Float32) -> tuple[Float32, Float32]:
        """Return the share of an ink in colors, (n,), and how far they are from such a mixture."""
        apart, direction = colors - self.ground, ink - self.ground
        share = np.asarray(np.clip(apart @ direction / (direction @ direction), 0, 1), np.float32)
        share[share > 1 - _ROUNDING] = 1
        residual = np.abs(apart - share[:, None] * direction).max(axis=1)
        return share, np.asarray(residual, np.float32)

    def _with_one_ink(
        self, colors: Float32, nearest: NDArray[np.uint8]
    ) -> tuple[Float32, Float32, Float32]:
        """Unmix colors, (n, 3), of which each is the ground and the nearest ink that fits.

        Returns (n,) alpha, (n, 3) ink, and (n,) how far the color is from that mixture.
        """
        best, residuals = np.full((2, len(colors)), np.inf, np.float32)
        alpha, number = np.zeros(len(colors), np.float32), np.zeros(len(colors), np.intp)
        for k, ink in enumerate(self.inks):
            share, residual = self._projected(colors, ink)
            # An ink that fits as well is as good; then the nearest one is right.
            rated = np.maximum(residual, self.tolerance) - (nearest == k) * self.tolerance
            better = rated < best
            best[better], alpha[better], number[better] = rated[better], share[better], k
            residuals[better] = residual[better]
        contrast = np.abs(self.inks - self.ground).max(axis=1)
        haze = np.asarray((self.haze * contrast.max() / contrast)[number], np.float32)
        stretched: Any = np.clip((alpha - haze) / (1 - 2 * haze), 0, 1)
        inks: Float32 = self.inks[number]
        return np.asarray(stretched, np.float32), inks, residuals

    def _with_two_inks(
        self,
        colors: Float32,
        first: NDArray[np.uint8],
        second: NDArray[np.uint8],
        alpha: Float32,
        inks: Float32,
        beside_ground: Mask,
    ) -> tuple[Float32, Float32]:
        """Unmix colors, (n, 3), that may have two inks; (n,) alpha and (n, 3) foreground."""
        alpha, inks = alpha.copy(), inks.copy()
        for one, other in np.unique(np.stack([first, second], axis=1), axis=0):
            here = np.flatnonzero((first == one) & (second == other))
            basis = np.stack([self.inks[one], self.inks[other]]) - self.ground
            lengths = np.linalg.norm(basis, axis=1)
            cosine = basis[0] @ basis[1] / lengths.prod()
            if 1 - cosine**2 < _LEAST_SINE**2:
                # Light and dark of one hue: their mixture looks like one with the ground.
                between = here[~beside_ground[here]]
                alpha[between], inks[between] = 1, colors[between]
                continue
            apart = colors[here] - self.ground
            shares = np.maximum(apart @ np.linalg.pinv(basis), 0)
            shares /= np.maximum(shares.sum(axis=1, keepdims=True), 1)
            residual = np.abs(apart - shares @ basis).max(axis=1)
            total = shares.sum(axis=1)
            fits = (residual <= 2 * self.tolerance) & (shares.min(axis=1) > 0)
            mixed = self.ground + (shares @ basis) / np.maximum(total, 1e-6)[:, None]
            alpha[here[fits]], inks[here[fits]] = total[fits], np.clip(mixed, 0, 1)[fits]
        return alpha, inks


def is_solid(image: Image, tolerance: float) -> Mask:
    """Return where all nine pixels around have nearly the same color.

    Parameters
    ----------
    image : (H, W, 3) uint8 or float in [0, 1]
    tolerance : float
        In any channel, in [0, 1].
    """
    values = image if image.dtype == np.uint8 else as_float(image)
    spread: NDArray[Any] = cv2.dilate(values, _BESIDE) - cv2.erode(values, _BESIDE)
    return np.asarray(spread.max(axis=-1) <= _step(values, tolerance))


def _difference(image: Image, color: Float32) -> Float32:
    """Return the largest difference from a color in any channel, in [0, 1]; (H, W)."""
    if image.dtype == np.uint8:
        target = tuple(float(value) for value in np.rint(color * 255))
        apart = cv2.absdiff(image, np.asarray([*target, 0], np.float64))
        return np.asarray(apart.max(axis=-1) * np.float32(1 / 255), np.float32)
    return np.asarray(np.abs(as_float(image) - color).max(axis=-1))


def _spread(labels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the number of the nearest ink at every pixel; `_NO_INK` where there is none."""
    has_ink = labels != _NO_INK
    if not has_ink.any():
        return labels.copy()
    _, places = cv2.distanceTransformWithLabels(
        (~has_ink).view(np.uint8), cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_CCOMP
    )
    inks = np.zeros(int(places.max()) + 1, np.uint8)
    inks[places[has_ink]] = labels[has_ink]
    return inks[places]


def _inks_around(labels: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return the lowest and the highest number of an ink near every pixel."""
    lowest = np.asarray(cv2.erode(labels, _NEAR), np.uint8)
    shifted = labels + np.uint8(1)  # no ink becomes 0
    highest = np.asarray(cv2.dilate(shifted, _NEAR), np.uint8)
    return lowest, np.where(highest == 0, lowest, highest - np.uint8(1))


def _step(values: Image, tolerance: float) -> float:
    return round(tolerance * 255) if values.dtype == np.uint8 else tolerance


def _like(image: Image, colors: Float32) -> Image:
    """Return colors in [0, 1] as an image stores them."""
    if image.dtype == np.uint8:
        return np.rint(colors * 255).astype(np.uint8)
    stored: Any = colors.astype(image.dtype)
    same: Image = stored
    return same
