"""What the network finds alone. Runs in GIMP."""

from document_tools import (
    HER_FACE,
    NOT_HER,
    SEGMENT,
    SIZE,
    alpha_of,
    box_mean,
    class_model,
    fail,
    pixels,
    portrait,
    selection_values,
    succeed,
)
from gi.repository import Gimp


def check_segment_to_selection_channel_and_mask():
    image, layer = portrait()
    before = pixels(layer)
    succeed(image, [layer], name=SEGMENT)
    hard = selection_values(image)
    assert set(hard) == {0, 255}
    assert box_mean(hard, HER_FACE) == 255
    assert box_mean(hard, NOT_HER) == 0
    succeed(image, [layer], name=SEGMENT, output="layer-mask", edge="soft")
    soft = alpha_of(layer.get_mask())
    assert sum(0.05 < value < 0.95 for value in soft) > 500
    assert box_mean(soft, HER_FACE) > 0.95
    assert selection_values(image) == hard
    succeed(image, [layer], name=SEGMENT, output="channel")
    (channel,) = image.get_channels()
    image.select_item(Gimp.ChannelOps.REPLACE, channel)
    assert selection_values(image) == hard
    assert pixels(layer) == before


def check_segment_to_a_map_of_classes():
    image, layer = portrait()
    image.resize(300, 280, 20, 10)
    with class_model():
        succeed(image, [layer], name=SEGMENT, output="class-map", subject="person")
        message = fail(image, [layer], name=SEGMENT, subject="train")
        assert "person" in message, message
    above, below = image.get_layers()
    assert below.get_id() == layer.get_id()
    assert list(above.get_offsets())[1:] == [20, 10]
    name = above.get_name()
    assert name.startswith("Classes: "), name
    assert "person #c08080" in name, name
    assert "background #000000" in name, name
    middle = 3 * (HER_FACE[0].start * SIZE + HER_FACE[1].start)
    assert tuple(pixels(above, "R'G'B' u8")[middle : middle + 3]) == (192, 128, 128)
    image, layer = portrait()
    image.convert_grayscale()
    message = fail(image, [layer], name=SEGMENT, output="class-map")
    assert "Mode > RGB" in message, message
