"""Layers and channels as items of an image: selection, undo steps, and our own tags.

A tag is a parasite that records what created an item. It is saved in XCF files and takes part in
undo. It identifies the photo that the item belongs to in two ways: by an ID, stored as a parasite
of the photo and shared by its copies; and by the photo's tattoo, which is unique in the image but
assigned anew when an image is duplicated.
"""

import json
import uuid
from contextlib import contextmanager

from gi.repository import Gimp

from matte_core.base.errors import InputError
from matte_core.base.localization import _
from matte_plugin.document import pixels

_PARASITE, _IDENTITY = "matte-for-gimp", "matte-for-gimp-photo"
_PERSISTENT, _UNDOABLE = 1, 2


def layers_of(drawables):
    """Return the layers that an action was called on; a layer mask counts as its layer.

    Raises
    ------
    InputError
        If there are none, or one is a channel or a floating selection.
    """
    layers = []
    for drawable in drawables:
        if isinstance(drawable, Gimp.LayerMask):
            drawable = Gimp.Layer.from_mask(drawable)
        if not isinstance(drawable, Gimp.Layer):
            raise InputError(
                _("“{name}” is a channel, not a layer.").format(name=drawable.get_name()),
                _("Select the layer that contains the photo."),
            )
        if drawable.is_floating_sel():
            raise InputError(
                _("“{name}” is a floating selection.").format(name=drawable.get_name()),
                _("Anchor it or turn it into a layer (Layer > To New Layer), then try again."),
            )
        if drawable not in layers:
            layers.append(drawable)
    if not layers:
        raise InputError(_("No layer is selected."), _("Select the layer that contains the photo."))
    return layers


def check_on_canvas(layer):
    """Refuse a layer outside the canvas, to which selections and channels are limited.

    Raises
    ------
    InputError
        If no pixel of it is on the canvas.
    """
    image = layer.get_image()
    _found, left, top = layer.get_offsets()
    is_across = left < image.get_width() and left + layer.get_width() > 0
    is_down = top < image.get_height() and top + layer.get_height() > 0
    if not (is_across and is_down):
        raise InputError(
            _("“{name}” is completely outside the canvas.").format(name=layer.get_name()),
            _(
                "Choose a layer mask or a new layer as the output, or move the layer onto the "
                "canvas."
            ),
        )


def all_layers(image):
    """Return every layer of an image from top to bottom, including those in groups."""
    found = []

    def collect(layers):
        for layer in layers:
            found.append(layer)
            if layer.is_group():
                collect(layer.get_children())

    collect(image.get_layers())
    return found


def is_in_locked_group(layer):
    """Return whether a layer is in a group with locked pixels, at any depth."""
    group = layer.get_parent()
    while group is not None:
        if group.get_lock_content():
            return True
        group = group.get_parent()
    return False


def hide(layer):
    """Hide a layer, or tell the user if its visibility is locked."""
    if layer.get_lock_visibility():
        words = _("“{name}” is still visible: its visibility is locked.")
        Gimp.message(words.format(name=layer.get_name()))
    else:
        layer.set_visible(False)


def siblings(layer):
    """Return the layers of the same group or image, from top to bottom."""
    parent = layer.get_parent()
    return parent.get_children() if parent is not None else layer.get_image().get_layers()


@contextmanager
def one_undo_step(image):
    """Group all changes into one undo step, and keep the selected items."""
    layers, channels = image.get_selected_layers(), image.get_selected_channels()
    paths = image.get_selected_paths()
    image.undo_group_start()
    try:
        yield
        layers = [layer for layer in layers if layer.is_valid()]
        channels = [channel for channel in channels if channel.is_valid()]
        if channels:
            image.set_selected_channels(channels)
        elif layers:
            image.set_selected_layers(layers)
        if paths:
            image.set_selected_paths(paths)
    finally:
        image.undo_group_end()


def untag(item):
    """Remove our parasites from an item, such as a copy that inherited them."""
    for name in (_PARASITE, _IDENTITY):
        if item.get_parasite(name) is not None:
            item.detach_parasite(name)


def tag_of(item):
    """Return the tag of an item; empty if it is not one of ours."""
    try:
        facts = json.loads(_read(item, _PARASITE) or "{}")
    except ValueError:
        return {}  # damaged, or from another program
    return facts if isinstance(facts, dict) else {}


def tag_result(item, maker, output, photo=None):
    """Tag a finished result, with a digest that reveals later edits.

    A mask needs no photo, as it belongs to its layer.
    """
    facts = {"maker": maker, "output": output, "digest": pixels.digest(*_planes(item))}
    if photo is not None:
        identity = _read(photo, _IDENTITY)
        if identity is None:
            identity = uuid.uuid4().hex
            _attach(photo, _IDENTITY, identity)
        facts |= {"photo": identity, "tattoo": photo.get_tattoo()}
    _attach(item, _PARASITE, json.dumps(facts))


def photos_of(item):
    """Return the layers that a tagged item may belong to: the photo, or several copies of it."""
    facts = tag_of(item)
    if not facts.get("photo"):
        return []
    found = [
        layer
        for layer in all_layers(item.get_image())
        if layer != item and _read(layer, _IDENTITY) == facts["photo"]
    ]
    exact = [layer for layer in found if layer.get_tattoo() == facts.get("tattoo")]
    return exact or found


def is_own(item, maker, output, photo=None):
    """Return whether an item is a result of `maker` for a photo and has not been edited since."""
    facts = tag_of(item)
    return (
        facts.get("maker") == maker
        and facts.get("output") == output
        and (photo is None or photo in photos_of(item))
        and facts.get("digest") == pixels.digest(*_planes(item))
    )


def _attach(item, name, text):
    item.attach_parasite(Gimp.Parasite.new(name, _PERSISTENT | _UNDOABLE, text.encode()))


def _read(item, name):
    parasite = item.get_parasite(name)
    return None if parasite is None else bytes(parasite.get_data()).decode(errors="replace")


def _planes(item):
    mask = item.get_mask() if isinstance(item, Gimp.Layer) else None
    return [item] if mask is None else [item, mask]
