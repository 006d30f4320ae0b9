"""Process many pictures: report the ones that fail, and go on with the rest."""

import json
import sys
from argparse import Namespace
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from itertools import chain
from pathlib import Path
from typing import TextIO

from matte_core.base.errors import Cancelled, FileError, MatteError, to_wire
from matte_core.batch.plan import Job, Plan, file_of_each, files_of_each
from matte_core.batch.report import DONE, FAILED, FATAL, NO_SUBJECT, SKIPPED, Report
from matte_core.cli.bar import Bar, one_line, printable
from matte_core.cli.crew import Crew, best_count
from matte_core.cli.jobs import STREAM
from matte_core.cli.result import Result, Work
from matte_core.cli.unexpected import explain
from matte_core.cli.watch import ended_by_signal, watched

ALL_DONE, SOME_FAILED, INTERRUPTED = 0, 1, 130


class _Run:
    """One run: its report, and what it prints."""

    def __init__(self, args: Namespace, plan: Plan, work: Work) -> None:
        self.report = Report()
        self.made: set[Path] = set()
        self._plan = plan
        self._work = work
        self._args = args
        # A result on standard output must be alone there.
        self._told = sys.stderr if any(job.target == STREAM for job in plan.jobs) else sys.stdout
        self._warned: set[str] = set()
        self.bar = Bar(sys.stderr, len(plan.jobs), quiet=args.quiet)

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
            self.note(f"{job.source}: {warning}" if len(self._plan.jobs) == 1 else warning)
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
        skipped = self.report.count(SKIPPED)
        left = max(len(self._plan.jobs) - len(self.report.entries), 0)
        parts = [f"{self.report.count(DONE)} done", f"{self.failed} failed"]
        parts += [f"{skipped} skipped"] if skipped else []
        parts += [f"{left} not tried"] if left else []
        if not self._args.quiet:
            self.print(", ".join(parts), sys.stderr)

    @property
    def failed(self) -> int:
        return self.report.count(FAILED, NO_SUBJECT)

    def begin(self, job: Job, crew: "Crew | None") -> Callable[[], Result] | None:
        """Check a job, and begin with it; return what waits for its result, None if skipped."""
        args = self._args
        is_done = job.is_done or (getattr(args, "each", False) and files_of_each(job.target))
        if args.skip_existing and is_done and job.failure is None:
            return None
        try:
            if job.target != STREAM:
                self._plan.check(job, overwrite=self._overwrites(job))
        except FileError as error:
            failure = error

            def refuse() -> Result:
                raise failure

            return refuse
        return crew.start(job) if crew else lambda: self._work(job, self.bar.report)

    def finish(self, job: Job, wait: Callable[[], Result] | None) -> bool:
        """Write the results of a job; return whether it makes sense to go on with the others."""
        if wait is None:
            self.report.add(str(job.source), SKIPPED)
            return True
        self.bar.start(job.source.name)
        try:
            result = wait()
            self._write(job, result)
        except (Cancelled, ModuleNotFoundError):
            raise
        except MatteError as error:
            self.fail(job, error)
            return not isinstance(error, FATAL)
        except MemoryError:
            self.fail(job, FileError(f"{job.source} needs more memory than is available."))
        except Exception as error:
            # The process's border for one picture: our bug must not cost the user the others.
            self.fail(job, explain(error))
        else:
            self.made.add(job.source)
            self.succeed(job, result)
        self.bar.finish()
        return True

    def _write(self, job: Job, result: Result) -> None:
        from matte_core.files.writing import write_whole

        paths = _paths(job, result)
        if result.each:
            self._plan.check(Job(job.source, paths), overwrite=self._overwrites(job))
        for kind, path in paths.items():
            data = result.each[kind] if result.each else result.files[kind]
            if path == STREAM:
                sys.stdout.buffer.write(data)
                sys.stdout.buffer.flush()
            else:
                write_whole(path, data)

    def _overwrites(self, job: Job) -> bool:
        """Return whether results may be replaced: those of an earlier run only where asked for."""
        return self._args.overwrite or self._args.skip_existing or job.source in self.made


def run_batch(args: Namespace, plan: Plan, work: Work) -> int:
    """Do `work` for every picture of a plan, write the results, and report.

    Where several processes share the pictures, results are still written and reported in order.

    Parameters
    ----------
    args : Namespace
        With `overwrite`, `skip_existing`, `json`, `quiet`, `jobs`, and the `words` of the command.
        In a process that shares the pictures of another, `serve` takes the work.
    plan : Plan
        The pictures.
    work : callable
        Given a job and a progress callback, returns a `Result`; writes no file itself.

    Returns
    -------
    int
        0 if everything is done, 1 if something failed, 130 after Ctrl+C.
    """
    if serve := getattr(args, "serve", None):
        serve(work)
        return ALL_DONE
    run = _Run(args, plan, work)
    for text in plan.notes:
        run.note(text)
    status = ALL_DONE
    try:
        with run.bar, _crew(args, len(plan.jobs)) as crew:
            _do_all(plan.jobs, run, crew)
    except (KeyboardInterrupt, Cancelled):
        run.print("matte: stopped; no partial files were left behind.", sys.stderr)
        status = INTERRUPTED
    run.print_summary()
    if status == ALL_DONE and (run.failed or not plan.jobs):
        status = SOME_FAILED
    return status


def run_watch(args: Namespace, look: Callable[[], Plan], work: Work) -> int:
    """Do `work` for every picture that arrives, until Ctrl+C or a signal ends it.

    A picture that changes is done again, and so replaces what this run has made of it. One whose
    results exist when it is first seen is left alone, unless `overwrite` is set.

    Parameters
    ----------
    args, work
        As for `run_batch`.
    look : callable
        Returns the plan for all pictures that are there now.

    Returns
    -------
    int
        0, or 1 if something failed.
    """
    if serve := getattr(args, "serve", None):
        serve(work)
        return ALL_DONE
    plan = Plan([])
    run = _Run(args, plan, work)
    run.note(f"Watching {args.watch}; Ctrl+C ends it.")
    try:
        with ended_by_signal(), _crew(args, None) as crew:
            _do_all(watched(look, plan, overwrite=args.overwrite), run, crew)
    except (KeyboardInterrupt, Cancelled):
        run.print("matte: stopped; no partial files were left behind.", sys.stderr)
    plan.jobs.clear()  # of what has not been tried, nobody can say how much would have come
    run.print_summary()
    return SOME_FAILED if run.failed else ALL_DONE


def _crew(args: Namespace, pictures: int | None) -> AbstractContextManager[Crew | None]:
    """Return the processes that share the pictures; none if one does them all."""
    count = getattr(args, "jobs", 1) or best_count(pictures)
    if pictures is not None:
        count = min(count, pictures)
    if count < 2:
        return nullcontext()
    from matte_core.files import megapixels_of

    return Crew(args.words, count, megapixels_of)


def _do_all(jobs: Iterable[Job | None], run: _Run, crew: Crew | None) -> None:
    """Do the jobs in order, as many ahead as keep all processes busy; None waits for them."""
    begun: deque[tuple[Job, Callable[[], Result] | None]] = deque()
    ahead = crew.ahead if crew else 0
    for job in chain(jobs, [None]):
        if job is not None:
            begun.append((job, run.begin(job, crew)))
        while len(begun) > (0 if job is None else ahead):
            if not run.finish(*begun.popleft()):
                return


def _paths(job: Job, result: Result) -> dict[str, Path]:
    """Return the files that a picture became, by what they contain."""
    if not result.each:
        return job.results
    return {name: file_of_each(job.target, name) for name in result.each}
