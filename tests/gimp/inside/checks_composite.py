"""A cut-out over a new background, and its colors cleaned. Runs in GIMP."""

import os

from document_tools import (
    COMPOSITE,
    DECONTAMINATE,
    alpha_of,
    disc,
    disc_share,
    fail,
    fingerprint,
    pixels,
    put,
    selection_values,
    starts_plug_in,
    succeed,
)
from gi.repository import Gegl, Gimp, Gio

MIDDLE = 32 * 64 + 32


def masked_disc(precision=None, as_alpha=False):
    """Return an image and its layer with a soft disc, cut out by a mask or by its alpha."""
    image, layer = disc(precision=precision)
    mask = layer.create_mask(Gimp.AddMaskType.WHITE)
    shares = (disc_share(row, column) for row in range(64) for column in range(64))
    put(mask, "Y u8", bytes(round(255 * share) for share in shares))
    layer.add_mask(mask)
    if as_alpha:
        layer.add_alpha()
        layer.remove_mask(Gimp.MaskApplyMode.APPLY)
    return image, layer


def visible(image):
    """Return what is seen of an image, as R'G'B' u8."""
    layer = Gimp.Layer.new_from_visible(image, image, "Seen")
    return pixels(layer, "R'G'B' u8")


def box_of(values, width):
    """Return left, top, right, bottom of what is more than half opaque."""
    found = [divmod(index, width) for index, value in enumerate(values) if value > 0.5]
    rows, columns = [row for row, _ in found], [column for _, column in found]
    return min(columns), min(rows), max(columns) + 1, max(rows) + 1


