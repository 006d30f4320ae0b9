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


@dataclass(frozen=True)
class PlainTuning:
    """The numbers of this file; differences of color are in CIELAB units.

    Attributes
    ----------
    side_px : int
        Longer side of the picture that the border's color is fitted on.
    border : float
        Width of the border, as a share of the shorter side.
    most_spread : float
        Of the border's color around the fit, beyond which the background is not plain.
    exact_spread : tuple of float
        Up to the first, a plain background is made or lit so; beyond the second, it is a calm part
        of a photo by chance, and needs a model that agrees.
    agreeing : tuple of float
        IoU with what a model finds, from which a plain background is believed, and is wholly.
    least_share : float
        Of the border that must be background; a subject may touch the rest.
    same, other : float
        A difference up to which a color is the background's, and from which it surely is not; at
        least so many spreads.
    spreads : tuple of float
    soft_px : int
        How near the background an edge may be soft.
    edge : float
        Share of the strongest difference nearby at which the subject begins there.
    least, most : float
        Log odds of what is the same, and of what surely differs: white things stand on white.
    enclosed : float
        Trust in what has the background's color but is not joined to the border.
    hole_share : float
        Of the picture that such a region covers at least, to be a hole.
    doubt : float
        The models' mean probability below which it is one.
    behind : float
        How much of what the models take for background has its color, at least: a frame around the
        picture is not what is seen through the subject.
    black : float
        The lightness below which black things are not told from a black background.
    hole_odds : float
        The log odds of a hole, with all else that is known of it.
    """

    side_px: int = 256
    border: float = 0.03
    most_spread: float = 3.0
    exact_spread: tuple[float, float] = (1.0, 2.0)
    agreeing: tuple[float, float] = (0.6, 0.9)
    least_share: float = 0.6
    same: float = 4.0
    other: float = 20.0
    spreads: tuple[float, float] = (4.0, 12.0)
    soft_px: int = 4
    edge: float = 0.55
    least: float = -2.0
    most: float = 5.0
    enclosed: float = 0.0
    hole_share: float = 0.0005
    doubt: float = 0.97
    behind: float = 0.5
    black: float = 6.0
    hole_odds: float = -5.0


DEFAULT = PlainTuning()


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

    def beside(self, found: Float32, tuning: PlainTuning = DEFAULT) -> Evidence:
        """Return the evidence beside what models find, (h, w) probabilities on the same grid.

        A sky behind trees is as plain as a studio's wall, but what differs from it is not the
        subject. So a background that is plain by chance must agree with the models.
        """
        differs = (self.evidence.probability > 0.5) & (self.evidence.trust > 0)
        subject = found > 0.5
        overlap = float((differs & subject).sum()) / max(1, int((differs | subject).sum()))
        low, high = tuning.agreeing
        agreement = min(1.0, max(0.0, (overlap - low) / (high - low)))
        return replace(self.evidence, trust=self.evidence.trust * max(self.exactness, agreement))

    def holes(self, likely: Float32, tuning: PlainTuning = DEFAULT) -> Evidence | None:
        """Return where the background is seen through the subject; None for nowhere.

        Parameters
        ----------
        likely : (h, w) float32, [0, 1]
            What the models say of the subject.
        """
        count = int(self.enclosed.max()) + 1
        behind = likely < 0.5
        if not behind.any() or self.is_joined[behind].mean() < tuning.behind:
            return None
        numbers = self.enclosed.reshape(-1)
        areas = np.bincount(numbers, minlength=count)
        sure = np.bincount(numbers, likely.reshape(-1), count) / np.maximum(areas, 1)
        exact = np.bincount(numbers, self.is_exact.reshape(-1), count) / np.maximum(areas, 1)
        is_hole = (areas > tuning.hole_share * likely.size) & (sure < tuning.doubt) & (exact > 0.5)
        is_hole[0] = False
        inside = is_hole[self.enclosed]
        if not inside.any():
            return None
        odds = np.where(inside, tuning.hole_odds - np.maximum(log_odds(likely), 0), 0)
        probability = np.asarray(1 / (1 + np.exp(-odds)), np.float32)
        return Evidence(probability, np.asarray(inside, np.float32), self.evidence.cell_px)


def plain_background(
    image: Float32, cell_px: float, tuning: PlainTuning = DEFAULT
) -> PlainBackground | None:
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
    scale = min(1.0, tuning.side_px / max(height, width))
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    small = np.asarray(cv2.resize(lab, size, interpolation=cv2.INTER_AREA), np.float32)
    border = _border(small.shape[:2], tuning.border)
    fit = _fitted(small, border, tuning)
    if fit is None:
        return None
    coefficients, spread, share = fit
    expected = np.asarray(
        (_powers(height, width).reshape(-1, 6) @ coefficients).reshape(lab.shape), np.float32
    )
    difference = np.linalg.norm(lab - expected, axis=-1)
    same = max(tuning.same, tuning.spreads[0] * spread)
    other = max(tuning.other, tuning.spreads[1] * spread)
    is_same = difference < (same + other) / 2
    _, parts = cv2.connectedComponents(is_same.astype(np.uint8), connectivity=4)
    rim = _border((height, width), 0.0)
    joined = np.isin(parts, np.unique(parts[rim & is_same])) & is_same
    nearby = _disc(tuning.soft_px)
    is_edge = cv2.dilate(joined.astype(np.uint8), nearby) > 0
    strongest = np.where(is_edge, cv2.dilate(difference, nearby), other)
    surely = np.maximum(strongest, other)
    middle = same + tuning.edge * (surely - same)
    side = np.clip((difference - middle) / (surely - middle), -1, 1)
    odds = side * np.where(side > 0, tuning.most, -tuning.least)
    plainness = min(1.0, (share - tuning.least_share) / (1 - tuning.least_share) + 0.5)
    trust = np.where(is_same & ~joined, tuning.enclosed, plainness)
    evidence = Evidence(
        np.asarray(1 / (1 + np.exp(-odds)), np.float32), np.asarray(trust, np.float32), cell_px
    )
    low, high = tuning.exact_spread
    return PlainBackground(
        evidence,
        exactness=min(1.0, max(0.0, (high - spread) / (high - low))),
        enclosed=np.where(joined, 0, parts),
        is_exact=(difference <= same) & (expected[..., 0] > tuning.black),
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
    lab: Float32, border: NDArray[np.bool_], tuning: PlainTuning
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
    fits = np.linalg.norm(colors - start, axis=1) < 3 * tuning.other
    for limit in (20.0, 10.0, 6.0, 6.0):
        if fits.mean() < tuning.least_share:
            return None
        coefficients = np.linalg.lstsq(powers[fits], colors[fits], rcond=None)[0]
        away = np.linalg.norm(colors - powers @ coefficients, axis=1)
        fits = away < limit
    spread = float(np.sqrt((away[fits] ** 2).mean())) if fits.any() else np.inf
    share = float(fits.mean())
    if spread > tuning.most_spread or share < tuning.least_share:
        return None
    return coefficients, spread, share
