"""An ICC profile whose colors reach far beyond sRGB, made by hand. Standard library only.

Its primaries are those of ROMM RGB (ISO 22028-2, ProPhoto RGB), two of which no light can have.
"""

import struct

# Of red, green and blue, and of white: X, Y, Z relative to D50.
PRIMARIES = ((0.79767, 0.28804, 0.0), (0.13519, 0.71188, 0.0), (0.03134, 0.00009, 0.82491))
D50 = (0.9642, 1.0, 0.82491)
GAMMA = 1.8


def wide_gamut(gamma=GAMMA):
    """Return the profile (ICC.1:2001-04), its values being light to the power of 1 / `gamma`."""
    text = b"Wide gamut, for tests\0"
    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256)) + bytes(2)
    tags = {
        b"desc": b"desc" + bytes(4) + struct.pack(">I", len(text)) + text + bytes(78),
        b"cprt": b"text" + bytes(4) + b"CC0\0",
        b"wtpt": _xyz(D50),
        **{b"%cXYZ" % name: _xyz(place) for name, place in zip(b"rgb", PRIMARIES, strict=True)},
        **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve),
    }
    listed, held = struct.pack(">I", len(tags)), b""
    start = 128 + 4 + 12 * len(tags)
    for name, data in tags.items():
        listed += name + struct.pack(">II", start + len(held), len(data))
        held += data + bytes(-len(data) % 4)
    header = struct.pack(
        ">I4sI4s4s4s6H4s28x12s48x",
        start + len(held), b"", 0x02400000, b"mntr", b"RGB ", b"XYZ ",
        2026, 1, 1, 0, 0, 0, b"acsp", _xyz(D50)[8:],
    )  # fmt: skip
    return header + listed + held


def _xyz(place):
    return b"XYZ " + bytes(4) + struct.pack(">3i", *(round(part * 65536) for part in place))
