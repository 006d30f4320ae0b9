"""The documents of the matrix: a line each. Runs in GIMP.

A builder returns an image and the drawables to run on, and where these are not the layers that the
result is for, those too.
"""

from dataclasses import dataclass, field
from functools import partial

import structures
from gi.repository import Gimp
from judging import ALL, CHANNEL, MASK, NEW_IMAGE, NEW_LAYER, NEW_LAYER_MASK, SELECTION
from pictures import EIGHT, GRAY, INDEXED, RGB, photo
from wide_gamut import wide_gamut

P = Gimp.Precision
PROFILE = Gimp.ColorProfile


@dataclass(frozen=True)
class Case:
    """One document, and what is run on it."""

    # Where it stands in the table.
    section: str
    name: str
    # Returns (image, drawables) or (image, drawables, layers); None where this GIMP has none such.
    build: object
    outputs: tuple = ALL
    arguments: dict = field(default_factory=dict)  # of Cut Out Subject…


def plain(*arguments, **options):
    """Build the picture on one layer."""
    image, layer = photo(*arguments, **options)
    return image, [layer]


def kinds():
    """Every mode, with and without alpha."""
    for base, word in ((RGB, "RGB"), (GRAY, "gray"), (INDEXED, "indexed")):
        for has_alpha, more in ((False, ""), (True, " with alpha")):
            yield f"{word}{more}", partial(plain, base=base, has_alpha=has_alpha)


def precisions():
    """Every precision, every encoding."""
    for depth in ("U8", "U16", "U32", "HALF", "FLOAT", "DOUBLE"):
        for encoding in ("NON_LINEAR", "PERCEPTUAL", "LINEAR"):
            precision = getattr(P, f"{depth}_{encoding}")
            name = precision.value_nick.replace("-", " ", 1)
            yield f"RGB, {name}", partial(plain, precision=precision)
    for precision in (P.U16_NON_LINEAR, P.FLOAT_LINEAR):
        name = precision.value_nick.replace("-", " ", 1)
        yield f"gray, {name}", partial(plain, base=GRAY, precision=precision)
        build = partial(plain, has_alpha=True, precision=precision)
        yield f"RGB with alpha, {name}", build
    for precision in (P.HALF_LINEAR, P.FLOAT_LINEAR, P.FLOAT_NON_LINEAR):
        name = precision.value_nick.replace("-", " ", 1)
        build = partial(plain, precision=precision, brightness=4.0)
        yield f"RGB, {name}, four times as bright as white", build


def profiles():
    """A wide gamut and linear ones, in several depths."""
    wide = PROFILE.new_rgb_adobe()
    for word, profile, base in (
        ("sRGB", PROFILE.new_rgb_srgb(), RGB),
        ("linear sRGB", PROFILE.new_rgb_srgb_linear(), RGB),
        ("Adobe RGB", wide, RGB),
        ("linear Adobe RGB", wide.new_linear_from_color_profile(), RGB),
        ("ProPhoto RGB", PROFILE.new_from_icc_profile(wide_gamut()), RGB),
        ("linear ProPhoto RGB", PROFILE.new_from_icc_profile(wide_gamut(gamma=1.0)), RGB),
        ("linear gray", PROFILE.new_d65_gray_linear(), GRAY),
    ):
        for precision in (EIGHT, P.U16_NON_LINEAR, P.FLOAT_LINEAR):
            name = precision.value_nick.replace("-", " ", 1)
            build = partial(plain, base=base, precision=precision, profile=profile)
            yield f"{word}, {name}", build


def places():
    """Layers of other sizes than the canvas, and elsewhere."""
    for name, canvas, at in (
        ("smaller than the canvas", (90, 80), (20, 15)),
        ("larger than the canvas", (30, 24), (-10, -12)),
        ("beyond the top left corner", (48, 48), (-20, -15)),
        ("beyond the bottom right corner", (48, 48), (25, 30)),
        ("beyond the bottom left corner", (48, 48), (-20, 30)),
        ("completely outside, to the right", (48, 48), (400, 0)),
        ("completely outside, above", (48, 48), (0, -300)),
    ):
        yield name, partial(plain, canvas=canvas, at=at)


def sizes():
    """Sizes that divide by nothing."""
    for size in ((1, 1), (1, 64), (64, 1), (2, 2), (47, 61), (3, 30_000), (30_000, 3)):
        yield f"{size[0]} x {size[1]}", partial(plain, size)


def cases():
    """Return the whole table."""
    made = []

    def add(section, pairs, outputs=ALL, **arguments):
        made.extend(Case(section, name, build, outputs, arguments) for name, build in pairs)

    add("Mode", kinds())
    add("Precision", precisions(), (MASK, NEW_LAYER_MASK))
    for name, build in profiles():
        more = (CHANNEL, NEW_IMAGE) if name.startswith("Adobe RGB") else ()
        add("Color profile", [(name, build)], (MASK, *more, NEW_LAYER))
    add("Position", places(), (MASK, SELECTION, CHANNEL, NEW_LAYER))
    add("Size", sizes(), (MASK, NEW_LAYER))
    add("Layer type", structures.KINDS.items(), (MASK, NEW_LAYER, NEW_IMAGE))
    add("Layer state", structures.STATES.items(), (MASK, NEW_LAYER))
    add("Selected items", structures.SELECTED.items(), (MASK, SELECTION, NEW_LAYER))
    for existing, outputs in (
        ("replace", (MASK,)), ("intersect", (MASK, NEW_LAYER_MASK)), ("keep", (MASK,)),
    ):  # fmt: skip
        pairs = [(f"{name}, {existing}", build) for name, build in structures.MASKS.items()]
        add("Existing layer mask", pairs, outputs, existing_mask=existing)
    add("Selection", structures.SELECTIONS.items(), (MASK, SELECTION))
    add("Selection", structures.HINTS.items(), (MASK, SELECTION), subject="selection")
    return made
