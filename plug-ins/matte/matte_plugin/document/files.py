"""Opens and exports image files with GIMP's own loaders and exporters."""

import os
import re
import secrets
from contextlib import contextmanager

from gi.repository import Gimp, Gio, GLib

from matte_core.base.errors import FileError
from matte_core.base.localization import _

PNG, TIFF, WEBP, XCF = "png", "tiff", "webp", "xcf"
EXTENSIONS = {PNG: ".png", TIFF: ".tif", WEBP: ".webp", XCF: ".xcf"}
# By default, an export from a script omits the color profile and the metadata.
_ALONG = {
    "include-exif": True,
    "include-iptc": True,
    "include-xmp": True,
    "include-color-profile": True,
    "include-thumbnail": False,
}
_METADATA = ("include-exif", "include-iptc", "include-xmp")
_EXPORTS = {
    # With the colors under transparent pixels: beside the edge they are the subject's.
    PNG: (
        "file-png-export",
        {**_ALONG, "compression": 6, "bkgd": False, "save-transparent": True},
    ),
    TIFF: ("file-tiff-export", {**_ALONG, "compression": "adobe_deflate"}),
    WEBP: ("file-webp-export", {**_ALONG, "use-sharp-yuv": True}),
    XCF: ("gimp-xcf-save", {}),
}

# As text, because not every GIMP's Python knows the base class of Metadata.
_ORIENTATION = re.compile(r'(<tag name="(?:Exif\.Image|Xmp\.tiff)\.Orientation">)([1-8])')
# The turns and flips for each value of the orientation.
_UPRIGHT = {
    "2": (Gimp.OrientationType.HORIZONTAL,),
    "3": (Gimp.RotationType.DEGREES180,),
    "4": (Gimp.OrientationType.VERTICAL,),
    "5": (Gimp.RotationType.DEGREES90, Gimp.OrientationType.HORIZONTAL),
    "6": (Gimp.RotationType.DEGREES90,),
    "7": (Gimp.RotationType.DEGREES90, Gimp.OrientationType.VERTICAL),
    "8": (Gimp.RotationType.DEGREES270,),
}


@contextmanager
def opened(path):
    """Open an image as a single layer of its visible content, and close it again.

    Raises
    ------
    FileError
        If GIMP cannot open it; contains GIMP's reason.
    """
    image = _load(path)
    try:
        image.undo_disable()
        _turn_upright(image)
        if image.get_base_type() == Gimp.ImageBaseType.INDEXED:
            image.convert_rgb()
        yield _one_layer(image)
    finally:
        image.delete()


def _load(path):
    try:
        image = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, Gio.File.new_for_path(str(path)))
    except GLib.Error as error:
        raise FileError(_("GIMP cannot open this file: {why}").format(why=error.message)) from error
    if image is None:  # GIMP 3.0 shows the reason to the user, but not to a plug-in
        raise FileError(
            _("GIMP cannot open this file: it is damaged, or its format is not supported.")
        )
    return image


def _turn_upright(image):
    """Rotate a photo by its Exif orientation, which GIMP does only in interactive mode."""
    metadata = image.get_metadata()
    facts = "" if metadata is None else metadata.serialize()
    found = _ORIENTATION.search(facts)
    for turn in _UPRIGHT.get(found[2], ()) if found else ():
        if isinstance(turn, Gimp.RotationType):
            image.rotate(turn)
        else:
            image.flip(turn)
    if found:
        image.set_metadata(Gimp.Metadata.deserialize(_ORIENTATION.sub(r"\g<1>1", facts)))


def _one_layer(image):
    layers = image.get_layers()
    if len(layers) == 1 and type(layers[0]) is Gimp.Layer and layers[0].get_mask() is None:
        return layers[0]
    visible = Gimp.Layer.new_from_visible(image, image, layers[0].get_name() if layers else "")
    for layer in layers:
        image.remove_layer(layer)
    image.insert_layer(visible, None, 0)
    return visible


def export(image, path, kind, *, with_metadata=True):
    """Export an image, completely or not at all.

    Parameters
    ----------
    image : Gimp.Image
    path : Path
        Its folder is created if necessary; an existing file is replaced.
    kind : str
        One of `EXTENSIONS`.
    with_metadata : bool
        Whether to write Exif, IPTC, and XMP data.

    Raises
    ------
    FileError
        If it cannot be written; nothing is left behind.
    """
    part = path.with_name(f".{path.stem[:100]}.{secrets.token_hex(4)}.part{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            _write(image, part, kind, with_metadata)
            os.replace(part, path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise FileError(
            _("{file} cannot be written: {why}.").format(file=path, why=error.strerror or error),
            _("Choose another folder for the results."),
        ) from error


def _write(image, path, kind, with_metadata):
    name, settings = _EXPORTS[kind]
    procedure = Gimp.get_pdb().lookup_procedure(name)
    config = procedure.create_config()
    config.set_property("run-mode", Gimp.RunMode.NONINTERACTIVE)
    config.set_property("image", image)
    config.set_property("file", Gio.File.new_for_path(str(path)))
    for setting, value in settings.items():
        is_left_out = setting in _METADATA and not with_metadata
        config.set_property(setting, False if is_left_out else value)
    if procedure.run(config).index(0) != Gimp.PDBStatusType.SUCCESS:
        raise FileError(
            _("The result cannot be saved: {why}").format(why=Gimp.get_pdb().get_last_error()),
            _("Choose another folder or another format for the results."),
        )
