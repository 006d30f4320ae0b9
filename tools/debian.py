"""Make the package for Debian and its relatives: ``gimp-plugin-matte``.

The plug-in depends on packages of Debian alone, and runs with the system's Python.
"""

import hashlib
import textwrap
from email.utils import formatdate

from archives import Tree, ar, gzipped, tarred

NAME = "gimp-plugin-matte"
MAINTAINER = "The Matte for GIMP authors <matte-for-gimp@users.noreply.github.com>"
SUMMARY = "cut subjects out of photos in GIMP, down to single hairs"
DESCRIPTION = """\
Finds the subject of a photo, follows its outline through hair and fur, and makes a layer mask, a
selection, a channel, a new layer, or a new image of it. The colors of the old background are
removed from the edge. Everything is computed on this computer.
.
This package also contains the command matte, which does the same for files and folders.
"""
DEPENDS = (
    "python3 (>= 3.11), gimp (>= 3.0), gir1.2-gimp-3.0, python3-gi, python3-numpy (>= 1:2.0), "
    "python3-scipy (>= 1.14), python3-sklearn (>= 1.4), python3-opencv (>= 4.10), "
    "python3-pil (>= 11), python3-protobuf"
)
# Faster than OpenCV, and for models that are not built in; not on every architecture.
RECOMMENDS = "python3-onnxruntime (>= 1.20)"
SHARE = f"usr/share/{NAME}"
PYTHON = "/usr/bin/python3"
COMMAND = f"""\
#!/bin/sh
exec {PYTHON} -I -X utf8 /{SHARE}/matte/matte_core/__main__.py "$@"
"""
MANUAL = r"""\
.TH MATTE 1
.SH NAME
matte \- cut subjects out of photos
.SH SYNOPSIS
.B matte
.I COMMAND
.RI [ OPTIONS ]
.SH DESCRIPTION
Finds the subject of a photo, follows its outline through hair and fur, and writes it on a
transparent background. Single steps, whole folders, and compositing have commands of their own.
.PP
.B matte \-\-help
lists the commands, and
.BI "matte " "COMMAND " \-\-help
describes one.
.SH EXAMPLES
.TP
.B matte cutout cat.jpg \-o cat.png
The cat on a transparent background.
.TP
.B matte cutout photos/ \-o cut/
Every photo in a folder.
.SH EXIT STATUS
0 if all is done, 1 if something failed, 2 after a usage error, and 130 if stopped by Ctrl+C.
"""
# The folder has the architecture in its path, and a package for all architectures must not.
POSTINST = f"""\
#!/bin/sh
set -e
if [ "$1" = configure ]; then
    for folder in /usr/lib/*/gimp/3.0/plug-ins; do
        [ ! -d "$folder" ] || ln -sfn /{SHARE}/matte "$folder/matte"
    done
    if command -v py3compile >/dev/null; then
        py3compile -p {NAME} /{SHARE}
    fi
fi
"""
PRERM = f"""\
#!/bin/sh
set -e
for link in /usr/lib/*/gimp/3.0/plug-ins/matte; do
    [ "$(readlink "$link")" != /{SHARE}/matte ] || rm "$link"
done
if command -v py3clean >/dev/null; then
    py3clean -p {NAME}
fi
"""
COPYRIGHT = """\
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: Matte for GIMP

Files: *
Copyright: 2026 The Matte for GIMP authors
License: Expat
"""


def package(
    plug_in: Tree, executable: str, license_text: str, changes: str, version: str, stamp: int
) -> bytes:
    """Return the .deb file.

    Parameters
    ----------
    plug_in : mapping
        The plug-in's folder.
    executable : str
        Its file that GIMP runs.
    license_text, changes, version : str
    stamp : int
        The time of every file, in seconds since 1970.
    """
    _title, _, terms = license_text.partition("\n\n")
    indented = textwrap.indent(terms.strip(), " ", lambda _line: True)
    copyright_file = COPYRIGHT + indented.replace("\n \n", "\n .\n") + "\n"
    tree = {
        **{f"{SHARE}/matte/{path}": data for path, data in plug_in.items()},
        "usr/bin/matte": COMMAND.encode(),
        "usr/share/man/man1/matte.1.gz": gzipped(MANUAL.encode()),
        f"usr/share/doc/{NAME}/copyright": copyright_file.encode(),
        f"usr/share/doc/{NAME}/changelog.gz": gzipped(_changelog(version, stamp)),
        f"usr/share/doc/{NAME}/NEWS.gz": gzipped(changes.encode()),
    }
    runs = {f"{SHARE}/matte/{executable}", "usr/bin/matte"}
    size = sum(-(-len(data) // 1024) for data in tree.values()) + len(tree) // 4
    sums = "".join(f"{hashlib.md5(tree[path]).hexdigest()}  {path}\n" for path in sorted(tree))
    control = {
        "control": _control(version, size).encode(),
        "md5sums": sums.encode(),
        "postinst": POSTINST.encode(),
        "prerm": PRERM.encode(),
    }
    return ar(
        {
            "debian-binary": b"2.0\n",
            "control.tar.xz": tarred(control, stamp, {"postinst", "prerm"}),
            "data.tar.xz": tarred(tree, stamp, runs),
        },
        stamp,
    )


def _control(version: str, size: int) -> str:
    paragraphs = [" ".join(text.split()) for text in DESCRIPTION.split("\n.\n")]
    wrapped = (
        textwrap.fill(text, 75, initial_indent=" ", subsequent_indent=" ") for text in paragraphs
    )
    long = "\n .\n".join(wrapped)
    return (
        f"Package: {NAME}\nVersion: {version}\nArchitecture: all\nMaintainer: {MAINTAINER}\n"
        f"Installed-Size: {size}\nDepends: {DEPENDS}\nRecommends: {RECOMMENDS}\n"
        f"Section: graphics\nPriority: optional\nDescription: {SUMMARY}\n{long}\n"
    )


def _changelog(version: str, stamp: int) -> bytes:
    return (
        f"{NAME} ({version}) unstable; urgency=medium\n\n"
        f"  * Release {version}: see NEWS.gz.\n\n"
        f" -- {MAINTAINER}  {formatdate(stamp)}\n"
    ).encode()
