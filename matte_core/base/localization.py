"""Translates texts into the language of GIMP.

`_` translates a literal: ``_("Layer mask")``, or ``_("No {kind} was chosen.").format(kind=kind)``.
GIMP passes its language to plug-ins in the variables that gettext reads. Without a catalog for that
language, texts stay in English.
"""

import gettext
from pathlib import Path
from typing import Any

from matte_core.base import messages
from matte_core.base.errors import MatteError

DOMAIN = "matte-for-gimp"
#: Next to `matte.py`, where the installer puts it; a checkout has none.
FOLDER = Path(__file__).resolve().parents[2] / "locale"

_ = gettext.translation(DOMAIN, FOLDER, fallback=True).gettext


def localized(text: str | dict[str, Any] | MatteError) -> str:
    """Translate a text from `matte_core`: an error, a step, or a message as sent by the worker."""
    if isinstance(text, MatteError):
        return f"{localized(text.message)} {localized(text.hint)}".strip()
    return messages.translated(messages.from_wire(text) if isinstance(text, dict) else text, _)
