"""What must hold after a run of an action on a document. Runs in GIMP."""

from functools import partial
from pathlib import Path

from gi.repository import Babl, Gimp
from pictures import EIGHT, floats, own_format, stored
from seeing import changes, snapshot
from undoing import undo, wait_until

CUT_OUT = "plug-in-matte-cut-out"
NETWORK = Path("/mnt/scratch/brightness.onnx")
MASK, SELECTION, CHANNEL = "layer-mask", "selection", "channel"
NEW_LAYER, NEW_LAYER_MASK, NEW_IMAGE = "new-layer", "new-layer-mask", "new-image"
EACH, WITH_BACKGROUND, WITH_SHADOW = "new-layers", "subject-and-background", "subject-and-shadow"
ALL = (
    *(MASK, SELECTION, CHANNEL, NEW_LAYER, NEW_LAYER_MASK, NEW_IMAGE),
    *(EACH, WITH_BACKGROUND, WITH_SHADOW),
)
# One step of an alpha as a document of that depth holds it.
STEP = {"u8": 1 / 255, "u16": 1 / 65535, "half": 2**-11}
FINEST = 2**-22
EIGHT_BIT = (EIGHT, Gimp.Precision.U8_LINEAR, Gimp.Precision.U8_PERCEPTUAL)


class Harm(AssertionError):
    """A document that is not as it must be; the message says in what."""


def require(condition, words):
    """Raise `Harm` where something does not hold."""
    if not condition:
        raise Harm(words)


class Judge:
    """Runs actions on one document, and looks at all that comes of each.

    Parameters
    ----------
    plug_in : calling.PlugIn
    image : Gimp.Image
    drawables : list
        What the actions are run on.
    targets : list of Gimp.Layer
        The layers that the results are for.
    arguments : dict
        Of every run.
    """

    def __init__(self, plug_in, image, drawables, targets, arguments):
        self._plug_in, self._image, self._drawables = plug_in, image, drawables
        self._targets, self._arguments = targets, arguments
        self._before = snapshot(image)
        self._pixels = [(stored(layer), Babl.get_name(layer.get_format())) for layer in targets]
        self._expected = self._expect(is_beside_opacity=True)
        self._selected = self._expect(is_beside_opacity=False)

    def run(self, output):
        """Run Cut Out Subject… with one output, look, and undo it.

        Returns
        -------
        result : str
            "done", or "refused: " and the words.

        Raises
        ------
        Harm
            If anything is not as it must be.
        """
        image, before = self._image, self._before
        answer = self._plug_in.run(
            CUT_OUT, image, self._drawables, output=output, **self._arguments
        )
        after = snapshot(image)
        changed = changes(before, after)
        if not answer.is_done:
            require(not changed, f"a refusal changed {changed}")
            require("unexpectedly" not in answer.words, answer.words)
            require(len(answer.words) > 30, f"too few words: {answer.words!r}")
            return f"refused: {' '.join(answer.words.split())}"
        require(self._expected is not None, "done, although the core refuses it")
        if output == NEW_IMAGE:
            require(not changed, f"a new image changed the old one: {changed}")
            _look_at_new_image(answer.made, self._targets[0], self._expected[0], self._pixels[0])
            answer.made.delete()
            return "done"
        keeps = self._arguments.get("existing_mask") == "keep"
        if output == MASK and keeps and any(layer.get_mask() for layer in self._targets):
            output = CHANNEL
        look = _LOOKS[output]
        expected = self._selected if output in (SELECTION, CHANNEL) else self._expected
        allowed = look(image, self._targets, expected, self._pixels, after)
        groups = {key for key in changed if key[1] == "pixels" and _is_group(key[0])}
        require(changed - groups <= allowed, f"also changed: {changed - groups - allowed}")
        require(changed, "nothing was changed")
        undo()
        require(
            wait_until(lambda: not changes(before, snapshot(image))),
            f"one undo leaves {changes(before, snapshot(image))}",
        )
        return "done"

    def _expect(self, *, is_beside_opacity):
        """Return the alpha of each layer; None where the core refuses one."""
        from matte_core.base.errors import MatteError

        uses_selection = self._arguments.get("subject") == SELECTION
        try:
            found = [
                expected_alpha(
                    self._plug_in, one, uses_selection, is_beside_opacity=is_beside_opacity
                )
                for one in self._targets
            ]
        except MatteError:
            return None
        if self._arguments.get("existing_mask") == "intersect":
            masks = [layer.get_mask() and floats(layer.get_mask(), "Y float")
                     for layer in self._targets]  # fmt: skip
            found = [
                [a * m for a, m in zip(alpha, mask, strict=True)] if mask else alpha
                for alpha, mask in zip(found, masks, strict=True)
            ]
        return found


