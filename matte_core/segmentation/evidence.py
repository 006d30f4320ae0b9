"""What the sources say about the subject, and how it becomes one probability.

Every source answers with evidence: how likely each pixel belongs to the subject, and how far that
is to be trusted there. The sources differ: a model sees what things are but not exactly where they
end, a plain background's color is exact but knows nothing of things, a selection says where to
look. Log odds are what independent evidence adds up in, so the subject's are the sum of all of
them, each times its trust.

References
----------
Good: Probability and the Weighing of Evidence, 1950 (log odds add up).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from matte_core.images import Float32

_MOST = 12.0  # log odds beyond which nothing is surer


@dataclass(frozen=True)
class Evidence:
    """What one source says."""

    # (h, w) float32, [0, 1]: that a pixel belongs to the subject, on the grid that all sources
    # share: the whole picture, reduced.
    probability: Float32
    trust: float | Float32  # float or (h, w) float32, [0, 1]: how much it counts; 0 is not at all
    cell_px: float  # picture pixels per cell of the source's own grid: it knows nothing finer


def combine(sources: Sequence[Evidence]) -> Float32:
    """Return the probability of all evidence together, (h, w) float32, [0, 1].

    Examples
    --------
    >>> likely = Evidence(np.full((1, 1), 0.8, np.float32), 1.0, 1.0)
    >>> round(float(combine([likely, likely])[0, 0]), 3)
    0.941
    """
    total = sum(log_odds(source.probability) * source.trust for source in sources)
    return np.asarray(1 / (1 + np.exp(-np.clip(total, -_MOST, _MOST))), np.float32)


def log_odds(probability: Float32) -> Float32:
    """Return log(p / (1 - p)), limited to what still makes a difference."""
    least = np.float32(np.exp(-_MOST))
    kept = np.clip(probability, least, 1 - least)
    return np.asarray(np.log(kept / (1 - kept)), np.float32)
