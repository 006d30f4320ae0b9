"""Create the virtual environment that the numerics run in, completely or not at all.

The new one is created beside the old one (``env.new``), tested, stamped and only then moved into
place. A failure halfway leaves the old one working, and an ``env`` with a stamp is always complete.
An environment can be moved as long as it is used as ``env/bin/python``; the scripts that pip writes
contain the old path, and are removed as nothing needs them.
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
from matte_core.setup import notes, removal
from matte_core.setup.places import Place
from matte_core.setup.processes import Finished, follow, run
from matte_core.setup.pythons import Python, remedy

StepCallback = Callable[[str, str], None]

REQUIREMENTS = Path(__file__).with_name("requirements.txt")
# How programs report a full disk.
FULL = ("No space left on device", "[Errno 28]", "Disk quota exceeded", "[WinError 112]")
STAMP = "matte.json"
TEMPORARY = "tmp"
IMPORTS = ("numpy", "scipy.sparse", "sklearn.neighbors", "cv2", "onnxruntime", "PIL.Image")
# Without those that only speed things up, or serve models that are not built in.
NEEDED = ("numpy", "scipy.sparse", "cv2", "google.protobuf", "PIL.Image", "sklearn.neighbors")
STEP = Message("Environment")

QUICK_SECONDS = 30.0
IMPORT_SECONDS = 180.0
NEEDED_BYTES = 900_000_000

ROOM = Message("Free up disk space, or choose another folder with the variable MATTE_HOME.")
CONNECTION = Message(
    "Check the connection (and HTTPS_PROXY, behind a proxy), or install from a folder with wheels "
    "with --wheels."
)
REINSTALL = Message("Reinstall Matte with the program that installed it (apt, pipx, …).")
NEEDS = Message(
    "Choose a Python from 3.11 to 3.14 (to 3.13 on an Intel Mac) with --python. The packages "
    "require macOS 14 or glibc 2.28, or later."
)

# The user's pip settings for proxies, certificates and mirrors apply, but not those that would
# install the packages elsewhere or change which ones are installed.
_PIP_VARIABLES = {
    "PIP_USER": "0",
    "PIP_REQUIRE_VIRTUALENV": "0",
    "PIP_NO_INPUT": "1",
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    "PIP_PROGRESS_BAR": "off",
}
_PIP_UNWANTED = ("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_CONSTRAINT", "PIP_REQUIREMENT")


def fingerprint(requirements: Path = REQUIREMENTS) -> str:
    """Return the SHA-256 of the list of packages, regardless of its line endings."""
    return hashlib.sha256(requirements.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def problem(place: Place, requirements: Path = REQUIREMENTS) -> str:
    """Return what is wrong with the environment of a place; empty if nothing.

    Quick: reads the stamp and starts the environment's Python, which system upgrades may break.
    `import_problem` checks more thoroughly.
    """
    if place.given is not None:
        answer = run(place.command(place.given, "-I", "-S", "-c", ""), QUICK_SECONDS)
        why = answer.last_words
        return Message("its Python does not start ({why})", why=why) if answer.status else ""
    stamp = notes.read_note(place.environment / STAMP)
    if not stamp:
        return Message("not installed") if not place.environment.exists() else Message("incomplete")
    if stamp.get("requirements") != fingerprint(requirements):
        return Message("created for another version of Matte")
    python = place.python
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


def modules_of(place: Place) -> tuple[str, ...]:
    """Return the modules that must load in a place."""
    return IMPORTS if place.given is None else NEEDED


def import_problem(
    place: Place, environment: Path | None = None, imports: tuple[str, ...] | None = None
) -> str:
    """Import every package of the environment; return what is wrong, empty if nothing."""
    python = place.python_of(environment) if environment else place.python
    imports = imports or modules_of(place)
    script = "import importlib, sys; [importlib.import_module(name) for name in sys.argv[1:]]"
    answer = run(place.command(python, "-I", "-c", script, *imports), IMPORT_SECONDS)
    return "" if answer.status == 0 else answer.last_words


def require_given(place: Place) -> None:
    """Check that a Python that was given has the packages.

    Raises
    ------
    SetupError
        If it does not; nothing is installed for it.
    """
    wrong = problem(place) or import_problem(place)
    if wrong:
        raise SetupError(
            Message(
                "{python} cannot run Matte: {wrong}.", python=place.python, wrong=wrong.rstrip(".")
            ),
            REINSTALL,
        )


def make(
    place: Place,
    python: Python,
    report: StepCallback,
    *,
    wheels: Path | None = None,
    requirements: Path = REQUIREMENTS,
    imports: tuple[str, ...] = IMPORTS,
) -> None:
    """Create the environment and replace the old one.

    Parameters
    ----------
    place : Place
        Where to create it; its home must exist.
    python : Python
        From `matte_core.setup.pythons.find`.
    report : callable
        Given the step and a message.
    wheels : Path, optional
        A folder of wheels to install from, instead of a package index.
    requirements : Path, optional
        The packages, pinned and hashed.
    imports : tuple of str, optional
        The modules that must load for the environment to be complete.

    Raises
    ------
    SetupError
        If it cannot be created. The old environment is then unchanged.
    """
    new = place.home / "env.new"
    log = place.home / "logs" / "install.log"
    removal.remove(new)
    _check_space(place.home)
    # A Flatpak or a Snap may not see the project's folder, but it sees the home.
    listed = place.home / "requirements.new.txt"
    try:
        shutil.copyfile(requirements, listed)
        _create(place, python, new, report, log)
        _install(place, new, listed, wheels, report, log)
        report(STEP, Message("Testing the packages"))
        wrong = import_problem(place, new, imports)
        if wrong:
            raise SetupError(
                Message("The packages were installed, but cannot be imported: {why}.", why=wrong),
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
                "Close GIMP, check that the disk of {folder} is not full, and try again.",
                folder=place.home,
            ),
        ) from error
    finally:
        removal.remove(new)
        removal.remove(listed)


def _check_space(home: Path) -> None:
    free = shutil.disk_usage(home).free
    if free < NEEDED_BYTES:
        raise SetupError(
            Message(
                "The disk of {folder} has only {free:.0f} MB of free space. Creating the "
                "environment takes {needed:.0f} MB.",
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

    Its temporary files go there too: that disk was checked, and they are removed with it.

    Raises
    ------
    SetupError
        If the disk is full.
    """
    temporary = new / TEMPORARY
    temporary.mkdir(parents=True, exist_ok=True)
    changes = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(temporary))
    done = follow(place.command(*command), log, on_line, {**pip_variables(), **changes})
    if done.status and any(words in done.output for words in FULL):
        raise _full(place)
    return done


