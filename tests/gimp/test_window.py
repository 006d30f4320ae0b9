"""The actions in a real window, driven by keyboard and mouse on a screen of its own."""

import pytest

SEEN = [
    "cancelling in the dialog changes nothing",
    "one undo gives the image back, bit for bit",
    "redo brings every pixel again",
    "a Keep stroke adds, undo and redo take it back and again",
    "the right button removes",
    "the mask is what the preview showed",
    "repeat begins without the strokes",
    "two strokes are enough where nothing is selected",
    "cancelling after strokes changes nothing",
    "what was painted black is gone",
    "what was painted white has come",
    "the composite has the other image behind her",
    "repeat takes the same background",
    "repeat refuses a background that is closed",
    "the saved file has all its layers",
    "run again, it replaces its own result",
    "what is clicked alone is cut out",
    "what is clicked again is left out",
    "OK goes on with the preview's worker",
    "what was clicked away is cut away",
    "the list of models leads to more of them",
    "cancelling the run changes nothing",
    "a cancelled batch is told and leaves no picture open",
    "a cancelled batch leaves whole files alone",
    "set up opens and closes",
    "help opens the guide at the right section",
    "the report has no personal path",
]


@pytest.mark.parametrize("what", SEEN)
def test_in_the_window(in_gimp, what):
    if not in_gimp.has_shared:
        pytest.skip("needs the shared test photos and networks")
    assert in_gimp.session.get(what), in_gimp.session_said
