"""A photo with a trimap, and painting on it: for the checks. Runs in GIMP."""

from document_tools import (
    TRIMAP,
    disc,
    select_disc,
    succeed,
)
from gi.repository import Gegl, Gimp


def with_trimap(kind=Gimp.ImageBaseType.RGB, **arguments):
    """Open the disc with a trimap of a selection of it; return image, photo and trimap."""
    image, layer = disc(kind=kind)
    select_disc(image)
    arguments = {"source": "selection", "trimap_width": 6.0, **arguments}
    succeed(image, [layer], name=TRIMAP, **arguments)
    Gimp.Selection.none(image)
    return image, layer, image.get_layers()[0]


def paint(trimap, gray, left, top, width, height):
    """Paint a rectangle of a trimap with GIMP's own tools."""
    image = trimap.get_image()
    image.select_rectangle(Gimp.ChannelOps.REPLACE, left, top, width, height)
    Gimp.context_push()
    Gimp.context_set_foreground(Gegl.Color.new(gray))
    trimap.edit_fill(Gimp.FillType.FOREGROUND)
    Gimp.context_pop()
    Gimp.Selection.none(image)
