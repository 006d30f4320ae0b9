"""Many at once: all layers, all open images, a folder of pictures. Runs in GIMP."""

import hashlib
import shutil
import struct
import tempfile
from contextlib import contextmanager
from pathlib import Path

from document_tools import (
    HER_FACE,
    NOT_HER,
    SIZE,
    TRIMAP,
    alpha_of,
    box_mean,
    fingerprint,
    load,
    pixels,
    portrait,
    run,
    starts_plug_in,
    succeed,
)
from gi.repository import Gimp, Gio

LAYERS = "plug-in-matte-cut-out-layers"
IMAGES = "plug-in-matte-cut-out-images"
FOLDER = "plug-in-matte-cut-out-folder"
COUNTS = ("cut-out", "no-subject", "skipped", "failed")


def batch(name, image=None, **arguments):
    """Run a batch; return its counts of what is not zero, and its report."""
    answer = run(name, image, image and image.get_selected_layers(), **arguments)
    assert answer.is_done, (answer.status, answer.words)
    *counts, report = answer.values
    return {word: count for word, count in zip(COUNTS, counts, strict=True) if count}, report


def refused(name, **arguments):
    answer = run(name, **arguments)
    assert answer.status == Gimp.PDBStatusType.EXECUTION_ERROR, answer.status
    return answer.words


def white_layer(image, name="White"):
    layer = Gimp.Layer.new(
        image, name, SIZE, SIZE, Gimp.ImageType.RGB_IMAGE, 100, Gimp.LayerMode.NORMAL
    )
    layer.fill(Gimp.FillType.WHITE)
    return layer


def is_hers(alpha):
    return box_mean(alpha, HER_FACE) > 0.99 and box_mean(alpha, NOT_HER) < 0.01


def check_all_layers_are_cut_out_and_what_has_no_subject_is_left():
    image, layer = portrait()
    before = pixels(layer)
    group = Gimp.GroupLayer.new(image, "Group")
    image.insert_layer(group, None, 0)
    inside = layer.copy()
    image.insert_layer(inside, group, 0)
    inside.set_visible(False)
    white = white_layer(image)
    image.insert_layer(white, None, 0)
    image.set_selected_layers([layer])
    succeed(image, [layer], name=TRIMAP)
    trimap = image.get_layers()[2]
    image.set_selected_layers([white])
    counts, report = batch(LAYERS, image)
    assert counts == {"cut-out": 2, "no-subject": 1, "skipped": 1}, (counts, report)
    assert "no subject: White: The picture is all one color" in report, report
    assert "skipped: Matte trimap: a trimap" in report, report
    for item in (layer, inside):
        assert is_hers(alpha_of(item.get_mask()))
        assert pixels(item) == before
    assert [item.get_mask() for item in (white, trimap, group)] == [None] * 3
    assert image.get_selected_layers() == [white]
    assert not inside.get_visible()


def check_all_layers_of_none_with_a_subject_change_nothing():
    image = Gimp.Image.new(SIZE, SIZE, Gimp.ImageBaseType.RGB)
    for name in ("One", "Two"):
        image.insert_layer(white_layer(image, name), None, 0)
    before = fingerprint(image)
    counts, _report = batch(LAYERS, image, output="selection")
    assert counts == {"no-subject": 2}
    counts, report = batch(LAYERS, image, subject="selection")
    assert counts == {"failed": 2}
    assert "Nothing is selected" in report, report
    assert fingerprint(image) == before


def check_open_images_are_each_cut_out():
    image, layer = portrait()
    other, other_layer = portrait()
    empty = Gimp.Image.new(SIZE, SIZE, Gimp.ImageBaseType.RGB)
    empty.insert_layer(white_layer(empty), None, 0)
    bare = Gimp.Image.new(SIZE, SIZE, Gimp.ImageBaseType.RGB)
    before = [fingerprint(item) for item in (empty, bare)]
    counts, report = batch(IMAGES, output="new-layer")
    assert counts == {"cut-out": 2, "no-subject": 1, "failed": 1}, (counts, report)
    assert "No layer is selected" in report, report
    assert [fingerprint(item) for item in (empty, bare)] == before
    for item, photo in ((image, layer), (other, other_layer)):
        above, below = item.get_layers()
        assert below == photo
        assert is_hers([value / 255 for value in pixels(above, "A u8")])


@contextmanager
def folder_of_pictures():
    """Make a folder: a portrait lying on its side, white, a broken file, no picture, one deeper."""
    folder = Path(tempfile.mkdtemp())
    try:
        image, _layer = portrait()
        (folder / "in" / "deeper").mkdir(parents=True)
        save(image, folder / "in" / "deeper" / "inside.png")
        image.rotate(Gimp.RotationType.DEGREES270)
        save_sideways(image, folder / "in" / "her.jpg")
        image.insert_layer(white_layer(image), None, 0)
        image.merge_visible_layers(Gimp.MergeType.CLIP_TO_IMAGE)
        save(image, folder / "in" / "white.png")
        (folder / "in" / "broken.jpg").write_text("This is no JPEG.")
        (folder / "in" / "notes.txt").write_text("Nothing to cut out.")
        before = state(folder / "in")
        yield folder
        assert state(folder / "in") == before, "the pictures were changed"
    finally:
        shutil.rmtree(folder)


