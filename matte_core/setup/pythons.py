"""Find a Python on this computer to create the environment with.

GIMP's own Python is no use: on Windows it comes from MSYS2, for which nobody publishes compiled
packages; on macOS and in an AppImage it is inside a signed or mounted bundle that may move.
"""

import json
import os
import re
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from matte_core.base.errors import SetupError
from matte_core.base.messages import Message
from matte_core.setup.places import Place
from matte_core.setup.processes import run

OLDEST = (3, 11)
NEWEST = (3, 14)  # for which the pinned packages are published
NEWEST_INTEL_MAC = (3, 13)  # for which onnxruntime is published only up to 1.23
PROBE_SECONDS = 20.0

_PROBE = """
import importlib.util, json, platform, sys, sysconfig
names = ("venv", "ensurepip", "ensurepip.__main__")
libc = "musl" if "musl" in (sysconfig.get_config_var("SOABI") or "") else ""
print(json.dumps({
    "path": getattr(sys, "_base_executable", "") or sys.executable,
    "version": list(sys.version_info[:3]),
    "implementation": sys.implementation.name,
    "bits": 64 if sys.maxsize > 2**32 else 32,
    "platform": " ".join((sysconfig.get_platform(), platform.machine(), libc)).strip(),
    "free_threaded": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
    "makes_environments": all(map(importlib.util.find_spec, names)),
}))
"""


@dataclass(frozen=True)
class Python:
    """What a Python says about itself."""

    path: Path  # for a virtual environment, the Python that it was created with
    version: tuple[int, int, int]
    implementation: str = "cpython"
    bits: int = 64
    # The platform it was built for and the machine it runs on, such as ``"linux-x86_64 x86_64"`` or
    # ``"macosx-11.0-universal2 arm64"``, and ``"musl"`` for that C library.
    platform: str = "linux-x86_64 x86_64"
    free_threaded: bool = False
    makes_environments: bool = True  # whether it comes with `venv` and `ensurepip`

    @property
    def version_text(self) -> str:
        return ".".join(map(str, self.version))

    @property
    def fault(self) -> str:
        """Why it cannot be used, for people; empty if it can."""
        if self.version[:2] < OLDEST:
            return f"is Python {self.version_text}, older than {_text(OLDEST)}"
        if self.implementation != "cpython":
            return f"is {self.implementation}, not CPython"
        if self.bits != 64:
            return "is a 32-bit Python, but the packages require 64 bits"
        if self.platform.startswith("win-arm"):
            return "is a Python for ARM, but the packages for Windows require x86-64"
        if self.platform.endswith("musl"):
            return "is built for musl, but the packages require glibc"
        if "mingw" in self.platform or is_gimps_own(self.path):
            return "belongs to GIMP or MSYS2, for which there are no compiled packages"
        if "WindowsApps" in str(self.path):
            return "comes from the Microsoft Store, which hides its files from other programs"
        if not self.makes_environments:
            return "comes without the modules that create environments (venv, ensurepip)"
        return ""

    @property
    def is_known_to_fit(self) -> bool:
        """Whether the pinned packages are published for this kind of Python."""
        is_intel_mac = self.platform.startswith("macosx") and self.platform.endswith("x86_64")
        newest = NEWEST_INTEL_MAC if is_intel_mac else NEWEST
        return self.version[:2] <= newest and not self.free_threaded


def is_gimps_own(path: Path) -> bool:
    """Return whether a Python is inside GIMP's own package, judging by its path."""
    appdir = os.environ.get("APPDIR", "")
    if len(appdir) > 1 and path.is_relative_to(appdir):
        return True
    folders = str(path).replace("\\", "/").split("/")[:-1]
    return any(re.fullmatch(r"GIMP.*\.app|GIMP [23].*", name) for name in folders)


def probe(path: str | Path, place: Place) -> Python | None:
    """Ask a Python about itself; None if it does not answer like one."""
    answer = run(place.command(path, "-I", "-c", _PROBE), PROBE_SECONDS)
    try:
        facts = json.loads(answer.output)
        return Python(
            path=Path(facts["path"]),
            version=(int(facts["version"][0]), int(facts["version"][1]), int(facts["version"][2])),
            implementation=str(facts["implementation"]),
            bits=int(facts["bits"]),
            platform=str(facts["platform"]),
            free_threaded=bool(facts["free_threaded"]),
            makes_environments=bool(facts["makes_environments"]),
        )
    except (ValueError, KeyError, IndexError, TypeError):
        return None


