"""Every output of every action, undone in a GIMP with a window: `inside/documents/actions.py`."""

import pytest

OUTPUTS = {
    "cut-out": (
        "layer-mask selection channel new-layer new-layer-mask new-image new-layers "
        "subject-and-background subject-and-shadow trimap and-a-shadow"
    ),
    "segment": "selection channel layer-mask class-map",
    "cut-out-layers": "selection channel new-layer new-layer-mask layer-mask",
    "cut-out-images": "layer-mask new-layer",
    "trimap": "trimap another-trimap",
    "from-trimap": (
        "selection new-image channel another-channel new-layer another-new-layer "
        "new-layer-mask another-new-layer-mask layer-mask another-layer-mask"
    ),
    "decontaminate": "new-layer-mask",
    "composite": "color layer image file flatten",
}


@pytest.mark.parametrize("action", OUTPUTS)
def test_one_undo_gives_the_image_back(in_gimp, action):
    """Bit for bit: layers, masks, channels, selection, what is shown, and the exported file."""
    name = f"plug-in-matte-{action}"
    found = {words.replace(" ", "-"): result for of, words, result in in_gimp.undone if of == name}
    assert found, in_gimp.documents_said[-3000:]
    assert found == dict.fromkeys(OUTPUTS[action].split(), "done")
