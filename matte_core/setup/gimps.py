"""Find every GIMP 3 on this computer, and the profile folders for its plug-ins.

    package, source, AppImage   $XDG_CONFIG_HOME/GIMP/3.x, usually ~/.config/GIMP/3.x
    Flatpak                     the same; ~/.var/app/org.gimp.GIMP/config/GIMP/3.x for users
                                who never had the first
    Snap                        ~/snap/gimp/current/.config/GIMP/3.x
    Windows                     %APPDATA%\\GIMP\\3.x
    macOS                       ~/Library/Application Support/GIMP/3.x

GIMP 3.0.x uses the profile ``3.0``, GIMP 3.2.x uses ``3.2``. ``GIMP3_DIRECTORY`` names a profile
itself.
"""

import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from matte_core.base.errors import SetupError
from matte_core.setup.places import FLATPAK_APP, SNAP_APP
from matte_core.setup.processes import run

PROFILE_VARIABLE = "GIMP3_DIRECTORY"
VERSION_SECONDS = 30.0

Kind = Literal["package", "flatpak", "snap", "appimage"]


@dataclass(frozen=True)
class Gimp:
    """A GIMP that is installed."""

    kind: Kind  # {"package", "flatpak", "snap", "appimage"}: Windows and macOS count as packages
    version: str  # such as ``"3.0.4"``
    # The command that starts it without a window; empty if that is unknown.
    console: tuple[str, ...] = field(default=())

    @property
    def is_usable(self) -> bool:
        return _numbers(self.version) >= (3, 0)

    @property
    def profile_version(self) -> str:
        """The name of its profile folder: ``"3.0"`` for 3.0.4."""
        return ".".join(self.version.split(".")[:2])


@dataclass(frozen=True)
class Profile:
    """A profile folder of GIMP 3, which need not exist yet."""

    folder: Path
    kind: Kind = "package"

    @property
    def plugin(self) -> Path:
        """The folder of the plug-in."""
        return self.folder / "plug-ins" / "matte"


@dataclass(frozen=True)
class Machine:
    """The computer to search: its system, variables and home folder."""

    platform: str
    environ: Mapping[str, str]
    user: Path
    root: Path = Path("/")

    def which(self, name: str) -> str | None:
        return shutil.which(name, path=self.environ.get("PATH", os.defpath))


def find_gimps(machine: Machine, asked: Path | None = None) -> list[Gimp]:
    """Find the installed GIMPs, usable or not, the newest first.

    Parameters
    ----------
    machine : Machine
    asked : Path, optional
        An executable that the user chose; it comes first.

    Raises
    ------
    SetupError
        If `asked` is not a GIMP that starts.
    """
    found: list[Gimp] = []
    if asked is not None:
        found += _from_executables(_with_console([asked]))
        if not found:
            raise SetupError(
                f"{asked} is not a GIMP that starts.",
                "Choose the gimp or gimp-console of GIMP 3.",
            )
    found += sorted(
        [*_from_executables(_executables(machine)), *_sandboxed(machine), *_appimages(machine)],
        key=lambda gimp: _numbers(gimp.version),
        reverse=True,
    )
    return list(dict.fromkeys(found))


def find_profiles(machine: Machine, gimps: Iterable[Gimp]) -> list[Profile]:
    """Return the profiles that exist, and those that the installed GIMPs will use."""
    named = machine.environ.get(PROFILE_VARIABLE)
    if named:
        folder = Path(named)
        return [Profile(folder if folder.is_absolute() else machine.user / folder)]
    usable = [gimp for gimp in gimps if gimp.is_usable]
    profiles = [Profile(folder) for folder in _versions_in(_main_profiles(machine))]
    if machine.platform == "win32" and "LOCALAPPDATA" in machine.environ:
        packages = Path(machine.environ["LOCALAPPDATA"]) / "Packages"
        for store in sorted(packages.glob("GIMP.*/LocalCache/Roaming/GIMP")):
            profiles += [Profile(folder) for folder in _versions_in(store)]
    snap = machine.user / "snap" / SNAP_APP / "current"
    snaps = snap / ".config" / "GIMP"
    profiles += [Profile(folder, "snap") for folder in _versions_in(snaps)]
    private = machine.user / ".var" / "app" / FLATPAK_APP / "config" / "GIMP"
    profiles += [Profile(folder, "flatpak") for folder in _versions_in(private)]
    for gimp in usable:
        name = gimp.profile_version
        if gimp.kind == "snap":
            # "current" is a link that the first start creates; a folder would be in its way.
            if snap.is_dir():
                profiles.append(Profile(snaps / name, "snap"))
        elif gimp.kind == "flatpak" and private.is_dir() and not _main_profiles(machine).is_dir():
            # If we created ~/.config/GIMP, this GIMP would forget the settings it keeps here.
            profiles.append(Profile(private / name, "flatpak"))
        else:
            profiles.append(Profile(_main_profiles(machine) / name))
    return list(dict.fromkeys(profiles))


