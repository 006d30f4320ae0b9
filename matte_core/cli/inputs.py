"""Which pictures a command is to take: files, folders, and the companions of each.

Standard library only.
"""

import glob
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from matte_core.base.errors import FileError
from matte_core.cli.options import UsageError

EXTENSIONS = frozenset(
    (".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".tif", ".tiff", ".webp", ".bmp", ".dib")
)

#: How the results of this program end, before the extension.
SUFFIXES = ("-mask", "-probability", "-classes", "-trimap", "-alpha")


@dataclass(frozen=True)
class Source:
    """A picture to take, and the folder of its result below the output folder."""

    path: Path
    below: Path = Path()

    @property
    def stem(self) -> str:
        """The name that all results of one photo share."""
        return plain_stem(self.path)


@dataclass
class Listing:
    """The pictures found, and what a person should know about what was not taken."""

    sources: list[Source] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    has_folder: bool = False

    @property
    def is_single(self) -> bool:
        """Whether exactly one picture was named by its own name."""
        return len(self.sources) == 1 and not self.has_folder


def plain_stem(path: Path) -> str:
    """Return a file's name without extension and without the ending of a result of ours."""
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
    """Find the pictures to take, in the order named, folders sorted by name.

    Parameters
    ----------
    named : sequence of str
        Files and folders. A file is taken whatever its name; it need not exist (reading it
        will say so).
    out : Path
        Where results go: never looked into, and not allowed to be one of the folders.
    recursive : bool
        Whether to take the folders inside folders.
    wanted : iterable of str
        Which of our own results to take from a folder, as ends of names out of `SUFFIXES`.
        When a folder has such files only they are taken; otherwise all but our own results.

    Raises
    ------
    UsageError
        If the results would go among the pictures of a folder.
    """
    listing = Listing()
    for name in _expand(named):
        path = Path(name)
        if not path.is_dir():
            listing.sources.append(Source(path))
            continue
        if out.exists() and out.samefile(path):
            raise UsageError(
                f"the results would go into {path}, among the pictures they are made from; "
                "name another folder with -o"
            )
        listing.has_folder = True
        _take_folder(listing, path, out, recursive, tuple(wanted))
    return listing


def find_companion(source: Source, companions: Path, what: str, suffix: str) -> Path:
    """Find the trimap, alpha or mask that belongs to a picture.

    Parameters
    ----------
    source : Source
        The picture.
    companions : Path
        A file, taken as it is; or a folder, in which NAME-trimap.png, or else NAME.png, is
        looked for (with any extension of a picture), also in the same folder inside.
    what : str
        What it is called in messages.
    suffix : str
        How its name ends, out of `SUFFIXES`.

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
        for stem in (source.stem + suffix, source.path.stem):
            found = [path for path in files if path.stem == stem and path != source.path]
            if len(found) > 1:
                names = ", ".join(path.name for path in found)
                raise FileError(
                    f"{folder} has {len(found)} files that could be the {what} of "
                    f"{source.path.name}: {names}.",
                    "Leave one of them there.",
                )
            if found:
                return found[0]
    raise FileError(
        f"{companions} has no {what} for {source.path.name}.",
        f"It would be called {source.stem}{suffix}.png or {source.stem}.png.",
    )


def _expand(named: Sequence[str]) -> Iterator[str]:
    """Expand wildcards where the shell leaves that to the program."""
    for name in named:
        if os.name == "nt" and not os.path.exists(name):
            yield from sorted(glob.glob(name)) or [name]
        else:
            yield name


def _take_folder(
    listing: Listing, folder: Path, out: Path, recursive: bool, wanted: tuple[str, ...]
) -> None:
    pictures: list[Path] = []
    others = 0
    for parent, folders, files in os.walk(folder):
        here = Path(parent)
        folders[:] = sorted(
            name
            for name in folders
            if recursive and not name.startswith(".") and not _is_same(here / name, out)
        )
        visible = [here / name for name in sorted(files) if not name.startswith(".")]
        pictures += [path for path in visible if _is_picture(path)]
        others += sum(not _is_picture(path) for path in visible)
    results = {path for path in pictures if path.stem.endswith(SUFFIXES)}
    asked = [path for path in pictures if wanted and path.stem.endswith(wanted)]
    taken = asked or [path for path in pictures if path not in results]
    left_out = len(pictures) - len(taken)
    listing.sources += [Source(path, path.parent.relative_to(folder)) for path in taken]
    if left_out and not asked:
        ends = ", ".join(SUFFIXES)
        listing.notes.append(
            f"{folder}: passed over {left_out} named like results ({ends}); "
            "name them one by one to take them."
        )
    if others:
        listing.notes.append(
            f"{folder}: passed over {others} that "
            f"{'are' if others > 1 else 'is'} not JPEG, PNG, TIFF, WebP or BMP by name."
        )
    if not taken:
        listing.notes.append(f"{folder}: no pictures in it.")


def _is_picture(path: Path) -> bool:
    return path.suffix.lower() in EXTENSIONS


def _is_same(one: Path, other: Path) -> bool:
    return other.exists() and one.exists() and one.samefile(other)
