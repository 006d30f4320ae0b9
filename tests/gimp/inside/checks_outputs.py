"""Where a result can go, and what the edge controls do to it. Runs in GIMP."""

from array import array

from document_tools import (
    CUT_OUT,
    HER_FACE,
    NOT_HER,
    alpha_of,
    box_mean,
    disc,
    disc_share,
    fail,
    fingerprint,
    pixels,
    portrait,
    portrait_alpha,
    put,
    run,
    select_disc,
    selection_values,
    starts_plug_in,
    succeed,
)
from gi.repository import Gimp


def by_selection(precision=None, **arguments):
    """Cut the disc out by a rough selection of it, whatever is installed."""
    image, layer = disc(precision=precision)
    select_disc(image, 24)
    succeed(image, [layer], subject="selection", **arguments)
    return image, layer


def check_channel_holds_the_alpha():
    image, layer = by_selection(output="layer-mask")
    alpha = alpha_of(layer.get_mask())
    succeed(image, [layer], subject="selection", output="channel")
    (channel,) = image.get_channels()
    assert channel.get_name() == "Disc matte"
    assert not channel.get_visible()
    kept = selection_values(image)
    image.select_item(Gimp.ChannelOps.REPLACE, channel)
    worst = max(abs(a * 255 - s) for a, s in zip(alpha, selection_values(image), strict=True))
    assert worst <= 1, f"off by {worst:.2f} steps"
    assert selection_values(image) != kept
    assert [item.get_id() for item in image.get_selected_layers()] == [layer.get_id()]


def check_new_layer_is_transparent_with_clean_colors():
    alpha = portrait_alpha()
    image, layer = portrait()
    before = pixels(layer)
    succeed(image, [layer], output="new-layer")
    above, below = image.get_layers()
    assert (below.get_id(), pixels(below), below.get_visible()) == (layer.get_id(), before, False)
    assert above.get_mask() is None
    own = [value / 255 for value in pixels(above, "A u8")]
    assert max(abs(a - b) for a, b in zip(alpha, own, strict=True)) <= 1 / 255
    new, old = pixels(above, "R'G'B' u8"), pixels(below, "R'G'B' u8")
    edge = [index for index, value in enumerate(alpha) if 0.2 < value < 0.8]
    changed = sum(new[3 * i : 3 * i + 3] != old[3 * i : 3 * i + 3] for i in edge)
    assert changed > 0.5 * len(edge), "the edge still has the old background's color"
    assert box_mean(own, HER_FACE) > 0.99
    assert box_mean(own, NOT_HER) < 0.01


