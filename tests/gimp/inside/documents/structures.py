"""Documents that differ in what their layers are, and in what state. Runs in GIMP."""

import gi

gi.require_version("Gegl", "0.4")
from gi.repository import Gegl, Gimp, Gio
from pictures import RGB, SIDE, new_layer, paint, photo, put

REPLACE = Gimp.ChannelOps.REPLACE


def in_group(*, at=(0, 0), opacity=100.0):
    """The picture in a group, above a plain layer."""
    image, layer = photo(canvas=(70, 60), at=at)
    group = Gimp.GroupLayer.new(image, "Group")
    image.insert_layer(group, None, 0)
    image.reorder_item(layer, group, 0)
    group.set_opacity(opacity)
    below = new_layer(image, "Below", (70, 60))
    below.fill(Gimp.FillType.WHITE)
    image.insert_layer(below, None, 1)
    image.set_selected_layers([layer])
    return image, [layer]


def in_nested_groups():
    image, (layer,) = in_group(at=(12, -9))
    outer = Gimp.GroupLayer.new(image, "Outer")
    image.insert_layer(outer, None, 0)
    image.reorder_item(layer.get_parent(), outer, 0)
    image.set_selected_layers([layer])
    return image, [layer]


def a_group(mode=None):
    image, (layer,) = in_group(at=(10, 5))
    group = layer.get_parent()
    if mode is not None:
        group.set_mode(mode)
    image.set_selected_layers([group])
    return image, [group]


def an_empty_group():
    image, _ = photo()
    group = Gimp.GroupLayer.new(image, "Empty")
    image.insert_layer(group, None, 0)
    image.set_selected_layers([group])
    return image, [group]


def a_text_layer():
    image = Gimp.Image.new(90, 70, RGB)
    Gimp.context_push()
    Gimp.context_set_foreground(Gegl.Color.new("rgb(0.95,0.9,0.5)"))
    font = Gimp.context_get_font()
    layer = Gimp.TextLayer.new(image, "Matte", font, 28, Gimp.Unit.pixel())
    image.insert_layer(layer, None, 0)
    layer.set_offsets(5, 10)
    Gimp.context_pop()
    image.set_selected_layers([layer])
    return image, [layer]


def a_link_layer():
    if not hasattr(Gimp, "LinkLayer"):
        return None
    source, _ = photo()
    file = Gio.File.new_for_path("/mnt/scratch/linked.png")
    Gimp.file_save(Gimp.RunMode.NONINTERACTIVE, source, file, None)
    source.delete()
    image = Gimp.Image.new(80, 60, RGB)
    layer = Gimp.LinkLayer.new(image, file)
    image.insert_layer(layer, None, 0)
    layer.set_offsets(8, 6)
    image.set_selected_layers([layer])
    return image, [layer]


def a_vector_layer():
    if not hasattr(Gimp, "VectorLayer"):
        return None
    image = Gimp.Image.new(64, 64, RGB)
    path = Gimp.Path.new(image, "Oval")
    image.insert_path(path, None, 0)
    path.bezier_stroke_new_ellipse(32, 32, 20, 14, 0)
    layer = Gimp.VectorLayer.new(image, path)
    image.insert_layer(layer, None, 0)
    layer.set_enable_fill(True)
    layer.set_fill_color(Gegl.Color.new("rgb(0.95,0.9,0.5)"))
    layer.refresh()
    image.set_selected_layers([layer])
    return image, [layer]


def a_floating_selection(*, below=False):
    """A part of the picture, lifted off it; or the layer that it was lifted from."""
    image, layer = photo()
    image.select_rectangle(REPLACE, 4, 4, 40, 40)
    floating = Gimp.Selection.float(image, [layer], 3, 2)
    return image, [layer if below else floating]


def several(*, in_groups=False):
    image, layer = photo(canvas=(80, 60))
    second = new_layer(image, "Second", (40, 44), has_alpha=True)
    parent = None
    if in_groups:
        parent = Gimp.GroupLayer.new(image, "Group")
        image.insert_layer(parent, None, 0)
    image.insert_layer(second, parent, 0)
    second.set_offsets(30, -10)
    paint(second)
    chosen = [layer, second, *([parent] if parent else [])]
    image.set_selected_layers(chosen)
    return image, chosen