def expected_alpha(plug_in, layer, uses_selection, *, is_beside_opacity=True):
    """Return what the core finds for a layer, by pixels that are read here: floats, row by row."""
    from matte_core.link.fields import SubjectChoice
    from matte_core.link.protocol import Array
    from matte_core.link.requests import CutOutRequest

    width, height = layer.get_width(), layer.get_height()
    image = layer.get_image()
    eight = image.get_precision() in EIGHT_BIT
    data = stored(layer, "R'G'B' u8" if eight else "R'G'B' float")
    selection = None
    if uses_selection:
        _, left, top = layer.get_offsets()
        chosen = stored(image.get_selection(), "Y u8")
        across, down = image.get_width(), image.get_height()
        selection = bytes(
            chosen[(row + top) * across + column + left]
            if 0 <= row + top < down and 0 <= column + left < across
            else 0
            for row in range(height)
            for column in range(width)
        )
    arrays = {"image": Array("uint8" if eight else "float32", (height, width, 3), data)}
    if selection is not None:
        arrays["selection"] = Array("uint8", (height, width), selection)
    is_srgb = Babl.get_name(Babl.format_get_space(layer.get_format())) == "sRGB"
    if not is_srgb or image.get_precision() == Gimp.Precision.U8_LINEAR:
        own = stored(layer, own_format(layer, "R~G~B~ float"))
        arrays["colors"] = Array("float32", (height, width, 3), own)
    if layer.has_alpha():
        opacity = stored(layer, "A float")
        arrays["opacity"] = Array("float32", (height, width), opacity)
    choice = SubjectChoice("auto", str(NETWORK))
    request = CutOutRequest(**arrays, choice=choice, is_beside_opacity=is_beside_opacity)
    alpha = plug_in.worker.call(request).alpha
    return memoryview(alpha.data).cast("B").cast("f").tolist()


def _look_at_masks(_image, targets, expected, pixels, _after):
    for layer, alpha, (before, _) in zip(targets, expected, pixels, strict=True):
        is_same = stored(layer) == before or _holds_any(layer, targets)
        require(is_same, "the layer's pixels were changed")
        mask = layer.get_mask()
        require(mask is not None, "there is no mask")
        _look_at_mask(mask, layer, alpha)
    return {(layer.get_id(), what) for layer in targets for what in ("mask", "mask use")}


def _look_at_mask(mask, layer, alpha):
    size = mask.get_width(), mask.get_height()
    require(size == (layer.get_width(), layer.get_height()), f"the mask is {size}")
    require(mask.get_offsets() == layer.get_offsets(), "the mask lies elsewhere")
    _compare(alpha, floats(mask, "Y float"), _step(mask), "the mask")
    require(layer.get_apply_mask(), "the mask is not in use")
    if _step(mask) < STEP["u8"]:
        _require_depth(floats(mask, "Y float"))


def _require_depth(values):
    soft = [value * 255 for value in values if 0 < value < 1]
    finer = sum(abs(value - round(value)) > 0.01 for value in soft)
    require(len(soft) < 20 or finer > 0.5 * len(soft), "the alpha was cut to 8 bits")


def _look_at_selection(image, targets, expected, _pixels, _after):
    found = floats(image.get_selection(), "Y float")
    _compare(_on_canvas(image, targets, expected), found, _step(image.get_selection()), "it")
    return {("selection", "pixels")}


