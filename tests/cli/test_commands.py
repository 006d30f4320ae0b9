"""The five commands as real processes, on made pictures; no network is installed."""

import json
import os
import signal
import subprocess
import sys

import cv2
import numpy as np
import pytest

from matte_core.cli import main
from matte_core.files import encode_png, read_picture
from matte_core.files.header import is_srgb


def overlap(found, wanted):
    """Intersection over union."""
    return (found & wanted).sum() / (found | wanted).sum()


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_folder_with_a_broken_picture(matte, save, load, tmp_path, photo, subject):
    photos = tmp_path / "photos"
    save(photos / "a.png", photo)
    save(photos / "grün 猫.jpg", photo)
    (photos / "broken.jpg").write_bytes((photos / "grün 猫.jpg").read_bytes()[:700])
    (photos / "page.png").write_bytes(b"<!DOCTYPE html>")
    result = matte("cutout", "photos", "-o", "out", "--output", "all")
    assert result.returncode == 1
    errors = [line for line in result.stderr.splitlines() if "failed:" in line]
    assert len(errors) == 2
    assert "broken.jpg is damaged" in errors[0]
    assert "page.png is a web page" in errors[1]
    assert result.stderr.splitlines()[-1] == "2 done, 2 failed"
    kinds = ("", "-alpha", "-mask", "-trimap")
    assert names(tmp_path / "out") == sorted(
        f"{stem}{kind}.png" for stem in ("a", "grün 猫") for kind in kinds
    )
    cut = load(tmp_path / "out" / "a.png")
    assert cut.shape == (60, 80, 4)
    assert overlap(cut[..., 3] > 127, subject) > 0.9
    known = load(tmp_path / "out" / "a-trimap.png") == 255
    assert known.sum() > 500
    np.testing.assert_array_equal(cut[known][:, :3], photo[known])
    assert (cut[known][:, 3] == 255).all()
    np.testing.assert_array_equal(load(tmp_path / "out" / "a-alpha.png"), cut[..., 3])
    assert set(np.unique(load(tmp_path / "out" / "a-trimap.png"))) <= {0, 128, 255}
    assert set(np.unique(load(tmp_path / "out" / "a-mask.png"))) == {0, 255}


def test_sixteen_bits_holes_crop_and_selection(matte, save, load, tmp_path, photo, subject):
    deep = photo.astype(np.uint16) * 257
    hole = np.full(subject.shape, 65535, np.uint16)
    hole[28:33, 36:41] = 0
    save(tmp_path / "deep.png", np.dstack([deep, hole]))
    selection = cv2.dilate(subject.astype(np.uint8) * 255, np.ones((5, 5), np.uint8))
    save(tmp_path / "selection.png", selection)
    result = matte(
        "cutout", "deep.png", "-o", "cut.png", "--crop", "--json", "--selection", "selection.png"
    )
    assert result.returncode == 0, result.stderr
    cut = load(tmp_path / "cut.png")
    assert cut.dtype == np.uint16
    described = json.loads(result.stdout)
    top, left = described["offset"]["y"], described["offset"]["x"]
    assert (abs(top - 13), abs(left - 21)) <= (3, 3)
    assert cut.shape[0] < 45
    assert cut.shape[1] < 45
    assert (cut[28 - top : 33 - top, 36 - left : 41 - left, 3] == 0).all()
    np.testing.assert_array_equal(cut[24 - top, 38 - left], [*deep[24, 38], 65535])


def test_strokes_of_any_color_or_white(matte, save, load, tmp_path, photo, subject):
    save(tmp_path / "photo.png", photo)
    green = np.zeros((60, 80, 4), np.uint8)
    green[4:7, 4:7] = (0, 200, 0, 255)
    save(tmp_path / "marks" / "photo-keep.png", green)
    white = np.zeros((60, 80), np.uint8)
    white[29:32, 37:40] = 255
    save(tmp_path / "remove.png", white)
    save(tmp_path / "unknown.png", np.roll(white, 30, axis=1))
    marks = ("--keep", "marks", "--remove", "remove.png")
    result = matte(
        "cutout", "photo.png", "-o", "all/", "--output", "all", *marks, "--unknown", "unknown.png"
    )
    assert result.returncode == 0, result.stderr
    alpha, trimap = (load(tmp_path / "all" / f"photo-{kind}.png") for kind in ("alpha", "trimap"))
    assert (trimap[4:7, 4:7] == 255).all()
    assert (alpha[4:7, 4:7] == 255).all()
    assert (trimap[29:32, 37:40] == 0).all()
    assert (trimap[29:32, 67:70] == 128).all()
    result = matte("segment", "photo.png", "-o", "mask.png", *marks)
    assert result.returncode == 0, result.stderr
    mask = load(tmp_path / "mask.png")
    assert (mask[4:7, 4:7] == 255).all()
    assert (mask[29:32, 37:40] == 0).all()
    save(tmp_path / "trimap.png", np.where(subject, np.uint8(255), np.uint8(0)))
    result = matte("alpha", "photo.png", "trimap.png", "-o", "alpha.png", *marks)
    assert result.returncode == 0, result.stderr
    alpha = load(tmp_path / "alpha.png")
    assert (alpha[4:7, 4:7] == 255).all()
    assert (alpha[29:32, 37:40] == 0).all()