def check_gimp_leaves_integers_in_srgb_as_they_are():
    """What a new layer relies on: neither an alpha channel nor a mask rounds its colors."""
    size = 256
    for precision, item in (
        (Gimp.Precision.U8_NON_LINEAR, "B"),
        (Gimp.Precision.U16_NON_LINEAR, "H"),
    ):
        colors = f"R'G'B' u{8 * array(item).itemsize}"
        _image, layer = disc(size, precision=precision)
        most = size**2 if item == "H" else size
        put(layer, colors, array(item, (k // 3 * 31 % most for k in range(3 * size**2))).tobytes())
        before = pixels(layer, colors)
        layer.add_alpha()
        mask = layer.create_mask(Gimp.AddMaskType.WHITE)
        put(mask, "Y float", array("f", (k % 101 / 100 for k in range(size**2))).tobytes())
        layer.add_mask(mask)
        layer.remove_mask(Gimp.MaskApplyMode.APPLY)
        assert len(set(pixels(layer, "A u8"))) > 90
        assert pixels(layer, colors) == before


def check_new_image_is_as_deep_and_leaves_the_old_one():
    for precision in (Gimp.Precision.U8_NON_LINEAR, Gimp.Precision.FLOAT_LINEAR):
        image, layer = disc(precision=precision)
        image.resize(90, 80, 20, 10)
        image.set_resolution(300, 300)
        image.select_ellipse(Gimp.ChannelOps.REPLACE, 28, 18, 48, 48)
        before = fingerprint(image)
        known = {item.get_id() for item in Gimp.get_images()}
        succeed(image, [layer], subject="selection", output="new-image")
        assert fingerprint(image) == before
        (made,) = [item for item in Gimp.get_images() if item.get_id() not in known]
        assert (made.get_width(), made.get_height()) == (64, 64)
        assert made.get_precision() == precision
        assert list(made.get_resolution())[1:] == [300, 300]
        (subject,) = made.get_layers()
        assert list(subject.get_offsets())[1:] == [0, 0]
        opacity = pixels(subject, "A u8")
        assert opacity[0] == 0
        middle = 32 * 64 + 32
        assert opacity[middle] == 255
        new, old = pixels(subject, "R'G'B' u8"), pixels(layer, "R'G'B' u8")
        assert new[3 * middle : 3 * middle + 3] == old[3 * middle : 3 * middle + 3]
        assert not made.is_dirty()
        look_at_hidden(opacity, pixels(subject, "R'G'B' u8"))


def look_at_hidden(opacity, colors):
    """Far from the orange disc there is nothing of the blue around it, and beside it is orange."""
    assert not any(opacity[:8])
    assert not any(colors[: 3 * 8]), "the photo is still there, under transparent pixels"
    row = 64 * 32
    last = max(i for i in range(32) if opacity[row + i] == 0)
    red, _green, blue = colors[3 * (row + last) : 3 * (row + last) + 3]
    assert red > 100 > blue, (red, blue)


def seen_box(image):
    """Return left, top, right, and bottom of what is seen in an image of one layer."""
    (layer,) = image.get_layers()
    width, height = image.get_width(), image.get_height()
    assert (layer.get_width(), layer.get_height()) == (width, height)
    opacity = pixels(layer, "A u8")
    seen = [i for i, value in enumerate(opacity) if value > 5]
    columns = [i % width for i in seen]
    return min(columns), seen[0] // width, max(columns) + 1, seen[-1] // width + 1


def check_new_image_is_cropped_to_what_is_seen():
    for crop, more, wanted in (
        ("subject", {}, lambda size, box: box == (0, 0, *size)),
        ("subject", {"margin": 10}, lambda size, box: box == (4, 4, size[0] - 4, size[1] - 4)),
        ("square", {"margin": 50}, lambda size, box: size[0] == size[1] and box[0] > 10),
        ("canvas", {"canvas": "100 x 80"},
         lambda size, box: size == (100, 80) and box[2] - box[0] > 40),
        ("canvas", {"canvas": "30x20", "margin": 10},
         lambda size, box: size == (30, 20) and abs(box[3] - box[1] - 14) <= 1),
    ):  # fmt: skip
        image, layer = disc()
        select_disc(image, 24)
        arguments = {"subject": "selection", "output": "new-image", "crop": crop, **more}
        answer = run(CUT_OUT, image, [layer], **arguments)
        assert answer.is_done, answer.words
        made = answer.made
        size, box = (made.get_width(), made.get_height()), seen_box(made)
        assert wanted(size, box), (crop, more, size, box)
        assert abs(box[0] - (size[0] - box[2])) <= 1, (crop, "not centered", size, box)
    message = fail(image, [layer], output="new-image", crop="canvas", canvas="wide")
    assert "size of a canvas" in message, message


def check_subject_and_background_are_two_layers():
    for precision in (None, Gimp.Precision.FLOAT_LINEAR):
        image, layer = by_selection(precision, output="subject-and-background")
        subject, behind, photo = image.get_layers()
        assert photo == layer
        assert (subject.get_visible(), behind.get_visible(), photo.get_visible()) == (
            True,
            True,
            False,
        )
        assert behind.get_name() == "Disc background"
        look_at_hidden(pixels(subject, "A u8"), pixels(subject, "R'G'B' u8"))
        found, old = pixels(behind, "R'G'B' u8"), pixels(photo, "R'G'B' u8")
        assert found[: 3 * 64] == old[: 3 * 64], "the background was changed"
        middle = 3 * (32 * 64 + 32)
        worst = max(
            abs(a - b) for a, b in zip(found[middle : middle + 3], (22, 42, 202), strict=True)
        )
        assert worst < 25, found[middle : middle + 3]


BOX, WHOLE = (60, 30, 100, 80), (160, 120)


def box_and_shadow(with_shadow=True):
    """Make an image of a red box on a light ground, with a soft shadow; return what that is."""
    width, height = WHOLE
    left, top, right, bottom = BOX
    image = Gimp.Image.new(width, height, Gimp.ImageBaseType.RGB)
    layer = Gimp.Layer.new(
        image, "Box", width, height, Gimp.ImageType.RGB_IMAGE, 100, Gimp.LayerMode.NORMAL
    )
    image.insert_layer(layer, None, 0)
    shadow, rows = [], bytearray()
    for row in range(height):
        for column in range(width):
            away = ((column - 95) / 34) ** 2 + ((row - 80) / 11) ** 2
            shadow.append(0.5 * max(0.0, 1 - away) ** 2 if with_shadow else 0.0)
            is_box = left <= column < right and top <= row < bottom
            ground = [value * (1 - shadow[-1]) for value in (240, 238, 235)]
            grain = (row * 7 + column * 13) % 3
            rows += bytes(round(value) + grain for value in ((180, 30, 40) if is_box else ground))
    put(layer, "R'G'B' u8", rows)
    image.select_rectangle(
        Gimp.ChannelOps.REPLACE, left - 3, top - 3, right - left + 6, bottom - top + 6
    )
    return image, layer, shadow


def check_the_shadow_is_a_layer_that_multiplies():
    image, photo, truth = box_and_shadow()
    before = pixels(photo)
    succeed(image, [photo], subject="selection", output="subject-and-shadow")
    _subject, shadow, below = image.get_layers()
    assert (below.get_id(), below.get_visible(), pixels(below)) == (photo.get_id(), False, before)
    assert (shadow.get_name(), shadow.get_mode()) == ("Box shadow", Gimp.LayerMode.MULTIPLY)
    found = [value / 255 for value in pixels(shadow, "A u8")]
    assert not any(pixels(shadow, "R'G'B' u8")), "it is not black"
    left, top, right, bottom = BOX
    beside = [
        i
        for i in range(WHOLE[0] * WHOLE[1])
        # The selection is 3 px larger than the box.
        if not (left - 5 <= i % WHOLE[0] < right + 5 and top - 5 <= i // WHOLE[0] < bottom + 5)
    ]
    off = [abs(found[i] - truth[i]) for i in beside]
    assert max(off) < 0.05, max(off)
    assert sum(off) / len(off) < 0.005, sum(off) / len(off)
    # On another ground it darkens that as much.
    ground = Gimp.Layer.new(
        image, "Ground", *WHOLE, Gimp.ImageType.RGB_IMAGE, 100, Gimp.LayerMode.NORMAL
    )
    image.insert_layer(ground, None, 2)
    put(ground, "R'G'B' u8", bytes((40, 120, 220)) * (WHOLE[0] * WHOLE[1]))
    shown = pixels(Gimp.Layer.new_from_visible(image, image, "Shown"), "R'G'B' u8")
    worst = max(
        abs(shown[3 * i + band] - value * (1 - found[i]))
        for i in beside
        for band, value in enumerate((40, 120, 220))
        if pixels_are_open(i)
    )
    assert worst < 3, worst


def pixels_are_open(index):
    """Return whether a pixel is far from the box, where the subject is not."""
    left, top, right, bottom = BOX
    row, column = divmod(index, WHOLE[0])
    return not (left - 12 <= column < right + 12 and top - 12 <= row < bottom + 12)


def check_without_a_shadow_there_is_no_layer_for_it():
    image, photo, _none = box_and_shadow(with_shadow=False)
    succeed(image, [photo], subject="selection", output="subject-and-shadow")
    assert [layer.get_name() for layer in image.get_layers()] == ["Box cut out", "Box"]


def check_a_layer_that_is_cut_out_already_keeps_its_shape():
    """A black silhouette: its colors say nothing, its transparency everything."""
    opacity = [disc_share(row, column) for row in range(64) for column in range(64)]
    rows = bytearray(4 * 64 * 64)
    rows[3::4] = bytes(round(255 * value) for value in opacity)
    for output in ("layer-mask", "new-layer", "channel"):
        image, layer = disc()
        layer.add_alpha()
        put(layer, "R'G'B'A u8", rows)
        succeed(image, [layer], output=output)
        if output == "layer-mask":
            mask = alpha_of(layer.get_mask())
            found = [a * o for a, o in zip(opacity, mask, strict=True)]
        elif output == "new-layer":
            found = [value / 255 for value in pixels(image.get_layers()[0], "A u8")]
        else:
            image.select_item(Gimp.ChannelOps.REPLACE, image.get_channels()[0])
            found = [value / 255 for value in selection_values(image)]
        worst = max(abs(a - b) for a, b in zip(opacity, found, strict=True))
        assert worst <= 2 / 255, (output, worst)


def check_one_network_serves_several_outputs_in_a_group():
    image, layer = portrait()
    group = Gimp.GroupLayer.new(image, "Group")
    image.insert_layer(group, None, 0)
    image.reorder_item(layer, group, 0)
    image.set_selected_layers([layer])
    succeed(image, [layer], output="new-layer")
    above, below = group.get_children()
    assert below.get_id() == layer.get_id()
    assert above.get_name() == f"{layer.get_name()} cut out"
    assert len(image.get_layers()) == 1
    assert [item.get_id() for item in image.get_selected_layers()] == [layer.get_id()]


@starts_plug_in
def check_new_image_is_returned():
    image, layer = disc()
    select_disc(image, 24)
    known = {item.get_id() for item in Gimp.get_images()}
    answer = run(CUT_OUT, image, [layer], subject="selection", output="new-image")
    assert answer.is_done, answer.words
    assert answer.values[0].get_id() not in known
    answer = run(CUT_OUT, image, [layer], subject="selection", output="layer-mask")
    assert answer.values[0] is None
