"""What a command does: each picture with its companions and the files that it becomes."""

import os
import sys
from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from matte_core.base.errors import FileError
from matte_core.batch.pictures import Source
from matte_core.batch.plan import Plan, make_plan
from matte_core.cli.inputs import find_companion, list_pictures, plain_stem
from matte_core.cli.options import MARKS, UsageError

PNG = (".png",)
#: In place of a file: standard input, or standard output.
STREAM = Path("-")


@dataclass(frozen=True)
class Companion:
    """A second picture that goes with each, and the file or folder to find it in."""

    path: Path
    what: str
    suffix: str


def marks(args: Namespace) -> list[Companion]:
    """Return the pictures in which something is marked, as far as they were given."""
    given = {name: getattr(args, name, None) for name in MARKS}
    return [
        Companion(Path(path), f"{name} mask", f"-{name}") for name, path in given.items() if path
    ]


def plan_command(
    args: Namespace,
    named: Sequence[str],
    suffixes: Mapping[str, str],
    *,
    wanted: Sequence[str] = (),
    companions: Sequence[Companion] = (),
    extensions: Sequence[str] = PNG,
) -> Plan:
    """Plan which files become which.

    Parameters
    ----------
    args : Namespace
        With `out` and `recursive`.
    named : sequence of str
        The pictures and folders to process.
    suffixes : mapping of str to str
        The suffix of the name of each result, by what it contains: {"mask": "-mask"}.
    wanted : sequence of str
        As for `list_pictures`.
    companions : sequence of Companion
        The other pictures that each one needs.
    extensions : sequence of str
        The extensions that a result may have; the first is used in folders.

    Raises
    ------
    UsageError
        If -o does not fit the results.
    """
    if getattr(args, "serve", None):  # another process has planned
        return Plan([])
    out = Path(args.out)
    _check_streams(args, named, suffixes)
    listing = list_pictures(named, out=out, recursive=args.recursive, wanted=wanted)
    is_file = out == STREAM or _names_file(args.out, extensions)
    if is_file and not listing.is_single:
        raise UsageError(f"several pictures need an output folder, but {out} names a file")

    def name_results(source: Source) -> dict[str, Path]:
        if is_file and len(suffixes) == 1:
            return dict.fromkeys(suffixes, out)
        if is_file:
            return {
                kind: out.with_name(out.stem + ("" if kind == "rgba" else suffix) + out.suffix)
                for kind, suffix in suffixes.items()
            }
        stem = plain_stem(source.path)
        return {
            kind: out / source.below / (stem + suffix + extensions[0])
            for kind, suffix in suffixes.items()
        }

    plan = make_plan(listing.sources, name_results, listing.notes)
    for source, job in zip(listing.sources, plan.jobs, strict=True):
        if job.failure is None:
            try:
                job.companions = {
                    each.what: find_companion(source, each.path, each.what, each.suffix)
                    for each in companions
                }
            except FileError as error:
                job.failure = error
    return plan


def _check_streams(args: Namespace, named: Sequence[str], suffixes: Mapping[str, str]) -> None:
    """Check that what is read from standard input, or written to standard output, is one file."""
    is_read, is_written = str(STREAM) in named, args.out == str(STREAM)
    if is_read and len(named) > 1:
        raise UsageError("standard input (-) holds one picture, so nothing else can be named")
    if is_read and not is_written and not Path(args.out).suffix:
        raise UsageError("a picture from standard input (-) needs the name of a file with -o, or -")
    if is_written and len(suffixes) > 1:
        raise UsageError("standard output (-) takes one result; choose one with --output")
    if is_written and sys.stdout.isatty():
        raise UsageError("standard output is a terminal; redirect it to a file or another program")


def _names_file(out: str, extensions: Sequence[str]) -> bool:
    """Return whether -o names a file, not a folder; refuse one that cannot hold the result."""
    path = Path(out)
    if path.is_dir() or out.endswith(("/", os.sep)) or not path.suffix:
        return False
    if path.suffix.lower() not in extensions:
        allowed = " or ".join(extension[1:].upper() for extension in extensions)
        is_jpeg = path.suffix.lower() in (".jpg", ".jpeg")
        reason = "JPEG has no transparency and blurs masks; " if is_jpeg else ""
        raise UsageError(
            f"{out}: {reason}the result is written as {allowed}, so its name must end in "
            f"{' or '.join(extensions)} (for a folder, end the name with a slash)"
        )
    return True
