"""Which files each picture becomes: no two share one, and no picture is overwritten."""

import glob
import os
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from matte_core.base.errors import FileError, InputError
from matte_core.base.messages import Message
from matte_core.batch.pictures import GIMP_READABLE, Source, is_same, walk


@dataclass
class Job:
    """A picture and the files that it becomes.

    Attributes
    ----------
    source : Path
    results : dict of str to Path
        The files to write, by what they contain ("rgba", "mask", ...).
    companions : dict of str to Path
        The other pictures to read, by what they contain.
    failure : FileError, optional
        Why the job cannot even be tried.
    """

    source: Path
    results: dict[str, Path]
    companions: dict[str, Path] = field(default_factory=dict)
    failure: FileError | None = None

    @property
    def inputs(self) -> list[Path]:
        """Every file that is read."""
        return [self.source, *self.companions.values()]

    @property
    def target(self) -> Path:
        """The first result."""
        return next(iter(self.results.values()))

    @property
    def is_done(self) -> bool:
        """Whether all results exist."""
        return all(path.is_file() for path in self.results.values())


@dataclass
class Plan:
    """All jobs, in order, and notes for the user."""

    jobs: list[Job]
    notes: list[str] = field(default_factory=list)

    def check(self, job: Job, *, overwrite: bool) -> None:
        """Check that a job can be tried and its results may be written.

        Parameters
        ----------
        job : Job
            One of `jobs`.
        overwrite : bool
            Whether results that exist may be replaced. Pictures that any job reads may not.

        Raises
        ------
        FileError
        """
        if job.failure:
            raise job.failure
        for path in filter(Path.exists, job.results.values()):
            if any(is_same(path, source) for other in self.jobs for source in other.inputs):
                raise FileError(
                    Message("{file} is one of the input pictures, so it is kept.", file=path),
                    Message("Choose another folder for the results."),
                )
            if path.is_dir():
                raise FileError(
                    Message("{file} is a folder.", file=path),
                    Message("Choose another name or folder for the result."),
                )
            if not overwrite:
                raise FileError(
                    Message("{file} already exists.", file=path),
                    "Use --overwrite to replace it, or choose another place with -o.",
                )


def make_plan(
    sources: Iterable[Source],
    name_results: Callable[[Source], dict[str, Path]],
    notes: Iterable[str] = (),
) -> Plan:
    """Name the results of each picture.

    If two pictures would be written to the same file, the second gets a `Job.failure`.

    Parameters
    ----------
    sources : iterable of Source
    name_results : callable
        Given a picture, returns `Job.results`.
    notes : iterable of str, optional
        Notes for the user.
    """
    jobs: list[Job] = []
    taken: dict[str, Path] = {}
    for source in sources:
        job = Job(source.path, name_results(source))
        for path in job.results.values():
            first = taken.setdefault(_key(path), source.path)
            if first is not source.path and job.failure is None:
                job.failure = FileError(
                    Message(
                        "{file} and {other} would both become {result}.",
                        file=source.path,
                        other=first,
                        result=path,
                    ),
                    Message("Rename one of them, or write their results to different folders."),
                )
        jobs.append(job)
    return Plan(jobs, list(notes))


def plan_folder(source: Path, target: Path, extension: str, *, recursive: bool) -> Plan:
    """Plan one result for each picture in a folder that GIMP can open.

    Results of pictures with the same name, such as photo.jpg and photo.png, keep the extension
    of their picture.

    Parameters
    ----------
    source, target : Path
        The folders; results keep the subfolder of their picture.
    extension : str
        The extension of the results, such as ".png".
    recursive : bool
        Whether to include subfolders. Hidden ones, and the target, are skipped.

    Raises
    ------
    InputError
        If `source` is not a folder or contains no pictures, or if both are the same.
    """
    if not source.is_dir():
        raise InputError(
            Message("{folder} is not a folder.", folder=source),
            Message("Choose the folder that contains the pictures."),
        )
    if is_same(source, target):
        raise InputError(
            Message("The results would be mixed with the pictures in {folder}.", folder=source),
            Message("Choose another folder for the results, such as a subfolder."),
        )
    found = walk(source, target, recursive=recursive)
    pictures = [picture for picture in found if picture.path.suffix.lower() in GIMP_READABLE]
    if not pictures:
        raise InputError(
            Message("There are no pictures in {folder}.", folder=source),
            Message("Choose another folder, or include its subfolders."),
        )
    stems = Counter(_key(picture.path.with_suffix("")) for picture in pictures)

    def name_result(picture: Source) -> dict[str, Path]:
        path = picture.path
        is_alone = stems[_key(path.with_suffix(""))] == 1
        name = (path.stem if is_alone else path.name) + extension
        return {"rgba": target / picture.below / name}

    return make_plan(pictures, name_result)


def file_of_each(target: Path, name: str) -> Path:
    """Return the file of one of several things in a picture: "photo (person 2).png"."""
    return target.with_name(f"{target.stem} ({name}){target.suffix}")


def files_of_each(target: Path) -> list[Path]:
    """Return the files that an earlier run has made of the things in a picture."""
    return sorted(target.parent.glob(f"{glob.escape(target.stem)} (*){target.suffix}"))


def _key(path: Path) -> str:
    """Return a path as Windows and macOS compare it, ignoring case."""
    return os.path.normcase(os.path.abspath(path)).casefold()
