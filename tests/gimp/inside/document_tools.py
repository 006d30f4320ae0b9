"""What the checks inside GIMP share: opening, calling, looking at every pixel. Runs in GIMP."""

import hashlib
import math
import os
import struct
import subprocess
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import gi

gi.require_version("Gegl", "0.4")
gi.require_version("Gimp", "3.0")
from calling import through_gimp
from gi.repository import Gegl, Gimp, Gio

CUT_OUT = "plug-in-matte-cut-out"
TRIMAP = "plug-in-matte-trimap"
FROM_TRIMAP = "plug-in-matte-from-trimap"
SEGMENT = "plug-in-matte-segment"
COMPOSITE = "plug-in-matte-composite"
DECONTAMINATE = "plug-in-matte-decontaminate"
PHOTOS = Path("/mnt/shared/data/photos")
CLASS_MODEL = Path("/mnt/shared/models/deeplab_v3_1_default_1.onnx")
AWAY = Path("/mnt/scratch/class-model")
HOME = Path(os.environ["MATTE_EXPECTED_HOME"])

# The portrait is scaled down to this many pixels: enough to find her, and quick.
SIZE = 256
# Boxes (rows, columns) of it that are surely hers and surely not.
HER_FACE = (slice(45, 70), slice(102, 122))
NOT_HER = (slice(0, 30), slice(220, 250))

_way = through_gimp


class Skipped(Exception):
    """A check that cannot be made here; the message says why."""


def photo(name):
    """Open one of the shared photos."""
    path = PHOTOS / name
    if not path.exists():
        raise Skipped("needs the shared test photos")
    return load(path)


@contextmanager
def class_model():
    """Have a model that knows classes by name, which nothing else here needs."""
    if not CLASS_MODEL.exists():
        raise Skipped("needs the shared test networks")
    models = HOME / "models"
    if AWAY.exists():
        AWAY.rename(models)
    else:
        subprocess.run([HOME / "bin" / "matte", "models", "add", CLASS_MODEL], check=True)
    try:
        yield
    finally:
        models.rename(AWAY)


def portrait():
    """Open the portrait; return the image and its layer."""
    image = Gimp.Image.new(SIZE, SIZE, Gimp.ImageBaseType.RGB)
    layer = Gimp.Layer.new(
        image, "Portrait", SIZE, SIZE, Gimp.ImageType.RGB_IMAGE, 100, Gimp.LayerMode.NORMAL
    )
    image.insert_layer(layer, None, 0)
    put(layer, "R'G'B' u8", _portrait_pixels())
    return image, layer


@cache
def _portrait_pixels():
    image = photo("astronaut.png")
    image.scale(SIZE, SIZE)
    values = pixels(image.get_layers()[0], "R'G'B' u8")
    image.delete()
    return values


@cache
def portrait_alpha():
    """Return the alpha of the portrait, found once for all checks."""
    image, layer = portrait()
    succeed(image, [layer])
    return alpha_of(layer.get_mask())


def disc(size=64, radius=20, kind=Gimp.ImageBaseType.RGB, precision=None):
    """Make an image of an orange disc on blue, with a soft edge; return it and its layer.

    It needs neither a network nor a photo: the disc's middle is known, and so is its outside.
    """
    precision = precision or Gimp.Precision.U8_NON_LINEAR
    image = Gimp.Image.new_with_precision(size, size, Gimp.ImageBaseType.RGB, precision)
    layer = Gimp.Layer.new(
        image, "Disc", size, size, Gimp.ImageType.RGB_IMAGE, 100, Gimp.LayerMode.NORMAL
    )
    image.insert_layer(layer, None, 0)
    rows = bytearray()
    for row in range(size):
        for column in range(size):
            share = disc_share(row, column, size, radius)
            grain = (row * 7 + column * 13) % 15  # a photo, not line art of two colors
            rows += bytes(
                round(share * inside + (1 - share) * outside) + grain
                for inside, outside in ((240, 20), (150, 40), (20, 200))
            )
    put(layer, "R'G'B' u8", rows)
    if kind == Gimp.ImageBaseType.GRAY:
        image.convert_grayscale()
    return image, layer


