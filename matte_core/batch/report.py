"""How each layer or picture of a batch turned out, for people and scripts."""

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from matte_core.base.errors import MatteError, ModelError, NoSubjectError, SetupError
from matte_core.base.localization import _, localized

Outcome = Literal["cut-out", "no-subject", "skipped", "failed"]
DONE: Outcome = "cut-out"
NO_SUBJECT: Outcome = "no-subject"
SKIPPED: Outcome = "skipped"
FAILED: Outcome = "failed"

OUTCOMES: dict[Outcome, str] = {
    DONE: _("cut out"),
    NO_SUBJECT: _("no subject"),
    SKIPPED: _("skipped"),
    FAILED: _("failed"),
}

#: Errors that would be the same for every item, so that the batch stops.
FATAL = (ModelError, SetupError)


class Entry(NamedTuple):
    """How one item turned out, and why or what else to know about it."""

    name: str
    outcome: Outcome
    words: str = ""

    def __str__(self) -> str:
        line = f"{OUTCOMES[self.outcome]}: {self.name}"
        return f"{line}: {self.words}" if self.words else line


@dataclass
class Report:
    """All entries, in order."""

    entries: list[Entry] = field(default_factory=list)

    def add(self, name: str, outcome: Outcome, words: str = "") -> Entry:
        """Add how an item turned out."""
        self.entries.append(Entry(name, outcome, words))
        return self.entries[-1]

    def add_failure(self, name: str, error: MatteError) -> Entry:
        """Add an item that an error stopped."""
        outcome = NO_SUBJECT if isinstance(error, NoSubjectError) else FAILED
        return self.add(name, outcome, localized(error))

    def count(self, *outcomes: Outcome) -> int:
        """Return how many items had one of these outcomes."""
        return sum(entry.outcome in outcomes for entry in self.entries)

    def summary(self) -> str:
        """Return the counts in one line, without those that are zero."""
        counts = [(self.count(outcome), words) for outcome, words in OUTCOMES.items()]
        return ", ".join(f"{count} {words}" for count, words in counts if count)

    def __str__(self) -> str:
        return "\n".join(map(str, self.entries))
