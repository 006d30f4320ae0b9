"""Process many pictures: report the ones that fail, and go on with the rest."""

import json
import sys
from argparse import Namespace
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from matte_core.base.errors import Cancelled, FileError, MatteError, to_wire
from matte_core.base.progress import ProgressCallback
from matte_core.batch.plan import Job, Plan, file_of_each, files_of_each
from matte_core.batch.report import DONE, FAILED, FATAL, NO_SUBJECT, SKIPPED, Report
from matte_core.cli.bar import Bar, one_line, printable
from matte_core.cli.jobs import STREAM
from matte_core.cli.unexpected import explain

ALL_DONE, SOME_FAILED, INTERRUPTED = 0, 1, 130


@dataclass
class Result:
    """What a picture became.

    Attributes
    ----------
    files : dict of str to bytes
        The encoded results, by the keys of `Job.results`.
    values : dict
        Plain values that describe it, for --json.
    text : str
        A few words that describe it, for people.
    warnings : list of str
        What the user should know; each is printed once in a run.
    each : dict of str to bytes
        The encoded results of single things, by their names, instead of `files`.
    """

    files: dict[str, bytes]
    values: dict[str, Any] = field(default_factory=dict)
    text: str = ""
    warnings: list[str] = field(default_factory=list)
    each: dict[str, bytes] = field(default_factory=dict)


Work = Callable[[Job, ProgressCallback], Result]


class _Run:
    """One run: its report, and what it prints."""

    def __init__(self, args: Namespace, jobs: Sequence[Job]) -> None:
        self.report = Report()
        self._total = total = len(jobs)
        self._args = args
        # A result on standard output must be alone there.
        self._told = sys.stderr if any(job.target == STREAM for job in jobs) else sys.stdout
        self._warned: set[str] = set()
        self.bar = Bar(sys.stderr, total, quiet=args.quiet)

    def print(self, text: str, stream: TextIO) -> None:
        self.bar.clear()
        print(text, file=stream, flush=True)

    def note(self, text: str) -> None:
        if not self._args.quiet and text not in self._warned:
            self._warned.add(text)
            self.print(f"matte: {printable(text)}", sys.stderr)

    def succeed(self, job: Job, result: Result) -> None:
        self.report.add(str(job.source), DONE, result.text)
        for warning in result.warnings:
            self.note(f"{job.source}: {warning}" if self._total == 1 else warning)
        if self._args.json:
            files = {kind: str(path) for kind, path in _paths(job, result).items()}
            described = {"picture": str(job.source), "files": files, **result.values}
            self.print(json.dumps(described), self._told)
        elif not self._args.quiet:
            first, *others = _paths(job, result).values()
            names = f"{first} and {len(others)} more" if others else str(first)
            detail = f": {result.text}" if result.text else ""
            self.print(printable(f"{job.source} -> {names}{detail}"), self._told)

    def fail(self, job: Job, error: MatteError) -> None:
        self.report.add_failure(str(job.source), error)
        if self._args.json:
            described = {"picture": str(job.source), "error": to_wire(error)}
            self.print(json.dumps(described), self._told)
        message, source = one_line(error), printable(str(job.source))
        named = message if source in message else f"{source}: {message}"
        self.print(f"matte: {self.bar.in_red('failed:')} {named}", sys.stderr)

    def print_summary(self) -> None:
        skipped, left = self.report.count(SKIPPED), self._total - len(self.report.entries)
        parts = [f"{self.report.count(DONE)} done", f"{self.failed} failed"]
        parts += [f"{skipped} skipped"] if skipped else []
        parts += [f"{left} not tried"] if left else []
        if not self._args.quiet:
            self.print(", ".join(parts), sys.stderr)

    @property
    def failed(self) -> int:
        return self.report.count(FAILED, NO_SUBJECT)


def run_batch(args: Namespace, plan: Plan, work: Work) -> int:
    """Do `work` for every picture of a plan, write the results, and report.

    Parameters
    ----------
    args : Namespace
        With `overwrite`, `skip_existing`, `json` and `quiet`.
    plan : Plan
        The pictures.
    work : callable
        Given a job and a progress callback, returns a `Result`; writes no file itself.

    Returns
    -------
    int
        0 if everything is done, 1 if something failed, 130 after Ctrl+C.
    """
    run = _Run(args, plan.jobs)
    for text in plan.notes:
        run.note(text)
    status = ALL_DONE
    with run.bar:
        try:
            for job in plan.jobs:
                run.bar.start(job.source.name)
                if not _do(job, plan, work, args, run):
                    break
                run.bar.finish()
        except (KeyboardInterrupt, Cancelled):
            run.print("matte: stopped; no partial files were left behind.", sys.stderr)
            status = INTERRUPTED
    run.print_summary()
    if status == ALL_DONE and (run.failed or not plan.jobs):
        status = SOME_FAILED
    return status


def _paths(job: Job, result: Result) -> dict[str, Path]:
    """Return the files that a picture became, by what they contain."""
    if not result.each:
        return job.results
    return {name: file_of_each(job.target, name) for name in result.each}


def _do(job: Job, plan: Plan, work: Work, args: Namespace, run: _Run) -> bool:
    """Do one job; return whether it makes sense to go on with the others."""
    from matte_core.files.writing import write_whole

    try:
        is_done = job.is_done or (getattr(args, "each", False) and files_of_each(job.target))
        if args.skip_existing and is_done and job.failure is None:
            run.report.add(str(job.source), SKIPPED)
            return True
        if job.target != STREAM:
            plan.check(job, overwrite=args.overwrite or args.skip_existing)
        result = work(job, run.bar.report)
        paths = _paths(job, result)
        if result.each:
            plan.check(Job(job.source, paths), overwrite=args.overwrite or args.skip_existing)
        for kind, path in paths.items():
            data = result.each[kind] if result.each else result.files[kind]
            if path == STREAM:
                sys.stdout.buffer.write(data)
                sys.stdout.buffer.flush()
            else:
                write_whole(path, data)
    except (Cancelled, ModuleNotFoundError):
        raise
    except MatteError as error:
        run.fail(job, error)
        return not isinstance(error, FATAL)
    except MemoryError:
        run.fail(job, FileError(f"{job.source} needs more memory than is available."))
    except Exception as error:
        # The process's border for one picture: our bug must not cost the user the others.
        run.fail(job, explain(error))
    else:
        run.succeed(job, result)
    return True
