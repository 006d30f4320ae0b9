"""Logos and line art are unmixed exactly; photos are not taken for it."""

import io

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw

from matte_core import cut_out
from matte_core.base.errors import NoSubjectError
from matte_core.segmentation.line_art import find_palette
from matte_core.segmentation.result import INKS

WHITE, BLACK = (255, 255, 255), (0, 0, 0)
SIZE = (400, 520)


def draw_opencv(picture, ink):
    cv2.circle(picture, (130, 130), 90, ink, -1, cv2.LINE_AA)
    cv2.putText(picture, "Ag", (250, 200), cv2.FONT_HERSHEY_SIMPLEX, 3, ink, 6, cv2.LINE_AA)
    cv2.line(picture, (20, 260), (500, 291), ink, 1, cv2.LINE_AA)
    cv2.ellipse(picture, (260, 340), (200, 30), 8, 0, 360, ink, 1, cv2.LINE_AA)


def opencv(ground, ink):
    picture = np.full((*SIZE, 3), ground, np.uint8)
    truth = np.zeros(SIZE, np.uint8)
    draw_opencv(picture, ink)
    draw_opencv(truth, 255)
    return picture, truth / 255


def pillow(ground, ink):
    """Letters, which Pillow antialiases, and a shape reduced by it."""
    picture, truth = Image.new("RGB", SIZE[::-1], ground), Image.new("L", SIZE[::-1], 0)
    for image, color in ((picture, ink), (truth, 255)):
        ImageDraw.Draw(image).text((30, 20), "Matte &", color, font_size=90)
    large = Image.new("L", (1200, 800), 0)
    ImageDraw.Draw(large).polygon([(30, 30), (1170, 200), (600, 770)], 255, None)
    ImageDraw.Draw(large).line([(20, 700), (1100, 500)], 255, 3)
    mask = large.resize((300, 200), Image.Resampling.BOX)
    picture.paste(Image.new("RGB", mask.size, ink), (100, 180), mask)
    truth.paste(255, (100, 180), mask)
    return np.array(picture), np.array(truth) / 255


@pytest.mark.parametrize("render", [opencv, pillow])
@pytest.mark.parametrize(
    ("ground", "ink"),
    [
        (WHITE, BLACK),
        (WHITE, (20, 60, 160)),
        (BLACK, (240, 240, 240)),
        ((20, 60, 160), (255, 230, 0)),
    ],
)
def test_alpha_is_what_the_renderer_mixed_with(render, ground, ink):
    picture, truth = render(ground, ink)
    found = cut_out(picture)
    assert found.segmentation.source == INKS
    # OpenCV itself rounds twice, to whole steps of what is between ink and ground.
    most = 3 if render is opencv else 1
    assert np.abs(found.alpha - truth).max() <= most / 255
    assert np.percentile(np.abs(found.alpha - truth), 99.9) <= 2 / 255
    colors = found.foreground[truth > 0.1]
    assert np.abs(colors.astype(int) - ink).max() <= 1
    # Over its own ground, the picture is what it was.
    again = found.alpha[..., None] * found.foreground + (1 - found.alpha[..., None]) * ground
    assert np.abs(again - picture).max() < 2.6


def test_sixteen_bits_are_finer():
    truth = opencv(WHITE, BLACK)[1].astype(np.float32)
    ground, ink = np.float32((0.98, 0.97, 0.9)), np.float32((0.3, 0.05, 0.1))
    picture = truth[..., None] * ink + (1 - truth[..., None]) * ground
    assert np.abs(cut_out(picture.astype(np.float32)).alpha - truth).max() < 1e-4


def several(inks):
    """Shapes of several inks that touch, and thin lines of each; their alpha and colors."""
    scale, size = 8, (300, 400)
    labels = np.zeros((size[0] * scale, size[1] * scale), np.uint8)
    for k, ink in enumerate(inks):
        left = 40 + 80 * k
        at = (left * scale, 110 * scale)
        cv2.ellipse(labels, at, (44 * scale, 60 * scale), 12, 0, 360, k + 1, -1)
        start, end = (left * scale - 200, 200 * scale), (left * scale + 400, 280 * scale)
        cv2.line(labels, start, end, k + 1, scale)
        assert len(ink) == 3
    shares = [
        cv2.resize((labels == k + 1).astype(np.float32), size[::-1], interpolation=cv2.INTER_AREA)
        for k in range(len(inks))
    ]
    alpha = np.sum(shares, axis=0)
    mixed = np.tensordot(np.stack(shares, axis=-1), np.float32(inks), 1)
    return np.rint(mixed + (1 - alpha[..., None]) * 255).astype(np.uint8), alpha, mixed