def _look_at_channels(image, targets, expected, _pixels, _after):
    channels = image.get_channels()
    made = channels[: len(targets)][::-1]
    for channel, layer, alpha in zip(made, targets, expected, strict=True):
        require(channel.get_name() == f"{layer.get_name()} matte", channel.get_name())
        name = Babl.format_get_encoding(channel.get_format()).split()[0]
        found = floats(channel, own_format(channel, f"{name} float"))
        _compare(_on_canvas(image, [layer], [alpha]), found, _step(channel), "the channel")
    new = {("channels", "order")}
    return new | {(item.get_id(), what) for item in made for what in ("pixels", "looks", "color")}


def _look_at_layers(image, targets, expected, pixels, after, look_below=None):
    """Look at the layer above each target; what is between the two, `look_below` looks at."""
    allowed = set()
    for layer, alpha, kept in zip(targets, expected, pixels, strict=True):
        is_same = stored(layer) == kept[0] or _holds_any(layer, targets)
        require(is_same, "the layer's pixels were changed")
        is_locked = layer.get_lock_visibility()
        require(layer.get_visible() == is_locked, "the original is still seen, or is not")
        parent = layer.get_parent()
        siblings = parent.get_children() if parent else image.get_layers()
        place = siblings.index(layer) - 1
        if look_below is not None:
            look_below(siblings[place], layer, *kept)
            allowed |= {key for key in after if key[0] == siblings[place].get_id()}
            place -= 1
        made = siblings[place]
        require(type(made) is Gimp.Layer, "the new layer is no plain one")
        require(made.get_name().startswith(f"{layer.get_name()} cut out"), made.get_name())
        require(made.get_offsets() == layer.get_offsets(), "the new layer lies elsewhere")
        require(_filters(made) == _filters(layer), "the new layer has other filters")
        own = floats(layer, "A float") if layer.has_alpha() else None
        if made.get_mask() is not None:
            _look_at_mask(made.get_mask(), made, alpha)
            if own:
                _compare(own, floats(made, "A float"), 0, "the transparency")
        else:
            both = [a * b for a, b in zip(alpha, own, strict=True)] if own else alpha
            _compare(both, floats(made, "A float"), 2 * _step(made), "the transparency")
        _look_at_colors(made, alpha, *kept)
        allowed |= {(parent.get_id() if parent else "top", "order"), (layer.get_id(), "looks")}
        allowed |= {key for key in after if key[0] == made.get_id()}
        allowed |= {
            (child.get_id(), "looks")
            for child in (layer.get_children() if layer.is_group() else [])
        }
    return allowed


