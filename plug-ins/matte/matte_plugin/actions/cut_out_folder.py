"""Cut Out Folder…: every picture of a folder, opened and exported by GIMP itself."""

from pathlib import Path

import gi

gi.require_version("Gimp", "3.0")
from gi.repository import Gimp

from matte_core.base.errors import InputError
from matte_core.base.localization import _, localized
from matte_core.base.subjects import SELECTION
from matte_core.batch.plan import plan_folder
from matte_core.batch.report import DONE, SKIPPED
from matte_plugin import arguments, cutting, outputs
from matte_plugin.batch import loop
from matte_plugin.document import files, layers, writing

NAME = "plug-in-matte-cut-out-folder"

SUBJECTS = {name: words for name, words in arguments.SUBJECTS.items() if name != SELECTION}
FORMATS = {
    files.PNG: ("PNG", _("Transparent, nothing lost")),
    files.TIFF: ("TIFF", _("Transparent, nothing lost, in the picture's own depth")),
    files.WEBP: ("WebP", _("Transparent and small, for the web")),
    files.XCF: (_("XCF with a mask"), _("GIMP's own: the whole photo, with a mask")),
}
SKIP, REPLACE = "skip", "replace"
EXISTING = {
    SKIP: (_("Leave them"), _("What has a result already is not done again")),
    REPLACE: (_("Replace them"), _("The old result is lost")),
}

HELP = _(
    "Cuts the subject out of every picture in a folder, whatever GIMP can open, and writes the "
    "results into another folder, under the same names. The pictures themselves are never changed. "
    "A file is written whole or not at all; one that cannot be opened does not stop the rest. Of a "
    "picture with several layers, what is visible counts.\n\n"
    "Subjects: {subjects}. An unknown name counts as auto.\n\n"
    "Formats: {formats}. Existing results: {existing}. Those for photo.jpg and photo.png in one "
    "folder are called photo.jpg.png and photo.png.png."
).format(
    subjects=arguments.listed(SUBJECTS),
    formats=arguments.listed(FORMATS),
    existing=arguments.listed(EXISTING),
)


def create(plug_in):
    """Describe the procedure: its arguments, menus and words."""
    procedure = arguments.plain_procedure(
        plug_in,
        NAME,
        run,
        label=_("Cut Out _Folder…"),
        blurb=_("Cut out every picture in a folder"),
        help_text=HELP,
    )
    procedure.add_file_argument(
        "source", _("_Pictures"), _("The folder with the pictures"),
        Gimp.FileChooserAction.SELECT_FOLDER, True, None, arguments.READWRITE,
    )  # fmt: skip
    procedure.add_file_argument(
        "target", _("Res_ults"), _("The folder for the results; it is made if need be"),
        Gimp.FileChooserAction.CREATE_FOLDER, True, None, arguments.READWRITE,
    )  # fmt: skip
    procedure.add_boolean_argument(
        "subfolders", _("Loo_k into sub-folders"),
        _("Take the pictures in the folders inside as well"), False, arguments.READWRITE,
    )  # fmt: skip
    arguments.add_choice(
        procedure, "format", _("For_mat"), _("What the results are"), FORMATS, files.PNG
    )
    arguments.add_choice(
        procedure, "existing", _("If they e_xist"),
        _("What becomes of results that are there already"), EXISTING, SKIP,
    )  # fmt: skip
    arguments.add_choice(
        procedure, "subject", _("Su_bject"), _("What to cut out of each"), SUBJECTS, arguments.AUTO,
    )  # fmt: skip
    cutting.add_how(procedure)
    arguments.add_network(procedure)
    loop.add_report_values(procedure)
    return procedure


def run(procedure, config, _data):
    """Run the action in whichever mode GIMP asks for."""
    return loop.run(
        procedure,
        config.get_property("run-mode"),
        config,
        lambda view, report: _cut_out_all(config, view, report),
        _arrange,
    )


def _arrange(dialog, config):
    from matte_plugin import dialogs

    dialogs.sliders(dialog, *dialogs.SLIDERS)
    names = [spec.name for spec in config.list_properties() if spec.name not in dialogs.NOT_SHOWN]
    dialog.fill(names)
    dialogs.explain_network(dialog)
    transparent = (files.PNG, files.TIFF, files.WEBP)
    dialogs.only_if(dialog, config, ("decontaminate",), "format", transparent)


def _cut_out_all(config, view, report):
    source, target = _folder(config, "source"), _folder(config, "target")
    kind = config.get_property("format")
    plan = plan_folder(
        source, target, files.EXTENSIONS[kind], recursive=config.get_property("subfolders")
    )
    loop.for_each(
        plan.jobs,
        lambda job: str(job.source.relative_to(source)),
        lambda worker, job, progress: _cut_out(worker, job, plan, config, progress),
        view,
        report,
    )


def _folder(config, name):
    file = config.get_property(name)
    if file is None:
        raise InputError(
            _("The folder with the pictures and the one for the results are both needed."),
            _("Choose them."),
        )
    if file.get_path() is None:
        raise InputError(
            _("{name} is not a folder of this computer.").format(name=file.get_uri()),
            _("Choose a folder of this computer."),
        )
    return Path(file.get_path())


def _cut_out(worker, job, plan, config, progress):
    plan.check(job, overwrite=True)
    if job.is_done and config.get_property("existing") == SKIP:
        return SKIPPED, _("{file} already exists").format(file=job.target.name)
    kind = config.get_property("format")
    output = outputs.LAYER_MASK if kind == files.XCF else outputs.NEW_LAYER
    with files.opened(job.source) as layer:
        cut, note = cutting.ask(worker, layer, config, output, progress=progress)
        if kind == files.XCF:
            writing.write_layer_mask(layer, cut.alpha)
        else:
            layers.cut_out(layer, cut)
        files.export(layer.get_image(), job.target, kind)
    return DONE, localized(note)