def changed_by(change, **options):
    """Return a builder of the picture with something done to its layer."""

    def build():
        image, layer = photo(**options)
        change(image, layer)
        image.set_selected_layers([layer])
        return image, [layer]

    return build


def with_hole(image, layer):
    image.select_rectangle(REPLACE, 20, 20, 6, 6)
    layer.edit_clear()
    Gimp.Selection.none(image)


def with_veil(image, layer):
    """Half transparent to the right."""
    mask = layer.create_mask(Gimp.AddMaskType.WHITE)
    put(mask, "Y float", [1.0 if i % SIDE < 24 else 0.5 for i in range(SIDE * SIDE)])
    layer.add_mask(mask)
    layer.remove_mask(Gimp.MaskApplyMode.APPLY)


def nothing_visible(_image, layer):
    layer.fill(Gimp.FillType.TRANSPARENT)


def one_color(_image, layer):
    buffer = layer.get_buffer()  # a colorful one: its channels differ from one another
    buffer.set_color(Gegl.Rectangle.new(0, 0, SIDE, SIDE), Gegl.Color.new("crimson"))
    buffer.flush()
    layer.update(0, 0, SIDE, SIDE)


def no_numbers(_image, layer):
    """Values that are no colors: not a number, infinite, below black."""
    data = layer.get_buffer().get(
        Gegl.Rectangle.new(0, 0, SIDE, SIDE), 1.0, "RGB float", Gegl.AbyssPolicy.NONE
    )
    values = list(memoryview(data).cast("f"))
    for place, value in (
        (30, float("nan")),
        (982, float("inf")),
        (1082, -3.0),
        (1180, float("nan")),
    ):
        values[3 * place : 3 * place + 3] = [value] * 3
    put(layer, "RGB float", values)


def with_filter(_image, layer, amount=2.0):
    filter = Gimp.DrawableFilter.new(layer, "gegl:gaussian-blur", "Soft")
    filter.get_config().set_property("std-dev-x", amount)
    filter.get_config().set_property("std-dev-y", 2.0)
    layer.append_filter(filter)
    filter.update()


def filtered_group():
    image, (group,) = a_group()
    with_filter(image, group)
    with_filter(image, group, 0.7)
    return image, [group]


def locked(name):
    return lambda _image, layer: getattr(layer, f"set_lock_{name}")(True)


def in_locked_group(name):
    def build():
        image, (layer,) = in_group()
        getattr(layer.get_parent(), f"set_lock_{name}")(True)
        return image, [layer]

    return build


def hidden(_image, layer):
    layer.set_visible(False)


def mixed_in(_image, layer):
    layer.set_mode(Gimp.LayerMode.MULTIPLY)
    layer.set_opacity(40)


def with_mask(change=None, base=RGB, precision=None):
    """Return a builder of the picture with a mask that hides its left half and veils a stripe."""

    def build():
        options = {} if precision is None else {"precision": precision}
        image, layer = photo(base=base, canvas=(60, 60), at=(5, 7), **options)
        add_mask(layer)
        if change is not None:
            change(layer)
        image.set_selected_layers([layer])
        return image, [layer]

    return build


