"""A trimap as a layer to paint on. Runs in GIMP."""

from document_tools import (
    FROM_TRIMAP,
    HER_FACE,
    TRIMAP,
    alpha_of,
    box_mean,
    disc,
    fail,
    pixels,
    portrait,
    select_disc,
    selection_values,
    succeed,
)
from gi.repository import Gimp


def check_trimap_lies_over_the_photo():
    image, layer = disc()
    image.resize(100, 90, 15, 12)
    image.select_ellipse(Gimp.ChannelOps.REPLACE, 27, 24, 40, 40)
    before, kept = pixels(layer), selection_values(image)
    succeed(image, [layer], name=TRIMAP, source="selection", trimap_width=5.0)
    trimap, below = image.get_layers()
    assert below.get_id() == layer.get_id()
    assert pixels(layer) == before
    assert selection_values(image) == kept
    assert [item.get_id() for item in image.get_selected_layers()] == [layer.get_id()]
    assert trimap.get_name() == "Matte trimap"
    assert trimap.get_opacity() == 50
    assert list(trimap.get_offsets())[1:] == list(layer.get_offsets())[1:] == [15, 12]
    assert (trimap.get_width(), trimap.get_height()) == (64, 64)
    values = pixels(trimap, "Y' u8")
    assert set(values) == {0, 128, 255}
    assert set(pixels(trimap, "R'G'B' u8")) == {0, 128, 255}
    assert values[32 * 64 + 32] == 255
    assert values[32 * 64 + 12] == 128
    assert values[0] == 0


def check_trimap_sources_and_shapes():
    image, layer = disc()
    select_disc(image)
    white = {}
    for shape in ("ellipse", "rectangle", "cross"):
        succeed(image, [layer], name=TRIMAP, source="selection", shape=shape, trimap_width=8.0)
        white[shape] = pixels(image.get_layers()[0], "Y' u8")
    assert len(image.get_layers()) == 2, "an untouched trimap is not replaced"
    assert len(set(white.values())) == 3
    channel = Gimp.Selection.save(image)
    layer.add_mask(layer.create_mask(Gimp.AddMaskType.SELECTION))
    Gimp.Selection.none(image)
    arguments = {"name": TRIMAP, "shape": "cross", "trimap_width": 8.0}
    succeed(image, [layer], source="channel", channel=channel, **arguments)
    assert pixels(image.get_layers()[0], "Y' u8") == white["cross"]
    succeed(image, [layer], source="layer-mask", **arguments)
    assert pixels(image.get_layers()[0], "Y' u8") == white["cross"]
    message = fail(image, [layer], source="alpha", **arguments)
    assert "alpha" in message, message
    layer.add_alpha()
    layer.remove_mask(Gimp.MaskApplyMode.APPLY)
    succeed(image, [layer], source="alpha", **arguments)
    assert pixels(image.get_layers()[0], "Y' u8") == white["cross"]
    assert len(image.get_layers()) == 2


def check_trimap_by_the_network():
    image, layer = portrait()
    succeed(image, [layer], name=TRIMAP, opacity=30.0)
    trimap = image.get_layers()[0]
    assert trimap.get_opacity() == 30
    values = pixels(trimap, "Y' u8")
    assert box_mean(values, HER_FACE) > 235  # a strand of her hair falls into it
    assert 0.02 < values.count(128) / len(values) < 0.5


def check_cut_out_hands_what_is_marked_to_a_trimap():
    image, layer = disc()
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 3, 3, 6, 6)
    kept = Gimp.Selection.save(image)
    Gimp.Selection.none(image)
    succeed(image, [layer], model="built-in", output="trimap", keep=kept)
    trimap, photo = image.get_layers()
    assert photo.get_id() == layer.get_id()
    assert layer.get_mask() is None
    assert trimap.get_name() == "Matte trimap"
    values = pixels(trimap, "Y' u8")
    assert values[6 * 64 + 6] == 255, "what is marked is in it"
    assert values[32 * 64 + 32] == 255, "what was found is in it"
    succeed(image, [layer], name=FROM_TRIMAP)
    assert alpha_of(layer.get_mask())[6 * 64 + 6] == 1


def check_trimap_in_gray_and_deep_images():
    for kind, precision in (
        (Gimp.ImageBaseType.GRAY, Gimp.Precision.U8_NON_LINEAR),
        (Gimp.ImageBaseType.RGB, Gimp.Precision.FLOAT_LINEAR),
    ):
        image, layer = disc(kind=kind, precision=precision)
        select_disc(image)
        succeed(image, [layer], name=TRIMAP, source="selection")
        trimap = image.get_layers()[0]
        assert set(pixels(trimap, "Y' u8")) == {0, 128, 255}
        Gimp.Selection.none(image)
        succeed(image, [layer], name=FROM_TRIMAP)
        alpha = alpha_of(layer.get_mask())
        assert alpha[32 * 64 + 32] == 1
        assert alpha[0] == 0


def check_trimap_refusals():
    image, layer = disc()
    message = fail(image, [layer], name=TRIMAP, source="selection")
    assert "selected" in message, message
    message = fail(image, [layer], name=TRIMAP, source="layer-mask")
    assert "no mask" in message, message
    message = fail(image, [layer], name=TRIMAP, source="channel")
    assert "channel" in message, message
    layer.add_mask(layer.create_mask(Gimp.AddMaskType.WHITE))
    message = fail(image, [layer], name=TRIMAP, source="layer-mask")
    assert "covers the whole layer" in message, message
    message = fail(image, [layer], name=FROM_TRIMAP)
    assert "no trimap" in message, message
