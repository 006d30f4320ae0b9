import pytest

from matte_core.cli.colours import parse_colour


@pytest.mark.parametrize(
    ("text", "colour"),
    [
        ("#ff8000", (255, 128, 0)),
        ("#F80", (255, 136, 0)),
        ("White", (255, 255, 255)),
        ("grey", (128, 128, 128)),
        ("beach.jpg", None),
        ("./white", None),
        ("#12345", None),
        ("ff8000", None),
    ],
)
def test_parse_colour(text, colour):
    assert parse_colour(text) == colour
