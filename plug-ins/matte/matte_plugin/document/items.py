"""Layers and channels as items of an image: which are meant, one undo step, and our own tags.

A tag says what made an item, so that it is found again, also after saving as XCF: a parasite that
is saved with the item and takes part in undo. The photo it belongs to is named by an identity that
the photo is given as a parasite too, which its copies share, and by its tattoo, the number that is
the layer's own but that a duplicated image deals out anew.
"""

import json
import uuid
from contextlib import contextmanager

import gi

gi.require_version("Gimp", "3.0")
from gi.repository import Gimp

from matte_core.base.errors import InputError
from matte_core.base.localization import _
from matte_plugin.document import pixels

_PARASITE, _IDENTITY = "matte-for-gimp", "matte-for-gimp-photo"
_PERSISTENT, _UNDOABLE = 1, 2


def layers_of(drawables):
    """Return the layers that an action was called on; a layer mask stands for its layer.

    Raises
    ------
    InputError
        If there is none, or one of them is a channel or a floating selection.
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
    """Refuse a layer that lies beyond the canvas, where selections and channels end.

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
    """Return every layer of an image, from top to bottom, those in groups too."""
    found = []

    def collect(layers):
        for layer in layers:
            found.append(layer)
            if layer.is_group():
                collect(layer.get_children())

    collect(image.get_layers())
    return found


def is_in_locked_group(layer):
    """Say whether the pixels of a group that a layer lies in, at any depth, are locked."""
    group = layer.get_parent()
    while group is not None:
        if group.get_lock_content():
            return True
        group = group.get_parent()
    return False


def hide(layer):
    """Hide a layer; one whose visibility is locked GIMP lets be seen, and so a person is told."""
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
    """Make all that happens inside one step of undo, with the selected items as before."""
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
    """Take our parasites off an item, a copy for one, that has them from another."""
    for name in (_PARASITE, _IDENTITY):
        if item.get_parasite(name) is not None:
            item.detach_parasite(name)


def tag_of(item):
    """Return what is written down about an item; empty where it is none of ours."""
    try:
        facts = json.loads(_read(item, _PARASITE) or "{}")
    except ValueError:
        return {}  # another program's, or damaged: not ours
    return facts if isinstance(facts, dict) else {}


def tag_result(item, maker, output, photo=None):
    """Tag a finished result, with a digest by which later work on it is noticed.

    A mask needs no photo: it is its layer's.
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
    """Return the layers that a tagged item may belong to: one, or several copies of it."""
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
    """Say whether an item is a result of `maker` for a photo that nobody has worked on since."""
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
