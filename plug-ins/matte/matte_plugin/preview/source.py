"""What a preview is made from: a layer, reduced, and its parts in full."""

import math

import gi

gi.require_version("Gimp", "3.0")
from gi.repository import Gimp

from matte_core.link.preview_thread import Wanted
from matte_core.link.protocol import Array
from matte_plugin.document import pixels, reading
from matte_plugin.document.thumbnails import thumbnail

PREVIEW_PIXELS = 400_000


class LayerSource:
    """A layer, with the selection over it or a painted trimap.

    Parameters
    ----------
    layer : Gimp.Layer
    trimap : Gimp.Drawable, optional
    """

    def __init__(self, layer, trimap=None):
        self._layer = layer
        self._trimap = trimap
        self.width, self.height = layer.get_width(), layer.get_height()
        self.scale = min(1.0, math.sqrt(PREVIEW_PIXELS / (self.width * self.height)))

    @property
    def layer(self):
        """The layer."""
        return self._layer

    @property
    def has_parts(self):
        """Whether there is something to choose from: a painted trimap says it all."""
        return self._trimap is None

    def glimpse(self):
        """Return the picture as GIMP shows it, (h, w, 3) uint8: to be seen, not computed with."""
        return thumbnail(self._layer, round(self.scale * max(self.width, self.height)))

    def opening(self):
        """Return the call that gives a worker the reduced picture."""
        colors, width, height = pixels.read_reduced(
            self._layer, 0, 0, self.width, self.height, self.scale, "R'G'B' u8"
        )
        arrays = {"image": Array("uint8", (height, width, 3), colors)}
        params = {}
        if self._trimap is not None:
            painted, params["box"] = reading.read_trimap(
                self._trimap, self._layer, scale=self.scale
            )
            arrays["trimap"] = painted
        elif not Gimp.Selection.is_empty(self._layer.get_image()):
            _, left, top = self._layer.get_offsets()
            selection = self._layer.get_image().get_selection()
            found, width, height = pixels.read_reduced(
                selection, left, top, self.width, self.height, self.scale, "Y u8"
            )
            arrays["selection"] = Array("uint8", (height, width), found)
        return Wanted("preview_open", params, arrays)

    def detail(self, left, top, width, height, params):
        """Return the call that asks for a part of the picture in full."""
        colors = pixels.read(self._layer, left, top, width, height, "R'G'B' u8")
        arrays = {"image": Array("uint8", (height, width, 3), colors)}
        params = {
            **params,
            "part": [
                top / self.height,
                left / self.width,
                (top + height) / self.height,
                (left + width) / self.width,
            ],
        }
        if self._trimap is not None:
            region = (left, top, width, height)
            painted, params["box"] = reading.read_trimap(self._trimap, self._layer, region)
            arrays["trimap"] = painted
        return Wanted("preview_detail", params, arrays)

    def background(self):
        """Return GIMP's background color, [red, green, blue] in 0 to 255, sRGB."""
        red, green, blue, _ = Gimp.context_get_background().get_rgba()
        return [round(min(max(band, 0.0), 1.0) * 255) for band in (red, green, blue)]
