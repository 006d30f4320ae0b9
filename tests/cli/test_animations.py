"""Animations: cut out frame by frame, one subject throughout, their timing and loop kept."""

import json

import numpy as np
import pytest
from PIL import Image, ImageSequence

from matte_core.cli import main

TIMES = [40, 100, 250, 60]
SIZE = (96, 72)
RED, GREEN = (230, 90, 40), (40, 190, 60)

pytestmark = pytest.mark.usefixtures("here")


def disc(column, row=36, radius=15):
    rows, columns = np.mgrid[0 : SIZE[1], 0 : SIZE[0]]
    return np.hypot(rows - row, columns - column) < radius


def scene(*things):
    """Discs on a blue ground, a little rough: (disc, color)."""
    noise = np.random.default_rng(5).integers(-4, 5, (SIZE[1], SIZE[0], 3))
    pixels = np.full((SIZE[1], SIZE[0], 3), (30, 60, 150))
    for where, color in things:
        pixels[where] = color
    return Image.fromarray(np.clip(pixels + noise, 0, 255).astype(np.uint8))


def save(name, frames, times=TIMES, loop=0, **options):
    how = {"lossless": True} if name.endswith("webp") else {}
    how |= {"loop": loop} if loop is not None else {}
    times = times[: len(frames)]
    frames[0].save(name, save_all=True, append_images=frames[1:], duration=times, **how, **options)


def shown(name):
    """Return each frame, (H, W, 4), and how long it is shown."""
    with Image.open(name) as opened:
        frames = [np.asarray(frame.convert("RGBA")) for frame in ImageSequence.Iterator(opened)]
        times = []
        for number in range(opened.n_frames):
            opened.seek(number)
            opened.load()
            times.append(opened.info["duration"])
        return frames, times, opened.info.get("loop")


def overlap(alpha, truth):
    mask = alpha > 127
    return (mask & truth).sum() / (mask | truth).sum()


@pytest.mark.parametrize("name", ["cut.gif", "cut.png", "cut.apng", "cut.webp"])
def test_every_frame_is_cut_out_with_its_time_and_size(name, capsys):
    places = [30, 36, 44, 52]
    save("moving.webp", [scene((disc(place), RED)) for place in places], loop=3)
    assert main(["cutout", "moving.webp", "-o", name]) == 0
    frames, times, loop = shown(name)
    assert times == pytest.approx(TIMES)
    assert loop == (2 if name.endswith("gif") else 3)  # GIF counts how often it is shown again
    assert frames[0].shape == (72, 96, 4)
    for frame, place in zip(frames, places, strict=True):
        assert overlap(frame[..., 3], disc(place)) > 0.9
        far = ~disc(place, radius=30)
        assert not frame[far & (frame[..., 3] == 0)][:, :3].any() or name.endswith("gif")
        assert not frame[far][:, 3].any()
    said = capsys.readouterr().err
    assert "only the first" not in said
    assert ("alpha is cut at one half" in said) == name.endswith("gif")


def test_colors_of_a_gif_stay_as_they_are():
    places = [30, 40]
    flat = [np.full((72, 96, 3), (30, 60, 150), np.uint8) for _place in places]
    for pixels, place in zip(flat, places, strict=True):
        pixels[disc(place)] = RED
        pixels[disc(place, radius=6)] = GREEN
    save("flat.gif", [Image.fromarray(pixels) for pixels in flat])
    assert main(["cutout", "flat.gif", "-o", "cut.gif", "-q"]) == 0
    for frame, place in zip(shown("cut.gif")[0], places, strict=True):
        assert (
            frame[disc(place, radius=13)][:, :3]
            == np.array((RED, GREEN))[disc(place, radius=6)[disc(place, radius=13)].astype(int)]
        ).all()


@pytest.mark.parametrize(("loop", "again"), [(None, None), (0, 0), (1, 1), (7, 7)])
def test_a_gif_is_repeated_as_often_as_before(loop, again):
    save("moving.gif", [scene((disc(place), RED)) for place in (30, 40)], loop=loop)
    assert main(["cutout", "moving.gif", "-o", "cut.gif", "-q"]) == 0
    assert shown("cut.gif")[2] == again
    assert main(["cutout", "moving.gif", "-o", "cut.webp", "-q"]) == 0
    assert shown("cut.webp")[2] == {None: 1, 0: 0, 1: 2, 7: 8}[loop]


def test_the_subject_of_the_first_frame_is_kept(capsys):
    """A larger disc comes in from the right; the subject is lost for a frame, and comes back."""
    first = (disc(26, radius=11), RED)
    other = (disc(74, radius=17), GREEN)
    save("two.webp", [scene(first), scene(first, other), scene(other), scene(first, other)])
    assert main(["cutout", "two.webp", "-o", "cut.png", "--json"]) == 0
    frames = [frame[..., 3] for frame in shown("cut.png")[0]]
    for number in (0, 1, 3):
        assert overlap(frames[number], first[0]) > 0.9, number
    assert not frames[2].any()
    said = capsys.readouterr()
    assert "not found in 1 of 4 frames" in said.err
    told = json.loads(said.out)
    assert (told["frames"], told["frames_without_subject"]) == (4, 1)
    assert told["touches"] == []
    assert np.abs(np.subtract(told["box"], (15, 25, 38, 48))).max() <= 2