def add_mask(layer):
    mask = layer.create_mask(Gimp.AddMaskType.WHITE)
    width, height = mask.get_width(), mask.get_height()
    row = [0.0 if x < width // 3 else 0.4 if x < width // 2 else 1.0 for x in range(width)]
    put(mask, "Y float", row * height)
    layer.add_mask(mask)
    layer.set_edit_mask(False)


def masked_group():
    image, (group,) = a_group()
    add_mask(group)
    return image, [group]


def with_channel():
    image, layer = photo()
    channel = Gimp.Channel.new(image, "Mine", SIDE, SIDE, 100, Gegl.Color.new("red"))
    image.insert_channel(channel, None, 0)
    put(channel, "Y float", [0.3] * SIDE * SIDE)
    image.set_selected_channels([channel])
    return image, layer, channel


def a_channel():
    image, _, channel = with_channel()
    return image, [channel]


def layer_with_a_selected_channel():
    image, layer, _ = with_channel()
    return image, [layer]


def a_mask():
    image, (layer,) = with_mask()()
    layer.set_edit_mask(True)
    return image, [layer.get_mask()], [layer]


def the_selection():
    image, _ = photo()
    image.select_rectangle(REPLACE, 4, 4, 30, 30)
    return image, [image.get_selection()]


def nothing():
    image, _ = photo()
    image.set_selected_layers([])
    return image, []


def with_path():
    image, layer = photo()
    path = Gimp.Path.new(image, "Path")
    image.insert_path(path, None, 0)
    path.bezier_stroke_new_ellipse(20, 20, 10, 10, 0)
    image.set_selected_paths([path])
    return image, [layer]


def selected(left, top, width, height, feather=0.0, **options):
    """Return a builder of the picture with a rectangle selected."""

    def build():
        image, layer = photo(canvas=(64, 56), at=(6, 4), **options)
        image.select_rectangle(REPLACE, left, top, width, height)
        if feather:
            Gimp.Selection.feather(image, feather)
        return image, [layer]

    return build


DEEP = Gimp.Precision.U16_NON_LINEAR
FLOAT = Gimp.Precision.FLOAT_LINEAR
GRAY_BASE = Gimp.ImageBaseType.GRAY

KINDS = {
    "a layer in a group": in_group,
    "a layer in a half-transparent group": lambda: in_group(opacity=50.0),
    "a layer in nested groups": in_nested_groups,
    "a group": a_group,
    "a pass-through group": lambda: a_group(Gimp.LayerMode.PASS_THROUGH),
    "an empty group": an_empty_group,
    "a text layer": a_text_layer,
    "a link layer": a_link_layer,
    "a vector layer": a_vector_layer,
    "a floating selection": a_floating_selection,
    "the layer below a floating selection": lambda: a_floating_selection(below=True),
}
STATES = {
    "with a hole": changed_by(with_hole, has_alpha=True),
    "partly transparent": changed_by(with_veil, has_alpha=True),
    "partly transparent, 16-bit": changed_by(with_veil, has_alpha=True, precision=DEEP),
    "completely transparent": changed_by(nothing_visible, has_alpha=True),
    "all one color": changed_by(one_color),
    "values that are not numbers": changed_by(no_numbers, precision=FLOAT),
    "pixels locked": changed_by(locked("content")),
    "position locked": changed_by(locked("position")),
    "alpha locked": changed_by(locked("alpha"), has_alpha=True),
    "visibility locked": changed_by(locked("visibility")),
    "in a group with locked pixels": in_locked_group("content"),
    "in a group with locked position": in_locked_group("position"),
    "hidden": changed_by(hidden),
    "in multiply mode at 40% opacity": changed_by(mixed_in),
    "with a filter": changed_by(with_filter),
    "with a filter, 16-bit with alpha": changed_by(with_filter, has_alpha=True, precision=DEEP),
    "a group with a filter": filtered_group,
}
SELECTED = {
    "two layers": several,
    "two layers and a group": lambda: several(in_groups=True),
    "a channel": a_channel,
    "a layer's mask": a_mask,
    "the selection itself": the_selection,
    "nothing": nothing,
    "a layer, while a channel is active": layer_with_a_selected_channel,
    "a layer and a path": with_path,
}
MASKS = {
    "enabled": with_mask(),
    "disabled": with_mask(lambda layer: layer.set_apply_mask(False)),
    "being edited": with_mask(lambda layer: layer.set_edit_mask(True)),
    "shown": with_mask(lambda layer: layer.set_show_mask(True)),
    "16-bit": with_mask(precision=DEEP),
    "on gray, float": with_mask(base=GRAY_BASE, precision=FLOAT),
    "on a group": masked_group,
}
SELECTIONS = {
    "a rectangle beside the subject": selected(0, 0, 12, 12),
    "a feathered selection": selected(10, 10, 30, 30, 12.0),
    "a feathered selection, 16-bit": selected(10, 10, 30, 30, 12.0, precision=DEEP),
}
HINTS = {
    "subject inside the selection": selected(10, 8, 40, 40),
    "subject inside a feathered selection": selected(10, 8, 40, 40, 8.0),
    "selection that does not touch the layer": selected(60, 52, 3, 3),
}
