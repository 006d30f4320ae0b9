"""Make the virtual environment that the numerics run in, whole or not at all.

The new one is made beside the old one (``env.new``), tried, stamped and only then moved into its
place, so a failure half-way leaves the old one at work, and what is found at ``env`` with a stamp
is always whole. An environment may be moved as long as it is used as ``env/bin/python``; the
scripts that pip writes hold the old path, so they are left out: nothing here needs them.

Standard library only.
"""

import errno
import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from matte_core.base.errors import SetupError
from matte_core.base.messages import Message
from matte_core.setup import removal
from matte_core.setup.places import Place
from matte_core.setup.processes import Finished, follow, run
from matte_core.setup.pythons import Python, remedy

Report = Callable[[str, str], None]

REQUIREMENTS = Path(__file__).with_name("requirements.txt")
# What programs say of a disk that is full.
FULL = ("No space left on device", "[Errno 28]", "Disk quota exceeded", "[WinError 112]")
STAMP = "matte.json"
TEMPORARY = "tmp"
IMPORTS = ("numpy", "scipy.sparse", "sklearn.neighbors", "cv2", "onnxruntime")
STEP = Message("Environment")

QUICK_SECONDS = 30.0
IMPORT_SECONDS = 180.0
NEEDED_BYTES = 900_000_000

ROOM = Message("Make room, or name another folder with the variable MATTE_HOME.")
CONNECTION = Message(
    "Check the connection (and HTTPS_PROXY, behind a proxy), or install from a folder of wheels "
    "with --wheels."
)
NEEDS = Message(
    "Name a Python from 3.11 to 3.14 (3.13 on a Mac with Intel) with --python; macOS must be 14 "
    "or later, glibc 2.28 or later."
)

# A person's pip settings for proxies, certificates and mirrors count; those that would send the
# packages elsewhere or change which ones are installed do not.
_PIP_VARIABLES = {
    "PIP_USER": "0",
    "PIP_REQUIRE_VIRTUALENV": "0",
    "PIP_NO_INPUT": "1",
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    "PIP_PROGRESS_BAR": "off",
}
_PIP_UNWANTED = ("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_CONSTRAINT", "PIP_REQUIREMENT")


