"""Check every part of the installation: whether it works and, if not, what to do.

Used by ``install.py --check`` and, inside GIMP, by "Set Up and Check". A check that fails is a
result, never an exception.
"""

import subprocess
import tempfile
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, cast

import matte_core
from matte_core.base import folders
from matte_core.base.errors import MatteError, ProtocolError, from_wire
from matte_core.base.messages import Message
from matte_core.link.protocol import PROTOCOL, Array, Frame, read_frame, write_frame
from matte_core.setup import environments, gimps, networks, plugin
from matte_core.setup.gimps import Gimp, Profile
from matte_core.setup.places import Place
from matte_core.setup.plugin import Homes, Source
from matte_core.setup.processes import NO_WINDOW, child_environment, end

WORKER_SECONDS = 120.0
# In isolation, and without leaving compiled files in the project's folder.
SWITCHES = ("-I", "-B", "-X", "utf8")
TRIAL_PX = 96
REPAIR = Message("Run: python3 install.py --repair")


@dataclass(frozen=True)
class Check:
    """The result of checking one part of the installation.

    Attributes
    ----------
    name : str
        The part.
    ok : bool
    found : str
        What was found, for people.
    remedy : str
        What to do; empty if nothing.
    is_needed : bool
        Whether Matte needs the part to work.
    """

    name: str
    ok: bool
    found: str
    remedy: str = ""
    is_needed: bool = True


def check_gimp(found: Sequence[Gimp], platform: str) -> Check:
    """Check that there is a GIMP 3."""
    listed = ", ".join(f"{gimp.version} ({gimp.kind})" for gimp in found)
    if any(gimp.is_usable for gimp in found):
        return Check("GIMP", True, listed)
    what = f"only {listed}, which is too old" if listed else "not found"
    return Check("GIMP", False, what, gimps.where_to_get(platform))


def check_plugins(profiles: Sequence[Profile], source: Source, homes: Homes) -> Iterator[Check]:
    """Check that each profile has this version of the plug-in."""
    if not profiles:
        yield Check("Plug-in", False, "there is no GIMP 3 profile to install it in", "", False)
    for profile in profiles:
        try:
            wrong = plugin.problem(profile, source, homes)
        except (MatteError, OSError) as error:
            wrong = str(error)
        found = f"{profile.plugin}: {wrong}" if wrong else str(profile.plugin)
        yield Check("Plug-in", not wrong, found, REPAIR if wrong else "")


def check_inside(place: Place, core: Path, repair: str = REPAIR) -> Iterator[Check]:
    """Check the environment, the log, the packages, the model, and a trial cut-out.

    Parameters
    ----------
    place : Place
        Whose environment to check.
    core : Path
        The `matte_core` whose worker to start.
    repair : str, optional
        How to have it repaired, for people.

    Yields
    ------
    Check
        Without those that an earlier failure makes pointless.
    """
    where = "" if place.kind == "host" else f" ({place.called})"
    wrong = environments.problem(place, core / "setup" / "requirements.txt")
    remedy = repair if wrong else ""
    yield Check(
        _part(Message("Environment"), where), not wrong, wrong or str(place.environment), remedy
    )
    yield check_log(place, where)
    if wrong:
        return
    wrong = environments.import_problem(place)
    found = wrong or ", ".join(name.partition(".")[0] for name in environments.IMPORTS)
    yield Check(_part(Message("Packages"), where), not wrong, found, repair if wrong else "")
    if wrong:
        return
    yield check_network(place, where, repair)
    yield from check_worker(place, core, where, repair)


def check_network(place: Place, where: str = "", repair: str = REPAIR) -> Check:
    """Check that there is a model, and that its file is undamaged."""
    broken, whole = networks.damaged(place.home), networks.present(place.home)
    if broken:
        found = Message(
            "{names}: the file has changed since it was installed", names=", ".join(broken)
        )
        return Check(_part(Message("Model"), where), False, found, repair, is_needed=not whole)
    if whole:
        return Check(_part(Message("Model"), where), True, ", ".join(whole))
    remedy = networks.how_to_get_one(place)
    if repair != REPAIR:
        remedy = Message("{message} {hint}", message=repair, hint=networks.STAND_IN)
    return Check(
        _part(Message("Model"), where), False, Message("not installed"), remedy, is_needed=False
    )


def check_log(place: Place, where: str = "") -> Check:
    """Check that the log can be written."""
    folder = place.home / "logs"
    try:
        folders.make_private(folder)
        with tempfile.TemporaryFile(dir=folder) as trial:
            trial.write(b"trial")
    except OSError as error:
        remedy = Message(
            "Check that the disk is not full and that {folder} belongs to you.", folder=folder
        )
        found = Message("{folder} cannot be written: {error}", folder=folder, error=error)
        return Check(_part(Message("Log"), where), False, found, remedy)
    return Check(_part(Message("Log"), where), True, str(folder))


