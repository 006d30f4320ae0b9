"""What became of each layer or picture of a batch, for a person and for a script."""

from dataclasses import dataclass, field

from matte_core.base.localization import _

CUT_OUT, NO_SUBJECT, SKIPPED, FAILED = "cut-out", "no-subject", "skipped", "failed"
OUTCOMES = {
    CUT_OUT: _("cut out"),
    NO_SUBJECT: _("no subject"),
    SKIPPED: _("left alone"),
    FAILED: _("failed"),
}


@dataclass(frozen=True)
class Entry:
    """What became of one.

    Attributes
    ----------
    name : str
    outcome : str
        One of `OUTCOMES`.
    words : str
        Why, or what a person should know about it; empty for nothing.
    """

    name: str
    outcome: str
    words: str = ""

    def __str__(self) -> str:
        line = f"{OUTCOMES[self.outcome]}: {self.name}"
        return f"{line}: {self.words}" if self.words else line


@dataclass
class Report:
    """All of them, in order."""

    entries: list[Entry] = field(default_factory=list)

    def count(self, outcome: str) -> int:
        """Return how many came to this end."""
        return sum(entry.outcome == outcome for entry in self.entries)

    def summary(self) -> str:
        """Return the counts in one line; those of nothing are left out."""
        counts = [(self.count(outcome), words) for outcome, words in OUTCOMES.items()]
        return ", ".join(f"{count} {words}" for count, words in counts if count)

    def __str__(self) -> str:
        return "\n".join(map(str, self.entries))
