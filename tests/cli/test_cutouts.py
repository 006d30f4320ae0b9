"""What a cut-out is like as a file: cropped, clean, with its metadata; and pipes."""

import io
import json
import subprocess

import cv2
import numpy as np
import pytest
from PIL import Image

from matte_core.cli import main

pytestmark = pytest.mark.usefixtures("here")


def boxes(alpha):
    rows, columns = np.flatnonzero(alpha.any(axis=1)), np.flatnonzero(alpha.any(axis=0))
    return columns[0], rows[0], columns[-1] + 1, rows[-1] + 1


@pytest.mark.parametrize("name", ["cut.png", "cut.tif", "cut.webp"])
def test_nothing_of_the_photo_is_under_transparent_pixels(tmp_path, save, photo, subject, name):
    save(tmp_path / "photo.png", photo)
    assert main(["cutout", "photo.png", "-o", name, "-q"]) == 0
    cut = np.asarray(Image.open(name))
    hidden = cut[..., 3] == 0
    assert hidden.mean() > 0.5
    blue = cut[hidden][:, 2].astype(int) - cut[hidden][:, 0]
    assert blue.max() < 20, "the blue ground is still there"
    far = cv2.dilate(subject.astype(np.uint8), np.ones((33, 33))) == 0
    assert not cut[far].any()
    visible = cut[..., 3] == 255
    np.testing.assert_array_equal(cut[visible][:, :3], photo[visible])


def test_matting_from_a_trimap_clears_it_too(tmp_path, save, photo, subject):
    save(tmp_path / "photo.png", photo)
    trimap = np.where(subject, 255, 0).astype(np.uint8)
    trimap[cv2.dilate(subject.astype(np.uint8), np.ones((3, 3))) > subject] = 128
    save(tmp_path / "trimap.png", trimap)
    assert (
        main(["alpha", "photo.png", "trimap.png", "--output", "rgba", "-o", "cut.png", "-q"]) == 0
    )
    assert not np.asarray(Image.open("cut.png"))[:5].any()


def test_cropping_goes_by_what_is_seen(tmp_path, save, load):
    """A ghost of 1 of 255, far out, does not count."""
    rows, columns = np.mgrid[0:120, 0:160]
    alpha = (np.hypot(rows - 60, columns - 80) < 30).astype(np.uint8) * 255
    alpha[5:9, 5:9] = 1
    save(tmp_path / "cut-out.png", np.dstack([np.full((120, 160, 3), 90, np.uint8), alpha]))
    sizes = {}
    for number, options in enumerate(
        ([], ["--crop"], ["--margin", "10"], ["--margin", "10%"], ["--square"],
         ["--canvas", "200x150"], ["--canvas", "40x90", "--margin", "10%"])
    ):  # fmt: skip
        name = f"{number}.png"
        assert main(["cutout", "cut-out.png", "-o", name, "-q", *options]) == 0
        made = load(tmp_path / name)[..., 3]
        sizes[" ".join(options)] = (made.shape[::-1], tuple(map(int, boxes(made > 5))))
    assert sizes[""] == ((160, 120), (51, 31, 110, 90))
    assert sizes["--crop"] == ((59, 59), (0, 0, 59, 59))
    assert sizes["--margin 10"] == ((79, 79), (10, 10, 69, 69))
    assert sizes["--margin 10%"] == ((71, 71), (6, 6, 65, 65))
    assert sizes["--square"] == ((59, 59), (0, 0, 59, 59))
    assert sizes["--canvas 200x150"] == ((200, 150), (71, 45, 130, 104))
    (width, height), (left, top, right, bottom) = sizes["--canvas 40x90 --margin 10%"]
    assert (width, height) == (40, 90)
    assert abs((right - left) - 22) <= 1
    assert abs(left - (width - right)) <= 1
    assert abs(top - (height - bottom)) <= 1


@pytest.mark.parametrize(
    "options",
    [["--margin", "a"], ["--margin", "101%"], ["--canvas", "5"], ["--canvas", "20x20", "--square"]],
)
def test_a_crop_that_makes_no_sense_is_refused(options, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["cutout", "photo.png", "-o", "cut.png", *options])
    assert ended.value.code == 2
    assert options[0] in capsys.readouterr().err


def test_a_margin_without_room_is_refused(capsys):
    assert main(["cutout", "photo.png", "-o", "c.png", "--canvas", "20x20", "--margin", "10"]) == 1
    assert "leaves no room" in capsys.readouterr().err


