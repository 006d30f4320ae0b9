"""Check every part of the installation: whether it works and, if not, what to do.

Used by ``install.py --check`` and, inside GIMP, by "Set Up and Check". A check that fails is a
result, never an exception.
"""

import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import matte_core
from matte_core.base import folders
from matte_core.base.errors import Cancelled, MatteError, NoSubjectError
from matte_core.base.messages import Message
from matte_core.catalog.published import BUILT_IN, PUBLISHED
from matte_core.link.client import Worker
from matte_core.link.fields import SubjectChoice
from matte_core.link.protocol import Array
from matte_core.link.requests import CutOutRequest
from matte_core.setup import environments, gimps, models, plugin
from matte_core.setup.gimps import Gimp, Profile
from matte_core.setup.places import Place
from matte_core.setup.plugin import Homes, Source

WORKER_SECONDS = 120.0
# In isolation, and without leaving compiled files in the project's folder.
SWITCHES = ("-I", "-B", "-X", "utf8")
TRIAL_PX = 96
REPAIR = Message("Run: python3 install.py --repair")
REPAIR_GIVEN = Message("Run: matte gimp repair")


@dataclass(frozen=True)
class Check:
    """The result of checking one part of the installation."""

    name: str  # the part
    ok: bool
    found: str  # what was found, for people
    remedy: str = ""  # what to do; empty if nothing
    is_needed: bool = True  # whether Matte needs the part to work


def check_gimp(found: Sequence[Gimp], platform: str) -> Check:
    """Check that there is a GIMP 3."""
    listed = ", ".join(f"{gimp.version} ({gimp.kind})" for gimp in found)
    if any(gimp.is_usable for gimp in found):
        return Check("GIMP", True, listed)
    what = f"only {listed}, which is too old" if listed else "not found"
    return Check("GIMP", False, what, gimps.where_to_get(platform))


def check_plugins(
    profiles: Sequence[Profile], source: Source, homes: Homes, repair: str = REPAIR
) -> Iterator[Check]:
    """Check that each profile has this version of the plug-in."""
    if not profiles:
        yield Check("Plug-in", False, "there is no GIMP 3 profile to install it in", "", False)
    for profile in profiles:
        try:
            wrong = plugin.problem(profile, source, homes)
        except (MatteError, OSError) as error:
            wrong = str(error)
        found = f"{profile.plugin}: {wrong}" if wrong else str(profile.plugin)
        yield Check("Plug-in", not wrong, found, repair if wrong else "")


def check_inside(place: Place, core: Path, repair: str = REPAIR) -> Iterator[Check]:
    """Check the environment, the log, the packages, the models, and a trial cut-out.

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
    remedy = repair if place.given is None else environments.REINSTALL
    found = wrong or str(place.given or place.environment)
    part = _part(Message("Environment"), where)
    yield Check(part, not wrong, found, remedy if wrong else "")
    yield check_log(place, where)
    if wrong:
        return
    wrong = environments.import_problem(place)
    modules = [name.removeprefix("google.") for name in environments.modules_of(place)]
    found = wrong or ", ".join(name.partition(".")[0] for name in modules)
    yield Check(_part(Message("Packages"), where), not wrong, found, remedy if wrong else "")
    if wrong:
        return
    yield check_models(place, where, repair)
    yield from check_worker(place, core, where, repair)


def check_models(place: Place, where: str = "", repair: str = REPAIR) -> Check:
    """Check that the files of the installed models are undamaged; one is built in."""
    name = _part(Message("Model"), where)
    broken = models.damaged(place.home)
    if broken:
        found = Message(
            "{names}: the file has changed since it was installed", names=", ".join(broken)
        )
        if own := [each for each in broken if each not in PUBLISHED]:
            repair = Message(
                "Add {names} again with `matte models add`, or use `matte models remove`.",
                names=", ".join(own),
            )
        return Check(name, False, found, repair)
    listed = ", ".join([BUILT_IN, *models.present(place.home)])
    if not models.has_onnxruntime(place):
        return Check(name, True, listed, models.without_onnxruntime())
    remedy = "" if models.knows_classes(place.home) else models.without_classes(repair)
    return Check(name, True, listed, remedy)


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
    command = place.command(place.python, *SWITCHES, core / "worker" / "__main__.py")
    log = place.home / "logs" / "check.log"
    see_log = Message("See {log}. {remedy}", log=log, remedy=repair)
    name = _part(Message("Worker"), where)
    try:
        with Worker(command, log, {folders.HOME_VARIABLE: str(place.home)}) as worker:
            yield Check(name, True, Message("version {version}", version=matte_core.__version__))
            name = _part(Message("Cutting out"), where)
            yield Check(name, True, _trial_cut_out(worker))
    except MatteError as error:
        yield Check(name, False, error.message, see_log)


def _part(name: str, where: str) -> str:
    """Name a part, and where it is if that is not this computer itself."""
    return Message("{name}{where}", name=name, where=where) if where else name


def _trial_cut_out(worker: Worker) -> str:
    """Cut the bright middle out of a small image with the built-in model; return the outcome."""
    limit = time.monotonic() + WORKER_SECONDS

    def watch_time(fraction: float, step: str) -> None:  # noqa: ARG001
        if time.monotonic() > limit:
            raise Cancelled(
                Message("the worker was not done after {seconds} s", seconds=round(WORKER_SECONDS))
            )

    image, selection = _trial_picture()
    request = CutOutRequest(
        image=Array("uint8", (TRIAL_PX, TRIAL_PX, 3), image),
        selection=Array("uint8", (TRIAL_PX, TRIAL_PX), selection),
        choice=SubjectChoice(model=BUILT_IN),
    )
    try:
        result = worker.call(request, watch_time)
    except NoSubjectError:
        # The model ran, which is what matters: a bright disc need not be a subject.
        return Message("the model ran on a trial image")
    return Message("a trial image in {seconds} s", seconds=result.seconds)


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
