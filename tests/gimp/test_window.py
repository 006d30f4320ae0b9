"""The actions in a real window, driven by keyboard and mouse on a screen of its own."""

import json

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


@pytest.fixture(scope="module")
def session(installed):
    if not installed.has_shared:
        pytest.skip("needs the shared test photos and networks")
    assert installed.installation.returncode == 0
    (installed.work / "session").mkdir()
    script = "/mnt/checkout/tests/gimp/inside/window_session.py"
    picture = "/mnt/shared/data/photos/astronaut.png"
    done = installed.run(
        ["python3", script, picture, "/mnt/scratch/session", installed.tree.version]
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads((installed.work / "session" / "session.json").read_text())


@pytest.mark.parametrize("what", SEEN)
def test_in_the_window(session, what):
    assert session[what]
