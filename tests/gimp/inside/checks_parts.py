"""Parts by name: what the dialog's list writes, as a script writes it. Runs in GIMP."""

import tempfile
from pathlib import Path

from document_tools import alpha_of, class_model, fail, photo, pixels, run, succeed
from gi.repository import Gimp, Gio

# Spots of a photo of a boy on a bicycle, scaled to 320 x 214: his chest, the frame.
CHEST, FRAME = (75, 240), (168, 228)


def boy_on_a_bicycle():
    image = photo("deeplab_demo_image1.jpg")
    image.scale(320, 214)
    return image, image.get_layers()[0]


def at(layer, spot):
    return alpha_of(layer.get_mask())[spot[0] * 320 + spot[1]]


def check_parts_count_instead_of_the_subject():
    image, layer = boy_on_a_bicycle()
    with class_model():
        succeed(image, [layer], subject="cat", parts="bicycle")
        assert at(layer, CHEST) < 0.1
        assert at(layer, FRAME) > 0.9
        succeed(image, [layer], parts="person, bicycle")
    assert at(layer, CHEST) > 0.9
    assert at(layer, FRAME) > 0.9


def check_an_unknown_part_is_refused():
    image, layer = boy_on_a_bicycle()
    message = fail(image, [layer], parts="spoon")
    assert "spoon" in message, message


def check_each_part_becomes_a_layer_and_a_file_of_its_own():
    image, layer = boy_on_a_bicycle()
    with class_model():
        succeed(image, [layer], parts="person, bicycle", output="new-layers")
    *made, photo_layer = image.get_layers()
    assert photo_layer == layer
    assert not layer.get_visible()
    by_name = {one.get_name().split()[0]: pixels(one, "A u8") for one in made}
    assert set(by_name) == {"Person", "Bicycle"}, [one.get_name() for one in made]
    chest, frame = (spot[0] * 320 + spot[1] for spot in (CHEST, FRAME))
    assert by_name["Person"][chest] > 230 > 20 > by_name["Bicycle"][chest]
    assert by_name["Bicycle"][frame] > 230
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "in", Path(folder) / "out"
        source.mkdir()
        file = Gio.File.new_for_path(str(source / "boy.png"))
        several = photo("three_people.jpg")
        several.scale(400, 400 * several.get_height() // several.get_width())
        assert Gimp.file_save(Gimp.RunMode.NONINTERACTIVE, several, file, None)
        folders = {
            "source": Gio.File.new_for_path(str(source)),
            "target": Gio.File.new_for_path(str(target)),
        }
        answer = run("plug-in-matte-cut-out-folder", **folders, each=True)
        assert answer.is_done, answer.words
        assert answer.values[0] == 1, answer.values
        names = sorted(path.name for path in target.iterdir())
        assert len(names) > 1, names
        assert all(name.startswith("boy (Main subject ") for name in names), names
        answer = run("plug-in-matte-cut-out-folder", **folders, each=True)
        assert answer.values[2] == 1, "it was not skipped"
