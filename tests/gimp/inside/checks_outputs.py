"""Where a result can go, and what the edge controls do to it. Runs in GIMP."""

from document_tools import (
    CUT_OUT,
    HER_FACE,
    NOT_HER,
    alpha_of,
    box_mean,
    disc,
    fingerprint,
    network,
    pixels,
    portrait,
    portrait_alpha,
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


def check_one_network_serves_several_outputs_in_a_group():
    network()
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