@pytest.mark.parametrize(
    ("pixels", "words"),
    [
        (np.zeros((60, 80), np.uint8), "nothing is marked in the keep mask"),
        (np.full((60, 79), 255, np.uint8), "The keep mask keep.png is 79 x 60 pixels"),
        (
            np.random.default_rng(0).integers(0, 256, (60, 80, 3)).astype(np.uint8),
            "keep.png is a color picture without transparency, not the keep mask",
        ),
    ],
)
def test_marks_that_cannot_be_used_are_said(matte, save, tmp_path, photo, pixels, words):
    save(tmp_path / "photo.png", photo)
    save(tmp_path / "keep.png", pixels)
    result = matte("cutout", "photo.png", "-o", "cut.png", "--keep", "keep.png")
    assert result.returncode == 1
    assert words in result.stderr
    assert not (tmp_path / "cut.png").exists()


def test_segment_and_trimap(matte, save, load, tmp_path, photo, subject):
    save(tmp_path / "photo.png", photo)
    result = matte("segment", "photo.png", "-o", "masks", "--json")
    assert result.returncode == 0, result.stderr
    described = json.loads(result.stdout)
    assert described["subject"] == ["subject"]
    assert described["subject_share"] == pytest.approx(subject.mean(), abs=0.03)
    mask = load(tmp_path / "masks" / "photo-mask.png")
    assert overlap(mask > 127, subject) > 0.9
    result = matte("trimap", "masks", "-o", "trimaps/", "--radius", "3", "--shape", "rectangle")
    assert result.returncode == 0, result.stderr
    trimap = load(tmp_path / "trimaps" / "photo-trimap.png")
    element = np.ones((7, 7), np.uint8)
    np.testing.assert_array_equal(trimap > 0, cv2.dilate(mask, element) > 0)
    np.testing.assert_array_equal(trimap == 255, cv2.erode(mask, element) > 0)


def test_alpha_of_a_painted_trimap(matte, save, load, tmp_path, photo, subject):
    save(tmp_path / "photos" / "x.png", photo)
    inner = cv2.erode(subject.astype(np.uint8), np.ones((7, 7)))
    outer = cv2.dilate(subject.astype(np.uint8), np.ones((7, 7)))
    trimap = np.where(inner, 254, np.where(outer, 99, 2)).astype(np.uint8)
    save(tmp_path / "painted" / "x-trimap.png", trimap)
    result = matte("alpha", "photos", "--trimaps", "painted", "-o", "alphas")
    assert result.returncode == 0, result.stderr
    alpha = load(tmp_path / "alphas" / "x-alpha.png")
    assert overlap(alpha > 127, subject) > 0.97
    assert (alpha[inner > 0] == 255).all()
    assert (alpha[outer == 0] == 0).all()
    result = matte("alpha", "photos/x.png", "painted/x-trimap.png", "-o", "b.png")
    assert result.returncode == 0, result.stderr
    np.testing.assert_array_equal(load(tmp_path / "b.png"), alpha)