def test_several_inks_that_touch_are_told_apart():
    picture, truth, mixed = several([(200, 30, 30), (20, 60, 170), (250, 180, 0), (30, 140, 60)])
    found = cut_out(picture)
    assert found.segmentation.source == INKS
    assert np.abs(found.alpha - truth).max() <= 2.5 / 255
    visible = truth > 0.1
    colors = mixed[visible] / truth[visible][:, None]
    assert np.percentile(np.abs(found.foreground[visible] - colors).max(axis=1), 99.9) < 3


def test_gray_beside_black_is_an_ink_and_not_half_of_black():
    picture, truth, _mixed = several([(0, 0, 0), (128, 128, 128)])
    alpha = cut_out(picture).alpha
    assert np.abs(alpha - truth)[60:, 100:].max() <= 2.5 / 255  # the gray ellipse and line
    assert (np.abs(alpha - truth) > 3 / 255).mean() < 1e-3


def compressed(picture, quality):
    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, "JPEG", quality=quality)
    return np.array(Image.open(stream))


@pytest.mark.parametrize(("quality", "most"), [(95, 0.03), (90, 0.06), (75, 0.12)])
def test_black_on_white_survives_compression(quality, most):
    picture, truth = opencv(WHITE, BLACK)
    found = cut_out(compressed(picture, quality))
    assert found.segmentation.source == INKS
    assert np.mean((found.alpha - truth) ** 2) < 1e-4
    far = cv2.dilate((truth > 0).astype(np.uint8), np.ones((5, 5))) == 0
    assert found.alpha[far].max() < most
    core = cv2.erode((truth == 1).astype(np.uint8), np.ones((5, 5))) > 0
    assert found.alpha[core].min() > 1 - most


def texture(rng):
    """A gray thing of sharp grain, before a ground that is clipped to white."""
    picture = np.full((300, 300, 3), 255, np.uint8)
    grain = rng.integers(0, 200, (300, 300, 1), np.uint8)
    inside = np.hypot(*(np.mgrid[:300, :300] - 150)) < 90
    picture[inside] = grain[inside]
    return picture


def shaded(rng):
    """A smooth red ball on white."""
    rows, columns = np.mgrid[:300, :300] - 150
    inside = np.hypot(rows, columns) < 90
    light = 0.4 + 0.6 * np.clip(1 - np.hypot(rows + 30, columns + 30) / 130, 0, 1)
    picture = np.full((300, 300, 3), 255, np.uint8)
    picture[inside] = (light[..., None] * (220, 40, 30) + rng.integers(0, 2))[inside]
    return picture


def shadowed(rng):
    """A flat disc with a soft shadow."""
    rows, columns = np.mgrid[:300, :300] - 150
    shadow = cv2.GaussianBlur((np.hypot(rows - 20, columns) < 80).astype(np.float32), (0, 0), 15)
    picture = (255 - 90 * shadow + rng.integers(0, 1)).astype(np.uint8)
    picture[np.hypot(rows, columns) < 80] = 30
    return np.repeat(picture[..., None], 3, axis=2)


def product(rng):
    """A flat red box with a little grain and a soft shadow, as a photo of one may be."""
    picture = np.full((120, 160, 3), (240, 238, 235), float)
    rows, columns = np.mgrid[:120, :160]
    away = ((columns - 95) / 34) ** 2 + ((rows - 80) / 11) ** 2
    picture *= 1 - 0.5 * np.maximum(1 - away, 0)[..., None] ** 2
    picture[30:80, 60:100] = (180, 30, 40)
    return (picture + rng.integers(0, 3, (120, 160, 1))).astype(np.uint8)


