import pytest

from matte_core.base.errors import InputError
from matte_core.batch.framing import Frame, Framing, read_size

BOX = (20, 30, 120, 80)


@pytest.mark.parametrize(
    ("framing", "frame"),
    [
        (Framing(), Frame(20, 30, 100, 50)),
        (Framing(margin=7), Frame(13, 23, 114, 64)),
        (Framing(margin=0.03, is_share=True), Frame(17, 27, 106, 56)),
        (Framing(is_square=True), Frame(20, 5, 100, 100)),
        (Framing(margin=10, is_square=True), Frame(10, -5, 120, 120)),
        (Framing(canvas=(300, 200)), Frame(-80, -45, 300, 200)),
        (Framing(canvas=(60, 60), margin=5), Frame(5, -2, 60, 60, 0.5)),
        (Framing(canvas=(100, 50), margin=0.1, is_share=True), Frame(-8, 8, 100, 50, 0.6)),
    ],
)
def test_the_frame_of_a_subject(framing, frame):
    assert framing.around(BOX) == frame


@pytest.mark.parametrize("canvas", [(200, 100), (77, 33), (31, 400)])
def test_the_subject_is_in_the_center_of_the_canvas_and_never_enlarged(canvas):
    frame = Framing(canvas=canvas, margin=2).around(BOX)
    assert (frame.width, frame.height) == canvas
    assert frame.scale <= 1
    for start, end, at, length in (
        (20, 120, frame.left, canvas[0]),
        (30, 80, frame.top, canvas[1]),
    ):
        before, after = start * frame.scale - at, at + length - end * frame.scale
        assert min(before, after) >= 1
        assert abs(before - after) <= 1.01


def test_a_margin_without_room_is_refused():
    with pytest.raises(InputError, match="margin of 50 pixels leaves no room on a canvas of 100"):
        Framing(canvas=(100, 300), margin=50).around(BOX)


def test_sizes_are_read():
    assert read_size("2000 x 1500") == read_size("2000X1500") == (2000, 1500)
    for text in ("", "2000", "0x5", "-1x5", "5x", "100001x5", "wide"):
        with pytest.raises(InputError, match="is not the size of a canvas"):
            read_size(text)