def check_worker(
    place: Place, core: Path, where: str = "", repair: str = REPAIR
) -> Iterator[Check]:
    """Does the worker greet, and does it cut something out?"""
    process = _start(place, core / "worker" / "__main__.py")
    if isinstance(process, str):
        yield Check(_part(Message("Worker"), where), False, process, repair)
        return
    # Reading a pipe cannot be given a limit on every system; ending the process ends it too.
    limit = threading.Timer(WORKER_SECONDS, process.kill)
    limit.start()
    log = place.home / "logs" / "check.log"
    see_log = Message("See {log}. {remedy}", log=log, remedy=repair)
    name = _part(Message("Worker"), where)
    try:
        wrong = _greeting(process)
        yield Check(
            name,
            not wrong,
            wrong or Message("version {version}", version=matte_core.__version__),
            see_log if wrong else "",
        )
        if not wrong:
            name = _part(Message("Cutting out"), where)
            wrong, found = _inference(process)
            yield Check(name, not wrong, wrong or found, see_log if wrong else "")
    except (OSError, ValueError, ProtocolError) as error:
        found = Message("the worker ended or broke the protocol: {error}", error=error)
        yield Check(name, False, found, see_log)
    finally:
        limit.cancel()
        _end(process)


def _part(name: str, where: str) -> str:
    """Name a part, and where it is if that is not this computer itself."""
    return Message("{name}{where}", name=name, where=where) if where else name


def _start(place: Place, script: Path) -> "subprocess.Popen[bytes] | str":
    log = place.home / "logs" / "check.log"
    try:
        with log.open("wb") as errors:
            return subprocess.Popen(
                place.command(place.python_of(place.environment), *SWITCHES, script),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=child_environment({folders.HOME_VARIABLE: str(place.home)}),
                creationflags=NO_WINDOW,
            )
    except OSError as error:
        return Message("it cannot be started: {error}", error=error)


def _greeting(process: "subprocess.Popen[bytes]") -> str:
    hello = read_frame(_stream(process.stdout))
    if hello is None:
        return Message("it ended without a word")
    if hello.type != "hello" or hello.values.get("protocol") != PROTOCOL:
        return Message("it does not speak this version's language")
    if hello.values.get("version") != matte_core.__version__:
        return Message(
            "it is of version {found}, not {wanted}",
            found=hello.values.get("version"),
            wanted=matte_core.__version__,
        )
    return ""


def _inference(process: "subprocess.Popen[bytes]") -> tuple[str, str]:
    """Cut the bright middle out of a small picture; return what went wrong, what was found."""
    image, selection = _trial_picture()
    params = {"subject": "auto", "decontaminate": 0.0}
    values = {"id": 1, "method": "cut_out", "params": params}
    arrays = {
        "image": Array("uint8", (TRIAL_PX, TRIAL_PX, 3), image),
        "selection": Array("uint8", (TRIAL_PX, TRIAL_PX), selection),
    }
    write_frame(_stream(process.stdin), Frame("request", values, arrays))
    while (frame := read_frame(_stream(process.stdout))) is not None:
        if frame.type == "result":
            told = frame.values.get("values")
            seconds = told.get("seconds") if isinstance(told, dict) else None
            return "", Message("a trial picture in {seconds} s", seconds=seconds)
        if frame.type == "error":
            error = from_wire(frame.values.get("error") or {})
            if type(error).__name__ == "NoSubjectError":
                # The network ran and was right: nothing it knows is in the trial picture.
                return "", Message("the network ran on a trial picture")
            return error.message, ""
    return Message("the worker ended before it was done"), ""


def _trial_picture() -> tuple[bytes, bytes]:
    """Return the values of a bright, grainy disc on a dark ground, and of a selection of it."""
    image, selection = bytearray(), bytearray()
    middle = TRIAL_PX / 2
    for row in range(TRIAL_PX):
        for column in range(TRIAL_PX):
            is_inside = (row - middle) ** 2 + (column - middle) ** 2 < (TRIAL_PX / 3) ** 2
            grain = (row * 7919 + column * 104729) % 31
            image += bytes((200 + grain, 160 + grain, 60)) if is_inside else bytes((30, grain, 90))
            selection.append(255 if is_inside else 0)
    return bytes(image), bytes(selection)


def _stream(pipe: IO[bytes] | None) -> BinaryIO:
    """Return one of the pipes that `_start` asked for."""
    assert pipe is not None
    return cast(BinaryIO, pipe)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Let the worker go by closing its input; whoever does not go is ended."""
    try:
        _stream(process.stdin).close()
        process.wait(2.0)
    except (OSError, subprocess.TimeoutExpired):
        process.kill()
    process.wait()
    end(process)
