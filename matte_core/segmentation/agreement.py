"""Where a model that knows classes agrees with the main subject, it says where the edge is.

Models of classes are coarser but were taught by outlines that people drew. What they do not know, a
helmet beside a face, is left to the model that finds subjects: the closer that one is to certain,
the less the other counts.
"""

import cv2
import numpy as np

from matte_core.images import Float32, Mask
from matte_core.segmentation.evidence import Evidence
from matte_core.segmentation.instances import PresentClass
from matte_core.segmentation.passes import blend, tuning_for
from matte_core.segmentation.survey import Survey

_INSIDE = 0.7  # of a class, that must lie within the subject for it to be part of that
_SIDE_PX = 256  # longer side of the grid that this is measured on
_REACH_CELLS = 3.0  # how far beyond a class its model has a say, in its cells
_MOST_TRUST = 0.8  # in that model; the rest is left to the other one
_POWER = 0.5  # how that trust falls as the other model becomes certain
_SUBJECT_TRUST = 0.6  # in the main subject near a class that is hardly known
#: A class with a mean probability below this is one that its model hardly knows.
HARDLY_KNOWN = 0.8


def classes_within(
    found: Survey, subject: Float32, shape: tuple[int, int]
) -> tuple[PresentClass, ...]:
    """Return the classes that lie mostly within the subject.

    Parameters
    ----------
    found : Survey
        By a model that knows classes.
    subject : (h, w) float32, [0, 1]
        The subject's probability, of the whole picture.
    shape : (H, W)
        Of the picture.
    """
    scale = min(1.0, _SIDE_PX / max(subject.shape))
    size = (max(1, round(subject.shape[0] * scale)), max(1, round(subject.shape[1] * scale)))
    within = cv2.resize(subject, size[::-1], interpolation=cv2.INTER_AREA) > 0.5
    return tuple(
        present
        for present in found.present
        if _share_within(_region(found, present, shape, size), within) >= _INSIDE
    )


def edges_of(main: Evidence, known: Evidence, scale: float) -> list[Evidence]:
    """Return both as evidence, the known classes trusted at edges that the main model is unsure of.

    Parameters
    ----------
    main, known : Evidence
        Of the same grid; what the model that finds subjects says, and what the one of classes says.
    scale : float
        Pixels of that grid per pixel of the picture.
    """
    outside = (known.probability <= 0.5).astype(np.uint8)
    if outside.all():
        return [main]
    away = cv2.distanceTransform(outside, cv2.DIST_L2, 3)
    doubt = (1 - np.abs(2 * main.probability - 1)) ** _POWER
    reach = _REACH_CELLS * known.cell_px * scale
    trust = np.asarray(np.where(away < reach, _MOST_TRUST * doubt, 0), np.float32)
    return [
        Evidence(main.probability, 1 - trust, main.cell_px),
        Evidence(known.probability, trust, known.cell_px),
    ]


def completed(known: Evidence, main: Evidence, scale: float) -> list[Evidence]:
    """Return both as evidence, the main subject trusted near a class that lies mostly within it.

    Parameters as in `edges_of`; the class is one that its model is unsure of throughout.
    """
    region = known.probability > 0.5
    if not region.any() or _share_within(region, main.probability > 0.5) < _INSIDE:
        return [known]
    away = cv2.distanceTransform((~region).astype(np.uint8), cv2.DIST_L2, 3)
    reach = _REACH_CELLS * known.cell_px * scale
    trust = np.asarray(np.where(away < reach, _SUBJECT_TRUST, 0), np.float32)
    return [
        Evidence(known.probability, 1 - trust, known.cell_px),
        Evidence(main.probability, trust, main.cell_px),
    ]


def _region(
    found: Survey, present: PresentClass, shape: tuple[int, int], size: tuple[int, int]
) -> Mask:
    tuning = tuning_for(found.network.spec)
    return np.asarray(blend([found.first], [present.index], shape, size, tuning) > 0.5)


def _share_within(region: Mask, within: Mask) -> float:
    return float((region & within).sum() / max(int(region.sum()), 1))