def test_a_picture_that_is_cut_out_already_keeps_its_shape(tmp_path, save, load, capsys):
    """A black silhouette with black below its transparency: its colors say nothing."""
    rows, columns = np.mgrid[0:120, 0:160]
    alpha = np.clip((40 - np.hypot(rows - 60, columns - 80)) / 4, 0, 1)
    alpha[60:, 78:82] = 0
    alpha = np.rint(alpha * 255).astype(np.uint8)
    save(tmp_path / "a.png", np.dstack([np.zeros((120, 160, 3), np.uint8), alpha]))
    assert main(["cutout", "a.png", "-o", "b.png"]) == 0
    assert "cut out already" in capsys.readouterr().err
    made = load(tmp_path / "b.png")
    assert np.abs(made[..., 3].astype(int) - alpha).max() <= 2
    assert not made[..., :3].any()
    assert main(["cutout", "a.png", "-o", "all/", "--output", "all", "-q"]) == 0
    np.testing.assert_array_equal(load(tmp_path / "all" / "a-mask.png") > 0, alpha > 127)
    # Where a subject is asked for by name, it is looked for.
    assert main(["cutout", "a.png", "-o", "c.png", "--subject", "subject"]) == 1


def test_a_photo_in_a_transparent_frame_is_not_cut_out_already(tmp_path, save, load, photo):
    framed = np.zeros((100, 140, 4), np.uint8)
    framed[20:80, 30:110, :3] = photo
    framed[20:80, 30:110, 3] = 255
    save(tmp_path / "a.png", framed)
    assert main(["cutout", "a.png", "-o", "b.png", "-q"]) == 0
    assert 0.1 < (load(tmp_path / "b.png")[20:80, 30:110, 3] > 127).mean() < 0.4


def test_what_was_left_out_is_told(tmp_path, save, capsys, photo):
    deep = photo.astype(np.uint16) * 257
    save(tmp_path / "deep.png", deep)
    assert main(["cutout", "deep.png", "-o", "cut.webp"]) == 0
    assert "WebP has 8 bits" in capsys.readouterr().err
    pages = [Image.fromarray(photo)] * 2
    pages[0].save("pages.tif", save_all=True, append_images=pages[1:])
    assert main(["cutout", "pages.tif", "-o", "page.png"]) == 0
    assert "2 pages" in capsys.readouterr().err


def test_metadata_goes_along_but_not_the_place(tmp_path, photo):
    exif = Image.Exif()
    exif[0x013B], exif[0x8825] = "Ada", {1: "N", 2: (52.0, 31.0, 0.0)}
    Image.fromarray(photo).save("photo.jpg", exif=exif.tobytes(), dpi=(240, 240), quality=95)
    for keep, artist, place in (
        ("public", "Ada", {}),
        ("all", "Ada", {1: "N"}),
        ("none", None, {}),
    ):
        assert main(["cutout", "photo.jpg", "-o", f"{keep}.png", "-q", "--metadata", keep]) == 0
        found = Image.open(f"{keep}.png")
        found.load()
        assert found.getexif().get(0x013B) == artist
        assert {1: found.getexif().get_ifd(0x8825).get(1)} == (place or {1: None})
        assert found.info["dpi"] == pytest.approx((240, 240), abs=0.1)


def test_the_json_says_where_and_how_sure(tmp_path, save, capsys, photo):
    save(tmp_path / "photo.png", photo)
    save(tmp_path / "cut-off.png", photo[:, 38:])
    assert main(["cutout", "photo.png", "cut-off.png", "-o", "out", "--json", "-q"]) == 0
    whole, cut_off = map(json.loads, capsys.readouterr().out.splitlines())
    assert np.abs(np.subtract(whole["box"], (20, 12, 57, 49))).max() <= 2
    assert whole["touches"] == []
    assert cut_off["touches"] == ["left"]
    assert whole["share"] == pytest.approx(0.21, abs=0.02)
    assert 0.5 < whole["confidence"] <= 1