def _create(place: Place, python: Python, new: Path, report: StepCallback, log: Path) -> None:
    report(
        STEP,
        Message(
            "Creating it with Python {version} ({path})",
            version=python.version_text,
            path=python.path,
        ),
    )
    venv = ("-I", "-m", "venv", "--without-pip", "--prompt", "matte", new)
    done = _follow(place, new, log, None, python.path, *venv)
    if not done.status:
        # When venv runs it, it does not report what is wrong.
        pip = ("-I", "-m", "ensurepip", "--default-pip")
        done = _follow(place, new, log, None, place.python_of(new), *pip)
    if done.status:
        lacks_pip = "ensurepip" in done.output
        hint = remedy([replace(python, makes_environments=False)], place.platform)
        raise SetupError(
            Message(
                "{python} cannot create a virtual environment: {why}",
                python=python.path,
                why=done.last_words,
            ),
            hint
            if lacks_pip
            else Message("See {log}, or choose another Python with --python.", log=log),
        )


def _install(
    place: Place, new: Path, listed: Path, wheels: Path | None, report: StepCallback, log: Path
) -> None:
    arguments: list[str | Path] = ["--require-hashes", "--only-binary", ":all:", "-r", listed]
    if wheels is not None:
        report(STEP, Message("Installing the packages from {folder}", folder=wheels))
        arguments += ["--no-index", "--find-links", wheels.absolute()]
    else:
        report(STEP, Message("Downloading the packages (about 150 MB, once)"))

    def on_line(line: str) -> None:
        found = re.match(r"\s*(Collecting|Downloading|Installing collected)\s+(\S+)", line)
        if found and found[1] == "Collecting":
            report(STEP, Message("Downloading {name}", name=found[2].partition("==")[0]))
        elif found and found[1].startswith("Installing"):
            report(STEP, Message("Unpacking"))

    pip = ("-I", "-m", "pip", "install")
    done = _follow(place, new, log, on_line, place.python_of(new), *pip, *arguments)
    if done.status:
        message, hint = explain(done, offline=wheels is not None)
        raise SetupError(message, Message("{hint} See also {log}.", hint=hint, log=log))


def pip_variables() -> dict[str, str]:
    """Return changes to the variables for pip; unwanted ones become empty."""
    changes = {**_PIP_VARIABLES, **{name: "" for name in _PIP_UNWANTED if name in os.environ}}
    if "PIP_CACHE_DIR" not in os.environ:
        # Hundreds of megabytes in the user's cache would outlive an uninstallation.
        changes["PIP_NO_CACHE_DIR"] = "1"
    return changes


def explain(done: Finished, *, offline: bool) -> tuple[str, str]:
    """Turn the output of pip, when it failed, into what is wrong and what to do.

    Returns
    -------
    message, hint : str
    """
    said = done.output + done.errors
    if "DO NOT MATCH THE HASHES" in said:
        return (
            Message("A package has a different checksum than the one Matte was tested with."),
            Message(
                "It was not installed. Try again; if the error persists, the package index or a "
                "proxy is altering files."
            ),
        )
    if re.search(r"SSLError|CERTIFICATE_VERIFY_FAILED|certificate verify failed", said):
        return (
            Message("The package index has a certificate that is not trusted."),
            Message(
                "Behind a proxy with its own certificate, set PIP_CERT to the certificate's file."
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
                Message("The folder of wheels lacks {name} for this computer.", name=name),
                Message(
                    "Fill it on a similar computer with: {command}",
                    command="python3 -m pip download --only-binary :all: "
                    "-r matte_core/setup/requirements.txt -d FOLDER",
                ),
            )
        if "(from versions: none)" in said:
            # With few retries, pip does not report why it found nothing.
            return (
                Message(
                    "The package index cannot be reached, or lacks {name} for this Python.",
                    name=name,
                ),
                Message("{first} {second}", first=CONNECTION, second=NEEDS),
            )
        return (
            Message("{name} is not available for this Python on this computer.", name=name),
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