@pytest.mark.parametrize("make", [texture, shaded, shadowed, product])
def test_what_has_more_than_inks_is_no_line_art(make):
    assert find_palette(make(np.random.default_rng(0))) is None


def test_photos_are_no_line_art(shared):
    photos = [
        *(shared / "data" / "photos").iterdir(),
        *(shared / "data" / "matting" / "alphamatting" / "Images").iterdir(),
        *sorted((shared / "data" / "segmentation" / "pennfudan" / "images").iterdir())[::4],
        *(shared / "data" / "segmentation" / "voc").glob("*.jpg"),
    ]
    assert len(photos) > 45
    for path in photos:
        photo = cv2.imread(str(path))[:, :, ::-1]
        half = cv2.resize(photo, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        assert find_palette(np.ascontiguousarray(photo)) is None, path
        assert find_palette(half) is None, path


def letters():
    """Three letters; the first encloses a part of the ground."""
    picture = np.full((200, 420, 3), 255, np.uint8)
    for left, text in ((20, "O"), (160, "X"), (300, "T")):
        color = (10, 10, 10) if text != "X" else (200, 30, 30)
        font = cv2.FONT_HERSHEY_SIMPLEX
        cv2.putText(picture, text, (left, 160), font, 4, color, 9, cv2.LINE_AA)
    return picture


def stroke(x, y):
    mark = np.zeros((200, 420), bool)
    mark[y - 2 : y + 2, x - 2 : x + 2] = True
    return mark


def test_strokes_mean_the_flat_regions_that_they_touch():
    picture = letters()
    plain = cut_out(picture).alpha
    inside, on_x = stroke(65, 120), stroke(202, 120)
    assert plain[inside].max() == 0
    assert plain[on_x].min() == 1
    found = cut_out(picture, keep=inside, remove=on_x)
    assert found.alpha[85:150, 62:68].min() == 1  # the paper in the O
    assert (found.foreground[inside] == 255).all()
    assert found.alpha[:, 160:280].max() == 0
    np.testing.assert_array_equal(found.alpha[:, 285:], plain[:, 285:])
    outside = plain[:, :30] > 0
    np.testing.assert_array_equal(found.alpha[:, :30][outside], plain[:, :30][outside])


def test_a_selection_keeps_what_lies_in_it():
    picture = letters()
    hint = np.zeros((200, 420), bool)
    hint[:, 150:290] = True
    alpha = cut_out(picture, hint=hint).alpha
    np.testing.assert_array_equal(alpha[:, 150:290], cut_out(picture).alpha[:, 150:290])
    assert alpha[:, :140].max() == alpha[:, 295:].max() == 0


def test_removing_all_of_it_is_said():
    picture = letters()[:, 285:]
    with pytest.raises(NoSubjectError, match="strokes leave nothing"):
        cut_out(np.ascontiguousarray(picture), remove=np.ones(picture.shape[:2], bool))


def on_white(*shapes):
    """Draw shapes of Pillow's, each with its arguments, four times as large, and reduce."""
    large = Image.new("RGB", (1600, 1600), WHITE)
    for kind, *arguments in shapes:
        getattr(ImageDraw.Draw(large), kind)(*arguments)
    return np.asarray(large.resize((400, 400), Image.Resampling.BOX))


def test_an_eye_belongs_to_a_face_and_a_letter_is_open():
    face = on_white(
        ("ellipse", (200, 200, 1400, 1400), (250, 210, 50), BLACK, 30),
        ("ellipse", (500, 500, 680, 760), WHITE, BLACK, 16),
        ("ellipse", (1000, 500, 1180, 760), WHITE, BLACK, 16),
        ("arc", (500, 700, 1100, 1200), 20, 160, BLACK, 30),
    )
    result = cut_out(face)
    assert result.segmentation.source == INKS
    assert result.alpha[100:300, 100:300].min() > 0.99
    letters = on_white(
        ("ellipse", (100, 500, 700, 1100), WHITE, (200, 20, 30), 90),
        ("ellipse", (800, 500, 1400, 1100), WHITE, (30, 60, 160), 90),
    )
    result = cut_out(letters)
    assert result.segmentation.source == INKS
    assert result.alpha[200, 100] == result.alpha[200, 275] == 0
