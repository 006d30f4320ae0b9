"""Pictures, masks and trimaps: only sound results, or an error that says what was wrong."""

from typing import Any

import numpy as np
from hypothesis import strategies as st
from properties import Property, refused

from matte_core.compositing import composite
from matte_core.cutting import cut_out
from matte_core.images import BACKGROUND, FOREGROUND, UNKNOWN
from matte_core.matting import decontaminate, estimate_alpha, estimate_foreground
from matte_core.matting.edge import adjust_edge
from matte_core.trimap import SHAPES, make_trimap, read_trimap

_SIDES = st.one_of(st.integers(1, 4), st.integers(1, 40))
_NUMBERS = (np.uint8, np.uint16, np.int16, np.int64, np.float16, np.float32, np.float64, np.bool_)
_ODD_NUMBERS = (0.0, -0.0, 1.0, 1e-45, 1 + 1e-6, -1e-6, 2.0, np.nan, np.inf, -np.inf)


def _picture(kind: str, height: int, width: int, rng: np.random.Generator) -> np.ndarray:
    """(H, W, 3) float64 in [0, 1]: one of the kinds of picture that there are."""
    match kind:
        case "noise":
            return rng.random((height, width, 3))
        case "flat":
            return np.broadcast_to(rng.random(3), (height, width, 3)).copy()
        case "two colors":
            return rng.random((2, 3))[rng.integers(0, 2, (height, width))]
        case "ramp":
            ramp = np.linspace(0, 1, height * width).reshape(height, width, 1)
            return ramp * rng.random(3)
        case _:
            return rng.integers(0, 2, (height, width, 3)).astype(float)