def mixed(subject, background, alpha):
    """Return the composite of R'G'B' u8 pixels by the equation of matting."""
    return [
        alpha[index // 3] * over + (1 - alpha[index // 3]) * under
        for index, (over, under) in enumerate(zip(subject, background, strict=True))
    ]


@starts_plug_in
def check_composite_over_a_color():
    for precision in (Gimp.Precision.U8_NON_LINEAR, Gimp.Precision.FLOAT_LINEAR):
        image, layer = masked_disc(precision)
        image.select_rectangle(Gimp.ChannelOps.REPLACE, 3, 4, 10, 10)
        before, kept = pixels(layer), selection_values(image)
        green = Gegl.Color.new("rgb(0,1,0)")
        succeed(image, [layer], name=COMPOSITE, background_color=green)
        group, below = image.get_layers()
        assert (below.get_id(), below.get_visible()) == (layer.get_id(), False)
        assert pixels(layer) == before
        assert selection_values(image) == kept
        assert [item.get_id() for item in image.get_selected_layers()] == [layer.get_id()]
        subject, background = group.get_children()
        assert set(pixels(background, "R'G'B' u8")) == {0, 255}
        alpha = alpha_of(subject.get_mask())
        assert alpha == alpha_of(layer.get_mask())
        clean = pixels(subject, "R'G'B' u8")
        assert clean[3 * MIDDLE : 3 * MIDDLE + 3] == pixels(layer, "R'G'B' u8")[3 * MIDDLE :][:3]
        edge = [index for index, value in enumerate(alpha) if 0.3 < value < 0.6]
        blue = max(clean[3 * index + 2] for index in edge)
        assert blue < 60, f"the edge still holds the old blue: {blue}"
        expected = mixed(clean, pixels(background, "R'G'B' u8"), alpha)
        worst = max(abs(a - b) for a, b in zip(expected, visible(image), strict=True))
        assert worst <= 1.5, f"off by {worst:.1f} steps"


def check_composite_merged_into_one_layer():
    image, layer = masked_disc(as_alpha=True)
    succeed(image, [layer], name=COMPOSITE)
    expected = visible(image)
    image, layer = masked_disc(as_alpha=True)
    succeed(image, [layer], name=COMPOSITE, flatten=True, hide_original=False)
    merged, below = image.get_layers()
    assert not merged.is_group()
    assert below.get_visible()
    found = pixels(merged, "R'G'B' u8")
    assert max(abs(a - b) for a, b in zip(expected, found, strict=True)) <= 1
    soft = sum(20 < value < 235 for value in found[0::3])
    assert soft > 100, "the edge is hard"


def check_composite_group_and_merged_are_the_same_in_every_precision():
    """Both are the equation of matting in the values as stored, whatever the image blends in."""
    wall = Gegl.Color.new("rgb(0.1,0.5,0.9)")
    for precision, as_alpha in (
        (Gimp.Precision.U16_LINEAR, False),
        (Gimp.Precision.FLOAT_LINEAR, True),
    ):
        image, layer = masked_disc(precision, as_alpha)
        succeed(image, [layer], name=COMPOSITE, background_color=wall)
        subject, background = image.get_layers()[0].get_children()
        alpha = (
            [value / 255 for value in pixels(subject, "A u8")]
            if as_alpha
            else alpha_of(subject.get_mask())
        )
        colors = pixels(subject, "R'G'B' u8"), pixels(background, "R'G'B' u8")
        expected, grouped = mixed(*colors, alpha), visible(image)
        image, layer = masked_disc(precision, as_alpha)
        succeed(image, [layer], name=COMPOSITE, background_color=wall, flatten=True)
        merged = pixels(image.get_layers()[0], "R'G'B' u8")
        for found in (grouped, merged, visible(image)):
            worst = max(abs(a - b) for a, b in zip(expected, found, strict=True))
            assert worst <= 1.5, f"{precision.value_nick}, {as_alpha}: off by {worst:.2f}"


def check_composite_brings_the_light():
    white = Gegl.Color.new("white")
    image, layer = masked_disc()
    succeed(image, [layer], name=COMPOSITE, background_color=white)
    plain_colors = pixels(image.get_layers()[0].get_children()[0], "R'G'B' u8")
    image, layer = masked_disc()
    lit = {"light_wrap": 100.0, "light_wrap_width": 3.0}
    succeed(image, [layer], name=COMPOSITE, background_color=white, **lit)
    subject, _background = image.get_layers()[0].get_children()
    wrapped = pixels(subject, "R'G'B' u8")
    assert alpha_of(subject.get_mask()) == alpha_of(layer.get_mask())
    assert wrapped[3 * MIDDLE : 3 * MIDDLE + 3] == plain_colors[3 * MIDDLE : 3 * MIDDLE + 3]
    edge = 3 * (32 * 64 + 13)
    assert wrapped[edge + 2] > plain_colors[edge + 2] + 60, (wrapped[edge : edge + 3],)
    for color, brighter in (("black", False), ("white", True)):
        image, layer = masked_disc()
        succeed(
            image, [layer], name=COMPOSITE, background_color=Gegl.Color.new(color),
            color_match=100.0,
        )  # fmt: skip
        matched = pixels(image.get_layers()[0].get_children()[0], "R'G'B' u8")
        for band in (0, 1):
            now, then = matched[3 * MIDDLE + band], plain_colors[3 * MIDDLE + band]
            assert (now > then) == brighter, (color, now, then)


def check_composite_gets_no_light_where_nothing_lies_behind():
    other, _layer = disc(size=8, radius=2)
    image, layer = masked_disc()
    arguments = {"background": "image", "background_image": other, "background_size": "original"}
    succeed(image, [layer], name=COMPOSITE, **arguments)
    plain_colors = pixels(image.get_layers()[0].get_children()[0], "R'G'B' u8")
    image, layer = masked_disc()
    succeed(image, [layer], name=COMPOSITE, light_wrap=100.0, light_wrap_width=1.0, **arguments)
    wrapped = pixels(image.get_layers()[0].get_children()[0], "R'G'B' u8")
    top = 3 * (13 * 64 + 32)  # at its edge, far above the small background
    assert wrapped[top:][:3] == plain_colors[top:][:3]


@starts_plug_in
def check_composite_over_a_layer_an_image_and_a_file():
    other, _ = disc(size=32, radius=8)
    path = "/mnt/scratch/background.png"
    Gimp.file_save(Gimp.RunMode.NONINTERACTIVE, other, Gio.File.new_for_path(path), None)
    for arguments in (
        {"background": "layer", "background_layer": other.get_layers()[0]},
        {"background": "image", "background_image": other},
        {"background": "file", "background_file": Gio.File.new_for_path(path)},
    ):
        image, layer = masked_disc()
        image.resize(100, 60, 0, 0)
        before = fingerprint(other)
        succeed(image, [layer], name=COMPOSITE, **arguments)
        _, background = image.get_layers()[0].get_children()
        assert fingerprint(other) == before
        size = background.get_width(), background.get_height()
        assert size == (100, 100), (arguments, size)
        assert list(background.get_offsets())[1:] == [0, -20]
        seen = visible(image)
        assert seen[2] > 150, "the other picture's blue"
        red, _, blue = seen[3 * (30 * 100 + 90) :][:3]
        assert red < blue
    os.remove(path)


def check_composite_places_the_subject():
    for arguments, expected in (
        ({"placement": "center"}, (39, 29, 81, 71)),
        ({"placement": "position", "x": 5, "y": 7}, (5, 7, 47, 49)),
        ({"placement": "position", "x": -20, "y": 95}, (-20, 95, 22, 137)),
        ({"placement": "center", "scale": 200.0}, (18, 8, 102, 92)),
        ({"placement": "fit"}, (11, 1, 109, 99)),
        ({"placement": "keep", "scale": 50.0}, (31, 26, 53, 48)),
    ):
        image, layer = masked_disc()
        image.resize(120, 100, 10, 5)
        succeed(image, [layer], name=COMPOSITE, **arguments)
        subject, _ = image.get_layers()[0].get_children()
        left, top = list(subject.get_offsets())[1:]
        box = box_of(alpha_of(subject.get_mask()), subject.get_width())
        found = box[0] + left, box[1] + top, box[2] + left, box[3] + top
        worst = max(abs(a - b) for a, b in zip(found, expected, strict=True))
        # The visible part begins where alpha does, two pixels outside of its middle.
        limit = 3 * max(arguments.get("scale", 100) / 100, 2.3 * ("fit" in arguments.values()), 1)
        assert worst <= limit, f"{arguments}: {found}, not {expected}"


def check_composite_refusals():
    image, layer = disc()
    message = fail(image, [layer], name=COMPOSITE)
    assert "Disc" in message, message
    assert "Cut Out Subject" in message, message
    layer.add_mask(layer.create_mask(Gimp.AddMaskType.BLACK))
    message = fail(image, [layer], name=COMPOSITE)
    assert "visible" in message, message
    image, layer = masked_disc()
    for kind in ("file", "layer", "image"):
        message = fail(image, [layer], name=COMPOSITE, background=kind)
        assert kind in message, message
    text = Gio.File.new_for_path("/mnt/checkout/pyproject.toml")
    message = fail(image, [layer], name=COMPOSITE, background="file", background_file=text)
    assert "pyproject.toml" in message, message
    # GIMP itself refuses what is not there, and says so to the person rather than the caller.
    missing = Gio.File.new_for_path("/nowhere/sea.jpg")
    fail(image, [layer], name=COMPOSITE, background="file", background_file=missing)
    message = fail(image, [layer], name=COMPOSITE, background="image", background_image=image)
    assert "own background" in message, message


def check_decontaminate_makes_a_clean_copy():
    for as_alpha in (False, True):
        image, layer = masked_disc(as_alpha=as_alpha)
        before = pixels(layer)
        succeed(image, [layer], name=DECONTAMINATE)
        above, below = image.get_layers()
        assert (pixels(below), below.get_visible()) == (before, False)
        if as_alpha:
            assert pixels(above, "A u8") == pixels(below, "A u8")
            alpha = [value / 255 for value in pixels(above, "A u8")]
        else:
            alpha = alpha_of(above.get_mask())
            assert alpha == alpha_of(below.get_mask())
        new, old = pixels(above, "R'G'B' u8"), pixels(below, "R'G'B' u8")
        solid = [index for index, value in enumerate(alpha) if value == 1]
        assert all(new[3 * i : 3 * i + 3] == old[3 * i : 3 * i + 3] for i in solid)
        edge = [index for index, value in enumerate(alpha) if 0.3 < value < 0.6]
        assert max(new[3 * index + 2] for index in edge) < 60
        assert max(old[3 * index + 2] for index in edge) > 100
    message = fail(*plain(), name=DECONTAMINATE)
    assert "Cut Out Subject" in message, message


def check_a_layer_whose_visibility_is_locked_stays_seen():
    for name in (COMPOSITE, DECONTAMINATE):
        image, layer = masked_disc()
        layer.set_lock_visibility(True)
        before = pixels(layer)
        succeed(image, [layer], name=name)
        above, below = image.get_layers()
        assert (pixels(below), below.get_visible()) == (before, True)
        assert above.get_visible()
        assert not above.get_lock_visibility()


def plain():
    image, layer = disc()
    return image, [layer]
