"""What must hold in a real GIMP, with the plug-in installed by its installer. Runs in GIMP."""

from document_tools import (
    COMPOSITE,
    CUT_OUT,
    DECONTAMINATE,
    FROM_TRIMAP,
    HER_FACE,
    HOME,
    NOT_HER,
    SEGMENT,
    SIZE,
    TRIMAP,
    alpha_of,
    box_mean,
    disc,
    fail,
    pixels,
    portrait,
    run,
    selection_values,
    starts_plug_in,
    succeed,
)
from fault_kinds import hidden
from gi.repository import Gegl, Gimp


def check_actions_are_registered():
    pdb = Gimp.get_pdb()
    for name in (CUT_OUT, SEGMENT, TRIMAP, FROM_TRIMAP, COMPOSITE, DECONTAMINATE):
        procedure = pdb.lookup_procedure(name)
        assert procedure is not None, name
        menus = procedure.get_menu_paths()
        assert "<Image>/Filters/Matte" in menus
        assert len(menus) == 2, menus
        assert procedure.get_help(), name
    arguments = [argument.name for argument in pdb.lookup_procedure(CUT_OUT).get_arguments()]
    wanted = ["subject", "output", "decontaminate", "trimap-width", "model", "shift-edge"]
    assert set(wanted) <= set(arguments), arguments
    assert pdb.lookup_procedure("plug-in-matte-setup") is not None


@starts_plug_in
def check_layer_mask_shows_the_subject():
    image, layer = portrait()
    before = pixels(layer)
    selection = selection_values(image)
    succeed(image, [layer], output="layer-mask", model="built-in")
    alpha = alpha_of(layer.get_mask())
    assert box_mean(alpha, HER_FACE) > 0.99
    assert box_mean(alpha, NOT_HER) < 0.01
    soft = sum(0.02 < value < 0.98 for value in alpha) / len(alpha)
    assert 0.002 < soft < 0.2, f"{soft:.3f} of the mask is soft"
    assert pixels(layer) == before
    assert selection_values(image) == selection
    assert [item.get_id() for item in image.get_selected_layers()] == [layer.get_id()]
    assert len(image.get_layers()) == 1
    assert not image.get_channels()


def check_new_layer_lies_above_and_keeps_the_original():
    image, layer = portrait()
    before = pixels(layer)
    succeed(image, [layer], output="new-layer-mask")
    above, below = image.get_layers()
    assert below.get_id() == layer.get_id()
    assert pixels(below) == before
    assert not below.get_visible()
    assert above.get_visible()
    mask = above.get_mask()
    alpha = alpha_of(mask)
    assert box_mean(alpha, HER_FACE) > 0.99
    new, old = pixels(above, "R'G'B' u8"), pixels(below, "R'G'B' u8")
    # The 8 bits of this mask round an alpha of 0.998 to 1, so a step of color is allowed there.
    inside = [index for index, value in enumerate(alpha) if value == 1.0]
    assert len(inside) > 12_000
    differing = [i for i in inside if new[3 * i : 3 * i + 3] != old[3 * i : 3 * i + 3]]
    assert len(differing) < 0.02 * len(inside)
    rows, columns = HER_FACE
    face = [
        row * SIZE + column
        for row in range(rows.start, rows.stop)
        for column in range(columns.start, columns.stop)
    ]
    solid = [i for i in face if alpha[i] == 1.0]
    assert len(solid) > 0.95 * len(face)
    assert max(abs(new[3 * i + k] - old[3 * i + k]) for i in solid for k in range(3)) <= 1
    edge = [index for index, value in enumerate(alpha) if 0.2 < value < 0.8]
    changed = sum(new[3 * i : 3 * i + 3] != old[3 * i : 3 * i + 3] for i in edge)
    assert changed > 0.5 * len(edge), "the edge still has the old background's color"


def check_without_decontamination_colors_stay():
    image, layer = portrait()
    succeed(image, [layer], output="new-layer-mask", decontaminate=0.0, hide_original=False)
    above, below = image.get_layers()
    assert pixels(above, "R'G'B' u8") == pixels(below, "R'G'B' u8")
    assert below.get_visible()


def check_selection_as_a_hint():
    image, layer = portrait()
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 10, 0, 200, SIZE)
    kept = selection_values(image)
    succeed(image, [layer], subject="selection")
    assert selection_values(image) == kept
    alpha = alpha_of(layer.get_mask())
    assert box_mean(alpha, HER_FACE) > 0.99
    assert box_mean(alpha, NOT_HER) < 0.01


def check_bad_input_is_refused_and_changes_nothing():
    image, layer = portrait()
    message = fail(image, [layer], subject="selection")
    assert "selected" in message, message
    channel = Gimp.Channel.new(image, "Mine", SIZE, SIZE, 100, Gegl.Color.new("red"))
    image.insert_channel(channel, None, 0)
    message = fail(image, [channel])
    assert "Mine" in message, message
    message = fail(image, [layer], model="/nowhere/net.onnx")
    assert "/nowhere/net.onnx" in message, message
    message = fail(image, [layer], subject="train")
    assert "models fetch deeplab-513" in message, message


def check_a_picture_without_a_subject_says_so():
    image, layer = disc(radius=-2)  # grain alone: a disc would stand out from its plain background
    message = fail(image, [layer])
    assert "select" in message.lower(), message
    layer.fill(Gimp.FillType.WHITE)
    message = fail(image, [layer])
    assert "one color" in message, message
    assert "the right picture or layer" in message, message


@starts_plug_in
def check_set_up_reports_what_works():
    answer = run("plug-in-matte-setup")
    assert answer.is_done, answer.words
    works, report = answer.values
    assert works, report
    for part in ("GIMP", "Environment", "Worker", "Cutting out"):
        assert f"ok: {part}" in report, report
    with hidden(HOME / "env"):
        works, report = run("plug-in-matte-setup").values
    assert not works, report
    assert "WRONG: Environment" in report, report
