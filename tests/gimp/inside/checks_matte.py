"""The matte made from a painted trimap, wherever the layers lie. Runs in GIMP."""

import os

from document_tools import (
    FROM_TRIMAP,
    alpha_of,
    disc,
    fail,
    fingerprint,
    pixels,
    put,
    starts_plug_in,
    succeed,
)
from gi.repository import Gegl, Gimp, Gio
from trimap_tools import paint, with_trimap


def check_matte_from_a_painted_trimap():
    image, layer, trimap = with_trimap()
    before = pixels(layer)
    succeed(image, [layer], name=FROM_TRIMAP)
    assert not trimap.get_visible()
    assert pixels(layer) == before
    plain = alpha_of(layer.get_mask())
    assert plain[32 * 64 + 32] == 1
    assert plain[0] == 0
    assert any(0.1 < value < 0.9 for value in plain)
    # More painting, with the trimap as the active layer as a painter has it, and grays between.
    paint(trimap, "white", 0, 0, 10, 10)
    paint(trimap, "black", 30, 30, 4, 4)
    paint(trimap, "rgb(240,240,240)", 20, 30, 4, 4)
    image.set_selected_layers([trimap])
    succeed(image, [trimap], name=FROM_TRIMAP, existing_mask="intersect")
    again = alpha_of(layer.get_mask())
    assert all(again[row * 64 + column] == 1 for row in range(10) for column in range(10))
    assert again[32 * 64 + 32] == 0
    assert again[31 * 64 + 21] > 0.9
    assert [item.get_id() for item in image.get_selected_layers()] == [trimap.get_id()]
    assert trimap.get_mask() is None


def check_matte_replaces_its_own_result_only():
    for output in ("new-layer", "new-layer-mask", "channel"):
        image, layer, trimap = with_trimap()
        succeed(image, [layer], name=FROM_TRIMAP, output=output)
        count = len(image.get_layers()) + len(image.get_channels())
        first = (image.get_channels() or image.get_layers()[1:])[0]
        first.set_name("Mine by name")
        paint(trimap, "white", 0, 0, 10, 10)
        succeed(image, [layer], name=FROM_TRIMAP, output=output)
        assert len(image.get_layers()) + len(image.get_channels()) == count
        second = (image.get_channels() or image.get_layers()[1:])[0]
        assert second.get_name() == "Mine by name"
        assert not first.is_valid()
        corner = second.get_mask() if output == "new-layer-mask" else second
        corner = pixels(corner, "A u8" if output == "new-layer" else "Y u8")[0]
        assert corner == 255
    # Worked on by the user, it stays. (This goes on with the channel.)
    put(second, "Y' u8", bytes(64 * 64))
    succeed(image, [layer], name=FROM_TRIMAP, output="channel")
    assert len(image.get_channels()) == 2
    assert not any(pixels(second))


@starts_plug_in
def check_matte_takes_any_layer_at_any_place():
    image, layer = disc()
    image.resize(100, 100, 10, 20)
    painted = Gimp.Layer.new(
        image, "Scribbles", 80, 40, Gimp.ImageType.RGBA_IMAGE, 100, Gimp.LayerMode.NORMAL
    )
    image.insert_layer(painted, None, 1)  # under the photo, and not ours
    painted.set_offsets(5, 30)
    painted.fill(Gimp.FillType.TRANSPARENT)
    paint(painted, "white", 30, 40, 20, 20)
    paint(painted, "black", 5, 30, 12, 40)
    paint(painted, "black", 68, 30, 12, 40)
    succeed(image, [layer], name=FROM_TRIMAP, trimap=painted)
    alpha = alpha_of(layer.get_mask())
    assert not painted.get_visible()
    assert not any(alpha[: 10 * 64]), "beyond the trimap's layer is background"
    assert not any(alpha[51 * 64 :])
    assert alpha[30 * 64 + 30] == 1
    assert alpha[30 * 64 + 2] == 0
    assert alpha[30 * 64 + 38] > 0.8, "what is not painted is unknown, and the disc is there"
    other, _ = disc()
    message = fail(image, [layer], name=FROM_TRIMAP, trimap=other.get_layers()[0])
    assert "another image" in message, message


@starts_plug_in
def check_matte_takes_a_channel():
    image, layer, trimap = with_trimap()
    succeed(image, [layer], name=FROM_TRIMAP)
    expected = alpha_of(layer.get_mask())
    channel = Gimp.Channel.new(image, "Hand made", 64, 64, 100, Gegl.Color.new("red"))
    image.insert_channel(channel, None, 0)
    put(channel, "Y' u8", pixels(trimap, "Y' u8"))
    image.remove_layer(trimap)
    image.set_selected_layers([layer])
    succeed(image, [layer], name=FROM_TRIMAP, trimap=channel)
    assert alpha_of(layer.get_mask()) == expected