def test_the_edge_is_adjusted(save, load, tmp_path, monkeypatch, photo, subject):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MATTE_HOME", str(tmp_path / "home"))
    near = cv2.dilate(subject.astype(np.uint8), np.ones((7, 7), np.uint8)).astype(bool)
    save(tmp_path / "photo.png", photo)
    save(tmp_path / "trimap.png", np.select([subject, near], [255, 128], 0).astype(np.uint8))
    for command in ("cutout photo.png --output alpha", "alpha photo.png trimap.png"):
        means = {}
        for edge in ("", "--shift 2", "--shift -2.5", "--feather 8", "--smooth 1 --contrast 100"):
            words = f"{command} -q -o out.png --overwrite {edge}".split()
            assert main(words) == 0
            means[edge] = load(tmp_path / "out.png").mean()
        assert means["--shift -2.5"] < means[""] - 5 < means["--shift 2"] - 10
        assert set(np.unique(load(tmp_path / "out.png"))) == {0, 255}


def test_alpha_refuses_what_does_not_belong(save, tmp_path, monkeypatch, capsys, photo):
    monkeypatch.chdir(tmp_path)
    save(tmp_path / "photo.png", photo)
    save(tmp_path / "small.png", np.zeros((10, 10), np.uint8))
    save(tmp_path / "turned.png", np.zeros((80, 60), np.uint8))
    for trimap, words in (
        ("small.png", "is 10 x 10 pixels, but the picture is 80 x 60"),
        ("turned.png", "EXIF orientation"),
        ("photo.png", "is a color picture, not a trimap"),
    ):
        assert main(["alpha", "photo.png", trimap, "-o", "out.png"]) == 1
        assert words in capsys.readouterr().err
        assert not (tmp_path / "out.png").exists()


def test_composite_of_a_cut_out(matte, save, load, tmp_path, photo, subject):
    alpha = (subject * 255).astype(np.uint8)
    alpha[30, 38] = 128
    save(tmp_path / "cut" / "x.png", np.dstack([photo, alpha]))
    result = matte("composite", "cut", "--background", "#004000", "-o", "out")
    assert result.returncode == 0, result.stderr
    flat = load(tmp_path / "out" / "x.png")
    np.testing.assert_array_equal(flat[alpha == 255], photo[alpha == 255])
    assert (flat[alpha == 0] == (0, 64, 0)).all()
    half = photo[30, 38] * (128 / 255) + np.array([0, 64, 0]) * (127 / 255)
    assert np.abs(flat[30, 38] - half).max() <= 1


def test_composite_places_the_subject(save, load, tmp_path, monkeypatch, photo, subject):
    monkeypatch.chdir(tmp_path)
    save(tmp_path / "x.png", np.dstack([photo, (subject * 255).astype(np.uint8)]))
    save(tmp_path / "wall.png", np.full((100, 300, 3), 200, np.uint8))
    for option, size, top, left in (
        (("--position=-5,10",), (100, 300), 10, -5),
        (("--center",), (100, 300), 20, 110),
        (("--cover",), (60, 80), 0, 0),
    ):
        behind = ["--background", "wall.png", "-o", "y.png", "--overwrite"]
        assert main(["composite", "x.png", *behind, *option]) == 0
        flat = load(tmp_path / "y.png")
        assert flat.shape == (*size, 3)
        np.testing.assert_array_equal(flat[top + 30, left + 38], photo[30, 38])
        is_wall = (flat == 200).all(axis=2)
        assert is_wall.sum() == size[0] * size[1] - subject.sum()


def test_composite_brings_the_light(save, load, tmp_path, monkeypatch, photo, subject):
    monkeypatch.chdir(tmp_path)
    save(tmp_path / "x.png", np.dstack([photo, (subject * 255).astype(np.uint8)]))

    def made(*options):
        arguments = ["--background", "white", "-o", "y.png", "--overwrite", *options]
        assert main(["composite", "x.png", *arguments]) == 0
        return load(tmp_path / "y.png").astype(int)

    plain = made()
    np.testing.assert_array_equal(made("--light-wrap", "0", "--match-colors=0"), plain)
    lit = made("--light-wrap", "80", "--light-width", "2")
    edge = subject & ~cv2.erode(subject.astype(np.uint8), np.ones((3, 3))).astype(bool)
    assert (lit - plain)[edge].mean() > 20
    np.testing.assert_array_equal(lit[30, 38], plain[30, 38])
    assert (made("--match-colors", "100") - plain)[subject].mean() > 3


