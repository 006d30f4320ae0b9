"""Notices when a layer was edited, or its image closed, while the worker was computing.

GIMP lets the user continue to work while a plug-in computes. A result computed from a layer that
has changed since must not overwrite that work.
"""

from gi.repository import Gimp

from matte_core.base.errors import InputError
from matte_core.base.messages import Message
from matte_plugin.document import pixels


class Witness:
    """Remembers the state of drawables.

    Parameters
    ----------
    drawables : sequence of Gimp.Drawable
        A layer's mask counts as part of it.
    """

    def __init__(self, drawables):
        self._seen = [(item, item.get_name(), _state(item)) for item in drawables]

    def check(self):
        """Compare the drawables with their remembered state.

        Raises
        ------
        InputError
            If one of them was deleted or changed.
        """
        for item, name, state in self._seen:
            if not item.is_valid() or not item.get_image().is_valid():
                raise InputError(
                    Message(
                        "“{name}” was deleted, or its image was closed, while Matte was working.",
                        name=name,
                    ),
                    Message("Nothing was changed."),
                )
            if _state(item) != state:
                raise InputError(
                    Message("“{name}” was changed while Matte was working.", name=name),
                    Message(
                        "Nothing else was changed. Run the action again to use the layer as it is "
                        "now."
                    ),
                )


def _state(item):
    mask = item.get_mask() if isinstance(item, Gimp.Layer) else None
    return (
        item.get_image().get_id(),
        tuple(item.get_offsets())[1:],
        None if mask is None else pixels.digest(mask),
        pixels.digest(item),
    )
