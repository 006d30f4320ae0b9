"""What a command is to do: each picture with its companions and the files it becomes.

Standard library only.
"""

import os
from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from matte_core.base.errors import FileError
from matte_core.cli.inputs import find_companion, list_pictures
from matte_core.cli.options import UsageError

PNG = (".png",)


@dataclass(frozen=True)
class Companion:
    """A second picture that belongs to each, and where it is looked for."""

    path: Path
    what: str
    suffix: str


@dataclass
class Job:
    """One picture.

    Attributes
    ----------
    source : Path
        The picture.
    results : dict of str to Path
        The files to write, by what they hold ("rgba", "mask", ...).
    companions : dict of str to Path
        The other pictures to read, by what they are.
    failure : FileError, optional
        Why it cannot even be tried.
    """

    source: Path
    results: dict[str, Path]
    companions: dict[str, Path] = field(default_factory=dict)
    failure: FileError | None = None

    @property
    def inputs(self) -> list[Path]:
        """Every file that is read."""
        return [self.source, *self.companions.values()]


@dataclass
class Plan:
    """All jobs of a command, in order, and notes for a person."""

    jobs: list[Job]
    notes: list[str]


def make_plan(
    args: Namespace,
    named: Sequence[str],
    suffixes: Mapping[str, str],
    *,
    wanted: Sequence[str] = (),
    companions: Sequence[Companion] = (),
    extensions: Sequence[str] = PNG,
) -> Plan:
    """Work out which files become which.

    Parameters
    ----------
    args : Namespace
        With `out` and `recursive`.
    named : sequence of str
        The pictures and folders to take.
    suffixes : mapping of str to str
        How the name of each result ends, by what it holds: {"mask": "-mask"}.
    wanted : sequence of str
        As for `list_pictures`.
    companions : sequence of Companion
        The other pictures that each needs.
    extensions : sequence of str
        What the result's name may end with, the default for folders first.

    Raises
    ------
    UsageError
        If -o does not go together with what is to be written.
    """
    out = Path(args.out)
    listing = list_pictures(named, out=out, recursive=args.recursive, wanted=wanted)
    is_file = _names_file(args.out, extensions)
    if is_file and not listing.is_single:
        raise UsageError(f"several pictures need a folder to go to, and {out} names a file")
    jobs: list[Job] = []
    taken: dict[str, Path] = {}
    for source in listing.sources:
        if is_file and len(suffixes) == 1:
            results = dict.fromkeys(suffixes, out)
        elif is_file:
            results = {
                kind: out.with_name(out.stem + ("" if kind == "rgba" else suffix) + out.suffix)
                for kind, suffix in suffixes.items()
            }
        else:
            results = {
                kind: out / source.below / (source.stem + suffix + extensions[0])
                for kind, suffix in suffixes.items()
            }
        job = Job(source.path, results)
        try:
            _claim(job, taken)
            job.companions = {
                companion.what: find_companion(
                    source, companion.path, companion.what, companion.suffix
                )
                for companion in companions
            }
        except FileError as error:
            job.failure = error
        jobs.append(job)
    return Plan(jobs, listing.notes)


def _claim(job: Job, taken: dict[str, Path]) -> None:
    """Let no two pictures go to one file; the second fails."""
    for path in job.results.values():
        # Upper and lower case are one on Windows and macOS.
        key = os.path.normcase(os.path.abspath(path)).casefold()
        if key in taken:
            raise FileError(
                f"{job.source} would become {path}, as {taken[key]} does.",
                "Rename one of them, or give them different folders.",
            )
        taken[key] = job.source


def _names_file(out: str, extensions: Sequence[str]) -> bool:
    """Tell whether -o names a file; refuse a kind of file that cannot hold the result."""
    path = Path(out)
    if path.is_dir() or out.endswith(("/", os.sep)) or not path.suffix:
        return False
    if path.suffix.lower() not in extensions:
        allowed = " or ".join(extension[1:].upper() for extension in extensions)
        reason = (
            "JPEG has no transparency and blurs masks; "
            if path.suffix.lower() in (".jpg", ".jpeg")
            else ""
        )
        raise UsageError(
            f"{out}: {reason}the result is written as {allowed}, "
            f"so let the name end with {' or '.join(extensions)}"
            " (a folder is told by a slash at its end)"
        )
    return True
