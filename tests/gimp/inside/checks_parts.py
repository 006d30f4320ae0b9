"""Parts by name: what the dialog's list writes, as a script writes it. Runs in GIMP."""

from document_tools import alpha_of, fail, network, photo, succeed

# Spots of a photo of a boy on a bicycle, scaled to 320 x 214: his chest, the frame.
CHEST, FRAME = (75, 240), (168, 228)


def boy_on_a_bicycle():
    network()
    image = photo("deeplab_demo_image1.jpg")
    image.scale(320, 214)
    return image, image.get_layers()[0]


def at(layer, spot):
    return alpha_of(layer.get_mask())[spot[0] * 320 + spot[1]]


def check_parts_count_instead_of_the_subject():
    image, layer = boy_on_a_bicycle()
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
