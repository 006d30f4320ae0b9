#!/usr/bin/env python3
"""Build everything that is released: ``python3 tools/release.py``.

    matte-for-gimp-VERSION.zip            the plug-in, to be unpacked into GIMP's plug-ins folder
    matte_for_gimp-VERSION.tar.gz, .whl   for pipx and pip
    gimp-plugin-matte_VERSION_all.deb     for Debian and its relatives
    flathub/                              for a pull request at Flathub, which a person makes
    SHA256SUMS

Built from the files that git tracks, as they are on the disk. Every time in them is that of the
last commit, so the same commit gives the same bytes. Needs ``pip install build``; the rest is in
the standard library.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
sys.dont_write_bytecode = True

import archives
import debian
import flathub

import matte_core
from matte_core.setup.plugin import MAIN, Source, tree

VERSION = matte_core.__version__


def main() -> int:
    """Run the command; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--out", type=Path, default=ROOT / "dist", help="default: dist")
    parser.add_argument(
        "--url", default="", help="the project's address, for Flathub's sources and screenshots"
    )
    parser.add_argument(
        "--no-isolation", action="store_true", help="build with the hatchling that is installed"
    )
    options = parser.parse_args()
    stamp = int(_git("log", "-1", "--format=%ct"))
    with tempfile.TemporaryDirectory(prefix="matte-release-") as scratch:
        checkout, made = Path(scratch) / "checkout", Path(scratch) / "made"
        _copy_checkout(checkout)
        made.mkdir()
        build_python_packages(checkout, made, stamp, isolated=not options.no_isolation)
        build_zip(Source(checkout), made, stamp)
        build_deb(Source(checkout), made, stamp)
        (archive,) = made.glob("*.tar.gz")
        flathub.write(checkout, made / "flathub", archive, VERSION, options.url, stamp)
        sums = [(path.name, _sha256(path)) for path in sorted(made.iterdir()) if path.is_file()]
        listed = "".join(f"{digest}  {name}\n" for name, digest in sums)
        (made / "SHA256SUMS").write_text(listed)
        options.out.mkdir(parents=True, exist_ok=True)
        shutil.copytree(made, options.out, dirs_exist_ok=True)
    for path in sorted(options.out.rglob("*")):
        if path.is_file():
            print(f"{path.stat().st_size:>10}  {path}")
    return 0


def build_python_packages(checkout: Path, folder: Path, stamp: int, *, isolated: bool) -> None:
    """Build the sdist, and from it the wheel."""
    command = [sys.executable, "-m", "build", "--outdir", str(folder)]
    command += [] if isolated else ["--no-isolation"]
    environ = {**os.environ, "SOURCE_DATE_EPOCH": str(stamp)}
    done = subprocess.run(
        [*command, str(checkout)], env=environ, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"The Python packages cannot be built:\n{done.stdout}{done.stderr}")


def build_zip(source: Source, folder: Path, stamp: int) -> Path:
    """Build the .zip file: the folder ``matte``, which sets itself up on its first run."""
    contents = {f"matte/{path}": data for path, data in tree(source, {}).items()}
    year, month, day, hour, minute, second, *_ = time.gmtime(stamp)
    path = folder / f"matte-for-gimp-{VERSION}.zip"
    when = (year, month, day, hour, minute, second)
    path.write_bytes(archives.zipped(contents, {f"matte/{MAIN}"}, when))
    return path


def build_deb(source: Source, folder: Path, stamp: int) -> Path:
    """Build the package for Debian, whose plug-in runs with the system's Python."""
    license_text = (source.root / "LICENSE").read_text(encoding="utf-8")
    changes = (source.root / "CHANGELOG.md").read_text(encoding="utf-8")
    plug_in = tree(source, {"python": debian.PYTHON})
    path = folder / f"{debian.NAME}_{VERSION}_all.deb"
    path.write_bytes(debian.package(plug_in, MAIN, license_text, changes, VERSION, stamp))
    return path


def _copy_checkout(target: Path) -> None:
    """Copy what git tracks, as it is on the disk, and nothing else that lies there."""
    for name in _git("ls-files", "-z").split("\0"):
        path = ROOT / name
        if name and path.is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target / name)
            (target / name).chmod(0o755 if os.access(path, os.X_OK) else 0o644)


def _git(*arguments: str) -> str:
    command = ["git", "-C", str(ROOT), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
