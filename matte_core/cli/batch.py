"""Work through many pictures: one that fails is reported, and the rest is done."""

import json
import sys
from argparse import Namespace
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from matte_core.base.errors import Cancelled, FileError, MatteError, ModelError, SetupError, to_wire
from matte_core.base.progress import ProgressCallback
from matte_core.cli.bar import Bar, one_line, printable
from matte_core.cli.jobs import Job, Plan
from matte_core.cli.unexpected import explain

ALL_DONE, SOME_FAILED, INTERRUPTED = 0, 1, 130

# What fails for one picture like this fails for all.
_FATAL = (ModelError, SetupError)


@dataclass
class Outcome:
    """What one picture became.

    Attributes
    ----------
    files : dict of str to bytes
        The encoded results, by the kinds of the job.
    values : dict
        Plain values that describe it, for --json.
    text : str
        The same for a person, in a few words.
    warnings : list of str
        What a person should know; each is said once in a run.
    """

    files: dict[str, bytes]
    values: dict[str, Any] = field(default_factory=dict)
    text: str = ""
    warnings: list[str] = field(default_factory=list)


Work = Callable[[Job, ProgressCallback], Outcome]


class _Run:
    """The counts and the voice of one run."""

    def __init__(self, args: Namespace, total: int) -> None:
        self.done = self.failed = self.skipped = 0
        self._total = total
        self._args = args
        self._warned: set[str] = set()
        self.bar = Bar(sys.stderr, total, quiet=args.quiet)

    def say(self, text: str, stream: TextIO) -> None:
        self.bar.clear()
        print(text, file=stream, flush=True)

    def note(self, text: str) -> None:
        if not self._args.quiet and text not in self._warned:
            self._warned.add(text)
            self.say(f"matte: {printable(text)}", sys.stderr)

    def succeed(self, job: Job, outcome: Outcome) -> None:
        self.done += 1
        for warning in outcome.warnings:
            self.note(f"{job.source}: {warning}" if self._total == 1 else warning)
        if self._args.json:
            files = {kind: str(path) for kind, path in job.results.items()}
            described = {"picture": str(job.source), "files": files, **outcome.values}
            self.say(json.dumps(described), sys.stdout)
        elif not self._args.quiet:
            first, *others = job.results.values()
            names = f"{first} and {len(others)} more" if others else str(first)
            detail = f": {outcome.text}" if outcome.text else ""
            self.say(printable(f"{job.source} -> {names}{detail}"), sys.stdout)

    def fail(self, job: Job, error: MatteError) -> None:
        self.failed += 1
        if self._args.json:
            described = {"picture": str(job.source), "error": to_wire(error)}
            self.say(json.dumps(described), sys.stdout)
        message, source = one_line(error), printable(str(job.source))
        named = message if source in message else f"{source}: {message}"
        self.say(f"matte: {self.bar.in_red('failed:')} {named}", sys.stderr)

    def skip(self) -> None:
        self.skipped += 1

    def sum_up(self) -> None:
        left = self._total - self.done - self.failed - self.skipped
        parts = [f"{self.done} done", f"{self.failed} failed"]
        parts += [f"{self.skipped} there already"] if self.skipped else []
        parts += [f"{left} not tried"] if left else []
        if not self._args.quiet:
            self.say(", ".join(parts), sys.stderr)


def run_batch(args: Namespace, plan: Plan, work: Work) -> int:
    """Do `work` for every picture of a plan, write what it returns, and report.

    Parameters
    ----------
    args : Namespace
        With `overwrite`, `skip_existing`, `json` and `quiet`.
    plan : Plan
        The pictures.
    work : callable
        Given a job and a progress callback, returns an `Outcome`; touches no result itself.

    Returns
    -------
    int
        0 when all is done, 1 when something failed, 130 after Ctrl+C.
    """
    protected = list({path for job in plan.jobs for path in job.inputs})
    run = _Run(args, len(plan.jobs))
    for text in plan.notes:
        run.note(text)
    status = ALL_DONE
    with run.bar:
        try:
            for job in plan.jobs:
                run.bar.start(job.source.name)
                if not _do(job, protected, work, args, run):
                    break
                run.bar.finish()
        except (KeyboardInterrupt, Cancelled):
            run.say("matte: stopped; nothing half done is left behind.", sys.stderr)
            status = INTERRUPTED
    run.sum_up()
    if status == ALL_DONE and (run.failed or not plan.jobs):
        status = SOME_FAILED
    return status


def _do(job: Job, protected: list[Path], work: Work, args: Namespace, run: _Run) -> bool:
    """Do one picture; False when it makes no sense to go on with the others."""
    from matte_core.files.writing import check_target, write_whole

    try:
        if job.failure:
            raise job.failure
        if args.skip_existing and all(path.is_file() for path in job.results.values()):
            run.skip()
            return True
        for path in job.results.values():
            check_target(path, protected, overwrite=args.overwrite or args.skip_existing)
        outcome = work(job, run.bar.report)
        for kind, path in job.results.items():
            write_whole(path, outcome.files[kind])
    except (Cancelled, ModuleNotFoundError):
        raise
    except MatteError as error:
        run.fail(job, error)
        return not isinstance(error, _FATAL)
    except MemoryError:
        run.fail(job, FileError(f"{job.source} needs more memory than there is."))
    except Exception as error:
        # The process's border for one picture: a fault of ours must not cost the others.
        run.fail(job, explain(error))
    else:
        run.succeed(job, outcome)
    return True
