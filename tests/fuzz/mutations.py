"""Changes to sound bytes, as plain values, so that a failing one can be made smaller."""

import struct

from hypothesis import strategies as st

# Numbers at which a reader's arithmetic goes wrong.
EDGES = (0, 1, 2, 3, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)

Change = tuple[str, float, int, int]

changes = st.lists(
    st.tuples(
        st.sampled_from(("flip", "set", "cut", "drop", "repeat", "insert", "word", "swapped word")),
        st.floats(0, 1),
        st.integers(0, 255),
        st.integers(0, len(EDGES) - 1),
    ),
    max_size=6,
)


def change(data: bytes, plan: list[Change], reach: int | None = None) -> bytes:
    """Apply a plan to bytes; `reach` says how many of the first bytes it may touch."""
    mutable = bytearray(data)
    for kind, place, value, edge in plan:
        at = int(place * min(len(mutable), reach or len(mutable)))
        match kind:
            case "flip" if at < len(mutable):
                mutable[at] ^= 1 << (value % 8)
            case "set" if at < len(mutable):
                mutable[at] = value
            case "cut":
                del mutable[at:]
            case "drop":
                del mutable[at : at + 1 + value]
            case "repeat":
                mutable[at:at] = mutable[at : at + 1 + value]
            case "insert":
                mutable[at:at] = bytes([value]) * (1 + edge)
            case "word":
                mutable[at : at + 4] = struct.pack("<I", EDGES[edge])
            case "swapped word":
                mutable[at : at + 4] = struct.pack(">I", EDGES[edge])
    return bytes(mutable)
