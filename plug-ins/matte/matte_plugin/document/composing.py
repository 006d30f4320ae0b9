"""A subject over a new background: a group of two layers, or one merged layer."""

import math
from contextlib import contextmanager
from dataclasses import dataclass

from gi.repository import Gimp, GLib

from matte_core.base.errors import FileError
from matte_core.base.localization import _
from matte_core.link.protocol import Array
from matte_plugin.document import copying, masks, pixels, reading

SUBJECT_NAME, BACKGROUND_NAME = _("Subject"), _("New background")

KEEP, CENTER, FIT, POSITION = "keep", "center", "fit", "position"
COVER, INSIDE, ORIGINAL = "cover", "fit", "original"

_SURROUNDINGS_PX = 512  # enough to tell the light around a subject


@dataclass(frozen=True)
class Placement:
    """Where to place the subject, and how large.

    Attributes
    ----------
    kind : str
        `KEEP` its place, `CENTER` it, `FIT` it into the image, or `POSITION` its upper left
        corner.
    scale : float
        Its size relative to the original, or to the fitted size.
    x, y : int
        For `POSITION`, in pixels of the image.
    """

    kind: str = KEEP
    scale: float = 1.0
    x: int = 0
    y: int = 0


@dataclass(frozen=True)
class Scene:
    """A background, and where to place a subject in front of it."""

    background: Gimp.Layer  # not yet in the image
    # Whether the background is to `COVER` the image, lie `INSIDE` it, or keep its `ORIGINAL` size;
    # it is centered.
    size: str
    placement: Placement


@dataclass(frozen=True)
class Subject:
    """A layer with a mask or transparency, its clean colors, and the box of its visible part."""

    layer: Gimp.Layer
    colors: pixels.Colors
    box: tuple[int, int, int, int]  # left, top, right and bottom, in pixels of the layer


def clean_copy(subject, name):
    """Copy a layer with its mask and transparency, but with clean colors; not yet in an image."""
    layer = subject.layer
    copy = copying.pixel_copy(layer, name)
    pixels.write_colors(copy, subject.colors)
    return copy


def add_clean_copy(subject, name, parent, position):
    """Insert a clean copy of a layer into the image, with the mask of the layer."""
    copy = clean_copy(subject, name)
    subject.layer.get_image().insert_layer(copy, parent, position)
    copying.copy_filters(subject.layer, copy)
    mask = reading.read_mask(subject.layer)
    if mask is not None:
        masks.write_layer_mask(copy, mask)
    return copy


def plain_background(image, color):
    """Create a layer of a single color, as large as the image."""
    is_gray = image.get_base_type() == Gimp.ImageBaseType.GRAY
    kind = Gimp.ImageType.GRAY_IMAGE if is_gray else Gimp.ImageType.RGB_IMAGE
    width, height = image.get_width(), image.get_height()
    layer = Gimp.Layer.new(image, BACKGROUND_NAME, width, height, kind, 100, Gimp.LayerMode.NORMAL)
    pixels.fill(layer, color)
    return layer


def background_from_file(image, file):
    """Load an image file as a layer.

    Raises
    ------
    FileError
        If GIMP cannot load it; contains GIMP's reason.
    """
    name = file.get_parse_name()
    try:
        layer = Gimp.file_load_layer(Gimp.RunMode.NONINTERACTIVE, image, file)
    except GLib.Error as error:
        said = _("{file} cannot be opened: {reason}").format(file=name, reason=error.message)
        raise FileError(said) from error
    if layer is None:
        reason = Gimp.get_pdb().get_last_error()
        said = _("{file} cannot be opened: {reason}").format(file=name, reason=reason)
        raise FileError(said, _("Choose an image file that GIMP can open."))
    return layer


def background_from_layer(image, drawable):
    """Copy a layer of this or another image, including its mask."""
    return Gimp.Layer.new_from_drawable(drawable, image)


def background_from_image(image, other):
    """Copy what is visible of another image."""
    return Gimp.Layer.new_from_visible(other, image, BACKGROUND_NAME)


