"""Run matting methods on several images, each method in a process of its own."""

import shutil
import sys
from dataclasses import asdict, dataclass

import gimp_matting
import numpy as np
from alpha_methods import GIMP, read_pair
from measured import ChildFailed, run_child


@dataclass(frozen=True)
class Job:
    """One image to process: its files, and the factor by which it is enlarged."""

    image: str
    trimap: str
    alpha: str = ""
    scale: float = 1


@dataclass(frozen=True)
class Run:
    """The measurements of one method on several jobs."""

    started_mb: float
    seconds: list[float]
    peak_mb: list[float]
    pixels: list[int]


class Runner:
    """Runs methods, and remembers which of them cannot run here.

    Parameters
    ----------
    methods : list of str
        Full names.
    gimp_words : list of str, optional
        The command that starts GIMP. Default: search for one on this machine.
    gimp_tree : str, optional
        The version of the tests' own GIMP to use instead.
    """

    def __init__(
        self, methods: list[str], gimp_words: list[str] | None, gimp_tree: str | None
    ) -> None:
        self.methods = methods
        self.failed: dict[str, str] = {}
        self.gimp_version = ""
        self.gimp_words = gimp_words or gimp_matting.find_gimp()
        self.gimp_tree = gimp_tree
        if GIMP in self.methods and not (self.gimp_words or self.gimp_tree):
            self._give_up(GIMP, "no GIMP 3 was found; specify one with --gimp or --gimp-tree")

    def run(self, method: str, jobs: list[Job]) -> Run | None:
        """Run a method on jobs; return None, with one message, if it cannot run."""
        if method in self.failed:
            return None
        print(f"  {method}: {len(jobs)} images ...", file=sys.stderr, flush=True)
        try:
            if method == GIMP:
                return self._run_gimp(jobs)
            request = {"method": method, "jobs": [asdict(job) for job in jobs]}
            answer = run_child("alpha_methods", request)
        except (ChildFailed, gimp_matting.GimpFailed) as error:
            self._give_up(method, str(error))
            return None
        columns = (
            [result[key] for result in answer["results"]]
            for key in ("seconds", "peak_mb", "pixels")
        )
        return Run(answer["started_mb"], *columns)

    def _run_gimp(self, jobs: list[Job]) -> Run:
        if self.gimp_tree:
            gimp = gimp_matting.command_in_tree(self.gimp_tree)
        else:
            gimp = gimp_matting.command_on_this_machine(self.gimp_words)
        try:
            pairs = [read_pair(job.image, job.trimap, job.scale) for job in jobs]
            found = gimp_matting.estimate(gimp, pairs)
        finally:
            shutil.rmtree(gimp.folder)
        self.gimp_version = found.version
        for job, alpha in zip(jobs, found.alphas, strict=True):
            if job.alpha:
                np.save(job.alpha, alpha)
        pixels = [trimap.size for _, trimap in pairs]
        return Run(found.started_mb, found.seconds, found.peak_mb, pixels)

    def _give_up(self, method: str, why: str) -> None:
        print(f"{method} is skipped: {why}", file=sys.stderr)
        self.failed[method] = why
