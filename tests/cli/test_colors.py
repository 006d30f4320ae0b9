import pytest

from matte_core.cli.colors import parse_color


@pytest.mark.parametrize(
    ("text", "color"),
    [
        ("#ff8000", (255, 128, 0)),
        ("#F80", (255, 136, 0)),
        ("White", (255, 255, 255)),
        ("gray", (128, 128, 128)),
        ("beach.jpg", None),
        ("./white", None),
        ("#12345", None),
        ("ff8000", None),
    ],
)
def test_parse_color(text, color):
    assert parse_color(text) == color