def compose(subject, scene):
    """Place a subject over the background of a scene; return the group, above the original."""
    background = scene.background
    layer = subject.layer
    image = layer.get_image()
    group = Gimp.GroupLayer.new(image, _("{layer} composite").format(layer=layer.get_name()))
    image.insert_layer(group, layer.get_parent(), image.get_item_position(layer))
    background.set_name(BACKGROUND_NAME)
    background.set_visible(True)
    image.insert_layer(background, group, 0)
    if background.get_mask() is not None:
        background.remove_mask(Gimp.MaskApplyMode.APPLY)
    with _smooth_scaling():
        _put(background, _background_place(image, scene))
        copy = add_clean_copy(subject, SUBJECT_NAME, group, 0)
        _put(copy, _subject_place(subject, scene.placement))
    return group


def merge(group):
    """Merge a group into one layer of the image's size."""
    name = group.get_name()
    layer = group.merge()
    layer.resize_to_image_size()
    layer.set_name(name)
    return layer


def surroundings(subject, scene):
    """Read a reduced copy of what will be behind a subject, before anything is changed.

    Parameters
    ----------
    subject : Subject
    scene : Scene

    Returns
    -------
    picture : Array, (h, w, 4) uint8
        The canvas as covered by the background: colors and opacity.
    place : list of float
        Top, left, bottom and right of the subject's layer, in pixels of the picture.
    """
    image = subject.layer.get_image()
    width, height = image.get_width(), image.get_height()
    background = scene.background
    left, top, scaled_width, scaled_height = _background_place(image, scene)
    across = background.get_width() / scaled_width
    down = background.get_height() / scaled_height
    scale = min(_SURROUNDINGS_PX / max(width, height), 1 / across, 1.0)
    found, columns, rows = pixels.read_reduced(
        background,
        round(-left * across),
        round(-top * down),
        round(width * across),
        round(height * down),
        scale / across,
        pixels.own_format(background, "R~G~B~A u8"),
    )
    x, y, subject_width, subject_height = _subject_place(subject, scene.placement)
    right, bottom = x + subject_width, y + subject_height
    place = [
        edge * length / whole
        for edge, length, whole in (
            (y, rows, height), (x, columns, width), (bottom, rows, height), (right, columns, width),
        )
    ]  # fmt: skip
    return Array("uint8", (rows, columns, 4), found), place


def _background_place(image, scene):
    """Return left, top, width, and height of a background in the image."""
    width, height = scene.background.get_width(), scene.background.get_height()
    ratios = image.get_width() / width, image.get_height() / height
    scale = {COVER: max(ratios), INSIDE: min(ratios), ORIGINAL: 1.0}[scene.size]
    # Rounded up where it has to cover.
    whole = math.ceil if scene.size == COVER else round
    width, height = (max(whole(length * scale - 1e-9), 1) for length in (width, height))
    return (image.get_width() - width) // 2, (image.get_height() - height) // 2, width, height


def _subject_place(subject, placement):
    """Return left, top, width, and height of a subject's layer in the image."""
    layer = subject.layer
    image = layer.get_image()
    _found, layer_left, layer_top = layer.get_offsets()
    left, top, right, bottom = subject.box
    scale = placement.scale
    if placement.kind == FIT:
        scale *= min(image.get_width() / (right - left), image.get_height() / (bottom - top))
    width, height = (
        max(round(length * scale), 1) for length in (layer.get_width(), layer.get_height())
    )
    # Rounding the size changes the scale slightly.
    across, down = width / layer.get_width(), height / layer.get_height()
    if placement.kind == POSITION:
        x, y = placement.x - left * across, placement.y - top * down
    else:
        middle = image.get_width() / 2, image.get_height() / 2
        if placement.kind == KEEP:
            middle = layer_left + (left + right) / 2, layer_top + (top + bottom) / 2
        x, y = middle[0] - (left + right) / 2 * across, middle[1] - (top + bottom) / 2 * down
    return round(x), round(y), width, height


def _put(layer, place):
    left, top, width, height = place
    if (width, height) != (layer.get_width(), layer.get_height()):
        layer.scale(width, height, False)
    layer.set_offsets(left, top)


@contextmanager
def _smooth_scaling():
    Gimp.context_push()
    try:
        Gimp.context_set_interpolation(Gimp.InterpolationType.CUBIC)
        yield
    finally:
        Gimp.context_pop()
