"""What a person reads in the dialogs. Runs in GIMP."""

import gettext
import re
from pathlib import Path

from gi.repository import Gimp

PREFIX, SET_UP = "plug-in-matte-", "plug-in-matte-setup"
NOT_SHOWN = ("run-mode", "image", "drawables", "parts", "keep", "remove", "unknown")
# Of GIMP's own buttons: OK, Cancel, Reset, Help, and those for settings.
TAKEN = {"en": "OCRHLS", "de": "OCZHGS", "zh_CN": "OCRHLS"}


def check_no_letter_is_the_shortcut_of_two_things():
    pdb = Gimp.get_pdb()
    names = pdb.query_procedures(PREFIX, *[".*"] * 7)
    assert len(names) == 10, names
    locale = Path(Gimp.directory()) / "plug-ins" / "matte" / "locale"
    clashes = []
    for language, taken in TAKEN.items():
        said = gettext.translation("matte-for-gimp", locale, [language], fallback=language == "en")
        labels = {"the menu": [pdb.lookup_procedure(name).get_menu_label() for name in names]}
        for name in names:
            if name != SET_UP:  # its window is its own
                arguments = pdb.lookup_procedure(name).get_arguments()
                labels[name] = [one.nick for one in arguments if one.name not in NOT_SHOWN]
        for where, texts in labels.items():
            letters = "" if where == "the menu" else taken
            letters += "".join(re.findall("_(.)", " ".join(map(said.gettext, texts)))).upper()
            twice = {letter for letter in letters if letters.count(letter) > 1}
            clashes += [f"{language}, {where}: {letter}" for letter in sorted(twice)]
    assert not clashes, "; ".join(clashes)
