"""Cut Out Folder…: cut out every image in a folder; GIMP opens and exports the files."""

from pathlib import Path

from gi.repository import Gimp

from matte_core.base.errors import InputError
from matte_core.base.localization import _, localized
from matte_core.base.subjects import SELECTION
from matte_core.batch.plan import file_of_each, files_of_each, plan_folder
from matte_core.batch.report import DONE, SKIPPED
from matte_plugin import arguments, cutting, outputs
from matte_plugin.batch import loop
from matte_plugin.document import files, layers, masks, metadata

NAME = "plug-in-matte-cut-out-folder"
LABEL = _("Cut Out _Folder…")
MENUS = None  # needs no image
BLURB = _("Cut the subject out of every image file in a folder")

SUBJECTS = {name: words for name, words in arguments.SUBJECTS.items() if name != SELECTION}
FORMATS = {
    files.PNG: ("PNG", _("Transparent and lossless")),
    files.TIFF: ("TIFF", _("Transparent and lossless, with the bit depth of the original")),
    files.WEBP: ("WebP", _("Transparent and small, for the web")),
    files.XCF: (
        _("XCF with layer mask"),
        _("GIMP's own format: the whole photo with a layer mask"),
    ),
}
SKIP, REPLACE = "skip", "replace"
EXISTING = {
    SKIP: (_("Skip"), _("Skip images that already have a result")),
    REPLACE: (_("Replace"), _("Overwrite existing results")),
}

PUBLIC, ALL, NONE = "public", "all", "none"
METADATA = {
    PUBLIC: (_("Without place and serial numbers"), _("Everything that may be published")),
    ALL: (_("All"), _("Everything, including where a photo was taken and with which camera")),
    NONE: (_("None"), _("No Exif, IPTC, or XMP data")),
}

HELP = _(
    "Cuts the subject out of every image file in a folder and saves the results under the same "
    "names in another folder. All formats that GIMP can open are supported. The original files "
    "are never changed. Results are written completely or not at all, and a file that cannot be "
    "opened does not stop the batch. If an image has several layers, its visible content is "
    "used.\n\n"
    "Subjects: {subjects}. Unknown names are treated as auto.\n\n"
    "Formats: {formats}. Existing results: {existing}. Metadata: {metadata}.\n\n"
    "If a folder contains both photo.jpg and "
    "photo.png, their results are named photo.jpg.png and photo.png.png."
).format(
    **arguments.listed(subjects=SUBJECTS, formats=FORMATS, existing=EXISTING, metadata=METADATA)
)


def add_arguments(procedure):
    """Add the arguments and return values."""
    procedure.add_file_argument(
        "source", _("In_put folder"), _("The folder with the images to cut out"),
        Gimp.FileChooserAction.SELECT_FOLDER, True, None, arguments.READWRITE,
    )  # fmt: skip
    procedure.add_file_argument(
        "target", _("O_utput folder"), _("The folder for the results; created if necessary"),
        Gimp.FileChooserAction.CREATE_FOLDER, True, None, arguments.READWRITE,
    )  # fmt: skip
    procedure.add_boolean_argument(
        "subfolders", _("Se_arch subfolders"),
        _("Also cut out the images in subfolders"), False, arguments.READWRITE,
    )  # fmt: skip
    arguments.add_choice(
        procedure, "format", _("For_mat"), _("The file format of the results"), FORMATS, files.PNG
    )
    arguments.add_choice(
        procedure, "existing", _("E_xisting results"),
        _("What to do with images that already have a result"), EXISTING, SKIP,
    )  # fmt: skip
    arguments.add_choice(
        procedure, "metadata", _("Metadata"),
        _("Which Exif, IPTC, and XMP data of the photos to keep"), METADATA, PUBLIC,
    )  # fmt: skip
    arguments.add_choice(
        procedure, "subject", _("Su_bject"), _("What to cut out of each photo"), SUBJECTS,
        arguments.AUTO,
    )  # fmt: skip
    procedure.add_boolean_argument(
        "each", _("One file per subject"),
        _("Save each person, animal, or object as a file of its own, named by what it is"),
        False, arguments.READWRITE,
    )  # fmt: skip
    arguments.add_crop(procedure, _("How to crop each result"))
    arguments.add_edge(procedure)
    arguments.add_model(procedure)
    loop.add_report_values(procedure)


def _arrange(dialog, config):
    from matte_plugin import dialogs

    dialogs.sliders(dialog, *dialogs.SLIDERS)
    names = [spec.name for spec in config.list_properties() if spec.name not in dialogs.NOT_SHOWN]
    dialog.fill(names)
    dialogs.offer_models(dialog, config)
    transparent = (files.PNG, files.TIFF, files.WEBP)
    names = ("decontaminate", "each", *arguments.CROP_NAMES)
    dialogs.only_if(dialog, config, names, "format", transparent)


def _cut_out_all(config, view, report):
    source, target = _folder(config, "source"), _folder(config, "target")
    kind = config.get_property("format")
    framing = arguments.framing(config)
    plan = plan_folder(
        source, target, files.EXTENSIONS[kind], recursive=config.get_property("subfolders")
    )
    loop.for_each(
        plan.jobs,
        lambda job: str(job.source.relative_to(source)),
        lambda worker, job, progress: _cut_out(worker, job, plan, config, framing, progress),
        view,
        report,
    )


run = loop.action(_cut_out_all, _arrange)


def _folder(config, name):
    file = config.get_property(name)
    if file is None:
        raise InputError(
            _("An input folder and an output folder are required."),
            _("Choose both folders."),
        )
    if file.get_path() is None:
        raise InputError(
            _("{name} is not a folder on this computer.").format(name=file.get_uri()),
            _("Choose a folder on this computer."),
        )
    return Path(file.get_path())


def _cut_out(worker, job, plan, config, framing, progress):
    plan.check(job, overwrite=True)
    kind = config.get_property("format")
    is_each = config.get_property("each") and kind != files.XCF
    done = files_of_each(job.target) if is_each else []
    if config.get_property("existing") == SKIP and (job.is_done or done):
        return SKIPPED, _("{file} already exists").format(file=(done or [job.target])[0].name)
    output = outputs.LAYER_MASK if kind == files.XCF else outputs.NEW_LAYER
    output = outputs.EACH if is_each else output
    with files.opened(job.source) as layer:
        image = layer.get_image()
        keep = config.get_property("metadata")
        if keep != ALL:
            metadata.publish(image)
        cuts, note = cutting.ask_for(worker, layer, config, output, progress=progress)
        for cut in cuts:
            # Each of several needs the photo as it was.
            copy = image.duplicate() if len(cuts) > 1 else image
            try:
                _apply(copy, cut, kind, framing)
                path = file_of_each(job.target, cut.name) if cut.name else job.target
                files.export(copy, path, kind, with_metadata=keep != NONE)
            finally:
                if copy != image:
                    copy.delete()
    return DONE, localized(note)


def _apply(image, cut, kind, framing):
    (layer,) = image.get_layers()
    if kind == files.XCF:
        masks.write_layer_mask(layer, cut.alpha)
    else:
        layers.cut_out(layer, cut)
        layers.crop(image, cut, framing)
