"""Set Up and Check…: report what works and what does not, and repair it on request."""

from gi.repository import Gimp, GObject

from matte_core.base import parent
from matte_core.base.localization import _, localized
from matte_core.setup import home
from matte_plugin import arguments, early, failures

NAME = "plug-in-matte-setup"
LABEL = _("Set _Up and Check…")
MENUS = None  # needs no image
BLURB = _("Check that Matte works on this computer, and repair it")
HELP = _(
    "Checks GIMP and Matte's environment, worker, and model, performs a test cut-out, and "
    "reports what is wrong and where to find the log. With repair, anything missing or "
    "broken is rebuilt first."
)


def add_arguments(procedure):
    """Add the arguments and return values."""
    flags = arguments.READWRITE
    procedure.add_boolean_argument(
        "repair", _("_Repair"), _("Rebuild what is missing or broken"), False, flags
    )
    procedure.add_boolean_return_value(
        "works", _("Works"), _("Whether everything required works"), False, flags
    )
    procedure.add_string_return_value(
        "report", _("Report"), _("The result of each check, one per line"), "", flags
    )


def run(procedure, config, _data):
    """Show the window; in scripts, check without one."""
    early.drop()
    home.use_installed_home()
    parent.exit_with_parent()
    if config.get_property("run-mode") == Gimp.RunMode.INTERACTIVE:
        from matte_plugin.set_up import window

        checks = window.show()
        return _values(procedure, checks, [])
    from matte_core.setup import inside  # the other actions do not need it

    words, checks = [], []

    def work():
        if config.get_property("repair"):
            words.extend(
                inside.repair(
                    lambda step, message: Gimp.progress_set_text(
                        f"{localized(step)}: {localized(message)}"
                    )
                )
            )
        checks.extend(inside.look(Gimp.version()))

    values = failures.run_with_progress(procedure, work)
    if values.index(0) != Gimp.PDBStatusType.SUCCESS:
        return values
    return _values(procedure, checks, words)


def _values(procedure, checks, words):
    works = all(check.ok for check in checks if check.is_needed)
    lines = [
        f"{_('ok') if check.ok else _('WRONG')}: {localized(check.name)}: {localized(check.found)}"
        for check in checks
    ]
    lines += [localized(text) for text in words]
    values = procedure.new_return_values(Gimp.PDBStatusType.SUCCESS, None)
    values.remove(1)
    values.remove(1)
    values.insert(1, GObject.Value(GObject.TYPE_BOOLEAN, works))
    values.insert(2, GObject.Value(GObject.TYPE_STRING, "\n".join(lines)))
    return values