def _trimap(kind: str, height: int, width: int, rng: np.random.Generator) -> np.ndarray:
    values = np.array([BACKGROUND, UNKNOWN, FOREGROUND], np.uint8)
    match kind:
        case "noise":
            return values[rng.integers(0, 3, (height, width))]
        case "bands":
            return values[np.sort(rng.integers(0, 3, width))][None].repeat(height, 0)
        case "one kind":
            return np.full((height, width), values[rng.integers(3)])
        case "one known pixel each":
            trimap = np.full((height, width), UNKNOWN, np.uint8)
            flat = trimap.reshape(-1)
            flat[rng.integers(flat.size)] = BACKGROUND
            flat[rng.integers(flat.size)] = FOREGROUND
            return trimap
        case "blocks":
            cells = values[rng.integers(0, 3, ((height + 4) // 5, (width + 4) // 5))]
            return np.kron(cells, np.ones((5, 5), np.uint8))[:height, :width]
        case _:
            return values[(rng.random((height, width)) > 0.05).astype(int) * 2]


_PAIRS = st.fixed_dictionaries(
    {
        "height": _SIDES,
        "width": _SIDES,
        "picture": st.sampled_from(("noise", "flat", "two colors", "ramp", "extremes")),
        "trimap": st.sampled_from(
            ("noise", "bands", "one kind", "one known pixel each", "blocks", "all known")
        ),
        "type": st.sampled_from(("uint8", "float32", "float64", "float16")),
        "seed": st.integers(0, 1 << 16),
        "harm": st.sampled_from(("",) * 8 + ("pixel", "trimap value", "type", "size", "axes")),
        "odd": st.sampled_from(_ODD_NUMBERS),
        "amount": st.floats(0, 1),
    }
)


def _pair(case: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(case["seed"])
    size = case["height"], case["width"]
    image = _picture(case["picture"], *size, rng)
    image = np.rint(image * 255).astype(np.uint8) if case["type"] == "uint8" else image
    image, trimap = image.astype(case["type"]), _trimap(case["trimap"], *size, rng)
    match case["harm"]:
        case "pixel" if case["type"] != "uint8":
            image[rng.integers(size[0]), rng.integers(size[1]), 0] = case["odd"]
        case "trimap value":
            trimap[rng.integers(size[0]), rng.integers(size[1])] = rng.integers(256)
        case "type":
            trimap = trimap.astype(_NUMBERS[rng.integers(len(_NUMBERS))])
        case "size":
            trimap = trimap[: rng.integers(size[0] + 1), : rng.integers(size[1] + 1)]
        case "axes":
            image = image[..., 0] if rng.integers(2) else image[..., None]
    return image, trimap


def _is_sound(values: np.ndarray, shape: tuple[int, ...]) -> bool:
    return values.shape == shape and bool(((values >= 0) & (values <= 1)).all())


def a_pair_is_matted(case: dict[str, Any]) -> None:
    """Alpha within [0, 1], known pixels exact; colors finite; opaque pixels as they were."""
    image, trimap = _pair(case)
    with refused():
        before = image.copy(), trimap.copy()
        alpha = estimate_alpha(image, trimap)
        assert alpha.dtype == np.float32
        assert _is_sound(alpha, trimap.shape)
        assert (alpha[trimap == BACKGROUND] == 0).all()
        assert (alpha[trimap == FOREGROUND] == 1).all()
        clean = estimate_foreground(image, alpha)
        mended = decontaminate(image, clean, case["amount"])
        for colors in (clean, mended):
            assert colors.dtype == image.dtype
            unit = colors / 255 if image.dtype == np.uint8 else colors
            assert _is_sound(unit, image.shape)
            assert (colors[alpha == 1] == image[alpha == 1]).all()
        mixed = composite(mended, alpha, image[::-1].copy(), (case["seed"] % 7 - 3, -1))
        assert mixed.shape == image.shape
        assert np.isfinite(mixed).all()
        np.testing.assert_array_equal(image, before[0])
        np.testing.assert_array_equal(trimap, before[1])


_MASKS = st.fixed_dictionaries(
    {
        "height": _SIDES,
        "width": _SIDES,
        "share": st.floats(0, 1),
        "seed": st.integers(0, 1 << 16),
        "radius": st.one_of(st.none(), st.integers(-2, 60)),
        "shape": st.sampled_from((*SHAPES, "star")),
        "is_unsure": st.booleans(),
        "blocks": st.booleans(),
    }
)


def a_mask_becomes_a_trimap(case: dict[str, Any]) -> None:
    """What is known agrees with the mask, and no kind that the mask has is lost."""
    rng = np.random.default_rng(case["seed"])
    mask = rng.random((case["height"], case["width"])) < case["share"]
    if case["blocks"]:
        mask = np.kron(mask, np.ones((4, 4), np.bool_))
    probability = rng.random(mask.shape, np.float32) if case["is_unsure"] else None
    with refused():
        trimap = make_trimap(mask, case["radius"], case["shape"], probability=probability)
        assert trimap.shape == mask.shape
        assert set(np.unique(trimap)) <= {BACKGROUND, UNKNOWN, FOREGROUND}
        assert mask[trimap == FOREGROUND].all()
        assert not mask[trimap == BACKGROUND].any()
        assert (trimap == FOREGROUND).any() == mask.any()
        assert (trimap == BACKGROUND).any() == (~mask).any()


_GRAYS = st.fixed_dictionaries(
    {
        "height": st.integers(0, 12),
        "width": st.integers(0, 12),
        "type": st.sampled_from((*(np.dtype(kind).name for kind in _NUMBERS), "complex64", "S2")),
        "odd": st.sampled_from(_ODD_NUMBERS),
        "seed": st.integers(0, 1 << 16),
        "axes": st.sampled_from((2, 2, 2, 1, 3)),
    }
)


def a_gray_picture_is_read_as_a_trimap(case: dict[str, Any]) -> None:
    """Whatever was painted is a trimap of the same size, or is refused."""
    rng = np.random.default_rng(case["seed"])
    shape = (case["height"], case["width"], 1)[: case["axes"]]
    painted = rng.integers(0, 256, shape).astype(float)
    if "float" in case["type"]:
        painted = painted / 255
        painted[rng.random(shape) < 0.1] = case["odd"]
    with refused(), np.errstate(invalid="ignore"):
        trimap = read_trimap(painted.astype(case["type"]))
        assert trimap.dtype == np.uint8
        assert trimap.shape == shape
        assert set(np.unique(trimap)) <= {BACKGROUND, UNKNOWN, FOREGROUND}


_EDGES = st.fixed_dictionaries(
    {
        "height": _SIDES,
        "width": _SIDES,
        "seed": st.integers(0, 1 << 16),
        "hard": st.booleans(),
        **{
            name: st.one_of(st.just(0.0), st.floats(-low, high), st.floats())
            for name, low, high in (
                ("shift_px", 10, 10),
                ("smooth_px", 0, 10),
                ("feather_px", 0, 20),
                ("contrast", 0, 1),
            )
        },
    }
)


def an_edge_is_adjusted(case: dict[str, Any]) -> None:
    """Any controls leave an alpha an alpha, or are refused."""
    alpha = np.random.default_rng(case["seed"]).random(
        (case["height"], case["width"]), dtype=np.float32
    )
    if case["hard"]:
        alpha = np.rint(alpha)
    controls = {name: case[name] for name in ("shift_px", "smooth_px", "feather_px", "contrast")}
    with refused():
        adjusted = adjust_edge(alpha, **controls)
        assert adjusted.dtype == np.float32
        assert _is_sound(adjusted, alpha.shape)


def a_picture_is_cut_out_by_a_selection(case: dict[str, Any]) -> None:
    """The whole chain with the stand-in for a network gives a sound cut-out."""
    image, _ = _pair({**case, "harm": "pixel" if case["harm"] == "pixel" else ""})
    hint = np.random.default_rng(case["seed"] + 1).random(image.shape[:2]) < case["amount"]
    with refused():
        result = cut_out(image, "auto", hint=hint if case["seed"] % 3 else None)
        assert _is_sound(result.alpha, image.shape[:2])
        assert set(np.unique(result.trimap)) <= {BACKGROUND, UNKNOWN, FOREGROUND}
        assert result.mask.shape == image.shape[:2]


PROPERTIES = (
    Property("a pair is matted", _PAIRS, a_pair_is_matted, 60, 10_000),
    Property("a mask becomes a trimap", _MASKS, a_mask_becomes_a_trimap, 100, 10_000),
    Property("a gray picture is a trimap", _GRAYS, a_gray_picture_is_read_as_a_trimap, 100, 5_000),
    Property("an edge is adjusted", _EDGES, an_edge_is_adjusted, 60, 5_000),
    Property("a selection cuts out", _PAIRS, a_picture_is_cut_out_by_a_selection, 10, 1_000),
)
