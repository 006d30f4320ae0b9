"""The pictures in a folder."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

#: Extensions of the pictures that `matte_core.files` reads.
READABLE = frozenset(
    (
        *(".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".apng", ".tif", ".tiff"),
        *(".webp", ".avif", ".heic", ".heif", ".hif", ".gif", ".bmp", ".dib"),
    )
)
#: Extensions of the pictures that GIMP opens, with its own loaders or common helpers.
GIMP_READABLE = READABLE | {
    *(".jxl", ".jp2", ".j2k", ".exr", ".hdr"),
    *(".xcf", ".xcfgz", ".xcfbz2", ".xcfxz", ".psd", ".psb", ".ora", ".tga", ".pcx"),
    *(".pnm", ".ppm", ".pgm", ".pbm", ".pam", ".sgi", ".qoi", ".dds", ".fits"),
    # Raw photos, where a raw developer is installed beside GIMP.
    *(".dng", ".cr2", ".cr3", ".nef", ".nrw", ".arw", ".orf", ".rw2", ".raf", ".pef", ".srw"),
}


@dataclass(frozen=True)
class Source:
    """A picture, and the folder of its results relative to the output folder."""

    path: Path
    below: Path = Path()


def walk(folder: Path, target: Path, *, recursive: bool) -> Iterator[Source]:
    """Yield the files in a folder, sorted by name; hidden ones are skipped.

    Parameters
    ----------
    folder : Path
    target : Path
        The output folder, which is skipped; it need not exist.
    recursive : bool
        Whether to include subfolders.
    """
    for parent, folders, files in os.walk(folder):
        here = Path(parent)
        folders[:] = sorted(
            name
            for name in folders
            if recursive and not name.startswith(".") and not is_same(here / name, target)
        )
        for name in sorted(files):
            if not name.startswith("."):
                yield Source(here / name, here.relative_to(folder))


def is_same(one: Path, other: Path) -> bool:
    """Return whether two paths lead to the same file or folder."""
    return one.exists() and other.exists() and one.samefile(other)
