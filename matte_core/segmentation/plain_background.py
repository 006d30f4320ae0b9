"""A plain background is known exactly: what differs from the border's color is the subject.

Drawings, sprites, products on white, green screens. The border's color may change smoothly over the
picture, as light does; it is fitted by a quadratic in the place, and how well that fits says how
far it is to be trusted. What has the background's color and is joined to the border is background;
what the subject encloses may be either. There the models decide: a patch on a body is the subject
without a doubt for them, the inside of a ring or of a bent arm is not.

References
----------
Huber: Robust Statistics, 1981 (the fit: least squares anew without what lies far off).
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from matte_core.images import Float32
from matte_core.segmentation.evidence import Evidence, log_odds

# Differences of color are in CIELAB units.
_SIDE_PX = 256  # longer side of the picture that the border's color is fitted on
_BORDER = 0.03  # width of the border, as a share of the shorter side
_MOST_SPREAD = 3.0  # of the border's color around the fit; beyond, the background is not plain
# Up to the first spread, a plain background is made or lit so; beyond the second, it is a calm part
# of a photo by chance, and needs a model that agrees.
_EXACT_SPREAD = 1.0, 2.0
# IoU with what a model finds, from which a plain background is believed, and is wholly.
_AGREEING = 0.6, 0.9
_LEAST_SHARE = 0.6  # of the border that must be background; a subject may touch the rest
# A difference up to which a color is the background's, and from which it surely is not; at least so
# many spreads.
_SAME, _OTHER = 4.0, 20.0
_SPREADS = 4.0, 12.0
_SOFT_PX = 4  # how near the background an edge may be soft
_EDGE = 0.55  # share of the strongest difference nearby at which the subject begins there
# Log odds of what is the same, and of what surely differs: white things stand on white.
_LEAST_ODDS, _MOST_ODDS = -2.0, 5.0
_ENCLOSED = 0.0  # trust in what has the background's color but is not joined to the border
_HOLE_SHARE = 0.0005  # of the picture that such a region covers at least, to be a hole
_DOUBT = 0.97  # the models' mean probability below which it is one
# How much of what the models take for background has its color, at least: a frame around the
# picture is not what is seen through the subject.
_BEHIND = 0.5
_BLACK = 6.0  # the lightness below which black things are not told from a black background
_HOLE_ODDS = -5.0  # the log odds of a hole, with all else that is known of it


@dataclass(frozen=True)
class PlainBackground:
    """What a plain background tells of the subject.

    Attributes
    ----------
    evidence : Evidence
        As far as the background is plain.
    exactness : float, [0, 1]
        How far that is believed by itself.
    enclosed : (h, w) int32
        The regions that have the background's color, or nearly, and are not joined to the border:
        numbers from 1 on.
    is_exact : (h, w) bool
        Where the color is the background's, not only nearly, and not black.
    is_joined : (h, w) bool
        Where the color is the background's, or nearly, and joined to the border.
    """

    evidence: Evidence
    exactness: float
    enclosed: NDArray[np.int32]
    is_exact: NDArray[np.bool_]
    is_joined: NDArray[np.bool_]

    def alone(self) -> Evidence:
        """Return the evidence where no model says anything."""
        return replace(self.evidence, trust=self.evidence.trust * self.exactness)

    def beside(self, found: Float32) -> Evidence:
        """Return the evidence beside what models find, (h, w) probabilities on the same grid.

        A sky behind trees is as plain as a studio's wall, but what differs from it is not the
        subject. So a background that is plain by chance must agree with the models.
        """
        differs = (self.evidence.probability > 0.5) & (self.evidence.trust > 0)
        subject = found > 0.5
        overlap = float((differs & subject).sum()) / max(1, int((differs | subject).sum()))
        low, high = _AGREEING
        agreement = min(1.0, max(0.0, (overlap - low) / (high - low)))
        return replace(self.evidence, trust=self.evidence.trust * max(self.exactness, agreement))

    def holes(self, likely: Float32) -> Evidence | None:
        """Return where the background is seen through the subject; None for nowhere.

        Parameters
        ----------
        likely : (h, w) float32, [0, 1]
            What the models say of the subject.
        """
        count = int(self.enclosed.max()) + 1
        behind = likely < 0.5
        if not behind.any() or self.is_joined[behind].mean() < _BEHIND:
            return None
        numbers = self.enclosed.reshape(-1)
        areas = np.bincount(numbers, minlength=count)
        sure = np.bincount(numbers, likely.reshape(-1), count) / np.maximum(areas, 1)
        exact = np.bincount(numbers, self.is_exact.reshape(-1), count) / np.maximum(areas, 1)
        is_hole = (areas > _HOLE_SHARE * likely.size) & (sure < _DOUBT) & (exact > 0.5)
        is_hole[0] = False
        inside = is_hole[self.enclosed]
        if not inside.any():
            return None
        odds = np.where(inside, _HOLE_ODDS - np.maximum(log_odds(likely), 0), 0)
        probability = np.asarray(1 / (1 + np.exp(-odds)), np.float32)
        return Evidence(probability, np.asarray(inside, np.float32), self.evidence.cell_px)


def plain_background(image: Float32, cell_px: float) -> PlainBackground | None:
    """Return what the border's color tells of the subject; None where it is not plain.

    Parameters
    ----------
    image : (h, w, 3) float32, [0, 1], sRGB
        The picture at the size that evidence is combined at.
    cell_px : float
        Picture pixels per pixel of it.
    """
    height, width = image.shape[:2]
    if min(height, width) < 8:
        return None
    lab = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2LAB), np.float32)
    scale = min(1.0, _SIDE_PX / max(height, width))
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    small = np.asarray(cv2.resize(lab, size, interpolation=cv2.INTER_AREA), np.float32)
    border = _border(small.shape[:2], _BORDER)
    fit = _fitted(small, border)
    if fit is None:
        return None
    coefficients, spread, share = fit
    expected = np.asarray(
        (_powers(height, width).reshape(-1, 6) @ coefficients).reshape(lab.shape), np.float32
    )
    difference = np.linalg.norm(lab - expected, axis=-1)
    same = max(_SAME, _SPREADS[0] * spread)
    other = max(_OTHER, _SPREADS[1] * spread)
    is_same = difference < (same + other) / 2
    _, parts = cv2.connectedComponents(is_same.astype(np.uint8), connectivity=4)
    rim = _border((height, width), 0.0)
    joined = np.isin(parts, np.unique(parts[rim & is_same])) & is_same
    nearby = _disc(_SOFT_PX)
    is_edge = cv2.dilate(joined.astype(np.uint8), nearby) > 0
    strongest = np.where(is_edge, cv2.dilate(difference, nearby), other)
    surely = np.maximum(strongest, other)
    middle = same + _EDGE * (surely - same)
    side = np.clip((difference - middle) / (surely - middle), -1, 1)
    odds = side * np.where(side > 0, _MOST_ODDS, -_LEAST_ODDS)
    plainness = min(1.0, (share - _LEAST_SHARE) / (1 - _LEAST_SHARE) + 0.5)
    trust = np.where(is_same & ~joined, _ENCLOSED, plainness)
    evidence = Evidence(
        np.asarray(1 / (1 + np.exp(-odds)), np.float32), np.asarray(trust, np.float32), cell_px
    )
    low, high = _EXACT_SPREAD
    return PlainBackground(
        evidence,
        exactness=min(1.0, max(0.0, (high - spread) / (high - low))),
        enclosed=np.where(joined, 0, parts),
        is_exact=(difference <= same) & (expected[..., 0] > _BLACK),
        is_joined=joined,
    )


def _disc(radius: int) -> NDArray[np.uint8]:
    side = 2 * radius + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)), np.uint8)


def _border(shape: tuple[int, int], share: float) -> NDArray[np.bool_]:
    """Return a frame along the picture's border, at least one pixel wide."""
    wide = max(1, round(share * min(shape)))
    frame = np.ones(shape, np.bool_)
    frame[wide:-wide, wide:-wide] = False
    return frame


