"""The 21 classes of PASCAL VOC, with their numbers, names, and colors.

References
----------
Everingham et al.: The PASCAL Visual Object Classes Challenge 2012, development kit.
"""

from matte_core.base.messages import Message

BACKGROUND_NAME = "background"
#: The main subject, whatever it is: what the built-in model finds.
SUBJECT_NAME = "subject"

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

#: Names for people, to be translated.
CLASS_MESSAGES = {
    SUBJECT_NAME: Message("main subject"),
    "background": Message("background"),
    "aeroplane": Message("airplane"),
    "bicycle": Message("bicycle"),
    "bird": Message("bird"),
    "boat": Message("boat"),
    "bottle": Message("bottle"),
    "bus": Message("bus"),
    "car": Message("car"),
    "cat": Message("cat"),
    "chair": Message("chair"),
    "cow": Message("cow"),
    "diningtable": Message("dining table"),
    "dog": Message("dog"),
    "horse": Message("horse"),
    "motorbike": Message("motorcycle"),
    "person": Message("person"),
    "pottedplant": Message("potted plant"),
    "sheep": Message("sheep"),
    "sofa": Message("sofa"),
    "train": Message("train"),
    "tvmonitor": Message("TV or monitor"),
}

#: The subjects that are not class names.
SUBJECT_WORDS = ("auto", "everything")
#: The subject of which nothing is known but what was marked.
NOTHING = "nothing"


def voc_color(index: int) -> tuple[int, int, int]:
    """Return the color (red, green, blue), each from 0 to 255, of a class number from 0 to 255.

    The bits of the number are distributed over the three channels in turn, from the highest bit
    of a channel down, so that neighboring numbers get distant colors.

    Examples
    --------
    >>> voc_color(15)
    (192, 128, 128)
    """
    if not 0 <= index <= 255:
        raise ValueError(f"A class number must be from 0 to 255, not {index}.")
    channels = [0, 0, 0]
    for bit in range(8):
        for channel in range(3):
            if index >> (3 * bit + channel) & 1:
                channels[channel] |= 128 >> bit
    return channels[0], channels[1], channels[2]