def fingerprint(requirements: Path = REQUIREMENTS) -> str:
    """Return the SHA-256 of the list of packages, whatever its line ends."""
    return hashlib.sha256(requirements.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def problem(place: Place, requirements: Path = REQUIREMENTS) -> str:
    """Say what is wrong with the environment of a place; empty when nothing is.

    Quick: reads the stamp and starts the environment's Python, which is what a system's upgrade
    breaks. `import_problem` looks deeper.
    """
    stamp = _read_stamp(place.environment)
    if stamp is None:
        return (
            Message("there is none yet")
            if not place.environment.exists()
            else Message("it is not whole")
        )
    if stamp.get("requirements") != fingerprint(requirements):
        return Message("it was made for another version of Matte")
    python = place.python_of(place.environment)
    script = "import sys; print('%d.%d' % sys.version_info[:2])"
    answer = run(place.command(python, "-I", "-S", "-c", script), QUICK_SECONDS)
    if answer.status:
        return Message("its Python does not start ({why})", why=answer.last_words)
    if answer.output.strip() != stamp.get("python"):
        return Message(
            "its Python was {old} and is now {new}",
            old=stamp.get("python"),
            new=answer.output.strip(),
        )
    return ""


def import_problem(
    place: Place, environment: Path | None = None, imports: tuple[str, ...] = IMPORTS
) -> str:
    """Load every package in the environment; say what is wrong, empty when nothing is."""
    python = place.python_of(environment or place.environment)
    script = "import importlib, sys; [importlib.import_module(name) for name in sys.argv[1:]]"
    answer = run(place.command(python, "-I", "-c", script, *imports), IMPORT_SECONDS)
    return "" if answer.status == 0 else answer.last_words


def make(
    place: Place,
    python: Python,
    report: Report,
    *,
    wheels: Path | None = None,
    requirements: Path = REQUIREMENTS,
    imports: tuple[str, ...] = IMPORTS,
) -> None:
    """Make the environment anew and put it in the place of the old one.

    Parameters
    ----------
    place : Place
        Where to; its home must exist.
    python : Python
        What to make it with, from `matte_core.setup.pythons.find`.
    report : callable
        Given the step and what happens.
    wheels : Path, optional
        A folder of wheels to install from, instead of a package index.
    requirements : Path, optional
        The packages, pinned and hashed.
    imports : tuple of str, optional
        The modules that must load before the environment counts as whole.

    Raises
    ------
    SetupError
        If it cannot be made. The old environment is then still there.
    """
    new = place.home / "env.new"
    log = place.home / "logs" / "install.log"
    removal.remove(new)
    _check_space(place.home)
    # Inside a Flatpak or a Snap the project's folder may be out of sight; the home is not.
    listed = place.home / "requirements.new.txt"
    try:
        shutil.copyfile(requirements, listed)
        _create(place, python, new, report, log)
        _install(place, new, listed, wheels, report, log)
        report(STEP, Message("Trying the packages"))
        wrong = import_problem(place, new, imports)
        if wrong:
            raise SetupError(
                Message("The packages were installed, but do not load: {why}.", why=wrong),
                Message("See {log}.", log=log),
            )
        _drop_scripts(place, new)
        removal.remove(new / TEMPORARY)
        stamp = {
            "requirements": fingerprint(requirements),
            "python": f"{python.version[0]}.{python.version[1]}",
            "made_with": str(python.path),
        }
        (new / STAMP).write_text(json.dumps(stamp, indent=1) + "\n", encoding="utf-8")
        removal.swap(new, place.environment)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise _full(place) from error
        raise SetupError(
            Message("The environment cannot be written: {error}.", error=error),
            Message(
                "Close GIMP, see that the disk of {folder} is not full, and run this again.",
                folder=place.home,
            ),
        ) from error
    finally:
        removal.remove(new)
        removal.remove(listed)


def _read_stamp(environment: Path) -> dict[str, object] | None:
    try:
        stamp = json.loads((environment / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return stamp if isinstance(stamp, dict) else None


def _check_space(home: Path) -> None:
    free = shutil.disk_usage(home).free
    if free < NEEDED_BYTES:
        raise SetupError(
            Message(
                "The disk of {folder} has {free:.0f} MB left; the environment needs "
                "{needed:.0f} MB while it is made.",
                folder=home,
                free=free / 1e6,
                needed=NEEDED_BYTES / 1e6,
            ),
            ROOM,
        )


def _full(place: Place) -> SetupError:
    return SetupError(Message("The disk of {folder} is full.", folder=place.home), ROOM)


def _follow(
    place: Place, new: Path, log: Path, on_line: Callable[[str], None] | None, *command: str | Path
) -> Finished:
    """Run a program that fills the new environment.

    Its temporary files lie there too: that disk was looked at, and they go with it.

    Raises
    ------
    SetupError
        If the program met a full disk.
    """
    temporary = new / TEMPORARY
    temporary.mkdir(parents=True, exist_ok=True)
    changes = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(temporary))
    done = follow(place.command(*command), log, on_line, {**pip_variables(), **changes})
    if done.status and any(words in done.output for words in FULL):
        raise _full(place)
    return done


def _create(place: Place, python: Python, new: Path, report: Report, log: Path) -> None:
    report(
        STEP,
        Message(
            "Making it with Python {version} ({path})",
            version=python.version_text,
            path=python.path,
        ),
    )
    venv = ("-I", "-m", "venv", "--without-pip", "--prompt", "matte", new)
    done = _follow(place, new, log, None, python.path, *venv)
    if not done.status:
        # Asked by venv, it says nothing of what is wrong.
        pip = ("-I", "-m", "ensurepip", "--default-pip")
        done = _follow(place, new, log, None, place.python_of(new), *pip)
    if done.status:
        lacks_pip = "ensurepip" in done.output
        hint = remedy([replace(python, makes_environments=False)], place.platform)
        raise SetupError(
            Message(
                "{python} cannot make a virtual environment: {why}",
                python=python.path,
                why=done.last_words,
            ),
            hint
            if lacks_pip
            else Message("See {log}; another Python can be named with --python.", log=log),
        )


def _install(
    place: Place, new: Path, listed: Path, wheels: Path | None, report: Report, log: Path
) -> None:
    arguments: list[str | Path] = ["--require-hashes", "--only-binary", ":all:", "-r", listed]
    if wheels is not None:
        report(STEP, Message("Installing the packages from {folder}", folder=wheels))
        arguments += ["--no-index", "--find-links", wheels.absolute()]
    else:
        report(STEP, Message("Fetching the packages (about 150 MB, once)"))

    def on_line(line: str) -> None:
        found = re.match(r"\s*(Collecting|Downloading|Installing collected)\s+(\S+)", line)
        if found and found[1] == "Collecting":
            report(STEP, Message("Fetching {name}", name=found[2].partition("==")[0]))
        elif found and found[1].startswith("Installing"):
            report(STEP, Message("Unpacking"))

    pip = ("-I", "-m", "pip", "install")
    done = _follow(place, new, log, on_line, place.python_of(new), *pip, *arguments)
    if done.status:
        message, hint = explain(done, offline=wheels is not None)
        told = Message("{hint} Everything that pip said is in {log}.", hint=hint, log=log)
        raise SetupError(message, told)


def pip_variables() -> dict[str, str]:
    """Return the changes to the variables for pip; what it must not see is set to nothing."""
    changes = {**_PIP_VARIABLES, **{name: "" for name in _PIP_UNWANTED if name in os.environ}}
    if "PIP_CACHE_DIR" not in os.environ:
        # Hundreds of megabytes in a person's cache would outlive an uninstallation.
        changes["PIP_NO_CACHE_DIR"] = "1"
    return changes


def explain(done: Finished, *, offline: bool) -> tuple[str, str]:
    """Turn what pip said when it failed into what was wrong and what to do.

    Returns
    -------
    message, hint : str
    """
    said = done.output + done.errors
    if "DO NOT MATCH THE HASHES" in said:
        return (
            Message("A package is not the one that Matte was tested with: its checksum differs."),
            Message(
                "It was refused. Try again; if it stays so, the index or a proxy changes files."
            ),
        )
    if re.search(r"SSLError|CERTIFICATE_VERIFY_FAILED|certificate verify failed", said):
        return (
            Message("The package index cannot be reached safely: its certificate is not trusted."),
            Message(
                "Behind a proxy with a certificate of its own, set PIP_CERT to the file of that."
            ),
        )
    if re.search(
        r"NewConnectionError|NameResolutionError|ConnectTimeout|ReadTimeout|ProxyError"
        r"|Max retries exceeded|Connection refused|Network is unreachable",
        said,
    ):
        return (
            Message("The package index cannot be reached."),
            CONNECTION,
        )
    if "No matching distribution" in said or "Could not find a version" in said:
        wanted = re.search(r"No matching distribution found for (\S+)", said)
        name = wanted[1] if wanted else "a package"
        if offline:
            return (
                Message("The folder of wheels does not hold {name} for this computer.", name=name),
                Message(
                    "Fill it on a like computer with: {command}",
                    command="python3 -m pip download --only-binary :all: "
                    "-r matte_core/setup/requirements.txt -d FOLDER",
                ),
            )
        if "(from versions: none)" in said:
            # With few retries pip does not say why it found nothing.
            return (
                Message(
                    "The package index cannot be reached, or does not hold {name} for this Python.",
                    name=name,
                ),
                Message("{first} {second}", first=CONNECTION, second=NEEDS),
            )
        return (
            Message("{name} is not published for this Python on this computer.", name=name),
            NEEDS,
        )
    errors = [line for line in said.splitlines() if line.startswith("ERROR:")]
    why = errors[-1][6:].strip() if errors else done.last_words
    return Message("The packages could not be installed: {why}", why=why), ""


def _drop_scripts(place: Place, environment: Path) -> None:
    for script in place.python_of(environment).parent.iterdir():
        is_python = script.name.lower().startswith("python") or script.suffix.lower() == ".dll"
        if not is_python:
            removal.remove(script)
