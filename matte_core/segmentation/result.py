"""What a segmentation gives back, and the class map's colors."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from matte_core.base.classes import voc_color
from matte_core.base.messages import Message
from matte_core.images import Float32, Mask, row_slices
from matte_core.networks.grid import ScoreField
from matte_core.segmentation.instances import Instance, PresentClass

#: Stands for the main subject among the class numbers of PASCAL VOC, whose 255 is no class.
SUBJECT_INDEX = 255

#: The source of a segmentation that is the picture's own transparency.
OWN_ALPHA = "alpha"

#: The source of a segmentation that is line art, unmixed from its ground.
INKS = "inks"


@dataclass(frozen=True)
class Segmentation:
    """A subject found in a picture.

    Attributes
    ----------
    mask : (H, W) bool
        The subject.
    classes : tuple of PresentClass
        What is in the picture, the largest first, with share and confidence; empty where no
        network was used.
    probability : (H, W) float32, [0, 1]
        How sure it is that a pixel is the subject's.
    grid_px : float
        Picture pixels per cell of the grid that was decided on: finer detail is not in it.
    source : str
        "network": a model. "alpha": the picture's own transparency. "inks": the colors of line art.
        "strokes": nothing but what was marked to keep.
    subject : tuple of str
        Names of the classes and instances that make up the mask.
    instances : tuple of Instance
        The single things of every class present, those of a class numbered from left to right.
    instance_grid : (h, w) uint8
        Where they are in the whole picture, roughly: 0 is none, 1 the first of them, and so on.
    missing : tuple of str
        The places that were named, such as "subject at 0.310 0.520", and have nothing.
    """

    mask: Mask
    classes: tuple[PresentClass, ...]
    probability: Float32
    grid_px: float
    source: str
    subject: tuple[str, ...] = ()
    instances: tuple[Instance, ...] = ()
    missing: tuple[str, ...] = ()
    instance_grid: NDArray[np.uint8] = field(
        default_factory=lambda: np.zeros((1, 1), np.uint8), repr=False, compare=False
    )
    _labels: Callable[[], NDArray[np.uint8]] | None = field(default=None, repr=False, compare=False)

    @property
    def has_exact_alpha(self) -> bool:
        """Whether `probability` is the alpha itself, so that nothing is left to be matted."""
        return self.source in (OWN_ALPHA, INKS)

    @property
    def note(self) -> str:
        """What a person should be told; mostly empty."""
        if self.source == OWN_ALPHA:
            return Message("The image is cut out already, so its own transparency was used.")
        if self.source == INKS:
            return Message("The image is line art on one color, so its colors were separated.")
        if not self.missing:
            return ""
        places = ", ".join(word.rpartition(" at ")[2] for word in self.missing)
        return Message("Nothing was found at {places}.", places=places)

    @cached_property
    def labels(self) -> NDArray[np.uint8]:
        """(H, W) uint8: the class number of every pixel, as the published recipe has it.

        One look at the whole picture at the size the model was trained for, nothing drawn
        to the picture's edges. Made when it is first asked for; without a model it is the
        mask's 0 and 1.
        """
        return self.mask.astype(np.uint8) if self._labels is None else self._labels()


def label_map(scores: ScoreField, shape: tuple[int, int]) -> NDArray[np.uint8]:
    """Return the class with the highest score at every pixel of a picture of that shape.

    Bilinear interpolation of the scores, arg max after it, as DeepLab is evaluated; band by
    band, so that memory stays bounded.
    """
    # Between cells a class can only win if it is among the best of a cell around.
    best = np.unique(scores.values.argmax(axis=0))
    contenders = _contenders(scores, best)
    numbers = np.array(contenders, np.uint8)
    labels = np.empty(shape, np.uint8)
    columns = np.arange(shape[1])
    for rows in row_slices(shape):
        values = scores.at(np.arange(rows.start, rows.stop), columns, contenders)
        labels[rows] = numbers[values.argmax(axis=0)]
    return labels


def _contenders(scores: ScoreField, best: NDArray[np.intp]) -> list[int]:
    """Return the classes that may win somewhere between cells, in their order.

    A class that is nowhere best can still win between two cells whose winners differ; it must
    then come within the spread of scores there. Classes far below the winners are left out.
    """
    top = scores.values.max(axis=0)
    gap = (top - scores.values).min(axis=(1, 2))
    span = max((float((top - scores.values[number]).max()) for number in best), default=0.0)
    return [
        number
        for number in range(scores.values.shape[0])
        if number in best or gap[number] < span / 2
    ]


def color_map(labels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the class map in the colors of PASCAL VOC.

    Parameters
    ----------
    labels : (H, W) uint8
        Class numbers.

    Returns
    -------
    (H, W, 3) uint8, RGB
    """
    table = np.array([voc_color(index) for index in range(256)], np.uint8)
    return table[labels]
