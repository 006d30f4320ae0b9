"""Which pictures of a folder are taken, and which file each becomes. Standard library only."""

import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from matte_core.base.errors import FileError, InputError
from matte_core.base.messages import Message

#: How the names of pictures end that GIMP opens, with its own loaders or the usual helpers.
EXTENSIONS = frozenset(
    (
        *(".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".tif", ".tiff", ".webp", ".bmp", ".dib"),
        *(".gif", ".heic", ".heif", ".hif", ".avif", ".jxl", ".jp2", ".j2k", ".exr", ".hdr"),
        *(".xcf", ".xcfgz", ".xcfbz2", ".xcfxz", ".psd", ".psb", ".ora", ".tga", ".pcx"),
        *(".pnm", ".ppm", ".pgm", ".pbm", ".pam", ".sgi", ".qoi", ".dds", ".fits"),
        # Raw photos, where a raw developer is installed beside GIMP.
        *(".dng", ".cr2", ".cr3", ".nef", ".nrw", ".arw", ".orf", ".rw2", ".raf", ".pef", ".srw"),
    )
)


@dataclass(frozen=True)
class Job:
    """A picture and the file that it becomes."""

    source: Path
    target: Path


@dataclass(frozen=True)
class Plan:
    """All jobs, in order of their names.

    Attributes
    ----------
    jobs : list of Job
    """

    jobs: list[Job]

    def check_target(self, job: Job) -> None:
        """Refuse to write over a picture that was given.

        Raises
        ------
        FileError
            If the target is one of the sources, by whatever name.
        """
        if job.target.resolve() in {other.source.resolve() for other in self.jobs}:
            raise FileError(
                Message("It would become {file}, which is one of the pictures.", file=job.target),
                Message("Choose another folder for the results."),
            )


def make_plan(source: Path, target: Path, extension: str, *, with_subfolders: bool) -> Plan:
    """Find the pictures of a folder and name their results.

    Parameters
    ----------
    source, target : Path
        The folders; results keep the sub-folder of their picture.
    extension : str
        How the results' names end, ".png" for one.
    with_subfolders : bool
        Whether to look into the folders inside. Hidden ones, and the target, are passed over.

    Raises
    ------
    InputError
        If the source is no folder or holds no pictures, or if both are the same.
    """
    if not source.is_dir():
        raise InputError(
            Message("{folder} is not a folder.", folder=source),
            Message("Choose the folder with the pictures."),
        )
    if target.exists() and target.samefile(source):
        raise InputError(
            Message("The results would go into {folder}, among the pictures.", folder=source),
            Message("Choose another folder for the results; it may lie inside."),
        )
    pictures = _pictures(source, target, with_subfolders)
    if not pictures:
        raise InputError(
            Message("There are no pictures in {folder}.", folder=source),
            Message("Choose another folder, or take its sub-folders too."),
        )
    # photo.jpg and photo.png go to files of their own.
    stems = Counter(_key(picture.with_suffix("")) for picture in pictures)
    jobs = []
    for picture in pictures:
        is_alone = stems[_key(picture.with_suffix(""))] == 1
        name = (picture.stem if is_alone else picture.name) + extension
        jobs.append(Job(picture, target / picture.parent.relative_to(source) / name))
    return Plan(jobs)


def _pictures(source: Path, target: Path, with_subfolders: bool) -> list[Path]:
    found: list[Path] = []
    for parent, folders, files in os.walk(source):
        here = Path(parent)
        folders[:] = sorted(
            name
            for name in folders
            if with_subfolders
            and not name.startswith(".")
            and not (target.exists() and target.samefile(here / name))
        )
        found += [
            here / name
            for name in sorted(files)
            if not name.startswith(".") and Path(name).suffix.lower() in EXTENSIONS
        ]
    return found


def _key(path: Path) -> str:
    """Return a path as Windows and macOS compare it, where upper and lower case are one."""
    return str(path).casefold()