def save(image, path):
    file = Gio.File.new_for_path(str(path))
    assert Gimp.file_save(Gimp.RunMode.NONINTERACTIVE, image, file, None)


def save_sideways(image, path):
    """Save a JPEG whose EXIF data asks for a turn by 90 degrees."""
    save(image, path)
    entry = struct.pack("<HHIHH", 0x0112, 3, 1, 6, 0)
    exif = b"Exif\0\0II*\0" + struct.pack("<IH", 8, 1) + entry + bytes(4)
    data = path.read_bytes()
    path.write_bytes(data[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + data[2:])


def state(folder):
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def run_folder(folder, **arguments):
    source, target = (Gio.File.new_for_path(str(folder / name)) for name in ("in", "out"))
    images = Gimp.get_images()
    found = batch(FOLDER, source=source, target=target, **arguments)
    assert Gimp.get_images() == images, "a picture stayed open"
    return found


@starts_plug_in
def check_a_folder_is_cut_out_and_one_broken_file_stops_nothing():
    with folder_of_pictures() as folder:
        counts, report = run_folder(folder)
        assert counts == {"cut-out": 1, "no-subject": 1, "failed": 1}, (counts, report)
        assert "failed: broken.jpg: GIMP cannot open this file: " in report, report
        assert sorted(state(folder / "out")) == ["her.png"]
        (layer,) = load(folder / "out" / "her.png").get_layers()
        assert is_hers([value / 255 for value in pixels(layer, "A u8")])
        (folder / "out" / "her.png").write_text("Mine.")
        counts, report = run_folder(folder, subfolders=True)
        assert counts == {"cut-out": 1, "no-subject": 1, "skipped": 1, "failed": 1}, report
        assert "her.png already exists" in report, report
        assert (folder / "out" / "her.png").read_text() == "Mine."
        assert sorted(state(folder / "out")) == ["deeper/inside.png", "her.png"]


def check_a_folder_in_other_formats_replaces_what_was_there():
    with folder_of_pictures() as folder:
        (folder / "out").mkdir()
        (folder / "out" / "her.tif").write_text("To be replaced.")
        for kind, ending in (("tiff", "tif"), ("webp", "webp"), ("xcf", "xcf")):
            counts, report = run_folder(folder, format=kind, existing="replace")
            assert counts["cut-out"] == 1, report
            (layer,) = load(folder / "out" / f"her.{ending}").get_layers()
            if kind == "xcf":
                assert is_hers(alpha_of(layer.get_mask()))
            else:
                assert is_hers([value / 255 for value in pixels(layer, "A u8")])


def check_a_folder_keeps_what_may_be_published():
    """And crops; nothing of the photo is left under the transparent pixels of the files."""
    with folder_of_pictures() as folder:
        kept = '<?xml version="1.0"?><metadata>' + "".join(
            f'<tag name="{name}">{value}</tag>'
            for name, value in (
                ("Exif.Image.Artist", "Ada"), ("Exif.Photo.BodySerialNumber", "B0DY77"),
                ("Exif.GPSInfo.GPSLatitude", "52/1 31/1 0/1"), ("Iptc.Application2.City", "Ulm"),
            )
        ) + "</metadata>"  # fmt: skip
        image = load(folder / "in" / "deeper" / "inside.png")
        image.set_metadata(Gimp.Metadata.deserialize(kept))
        (folder / "own" / "in").mkdir(parents=True)
        Gimp.file_save(
            Gimp.RunMode.NONINTERACTIVE, image,
            Gio.File.new_for_path(str(folder / "own" / "in" / "a.xcf")), None,
        )  # fmt: skip
        for keep, wanted in (
            ("public", (True, False)),
            ("all", (True, True)),
            ("none", (False,) * 2),
        ):
            counts, report = run_folder(
                folder / "own", metadata=keep, existing="replace", crop="square", margin=10.0
            )
            assert counts == {"cut-out": 1}, report
            made = load(folder / "own" / "out" / "a.png")
            found = made.get_metadata().serialize()
            assert ("Ada" in found, "B0DY77" in found) == wanted, (keep, found)
            assert ("GPSLatitude" in found) == ("Ulm" in found) == wanted[1], (keep, found)
            assert made.get_width() == made.get_height()
            (layer,) = made.get_layers()
            assert not any(pixels(layer, "R'G'B'A u8")[:4]), "the corner still has a color"


def check_a_folder_that_makes_no_sense_is_refused():
    with folder_of_pictures() as folder:
        source = Gio.File.new_for_path(str(folder / "in"))
        message = refused(FOLDER, source=source, target=source)
        assert "mixed with the pictures" in message, message
        message = refused(FOLDER, source=source)
        assert "are required" in message, message
        elsewhere = Gio.File.new_for_uri("sftp://example.org/photos")
        message = refused(FOLDER, source=elsewhere, target=source)
        assert "this computer" in message, message
