"""Colors as people write them: #rrggbb, #rgb, or a name."""

import re

#: The sixteen colors of HTML 4 and a few more, as CSS defines them.
NAMES = {
    "aqua": "00ffff",
    "beige": "f5f5dc",
    "black": "000000",
    "blue": "0000ff",
    "brown": "a52a2a",
    "cyan": "00ffff",
    "fuchsia": "ff00ff",
    "gray": "808080",
    "green": "008000",
    "grey": "808080",
    "ivory": "fffff0",
    "lime": "00ff00",
    "magenta": "ff00ff",
    "maroon": "800000",
    "navy": "000080",
    "olive": "808000",
    "orange": "ffa500",
    "pink": "ffc0cb",
    "purple": "800080",
    "red": "ff0000",
    "silver": "c0c0c0",
    "skyblue": "87ceeb",
    "teal": "008080",
    "white": "ffffff",
    "yellow": "ffff00",
}


def parse_color(text: str) -> tuple[int, int, int] | None:
    """Return (red, green, blue), 0 to 255 each; None if the text is not a color."""
    digits = NAMES.get(text.strip().lower())
    if digits is None:
        match = re.fullmatch(r"#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})", text.strip())
        if match is None:
            return None
        digits = match[1]
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    red, green, blue = bytes.fromhex(digits)
    return red, green, blue