def _powers(height: int, width: int) -> Float32:
    """Return 1, x, y, x^2, x y, y^2 at every pixel, x and y from -1 to 1; (h, w, 6)."""
    y, x = np.meshgrid(
        np.linspace(-1, 1, height, dtype=np.float32),
        np.linspace(-1, 1, width, dtype=np.float32),
        indexing="ij",
    )
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1)


def _fitted(
    lab: Float32, border: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], float, float] | None:
    """Fit the border's color.

    Returns
    -------
    coefficients : (6, 3) float64
    spread : float
        Typical difference of what fits.
    share : float
        Of the border that fits.
    """
    powers = _powers(*lab.shape[:2])[border].astype(np.float64)
    colors = lab[border].astype(np.float64)
    # The commonest color to begin with: the median may be the subject's.
    start = np.median(colors, axis=0)
    fits = np.linalg.norm(colors - start, axis=1) < 3 * _OTHER
    for limit in (20.0, 10.0, 6.0, 6.0):
        if fits.mean() < _LEAST_SHARE:
            return None
        base = powers[fits]
        # The normal equations: what fits may be a corner alone, which leaves some powers open.
        coefficients = np.linalg.lstsq(base.T @ base, base.T @ colors[fits], rcond=None)[0]
        away = np.linalg.norm(colors - powers @ coefficients, axis=1)
        fits = away < limit
    spread = float(np.sqrt((away[fits] ** 2).mean())) if fits.any() else np.inf
    share = float(fits.mean())
    if spread > _MOST_SPREAD or share < _LEAST_SHARE:
        return None
    return coefficients, spread, share
