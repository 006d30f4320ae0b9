"""The 21 classes of PASCAL VOC, their numbers and their colours.

Standard library only: the plug-in builds its menus from this inside GIMP's own Python.

References
----------
Everingham et al.: The PASCAL Visual Object Classes Challenge 2012, development kit.
"""

from matte_core.words import say

BACKGROUND_NAME = "background"

#: Names by class number; 0 is the background.
VOC_CLASSES = (
    BACKGROUND_NAME,
    "aeroplane",
    "bicycle",
    "bird",
    "boat",
    "bottle",
    "bus",
    "car",
    "cat",
    "chair",
    "cow",
    "diningtable",
    "dog",
    "horse",
    "motorbike",
    "person",
    "pottedplant",
    "sheep",
    "sofa",
    "train",
    "tvmonitor",
)

#: What a person reads for each class, to be translated.
SPOKEN = {
    "background": say("background"),
    "aeroplane": say("airplane"),
    "bicycle": say("bicycle"),
    "bird": say("bird"),
    "boat": say("boat"),
    "bottle": say("bottle"),
    "bus": say("bus"),
    "car": say("car"),
    "cat": say("cat"),
    "chair": say("chair"),
    "cow": say("cow"),
    "diningtable": say("dining table"),
    "dog": say("dog"),
    "horse": say("horse"),
    "motorbike": say("motorcycle"),
    "person": say("person"),
    "pottedplant": say("potted plant"),
    "sheep": say("sheep"),
    "sofa": say("sofa"),
    "train": say("train"),
    "tvmonitor": say("TV or monitor"),
}

#: What may be asked for beside class names.
SUBJECT_WORDS = ("auto", "everything")


def voc_colour(index: int) -> tuple[int, int, int]:
    """Return the colour (red, green, blue), each 0 to 255, of a class number from 0 to 255.

    The bits of the number are dealt out to the three channels in turn, highest bit first, so
    that neighbouring numbers get distant colours.

    Examples
    --------
    >>> voc_colour(15)
    (192, 128, 128)
    """
    if not 0 <= index <= 255:
        raise ValueError(f"A class number lies in 0 to 255, not {index}.")
    channels = [0, 0, 0]
    for bit in range(8):
        for channel in range(3):
            if index >> (3 * bit + channel) & 1:
                channels[channel] |= 128 >> bit
    return channels[0], channels[1], channels[2]


#: Colours by class number, in the order of `VOC_CLASSES`.
VOC_COLOURS = tuple(voc_colour(index) for index in range(len(VOC_CLASSES)))
