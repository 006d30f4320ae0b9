"""The actions in a real window, driven by keyboard and mouse on a screen of its own."""

import pytest

SEEN = [
    "cancelling changes nothing",
    "one undo brings all of it back",
    "redo brings the mask again",
    "what was painted out is gone",
    "the composite is a group above",
    "the saved file runs again and replaces its own",
    "set up opens and closes",
]


@pytest.mark.parametrize("what", SEEN)
def test_in_the_window(in_gimp, what):
    if not in_gimp.has_shared:
        pytest.skip("needs the shared test photos and networks")
    assert in_gimp.session.get(what), in_gimp.session_said