def check_a_trimap_without_white_is_refused():
    image, layer, trimap = with_trimap()
    trimap.fill(Gimp.FillType.WHITE)
    put(trimap, "Y' u8", bytes([128]) * 64 * 64)
    message = fail(image, [layer], name=FROM_TRIMAP)
    assert "Paint" in message, message


def check_trimap_and_result_are_found_again_in_the_saved_file():
    image, layer, trimap = with_trimap()
    succeed(image, [layer], name=FROM_TRIMAP, output="new-layer")
    file = Gio.File.new_for_path("/mnt/scratch/again.xcf")
    Gimp.file_save(Gimp.RunMode.NONINTERACTIVE, image, file, None)
    image.delete()
    image = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, file)
    os.remove(file.get_path())
    trimap, _, layer = image.get_layers()
    paint(trimap, "white", 0, 0, 10, 10)
    succeed(image, [layer], name=FROM_TRIMAP, output="new-layer")
    trimap, result, layer = image.get_layers()
    assert pixels(result, "A u8")[0] == 255
    # A second picture of the image: its trimap goes with its own photo.
    copy = image.duplicate()
    succeed(copy, [copy.get_layers()[0]], name=FROM_TRIMAP, output="new-layer")
    assert len(copy.get_layers()) == 3
    assert fingerprint(image)["layers"][1][0] == result.get_id()


def check_edge_controls_move_and_soften():
    image, layer, _ = with_trimap()

    def area(**controls):
        succeed(image, [layer], name=FROM_TRIMAP, **controls)
        alpha = alpha_of(layer.get_mask())
        return sum(alpha), sum(0.01 < value < 0.99 for value in alpha)

    plain, soft = area()
    grown, _ = area(shift_edge=3.0)
    shrunk, _ = area(shift_edge=-3.0)
    assert shrunk < plain - 200 < plain + 200 < grown
    feathered, softer = area(feather=14.0)
    assert softer > 2 * soft
    assert abs(feathered - plain) < 0.1 * plain
    _, harder = area(contrast=100.0)
    assert harder == 0
    smoothed, _ = area(smooth=3.0)
    assert abs(smoothed - plain) < 0.1 * plain


def check_gray_layers_keep_their_grays():
    for output in ("new-layer", "new-layer-mask"):
        image, layer, _ = with_trimap(kind=Gimp.ImageBaseType.GRAY)
        before = pixels(layer)
        succeed(image, [layer], name=FROM_TRIMAP, output=output)
        assert pixels(layer) == before
        made = image.get_layers()[1]
        new = pixels(made, "Y' u8")
        middle = [row * 64 + column for row in range(24, 40) for column in range(24, 40)]
        assert [new[index] for index in middle] == [before[index] for index in middle]


def check_a_mask_that_was_there_is_respected():
    image, layer, _ = with_trimap()
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 0, 0, 64, 32)
    layer.add_mask(layer.create_mask(Gimp.AddMaskType.SELECTION))
    Gimp.Selection.none(image)
    mask = pixels(layer.get_mask())
    for output in ("new-layer", "new-layer-mask"):
        for what, expected in (("intersect", 0), ("replace", 255)):
            succeed(image, [layer], name=FROM_TRIMAP, output=output, existing_mask=what)
            made = image.get_layers()[1]
            below = made.get_mask() if output == "new-layer-mask" else made
            below = pixels(below, "Y u8" if output == "new-layer-mask" else "A u8")
            assert below[40 * 64 + 32] == expected, (output, what)
            assert below[24 * 64 + 32] == 255
            image.remove_layer(made)
    assert pixels(layer.get_mask()) == mask


def check_a_photo_anywhere_beyond_the_canvas():
    """A tile written out there ends a plug-in: on every side."""
    image, layer, trimap = with_trimap()
    succeed(image, [layer], name=FROM_TRIMAP)
    alpha = alpha_of(layer.get_mask())
    for left, top in ((-20, -10), (40, 50), (-20, 50)):
        for item in (layer, trimap):
            item.set_offsets(left, top)
        succeed(image, [layer], name=FROM_TRIMAP, output="channel")
        (channel,) = image.get_channels()
        found = pixels(channel, "Y' u8")
        for row in range(0, 64, 3):
            for column in range(0, 64, 3):
                inside = 0 <= row - top < 64 and 0 <= column - left < 64
                expected = alpha[(row - top) * 64 + column - left] * 255 if inside else 0
                assert abs(found[row * 64 + column] - expected) <= 1, (left, top, row, column)
