"""Write archives whose bytes depend on their contents alone, not on clock, user, or disk."""

import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Collection, Mapping

Tree = Mapping[str, bytes]  # path, with forward slashes, to contents


def zipped(
    tree: Tree, executable: Collection[str], stamp: tuple[int, int, int, int, int, int]
) -> bytes:
    """Return a .zip file.

    Parameters
    ----------
    tree : mapping
    executable : collection of str
        The paths of the files that can be run.
    stamp : tuple of int
        The date and time of every file.
    """
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in sorted(tree):
            entry = zipfile.ZipInfo(path, stamp)
            entry.create_system = 3  # Unix, wherever this runs: the modes below are its own
            entry.external_attr = (0o100755 if path in executable else 0o100644) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, tree[path])
    return written.getvalue()


def tarred(
    tree: Tree,
    stamp: int,
    executable: Collection[str] = (),
) -> bytes:
    """Return a .tar.xz file with the files of a system: ``./``, owned by root.

    Parameters
    ----------
    tree : mapping
    stamp : int
        The time of every file, in seconds since 1970.
    executable : collection of str
    """
    names = [path.split("/") for path in tree]
    folders = {"/".join(parts[:count]) for parts in names for count in range(1, len(parts))}
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for path in ["", *sorted({*folders, *tree})]:
            entry = tarfile.TarInfo(f"./{path}")
            entry.mtime, entry.uname, entry.gname = stamp, "root", "root"
            if path in tree:
                entry.size = len(tree[path])
                entry.mode = 0o755 if path in executable else 0o644
            else:
                entry.type, entry.mode = tarfile.DIRTYPE, 0o755
            archive.addfile(entry, io.BytesIO(tree.get(path, b"")))
    return lzma.compress(written.getvalue(), preset=6)


def gzipped(data: bytes) -> bytes:
    """Return a .gz file without a name and a time."""
    return gzip.compress(data, 9, mtime=0)


def ar(members: Mapping[str, bytes], stamp: int) -> bytes:
    """Return an archive of Unix's ``ar``, which is what a .deb file is."""
    written = b"!<arch>\n"
    for name, data in members.items():
        header = f"{name:<16}{stamp:<12}{0:<6}{0:<6}{'100644':<8}{len(data):<10}`\n"
        written += header.encode("ascii") + data + b"\n" * (len(data) % 2)
    return written