def where_to_get(platform: str) -> str:
    """Return how to get GIMP 3, for people."""
    if platform == "linux":
        return (
            "Install GIMP 3 from your distribution, or run: flatpak install flathub org.gimp.GIMP"
            " (https://www.gimp.org/downloads/). Then run this again."
        )
    return "Install GIMP 3 from https://www.gimp.org/downloads/ and run this again."


def _main_profiles(machine: Machine) -> Path:
    if machine.platform == "win32":
        roaming = machine.environ.get("APPDATA")
        return (Path(roaming) if roaming else machine.user / "AppData" / "Roaming") / "GIMP"
    if machine.platform == "darwin":
        return machine.user / "Library" / "Application Support" / "GIMP"
    config = machine.environ.get("XDG_CONFIG_HOME", "")
    return (Path(config) if os.path.isabs(config) else machine.user / ".config") / "GIMP"


def _versions_in(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(
        path for path in folder.iterdir() if re.fullmatch(r"3\.\d+", path.name) and path.is_dir()
    )


def _executables(machine: Machine) -> Iterator[Path]:
    if machine.platform == "win32":
        for variable in ("ProgramFiles", "LOCALAPPDATA"):
            if variable in machine.environ:
                base = Path(machine.environ[variable])
                base = base / "Programs" if variable == "LOCALAPPDATA" else base
                for folder in sorted(base.glob("GIMP*/bin")):
                    yield from _named_gimp(folder, ".exe")
        return
    folders = [Path(entry) for entry in machine.environ.get("PATH", os.defpath).split(os.pathsep)]
    if machine.platform == "darwin":
        for parent in (machine.root / "Applications", machine.user / "Applications"):
            folders += sorted(parent.glob("GIMP*.app/Contents/MacOS"))
    else:
        folders += [machine.root / "usr" / "bin", machine.root / "usr" / "local" / "bin"]
    for folder in dict.fromkeys(folders):
        yield from _named_gimp(folder)


def _named_gimp(folder: Path, ending: str = "") -> Iterator[Path]:
    """Yield the GIMPs in a folder: those without a window, if there are any."""
    pattern = re.compile(r"gimp(-console)?(-\d+(\.\d+)?)?" + re.escape(ending))
    try:
        names = sorted(name for name in os.listdir(folder) if pattern.fullmatch(name))
    except OSError:
        return
    consoles = [name for name in names if "console" in name]
    yield from (folder / name for name in consoles or names)


def _with_console(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        console = path.with_name(path.name.replace("gimp", "gimp-console", 1))
        has_console = "console" not in path.name and console.is_file()
        yield console if has_console else path


def _from_executables(paths: Iterable[Path]) -> Iterator[Gimp]:
    seen: set[Path] = set()
    for path in paths:
        real = path.resolve()
        if real in seen or real.name in ("snap", "flatpak"):
            continue
        seen.add(real)
        answer = run([path, "--version"], VERSION_SECONDS, scrub=False)
        version = re.search(r"\d+\.\d+\.\d+", answer.output) if answer.status == 0 else None
        if version:
            is_console = "console" in path.name
            yield Gimp("package", version[0], (str(path),) if is_console else ())


def _sandboxed(machine: Machine) -> Iterator[Gimp]:
    if machine.platform != "linux":
        return
    installations = (
        machine.root / "var/lib/flatpak/app" / FLATPAK_APP,
        machine.user / ".local/share/flatpak/app" / FLATPAK_APP,
    )
    if any(map(os.path.isdir, installations)) and machine.which("flatpak"):
        answer = run(["flatpak", "info", FLATPAK_APP], VERSION_SECONDS, {"LC_ALL": "C"})
        version = re.search(r"^\s*Version:\s*(\d+\.\d+\.\d+)", answer.output, re.MULTILINE)
        if version:
            command = ("flatpak", "run", "--command=gimp-console", FLATPAK_APP)
            yield Gimp("flatpak", version[1], command)
    described = machine.root / "snap" / SNAP_APP / "current" / "meta" / "snap.yaml"
    if described.is_file():
        text = described.read_text(encoding="utf-8", errors="replace")
        version = re.search(r"^version:\s*['\"]?(\d+\.\d+\.\d+)", text, re.MULTILINE)
        if version:
            yield Gimp("snap", version[1])


def _appimages(machine: Machine) -> Iterator[Gimp]:
    """Find GIMP's AppImages by name, where people keep them, without starting them."""
    if machine.platform != "linux":
        return
    for below in ("Applications", "AppImages", "Downloads", "Desktop", "bin", ".local/bin", ""):
        for path in sorted((machine.user / below).glob("*.[Aa]pp[Ii]mage")):
            version = re.match(r"GIMP-(\d+\.\d+\.\d+)", path.name, re.IGNORECASE)
            if version:
                yield Gimp("appimage", version[1])


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