def _look_at_background(behind, layer, before, _format_name):
    """The ground is what it was, and where the subject was is something else."""
    require(behind.get_name() == f"{layer.get_name()} background", behind.get_name())
    require(behind.get_offsets() == layer.get_offsets(), "the background lies elsewhere")
    after, row = stored(behind), len(before) // layer.get_height()
    middle = slice(len(before) // 2, len(before) // 2 + row)
    require(after[:row] == before[:row], "the ground has other bits")
    require(after[middle] != before[middle], "the subject is still there")


def _look_at_new_image(made, layer, alpha, kept):
    source = layer.get_image()
    require(made is not None, "there is no new image")
    require(made.get_precision() == source.get_precision(), "it is of another precision")
    (subject,) = made.get_layers()
    require(type(subject) is Gimp.Layer, "the subject is no plain layer")
    require(_filters(subject) == _filters(layer), "the subject has other filters")
    require(list(subject.get_offsets())[1:] == [0, 0], "the subject lies elsewhere")
    own = floats(layer, "A float") if layer.has_alpha() else None
    both = [a * b for a, b in zip(alpha, own, strict=True)] if own else alpha
    _compare(both, floats(subject, "A float"), 2 * _step(subject), "the transparency")
    if source.get_base_type() != Gimp.ImageBaseType.INDEXED:
        _look_at_colors(subject, alpha, *kept)


def _look_at_colors(made, alpha, before, format_name):
    """Solid pixels keep their bits; at the edge is the subject's color and not the ground's."""
    after, count = stored(made), len(alpha)
    size, old_size = len(after) // count, len(before) // count
    depth = Babl.format_get_bytes_per_pixel(made.get_format()) // Babl.format_get_n_components(
        made.get_format()
    )
    old_bands = Babl.format_get_n_components(Babl.format(format_name))
    bands = 1 if "Y" in format_name else min(old_bands, 3)
    width = bands * depth
    # Where the layer itself is transparent, nothing of the photo is left.
    seen = floats(made, "A float") if made.has_alpha() else [1.0] * count
    for index, value in enumerate(alpha):
        if value == 1 and seen[index] > 0:
            new = after[index * size : index * size + width]
            old = before[index * old_size : index * old_size + width]
            require(new == old, f"solid pixel {index} has other bits")
    if "R" not in format_name:
        return
    colors = floats(made, own_format(made, "R~G~B~ float"))
    middle = (made.get_height() // 2) * made.get_width() + made.get_width() // 2
    if alpha[middle] != 1:
        return
    wanted = colors[3 * middle : 3 * middle + 3]
    _require_gamut(made, alpha, middle)
    limit = 0.12 * max(1.0, *wanted)
    for index, value in enumerate(alpha):
        if 0.35 < value < 0.65:
            found = colors[3 * index : 3 * index + 3]
            worst = max(abs(a - b) for a, b in zip(found, wanted, strict=True))
            require(worst < limit, f"edge pixel {index} is {found}, the subject {wanted}")


def _require_gamut(made, alpha, middle):
    """A subject beyond sRGB stays so at its edge; cut to sRGB, no pixel of it would."""
    colors = floats(made, "R'G'B' float")
    most = [max(colors[3 * index : 3 * index + 3]) for index in range(len(alpha))]
    edge = [most[index] for index, value in enumerate(alpha) if 0.35 < value < 0.65]
    if most[middle] > 1.005 and edge:
        beyond = sum(value > 1.002 for value in edge) / len(edge)
        require(beyond > 0.3, f"only {beyond:.0%} of the edge is still beyond sRGB")


def _on_canvas(image, targets, expected):
    """Return the alphas where they lie on the canvas; the greatest where several do."""
    width, height = image.get_width(), image.get_height()
    canvas = [0.0] * (width * height)
    for layer, alpha in zip(targets, expected, strict=True):
        _, left, top = layer.get_offsets()
        across = layer.get_width()
        for row in range(max(top, 0), min(top + layer.get_height(), height)):
            for column in range(max(left, 0), min(left + across, width)):
                place = row * width + column
                value = alpha[(row - top) * across + column - left]
                canvas[place] = max(canvas[place], value)
    return canvas


def _compare(expected, found, step, what):
    require(len(expected) == len(found), f"{what} has {len(found)} pixels")
    worst = max(abs(a - b) for a, b in zip(expected, found, strict=True))
    limit = step * 1.01 + FINEST
    require(worst <= limit, f"{what} is off by {worst:.6f}, a step being {step:.6f}")


def _step(drawable):
    values = Babl.format_get_encoding(drawable.get_format()).split()[-1]
    return STEP.get(values, 0.0)


def _holds_any(group, layers):
    """Say whether a group holds one of the layers: what is done to that, it shows."""
    return any(layer.get_parent() == group for layer in layers)


def _filters(layer):
    return [
        (one.get_name(), one.get_operation_name(), one.get_config().get_property("std-dev-x"))
        for one in layer.get_filters()
    ]


def _is_group(key):
    layer = Gimp.Layer.get_by_id(key) if isinstance(key, int) else None
    return layer is not None and layer.is_group()


_LOOKS = {
    MASK: _look_at_masks,
    SELECTION: _look_at_selection,
    CHANNEL: _look_at_channels,
    NEW_LAYER: _look_at_layers,
    NEW_LAYER_MASK: _look_at_layers,
    EACH: _look_at_layers,
    WITH_BACKGROUND: partial(_look_at_layers, look_below=_look_at_background),
    WITH_SHADOW: _look_at_layers,  # on this dark ground there is none
}
