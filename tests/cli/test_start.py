"""What the command says before it needs more than the standard library."""

import sys

import pytest

from matte_core import __version__
from matte_core.cli import COMMANDS, main

WITHOUT_NUMERICS = """
import sys
for name in ("numpy", "cv2", "scipy", "sklearn", "onnxruntime"):
    sys.modules[name] = None
from matte_core.cli import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture
def command():
    """The command in a Python that has nothing installed."""
    return [sys.executable, "-c", WITHOUT_NUMERICS]


def test_help_and_version_need_the_standard_library_alone(matte):
    version = matte("--version")
    assert (version.returncode, version.stdout) == (0, f"matte {__version__}\n")
    text = matte("--help").stdout
    assert all(name in text for name in COMMANDS)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ((), "required: COMMAND"),
        (("cutout", "a.jpg"), "required: -o/--out"),
        (("cutout", "a.jpg", "-o", "b.jpg"), "JPEG has no transparency"),
        (("cutout", "a.jpg", "-o", "b.bmp"), "written as PNG"),
        (("cutout", "a.jpg", "b.jpg", "-o", "c.png"), "several pictures need an output folder"),
        (("cutout", "a.jpg", "-o", "b", "--subject", "hors"), "did you mean horse?"),
        (("cutout", "a.jpg", "-o", "b", "--subject", "auto,dog"), "unknown subject 'auto'"),
        (("cutout", "a.jpg", "-o", "b", "--radius", "-1"), "from 0 to 10000"),
        (("cutout", "a.jpg", "-o", "b", "--radius", "1.5"), "not a whole number"),
        (("cutout", "a.jpg", "-o", "b", "--decontaminate", "nan"), "from 0 to 100"),
        (("cutout", "a.jpg", "-o", "b", "--overwrite", "--skip-existing"), "not allowed with"),
        (("trimap", "a.png", "-o", "b", "--shape", "star"), "invalid choice"),
        (("segment", "a.png", "-o", "b", "--soft", "--class-map"), "not allowed with"),
        (("alpha", "a.jpg", "-o", "b.png"), "a photo and its trimap"),
        (("composite", "a.png", "-o", "b.png"), "required: --background"),
        (
            ("composite", "a.png", "--background", "red", "-o", "b.tif"),
            "written as PNG or JPG or JPEG",
        ),
        (
            ("composite", "a", "--background", "red", "-o", "b", "--position", "1"),
            "not of the form X,Y",
        ),
    ],
)
def test_wrong_arguments_are_told_at_once(matte, args, message):
    result = matte(*args)
    assert result.returncode == 2
    assert message in result.stderr
    assert "usage: matte" in result.stderr
    assert "Traceback" not in result.stderr


def test_missing_package_is_told_with_what_to_do(matte):
    result = matte("cutout", "a.jpg", "-o", "b.png")
    assert result.returncode == 1
    assert "The Python package " in result.stderr
    assert "install.py" in result.stderr
    assert "Traceback" not in result.stderr


def test_network_that_is_not_there(matte):
    result = matte("segment", "a.jpg", "-o", "b.png", "--model", "deeplab-257")
    assert result.returncode == 1
    assert "models fetch deeplab-257" in result.stderr
    result = matte("segment", "a.jpg", "-o", "b.png", "--class-map")
    assert result.returncode == 1
    assert "needs a model that knows classes" in result.stderr


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name, capsys):
    with pytest.raises(SystemExit) as stopped:
        main([name, "--help"])
    assert stopped.value.code == 0
    assert f"usage: matte {name}" in capsys.readouterr().out
