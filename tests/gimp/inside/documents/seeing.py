"""All that a person could see or lose of a document, key by key, so that changes have names."""

import hashlib

from gi.repository import Babl
from pictures import stored

LOOKS = (
    "name",
    "visible",
    "opacity",
    "mode",
    "composite_mode",
    "composite_space",
    "blend_space",
    "color_tag",
    "lock_alpha",
    "lock_content",
    "lock_position",
    "lock_visibility",
)


def digest(drawable):
    """Return a short text that changes when a pixel of the drawable does."""
    return hashlib.blake2b(stored(drawable), digest_size=12).hexdigest()


def snapshot(image):
    """Return the image's whole state: (item, what) to a value that can be compared."""
    profile = image.get_color_profile()
    floating = image.get_floating_sel()
    state = {
        ("image", "size"): (image.get_width(), image.get_height()),
        ("image", "kind"): (image.get_base_type(), image.get_precision()),
        ("image", "profile"): profile and profile.get_label(),
        ("image", "selected layers"): chosen(image.get_selected_layers()),
        ("image", "selected channels"): chosen(image.get_selected_channels()),
        ("image", "selected paths"): chosen(image.get_selected_paths()),
        ("image", "paths"): ids(image.get_paths()),
        ("image", "floating selection"): floating and floating.get_id(),
        ("image", "parasites"): tuple(image.get_parasite_list()),
        ("selection", "pixels"): digest(image.get_selection()),
        ("channels", "order"): ids(image.get_channels()),
    }
    for channel in image.get_channels():
        key = channel.get_id()
        state[key, "pixels"] = digest(channel)
        state[key, "looks"] = (channel.get_name(), channel.get_visible(), channel.get_opacity())
        state[key, "color"] = tuple(channel.get_color().get_rgba())
    _add_layers(state, "top", image.get_layers())
    return state


def _add_layers(state, parent, layers):
    state[parent, "order"] = ids(layers)
    for layer in layers:
        key = layer.get_id()
        state[key, "pixels"] = digest(layer)
        state[key, "format"] = Babl.get_name(layer.get_format())
        state[key, "place"] = tuple(layer.get_offsets()), layer.get_width(), layer.get_height()
        state[key, "looks"] = tuple(getattr(layer, f"get_{name}")() for name in LOOKS)
        state[key, "kind"] = type(layer).__name__
        state[key, "filters"] = tuple(
            (filter.get_id(), filter.get_name(), filter.get_visible())
            for filter in layer.get_filters()
        )
        state[key, "parasites"] = tuple(layer.get_parasite_list())
        mask = layer.get_mask()
        state[key, "mask"] = mask and (mask.get_id(), digest(mask))
        state[key, "mask use"] = mask and (
            layer.get_apply_mask(),
            layer.get_edit_mask(),
            layer.get_show_mask(),
        )
        if layer.is_group():
            _add_layers(state, key, layer.get_children())


def ids(items):
    """Return the numbers of items, in their order."""
    return tuple(item.get_id() for item in items)


def chosen(items):
    """Return the numbers of items that are selected, which have no order."""
    return tuple(sorted(ids(items)))


def changes(before, after):
    """Return the keys whose values differ, those that are gone or new among them."""
    return {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