def find(place: Place, asked: Path | None = None) -> Python:
    """Find the Python to create the environment with.

    Parameters
    ----------
    place : Place
        Whose programs to search.
    asked : Path, optional
        The only one to try.

    Raises
    ------
    SetupError
        If there is none; the hint says how to get one.
    """
    if asked is not None:
        found = probe(asked, place)
        if found is None:
            raise SetupError(f"{asked} is not a Python that starts.", "Choose another one.")
        if found.fault:
            raise SetupError(f"{asked} {found.fault}.", remedy([found], place.platform))
        return found
    if place.kind == "host":
        paths: Iterable[str | Path] = candidates(place.platform, os.environ, Path.home())
    else:
        paths = ["python3"]
    refused: dict[str, Python] = {}
    second_best: Python | None = None
    for path in paths:
        found = probe(path, place)
        if found is None:
            continue
        if found.fault:
            refused.setdefault(os.path.realpath(found.path), found)
        elif found.is_known_to_fit:
            return found
        else:
            second_best = second_best or found
    if second_best is not None:
        return second_best
    raise SetupError(
        Message(
            "No usable Python {oldest} or later was found for {place}{refused}.",
            oldest=_text(OLDEST),
            place=place.called,
            refused="".join(f"; {python.path} {python.fault}" for python in refused.values()),
        ),
        remedy(refused.values(), place.platform),
    )


def candidates(platform: str, environ: Mapping[str, str], user: Path) -> Iterator[Path]:
    """Yield the paths where a Python may be, each one once, the likeliest first."""
    seen: set[Path] = set()
    for path in _places_to_look(platform, environ, user):
        if path not in seen and path.is_file():
            seen.add(path)
            yield path


def _places_to_look(platform: str, environ: Mapping[str, str], user: Path) -> Iterator[Path]:
    running = getattr(sys, "_base_executable", "") or sys.executable
    if running:
        yield Path(running)
    versions = [f"{OLDEST[0]}.{minor}" for minor in range(NEWEST[1], OLDEST[1] - 1, -1)]
    search_path = environ.get("PATH", os.defpath)
    for version in versions:
        found = shutil.which(f"python{version}", path=search_path)
        if found:
            yield Path(found)
    yield from _usual_places(platform, environ, user, versions)
    # Last, because the "python3" of a new macOS only offers to install Xcode. The launcher "py" of
    # Windows starts the newest Python it knows.
    for name in ("python3", "python", "py"):
        found = shutil.which(name, path=search_path)
        if found:
            yield Path(found)


def _usual_places(
    platform: str, environ: Mapping[str, str], user: Path, versions: list[str]
) -> Iterator[Path]:
    if platform == "win32":
        for version in versions:
            short = version.replace(".", "")
            for variable, below in (
                ("LOCALAPPDATA", f"Programs/Python/Python{short}"),
                ("ProgramFiles", f"Python{short}"),
            ):
                if variable in environ:
                    yield Path(environ[variable]) / below / "python.exe"
        return
    roots = [Path("/usr/bin"), Path("/usr/local/bin")]
    if platform == "darwin":
        frameworks = Path("/Library/Frameworks/Python.framework/Versions")
        yield from (frameworks / version / "bin" / "python3" for version in versions)
        roots = [Path("/opt/homebrew/bin"), Path("/usr/local/bin"), Path("/opt/local/bin")]
    roots.append(user / ".local" / "bin")
    yield from (root / f"python{version}" for version in versions for root in roots)
    pyenv = Path(environ.get("PYENV_ROOT", user / ".pyenv")) / "versions"
    if pyenv.is_dir():
        yield from sorted((found / "bin" / "python3" for found in pyenv.iterdir()), reverse=True)


def remedy(refused: Iterable[Python], platform: str, os_release: Path | None = None) -> str:
    """Return what to install, with the command for the user's system."""
    if platform == "win32":
        return Message(
            "Install Python from {address} and run this again.",
            address="https://www.python.org/downloads/windows/",
        )
    if platform == "darwin":
        return Message(
            "Install Python from {address} and run this again.",
            address="https://www.python.org/downloads/macos/ (brew install python@3.13)",
        )
    system = _distribution(os_release or Path("/etc/os-release"))
    bare = next((python for python in refused if python.fault.startswith("comes without")), None)
    if {"debian", "ubuntu"} & system:
        if bare is not None:
            package = f"python{bare.version[0]}.{bare.version[1]}-venv"
            return _run_first(f"sudo apt install {package}")
        return _run_first("sudo apt install python3 python3-venv")
    if {"fedora", "rhel"} & system:
        return _run_first("sudo dnf install python3.13")
    if {"suse", "opensuse"} & system:
        return _run_first("sudo zypper install python313")
    if "arch" in system:
        return _run_first("sudo pacman -S python")
    return Message(
        "Install Python {oldest} to {newest} with its venv module, or choose one with --python.",
        oldest=_text(OLDEST),
        newest=_text(NEWEST),
    )


def _run_first(command: str) -> str:
    return Message("Run: {command}   and then run this again.", command=command)


def _distribution(os_release: Path) -> set[str]:
    try:
        lines = os_release.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return set()
    words: set[str] = set()
    for line in lines:
        key, _, value = line.partition("=")
        if key in ("ID", "ID_LIKE"):
            words.update(value.strip().strip("'\"").lower().split())
    return words


def _text(version: tuple[int, int]) -> str:
    return f"{version[0]}.{version[1]}"
