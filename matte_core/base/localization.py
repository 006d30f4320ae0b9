"""Texts for people, in GIMP's language.

`_` translates a literal: ``_("Layer mask")``, or ``_("No {kind} was chosen.").format(kind=kind)``.
GIMP tells a plug-in its language in the variables that gettext reads; without a catalog for it,
texts stay English.
"""

import gettext
from pathlib import Path

from matte_core.base import messages
from matte_core.base.errors import MatteError

DOMAIN = "matte-for-gimp"
#: Beside `matte.py`, where the installer puts it; a checkout has none.
FOLDER = Path(__file__).resolve().parents[2] / "locale"

_ = gettext.translation(DOMAIN, FOLDER, fallback=True).gettext


def localized(text: str | MatteError) -> str:
    """Translate a message or an error of `matte_core`."""
    if isinstance(text, MatteError):
        return f"{localized(text.message)} {localized(text.hint)}".strip()
    return messages.translated(text, _)