def test_composite_of_a_photo_with_its_alpha_as_jpeg(matte, save, load, tmp_path, photo, subject):
    soft = cv2.GaussianBlur(subject.astype(np.float32), (0, 0), 2)[..., None]
    mixed = soft * (230, 140, 40) + (1 - soft) * (30, 60, 150)
    save(tmp_path / "mixed.png", np.rint(mixed).astype(np.uint8))
    save(tmp_path / "mixed-alpha.png", np.rint(soft[..., 0] * 255).astype(np.uint8))
    save(tmp_path / "opaque.png", photo)
    result = matte(
        "composite", "mixed.png", "--alpha", "mixed-alpha.png", "--background", "white",
        "-o", "clean.jpg",
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "clean.jpg").read_bytes().startswith(b"\xff\xd8\xff")
    wanted = soft * (230, 140, 40) + (1 - soft) * 255
    assert np.abs(load(tmp_path / "clean.jpg") - wanted).mean() < 4
    result = matte("composite", "opaque.png", "--background", "white", "-o", "o.png")
    assert result.returncode == 1
    assert "has no transparency" in result.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGINT")
def test_interruption_leaves_nothing_half_done(command, env, save, load, tmp_path, photo):
    large = cv2.resize(photo, (640, 480))
    for number in range(12):
        save(tmp_path / "photos" / f"{number:02}.png", large)
    with subprocess.Popen(
        [*command, "cutout", "photos", "-o", "out"],
        cwd=tmp_path,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith(os.path.join("photos", "00.png"))
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "stopped" in errors
    assert "not tried" in errors.splitlines()[-1]
    assert "Traceback" not in errors
    written = names(tmp_path / "out")
    assert 1 <= len(written) < 12
    assert all(load(tmp_path / "out" / name).shape == (480, 640, 4) for name in written)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_progress_on_a_terminal(command, env, save, tmp_path, photo):
    save(tmp_path / "photo.png", photo)
    reader, terminal = os.openpty()
    result = subprocess.run(
        [*command, "segment", "photo.png", "-o", "mask.png"],
        cwd=tmp_path,
        env={**env, "NO_COLOR": "1", "TERM": "xterm"},
        stdout=subprocess.PIPE,
        stderr=terminal,
        timeout=60,
    )
    os.close(terminal)
    shown = os.read(reader, 1 << 16).decode()
    os.close(reader)
    assert result.returncode == 0
    assert "0% photo.png" in shown
    assert "\x1b" not in shown
    assert shown.rstrip().endswith("1 done, 0 failed")


def test_found_classes_are_told(matte, shared, tmp_path, load):
    network = shared / "models" / "deeplab_v3_257_aligncorners.onnx"
    photo = shared / "data" / "photos" / "cat.png"
    result = matte("segment", photo, "--model", network, "-o", "map.png", "--class-map", "--json")
    assert result.returncode == 0, result.stderr
    described = json.loads(result.stdout)
    assert described["source"] == "network"
    assert described["classes"][0]["name"] == "cat"
    colors = load(tmp_path / "map.png")
    share = (colors == (64, 0, 0)).all(axis=2).mean()
    assert share == pytest.approx(described["classes"][0]["share"], abs=0.01)


def test_color_profiles_are_carried_and_told_apart(tmp_path, monkeypatch, capsys, photo, subject):
    monkeypatch.chdir(tmp_path)

    def profile(name):
        head = (132 + len(name)).to_bytes(4, "big") + bytes(12) + b"RGB " + bytes(16) + b"acsp"
        return head + bytes(92) + name

    alpha = (subject * 255).astype(np.uint8)
    cut = encode_png(np.dstack([photo, alpha]), icc_profile=profile(b"Adobe RGB (1998)"))
    (tmp_path / "cut.png").write_bytes(cut)
    (tmp_path / "wall.png").write_bytes(encode_png(photo, icc_profile=profile(b"sRGB IEC")))
    (tmp_path / "plain.png").write_bytes(encode_png(photo))
    for background, picture, carried, is_warned in (
        ("white", "cut.png", b"Adobe RGB (1998)", False),
        ("wall.png", "cut.png", b"sRGB IEC", True),
        ("plain.png", "cut.png", None, True),
        ("cut.png", "cut.png", b"Adobe RGB (1998)", False),
    ):
        out = f"{background}-out.jpg"
        assert main(["composite", picture, "--background", background, "-o", out]) == 0
        assert ("different color profiles" in capsys.readouterr().err) is is_warned
        found = read_picture(out).icc_profile
        assert found == (carried and profile(carried))
    assert is_srgb(None)
    assert is_srgb(profile(b"sRGB IEC"))
    assert not is_srgb(profile(b"Display P3"))
