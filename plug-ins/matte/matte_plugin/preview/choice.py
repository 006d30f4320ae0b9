"""What is to be cut out, as it is selected in the list of what was found or by clicks.

Both set the argument `parts` of the dialog's procedure.
"""

from matte_core.base.localization import _
from matte_core.link import parts as found_parts
from matte_plugin import arguments
from matte_plugin.preview.parts_list import PartsList

LOOKING = _("Looking closer at the place you clicked…")


class Choice:
    """The parts that were found, and which of them are selected.

    Parameters
    ----------
    config : Gimp.ProcedureConfig
        Of a procedure with the arguments of `arguments.add_subject` and `add_parts`.
    say : callable
        Given a note for the user.

    Attributes
    ----------
    list : PartsList
    is_quiet : bool
        While the argument changes to what is shown already.
    """

    def __init__(self, config, say):
        self._config = config
        self._say = say
        self._parts, self._map = [], None
        self._places = []  # clicked, and not answered yet
        self._before_places = None
        self.is_quiet = False
        self.list = PartsList(self._toggled)
        self.list.show_parts([])
        # A choice made in another image does not apply to this one.
        config.set_property("parts", "")
        for name in ("subject", "model"):
            config.connect(f"notify::{name}", lambda *_arguments: self._forget())

    @property
    def is_made(self):
        """Whether anything is selected."""
        return self._config.get_property("parts") != arguments.NO_PARTS

    def click(self, across, along):
        """Select or deselect what is at a place, fractions of the layer, or look for it there."""
        if self._map is None:
            return
        number = found_parts.at(self._map, across, along)
        if number is not None:
            self._toggled(self._parts[number].name)
        else:
            self._look_at(found_parts.place(across, along))

    def show(self, result, settings):
        """Show what was found."""
        if settings.is_draft and self._map is not None:
            return  # of a stroke, which changes nothing here
        # Not if the choice has changed since.
        if self.is_made and settings.choice.subject == self._subject():
            self._parts = result.parts
            # A draft may count objects differently, so it is for display only.
            self._map = None if settings.is_draft else result.map
            self.list.show_parts(self._parts, can_choose=self._map is not None)

    def take_back(self, settings, parts=()):
        """Deselect the clicked places at which nothing was found; return whether there are any."""
        answered = [place for place in self._places if place in settings.choice.subject]
        self._places = [place for place in self._places if place not in answered]
        if {part.name for part in parts if part.is_chosen}.issuperset(answered):
            return False
        value = self._argument() if self._places else self._before_places
        self.is_quiet = True  # what is shown is without them already
        self._config.set_property("parts", self._argument() if value is None else value)
        self.is_quiet = False
        return True

    def _subject(self):
        return arguments.subject_choice(self._config).subject

    def _look_at(self, place):
        """Ask for what is at a place where nothing has been found."""
        if not self._places:
            self._before_places = self._config.get_property("parts")
        if place not in self._places:
            self._places.append(place)
        self._say(LOOKING)
        self._config.set_property("parts", self._argument())

    def _forget(self):
        self._places = []
        self._config.set_property("parts", "")

    def _toggled(self, name):
        self._parts = found_parts.toggled(self._parts, name)
        self.list.show_parts(self._parts)
        self._before_places = None
        self._config.set_property("parts", self._argument())

    def _argument(self):
        """Return the argument `parts` for what is selected, and what was clicked just now."""
        chosen = found_parts.argument(self._parts)
        return ", ".join([*([chosen] if chosen else []), *self._places]) or arguments.NO_PARTS
