"""Thumbnails of images and layers, which GIMP makes quickly from what it has rendered."""

from gi.repository import Gimp

from matte_core.link.protocol import Array

MOST_PX = 1024  # the longer side; GIMP's own limit


def thumbnail(item, most_px=MOST_PX):
    """Return a thumbnail of an image or a layer, on a checkerboard where it is transparent.

    Parameters
    ----------
    item : Gimp.Image or Gimp.Drawable
    most_px : int
        The maximum length of the longer side.

    Returns
    -------
    Array, (h, w, 3) uint8
    """
    longest = max(item.get_width(), item.get_height())
    scale = min(1.0, min(most_px, MOST_PX) / longest)
    width, height = (max(1, round(side * scale)) for side in (item.get_width(), item.get_height()))
    found = item.get_thumbnail(width, height, Gimp.PixbufTransparency.SMALL_CHECKS)
    width, height, bands = found.get_width(), found.get_height(), found.get_n_channels()
    stored, stride = found.get_pixels(), found.get_rowstride()
    rows = b"".join(stored[row * stride :][: width * bands] for row in range(height))
    colors = bytearray(3 * width * height)
    for band in range(3):
        colors[band::3] = rows[band::bands]
    return Array("uint8", (height, width, 3), bytes(colors))
