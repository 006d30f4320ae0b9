"""The layer of a preview: reduced as a whole, and its regions at full size."""

import math

from gi.repository import Gimp

from matte_core.link.fields import Region
from matte_core.link.preview_requests import PreviewDetailRequest, PreviewOpenRequest
from matte_core.link.protocol import Array
from matte_plugin.document import pixels, reading

PREVIEW_PIXELS = 400_000


class LayerSource:
    """A layer, with the selection over it or a painted trimap.

    Parameters
    ----------
    layer : Gimp.Layer
    trimap : Gimp.Drawable, optional
    is_one_of_several : bool
        Whether the action is run on further layers, which are not shown.
    """

    def __init__(self, layer, trimap=None, *, is_one_of_several=False):
        self._layer = layer
        self._trimap = trimap
        self.is_one_of_several = is_one_of_several
        self.width, self.height = layer.get_width(), layer.get_height()
        self.scale = min(1.0, math.sqrt(PREVIEW_PIXELS / (self.width * self.height)))

    @property
    def layer(self):
        """The layer."""
        return self._layer

    @property
    def has_parts(self):
        """Whether there are parts to choose from; with a painted trimap there are none."""
        return self._trimap is None

    def opening(self):
        """Return the request that gives a worker the reduced image."""
        colors, width, height = pixels.read_reduced(
            self._layer, 0, 0, self.width, self.height, self.scale, "R'G'B' u8"
        )
        image = Array("uint8", (height, width, 3), colors)
        size = (self.height, self.width)
        opacity = None
        if self._layer.has_alpha():
            own, _, _ = pixels.read_reduced(
                self._layer, 0, 0, self.width, self.height, self.scale, "A float"
            )
            opacity = Array("float32", (height, width), own)
        shared = {"image": image, "opacity": opacity, "full_size": size}
        if self._trimap is not None:
            painted, box = reading.read_trimap(self._trimap, self._layer, scale=self.scale)
            return PreviewOpenRequest(**shared, trimap=painted, trimap_box=box)
        selection = None
        if not Gimp.Selection.is_empty(self._layer.get_image()):
            _, left, top = self._layer.get_offsets()
            read, width, height = pixels.read_reduced(
                self._layer.get_image().get_selection(),
                left,
                top,
                self.width,
                self.height,
                self.scale,
                "Y u8",
            )
            selection = Array("uint8", (height, width), read)
        return PreviewOpenRequest(**shared, selection=selection)

    def part(self, region):
        """Return left, top, width, and height of a region, in pixels of the layer."""
        left, right = round(region.left * self.width), round(region.right * self.width)
        top, bottom = round(region.top * self.height), round(region.bottom * self.height)
        return left, top, right - left, bottom - top

    def detail(self, part, scale, settings, edge):
        """Return the request for a view of a part, reduced by a scale of at most 1.

        Parameters
        ----------
        part : (left, top, width, height)
        scale : float
        settings : ViewSettings
            For the reduced image as a whole.
        edge : EdgeControls
            For this scale.
        """
        left, top, width, height = part
        colors, columns, rows = pixels.read_reduced(
            self._layer, left, top, width, height, scale, "R'G'B' u8"
        )
        painted, box = None, None
        if self._trimap is not None:
            painted, box = reading.read_trimap(self._trimap, self._layer, part, scale)
        return PreviewDetailRequest(
            image=Array("uint8", (rows, columns, 3), colors),
            region=Region(
                top / self.height,
                left / self.width,
                (top + height) / self.height,
                (left + width) / self.width,
            ),
            settings=settings,
            edge=edge,
            trimap=painted,
            trimap_box=box,
        )

    def background(self):
        """Return GIMP's background color: red, green and blue, 0 to 255, sRGB."""
        red, green, blue, _ = Gimp.context_get_background().get_rgba()
        return tuple(round(min(max(band, 0.0), 1.0) * 255) for band in (red, green, blue))
