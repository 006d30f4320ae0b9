"""Cuts out the sample photo in GIMP, as a batch script for `matte_core.setup.sample`.

The variables MATTE_SAMPLE_* name the photo, the two files to write, and a third one for the
outcome, because GIMP's exit status does not reflect it.
"""

import os
import traceback

from gi.repository import Gimp, Gio


def file(name: str) -> Gio.File:
    return Gio.File.new_for_path(os.environ["MATTE_SAMPLE_" + name])


def cut_out(image: Gimp.Image) -> None:
    procedure = Gimp.get_pdb().lookup_procedure("plug-in-matte-cut-out")
    if procedure is None:
        raise RuntimeError("the plug-in is not there")
    config = procedure.create_config()
    config.set_property("run-mode", Gimp.RunMode.NONINTERACTIVE)
    config.set_property("image", image)
    config.set_core_object_array("drawables", image.get_selected_layers())
    config.set_property("subject", "auto")
    config.set_property("output", "layer-mask")
    result = procedure.run(config)
    if result.index(0) != Gimp.PDBStatusType.SUCCESS:
        raise RuntimeError(Gimp.get_pdb().get_last_error())


def save(image: Gimp.Image) -> None:
    quiet = Gimp.RunMode.NONINTERACTIVE
    if not Gimp.file_save(quiet, image, file("XCF"), None):
        raise RuntimeError("the XCF file cannot be written")
    flat = image.duplicate()
    for layer in flat.get_layers():
        if layer.get_mask() is not None:
            layer.remove_mask(Gimp.MaskApplyMode.APPLY)
    if not Gimp.file_save(quiet, flat, file("PNG"), None):
        raise RuntimeError("the PNG file cannot be written")
    flat.delete()


def main() -> None:
    try:
        image = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, file("PHOTO"))
        cut_out(image)
        save(image)
        image.delete()
        said = "done"
    except Exception as error:  # a process border: the installer needs the reason
        traceback.print_exc()
        said = str(error) or type(error).__name__
    with open(os.environ["MATTE_SAMPLE_TOLD"], "w", encoding="utf-8") as told:
        told.write(said)


main()