def test_frames_are_cropped_to_one_box():
    save("moving.webp", [scene((disc(place), RED)) for place in (30, 36, 44, 52)])
    assert main(["cutout", "moving.webp", "-o", "cut.png", "-q", "--crop"]) == 0
    frames, _times, _loop = shown("cut.png")
    height, width = frames[0].shape[:2]
    assert abs(width - (52 - 30 + 30)) <= 3
    assert abs(height - 30) <= 3
    centers = [np.flatnonzero((frame[..., 3] > 127).any(axis=0)).mean() for frame in frames]
    assert np.diff(centers) == pytest.approx([6, 8, 8], abs=1)


def test_an_animation_that_is_cut_out_already_keeps_the_shape_of_each_frame():
    alphas = [disc(place).astype(np.uint8) * 255 for place in (30, 60)]
    frames = [
        Image.fromarray(np.dstack([np.full((72, 96, 3), 90, np.uint8), alpha])) for alpha in alphas
    ]
    save("sprite.webp", frames, exact=True)
    assert main(["cutout", "sprite.webp", "-o", "cut.webp", "-q"]) == 0
    for frame, alpha in zip(shown("cut.webp")[0], alphas, strict=True):
        np.testing.assert_array_equal(frame[..., 3], alpha)


def test_a_picture_that_is_shown_without_animation_is_no_frame():
    frames = [scene((disc(place), RED)) for place in (70, 30, 36)]
    save("apart.png", frames, times=TIMES[:2], default_image=True)
    assert main(["cutout", "apart.png", "-o", "cut.png", "-q"]) == 0
    made, times, _loop = shown("cut.png")
    assert times == TIMES[:2]
    assert overlap(made[0][..., 3], disc(30)) > 0.9


def test_in_a_folder_the_format_decides(tmp_path, capsys):
    (tmp_path / "in").mkdir()
    save("in/moving.gif", [scene((disc(place), RED)) for place in (30, 40)])
    scene((disc(40), RED)).save("in/still.png")
    for kind, count in (("gif", 2), ("webp", 2), ("png", 2), ("tiff", 1)):
        assert main(["cutout", "in", "-o", kind, "--format", kind]) == 0
        suffix = ".tif" if kind == "tiff" else f".{kind}"
        with Image.open(f"{kind}/moving{suffix}") as moving:
            assert moving.n_frames == count
        with Image.open(f"{kind}/still{suffix}") as still:
            assert still.convert("RGBA").getpixel((40, 36))[3] == 255
        said = capsys.readouterr().err
        assert ("It has 2 frames; only the first one is used." in said) == (kind == "tiff")


@pytest.mark.parametrize("option", [["--output", "alpha"], ["--each"]])
def test_steps_and_things_are_those_of_the_first_frame(option, capsys):
    save("moving.webp", [scene((disc(place), RED)) for place in (30, 40)])
    assert main(["cutout", "moving.webp", "-o", "out/", *option]) == 0
    assert "It has 2 frames; only the first one is used." in capsys.readouterr().err


def test_a_damaged_animation_leaves_nothing_behind(tmp_path, capsys):
    save("moving.gif", [scene((disc(place), RED)) for place in (30, 36, 44, 52)])
    whole = (tmp_path / "moving.gif").read_bytes()
    (tmp_path / "cut-off.gif").write_bytes(whole[: len(whole) * 2 // 3])
    assert main(["cutout", "cut-off.gif", "-o", "cut.webp"]) == 1
    assert "cut-off.gif is damaged: it is truncated." in capsys.readouterr().err
    assert not (tmp_path / "cut.webp").exists()


def test_what_reaches_beyond_the_picture_is_left_out(tmp_path):
    """The second frame of a GIF says that it is 32 pixels farther to the right."""
    save("moving.gif", [scene((disc(place), RED)) for place in (30, 70)], disposal=2)
    data = bytearray((tmp_path / "moving.gif").read_bytes())
    second = data.rindex(b",\0\0\0\0" + SIZE[0].to_bytes(2, "little"))
    data[second + 1] = 32
    (tmp_path / "beyond.gif").write_bytes(data)
    for name in ("cut.gif", "cut.png", "cut.webp"):
        assert main(["cutout", "beyond.gif", "-o", name, "-q"]) == 0
        frames, times, _loop = shown(name)
        assert times == TIMES[:2]
        assert {frame.shape for frame in frames} == {(72, 96, 4)}


def test_an_animation_without_any_subject_fails(capsys):
    save("flat.webp", [Image.new("RGB", SIZE, color) for color in ("red", "blue")])
    assert main(["cutout", "flat.webp", "-o", "cut.webp"]) == 1
    assert "The picture is all one color" in capsys.readouterr().err


def test_a_still_gif_has_a_hard_edge(tmp_path):
    scene((disc(40), RED)).save("still.png")
    assert main(["cutout", "still.png", "-o", "cut.gif", "-q"]) == 0
    with Image.open("cut.gif") as made:
        assert getattr(made, "n_frames", 1) == 1
        alpha = np.asarray(made.convert("RGBA"))[..., 3]
    assert set(np.unique(alpha)) == {0, 255}
    assert overlap(alpha, disc(40)) > 0.9
