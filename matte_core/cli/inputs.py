"""Which pictures a command processes: files, folders, and the companions of each."""

import glob
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from matte_core.base.errors import FileError
from matte_core.batch.pictures import READABLE, Source, is_same, walk
from matte_core.cli.options import UsageError

#: Suffixes of the names of this program's results, before the extension.
SUFFIXES = ("-mask", "-probability", "-classes", "-trimap", "-alpha")


@dataclass
class Listing:
    """The pictures found, and notes for the user about those that were not used."""

    sources: list[Source] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    has_folder: bool = False

    @property
    def is_single(self) -> bool:
        """Whether the user named exactly one picture, and no folder."""
        return len(self.sources) == 1 and not self.has_folder


def plain_stem(path: Path) -> str:
    """Return the name that a photo and all its results share, without extension or suffix."""
    stem = path.stem
    for suffix in SUFFIXES:
        if stem.endswith(suffix) and stem != suffix:
            return stem.removesuffix(suffix)
    return stem


def list_pictures(
    named: Sequence[str],
    *,
    out: Path,
    recursive: bool = False,
    wanted: Iterable[str] = (),
) -> Listing:
    """Find the pictures to process, in the order given, folders sorted by name.

    Parameters
    ----------
    named : sequence of str
        Files and folders. A file is included whatever its name, even if it does not exist:
        reading it reports that.
    out : Path
        The output folder: never searched, and it must not be one of the folders.
    recursive : bool
        Whether to include subfolders.
    wanted : iterable of str
        Suffixes, out of `SUFFIXES`, of earlier results to process. If a folder has such files,
        only they are included; otherwise everything but earlier results.

    Raises
    ------
    UsageError
        If the results would be mixed with the pictures in a folder.
    """
    listing = Listing()
    for name in _expand(named):
        path = Path(name)
        if not path.is_dir():
            listing.sources.append(Source(path))
            continue
        if is_same(out, path):
            raise UsageError(
                f"the results would be mixed with the pictures in {path}; "
                "choose another folder with -o"
            )
        listing.has_folder = True
        _add_folder(listing, path, out, recursive, tuple(wanted))
    return listing


def find_companion(source: Source, companions: Path, what: str, suffix: str) -> Path:
    """Find the trimap, alpha or mask that belongs to a picture.

    Parameters
    ----------
    source : Source
        The picture.
    companions : Path
        A file, used as it is; or a folder that contains NAME-trimap.png or else NAME.png, with
        any extension of a picture, in the same subfolder as the picture or at the top.
    what : str
        Its name in messages.
    suffix : str
        The suffix of its name, out of `SUFFIXES`.

    Raises
    ------
    FileError
        If there is none, or more than one.
    """
    if not companions.is_dir():
        return companions
    for folder in dict.fromkeys((companions / source.below, companions)):
        if not folder.is_dir():
            continue
        files = [path for path in sorted(folder.iterdir()) if _is_picture(path)]
        for stem in (plain_stem(source.path) + suffix, source.path.stem):
            found = [path for path in files if path.stem == stem and path != source.path]
            if len(found) > 1:
                names = ", ".join(path.name for path in found)
                raise FileError(
                    f"{folder} contains {len(found)} files that could be the {what} for "
                    f"{source.path.name}: {names}.",
                    "Keep only one of them there.",
                )
            if found:
                return found[0]
    stem = plain_stem(source.path)
    raise FileError(
        f"{companions} contains no {what} for {source.path.name}.",
        f"Expected {stem}{suffix}.png or {stem}.png.",
    )


def _expand(named: Sequence[str]) -> Iterator[str]:
    """Expand wildcards on Windows, where the shell does not."""
    for name in named:
        if os.name == "nt" and not os.path.exists(name):
            yield from sorted(glob.glob(name)) or [name]
        else:
            yield name


def _add_folder(
    listing: Listing, folder: Path, out: Path, recursive: bool, wanted: tuple[str, ...]
) -> None:
    files = list(walk(folder, out, recursive=recursive))
    pictures = [source for source in files if _is_picture(source.path)]
    matching = [source for source in pictures if wanted and source.path.stem.endswith(wanted)]
    used = matching or [source for source in pictures if not source.path.stem.endswith(SUFFIXES)]
    listing.sources += used
    if not matching and (count := len(pictures) - len(used)):
        listing.notes.append(
            f"{folder}: skipped {count} {'file' if count == 1 else 'files'} named like results "
            f"({', '.join(SUFFIXES)}); name them one by one to process them."
        )
    if count := len(files) - len(pictures):
        listing.notes.append(
            f"{folder}: skipped {count} {'file' if count == 1 else 'files'} without the "
            "extension of a picture that can be read."
        )
    if not used:
        listing.notes.append(f"{folder}: no pictures found.")


def _is_picture(path: Path) -> bool:
    return path.suffix.lower() in READABLE