def disc_share(row, column, size=64, radius=20):
    """Return how much of a pixel the disc covers."""
    distance = math.hypot(row - size / 2, column - size / 2)
    return min(max((radius + 2 - distance) / 4, 0), 1)


def put(drawable, format_name, data):
    """Set all pixels of a drawable."""
    buffer = drawable.get_buffer()
    rectangle = Gegl.Rectangle.new(0, 0, drawable.get_width(), drawable.get_height())
    buffer.set(rectangle, format_name, bytes(data))
    buffer.flush()
    drawable.update(0, 0, drawable.get_width(), drawable.get_height())


def select_disc(image, radius=20):
    """Select where the disc is, with an even, hard edge."""
    size = image.get_width()
    Gimp.context_set_antialias(False)
    middle = size / 2 - radius
    image.select_ellipse(Gimp.ChannelOps.REPLACE, middle, middle, 2 * radius, 2 * radius)


def box_mean(values, box):
    """Return the mean of the portrait's values in a box of rows and columns."""
    rows, columns = box
    picked = [values[row * SIZE + column]
              for row in range(rows.start, rows.stop)
              for column in range(columns.start, columns.stop)]  # fmt: skip
    return sum(picked) / len(picked)


def load(path):
    return Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, Gio.File.new_for_path(str(path)))


def call(image, layers, name=CUT_OUT, **arguments):
    """Run an action; return its status and the words of its error."""
    answer = run(name, image, layers, **arguments)
    return answer.status, answer.words


def run(*arguments, **named):
    """Run an action in the way that was set; see `calling`."""
    return _way(*arguments, **named)


def go(way):
    """Run all actions in this way from now on."""
    global _way
    _way = way


def starts_plug_in(check):
    """Mark a check for which GIMP must start the plug-in itself, as it does for a person."""
    check.starts_plug_in = True
    return check


def succeed(image, layers, **arguments):
    status, error = call(image, layers, **arguments)
    assert status == Gimp.PDBStatusType.SUCCESS, error


def fail(image, layers, **arguments):
    """Run a procedure that must fail and leave the image as it was; return its message."""
    before = fingerprint(image)
    status, error = call(image, layers, **arguments)
    assert status in (Gimp.PDBStatusType.EXECUTION_ERROR, Gimp.PDBStatusType.CALLING_ERROR), status
    assert fingerprint(image) == before, "the image was changed by a failed run"
    return error


def pixels(drawable, format_name=None):
    """Return all pixels; as they are stored when no format is named."""
    buffer = drawable.get_buffer()
    rectangle = Gegl.Rectangle.new(0, 0, drawable.get_width(), drawable.get_height())
    return buffer.get(rectangle, 1.0, format_name, Gegl.AbyssPolicy.NONE)


def alpha_of(mask):
    """Return a mask's or a channel's values as floats, row after row."""
    return struct.unpack(f"<{mask.get_width() * mask.get_height()}f", pixels(mask, "Y float"))


def selection_values(image):
    return pixels(image.get_selection(), "Y u8")


def digest(drawable):
    return hashlib.sha256(pixels(drawable)).hexdigest()


def fingerprint(image):
    """Return all that a person could see of an image and its items."""
    return {
        "size": (image.get_width(), image.get_height()),
        "layers": [_layer_print(layer) for layer in image.get_layers()],
        "channels": [(item.get_name(), digest(item)) for item in image.get_channels()],
        "selection": digest(image.get_selection()),
        "selected layers": [layer.get_id() for layer in image.get_selected_layers()],
        "selected channels": [item.get_id() for item in image.get_selected_channels()],
    }


def _layer_print(layer):
    mask = layer.get_mask()
    return (
        layer.get_id(),
        layer.get_name(),
        layer.get_visible(),
        tuple(layer.get_offsets()),
        digest(layer),
        None if mask is None else (digest(mask), layer.get_edit_mask(), layer.get_apply_mask()),
        [_layer_print(child) for child in layer.get_children()] if layer.is_group() else [],
    )
