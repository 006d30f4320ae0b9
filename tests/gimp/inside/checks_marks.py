"""What layers and channels mark as the subject, and what they take from it. Runs in GIMP."""

from document_tools import FROM_TRIMAP, alpha_of, disc, fail, starts_plug_in, succeed
from gi.repository import Gimp
from trimap_tools import paint, with_trimap


def _strokes(image, color, left, top, place=(0, 0)):
    """Add a transparent layer with a dot of a color, at a place in the image."""
    layer = Gimp.Layer.new(
        image, color, 64, 64, Gimp.ImageType.RGBA_IMAGE, 100, Gimp.LayerMode.NORMAL
    )
    image.insert_layer(layer, None, 0)
    layer.set_offsets(*place)
    layer.fill(Gimp.FillType.TRANSPARENT)
    paint(layer, color, left, top, 5, 5)
    return layer


def _dot_in_channel(image, left, top):
    image.select_rectangle(Gimp.ChannelOps.REPLACE, left, top, 5, 5)
    channel = Gimp.Selection.save(image)
    Gimp.Selection.none(image)
    return channel


@starts_plug_in
def check_strokes_on_layers_and_channels_are_obeyed():
    image, layer = disc()
    image.resize(90, 90, 11, 7)
    keep = _strokes(image, "blue", 13, 9, (11, 7))
    remove = _dot_in_channel(image, 11 + 30, 7 + 30)
    succeed(image, [layer], keep=keep, remove=remove)
    alpha = alpha_of(layer.get_mask())
    assert all(alpha[row * 64 + column] == 1 for row in range(2, 7) for column in range(2, 7))
    assert all(alpha[row * 64 + column] == 0 for row in range(30, 35) for column in range(30, 35))


def check_strokes_override_a_painted_trimap():
    image, layer, _trimap = with_trimap()
    opaque = Gimp.Layer.new(
        image, "White on black", 64, 64, Gimp.ImageType.RGBA_IMAGE, 100, Gimp.LayerMode.NORMAL
    )
    image.insert_layer(opaque, None, 0)
    paint(opaque, "black", 0, 0, 64, 64)
    paint(opaque, "white", 2, 2, 5, 5)
    remove = _strokes(image, "red", 30, 30)
    succeed(image, [layer], name=FROM_TRIMAP, keep=opaque, remove=remove)
    alpha = alpha_of(layer.get_mask())
    assert alpha[4 * 64 + 4] == 1
    assert alpha[32 * 64 + 32] == 0
    assert alpha[32 * 64 + 22] == 1


def check_marks_that_mark_nothing_are_said():
    image, layer = disc()
    keep = _strokes(image, "green", 10, 10, (200, 0))
    assert "Nothing is marked" in fail(image, [layer], keep=keep)
    same = _strokes(image, "green", 10, 10)
    assert "both to keep and to remove" in fail(image, [layer], keep=same, remove=same)
    other, _layer = disc()
    elsewhere = _strokes(other, "green", 10, 10)
    assert "another image" in fail(image, [layer], keep=elsewhere)
