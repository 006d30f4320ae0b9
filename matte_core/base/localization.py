"""What a person reads, in the language of GIMP.

`_` translates a literal: ``_("Layer mask")``, or ``_("No {kind} was chosen.").format(kind=kind)``.
GIMP tells a plug-in its language by the variables that gettext looks at; where there is no catalog
for it, English stays.
"""

import gettext
from pathlib import Path
from typing import Any

from matte_core.base import messages
from matte_core.base.errors import MatteError

DOMAIN = "matte-for-gimp"
#: Beside `matte.py`, where the installer puts it; there is none in a checkout.
FOLDER = Path(__file__).resolve().parents[2] / "locale"

_ = gettext.translation(DOMAIN, FOLDER, fallback=True).gettext


def localized(text: str | dict[str, Any] | MatteError) -> str:
    """Translate what `matte_core` says: an error, a step, or a remark as it came over the pipe."""
    if isinstance(text, MatteError):
        return f"{localized(text.message)} {localized(text.hint)}".strip()
    return messages.translated(messages.from_wire(text) if isinstance(text, dict) else text, _)