def test_a_picture_goes_through_a_pipe(command, env, tmp_path, save, photo, subject):
    save(tmp_path / "photo.png", photo)
    done = subprocess.run(
        [*command, "cutout", "-", "-o", "-", "--json"],
        cwd=tmp_path, env=env, input=(tmp_path / "photo.png").read_bytes(),
        capture_output=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    alpha = np.asarray(Image.open(io.BytesIO(done.stdout)))[..., 3]
    assert ((alpha > 127) & subject).sum() / ((alpha > 127) | subject).sum() > 0.9
    told = [line for line in done.stderr.decode().splitlines() if line.startswith("{")]
    assert json.loads(told[0])["picture"] == "-"
    assert list(tmp_path.glob("-*")) == []


@pytest.mark.parametrize(
    "words",
    ["- photo.png -o out/", "- -o folder", "photo.png -o - --output all", "a.png b.png -o -"],
)
def test_pipes_that_make_no_sense_are_refused(words, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["cutout", *words.split()])
    assert ended.value.code == 2
    assert capsys.readouterr().err


def test_the_edge_can_be_hard(tmp_path, save, load, photo):
    save(tmp_path / "photo.png", photo)
    areas = []
    for threshold in ("10", "50", "90"):
        words = f"cutout photo.png -o {threshold}.png -q --feather 6 --threshold {threshold}"
        assert main(words.split()) == 0
        alpha = load(tmp_path / f"{threshold}.png")[..., 3]
        assert set(np.unique(alpha)) == {0, 255}
        areas.append((alpha > 0).sum())
    assert areas[0] > areas[1] > areas[2]


def test_each_thing_becomes_a_file_of_its_own(tmp_path, save, load, capsys, photo):
    """Two discs on a plain ground, side by side: subject 1 and subject 2, from left to right."""
    save(tmp_path / "in" / "two.png", cv2.resize(np.hstack([photo, photo]), (640, 240)))
    words = [
        "cutout",
        "in",
        "-o",
        "out",
        "--each",
        "--json",
        "-q",
        "--crop",
        "--subject",
        "subject",
    ]
    assert main(words) == 0
    told = json.loads(capsys.readouterr().out)
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["two (subject 1).png", "two (subject 2).png"]
    left, right = told["things"]
    assert left["box"][2] <= 320 <= right["box"][0]
    assert main(words) == 1, "nothing is overwritten without being asked"
    assert "already exists" in capsys.readouterr().err
    assert main([*words, "--skip-existing"]) == 0


@pytest.mark.parametrize("more", ["--output alpha", "-o -"])
def test_files_of_each_thing_are_cut_outs(more, capsys):
    with pytest.raises(SystemExit):
        main(f"cutout a.png -o out --each {more}".split())
    assert "--each" in capsys.readouterr().err


@pytest.fixture
def with_shadow():
    """A red box on a light ground, its shadow to the right of it, and what is which."""
    shape = (300, 400)
    box, shadow = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    cv2.rectangle(box, (150, 80), (250, 200), 1, -1)
    cv2.ellipse(shadow, (260, 200), (80, 18), 0, 0, 360, 0.5, -1)
    shadow = cv2.GaussianBlur(shadow, (0, 0), 8)
    box = cv2.GaussianBlur(box, (0, 0), 0.8)
    lit = np.array([238, 237, 235]) * (1 - shadow[..., None])
    mixed = box[..., None] * (170, 40, 50) + (1 - box[..., None]) * lit
    noise = np.random.default_rng(0).normal(0, 1, mixed.shape)
    return np.clip(np.rint(mixed + noise), 0, 255).astype(np.uint8), box, shadow


def test_a_shadow_is_kept_below_the_subject(tmp_path, save, with_shadow):
    photo, box, shadow = with_shadow
    save(tmp_path / "photo.png", photo)
    assert main(["cutout", "photo.png", "-o", "cut.png", "--shadow", "--crop", "-q"]) == 0
    with Image.open("cut.png") as cropped:
        assert cropped.width > 175, "the shadow was cropped"
    assert main(["cutout", "photo.png", "-o", "whole.png", "--shadow", "-q"]) == 0
    cut = np.asarray(Image.open("whole.png")) / 255
    beside = (box == 0) & (shadow > 0.05)
    assert np.abs(cut[..., 3] - shadow)[beside].mean() < 0.02
    assert cut[beside][:, :3].mean() < 0.002
    assert main(["composite", "whole.png", "--background", "#2060c0", "-o", "on.png", "-q"]) == 0
    made = np.asarray(Image.open("on.png")).astype(float)
    expected = np.array([0x20, 0x60, 0xC0]) * (1 - shadow[..., None])
    assert np.abs(made - expected)[beside].mean() < 3


def test_composite_takes_it_from_the_photo(tmp_path, save, with_shadow):
    photo, box, shadow = with_shadow
    save(tmp_path / "photo.png", photo)
    save(tmp_path / "alpha.png", np.rint(box * 255).astype(np.uint8))
    options = ["--alpha", "alpha.png", "--background", "#2060c0", "--shadow", "-q"]
    assert main(["composite", "photo.png", *options, "-o", "on.png"]) == 0
    made = np.asarray(Image.open("on.png")).astype(float)
    expected = np.array([0x20, 0x60, 0xC0]) * (1 - shadow[..., None])
    assert np.abs(made - expected)[(box == 0) & (shadow > 0.05)].mean() < 3
    assert np.abs(made[box == 1] - (170, 40, 50)).mean() < 3


def test_where_there_is_no_shadow_a_note_says_so(tmp_path, save, photo, capsys):
    save(tmp_path / "photo.png", photo)
    assert main(["cutout", "photo.png", "-o", "cut.png", "--shadow", "--json"]) == 0
    assert "No shadow was kept" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (["cutout", "a.png", "-o", "cut/", "--each", "--shadow"], "that of the whole subject"),
        (
            ["composite", "a.png", "--background", "white", "-o", "b.png", "--shadow"],
            "with --alpha",
        ),
    ],
)
def test_a_shadow_that_cannot_be_known_is_refused(capsys, command, words):
    with pytest.raises(SystemExit, match="2"):
        main(command)
    assert words in capsys.readouterr().err
