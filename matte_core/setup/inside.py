"""Check and repair from inside GIMP: the same parts as `install.py`, for this plug-in only.

The plug-in's folder contains all that is needed: `matte_core` with the pinned list of packages. The
result is the same as that of `install.py`, in the same place. With a Python that was given, nothing
is installed for it.
"""

from collections.abc import Iterator
from pathlib import Path

import matte_core
from matte_core.base.messages import Message
from matte_core.setup import checks, environments, homes, library, models, places, pythons
from matte_core.setup.checks import Check
from matte_core.setup.environments import StepCallback
from matte_core.setup.places import Place
from matte_core.setup.plugin import Source

CORE = Path(matte_core.__file__).resolve().parent
OLDEST_GIMP = (3, 0)


def look(gimp_version: str, repair: str = checks.REPAIR) -> Iterator[Check]:
    """Check every part that the plug-in needs.

    Parameters
    ----------
    gimp_version : str
        The version of the GIMP that the plug-in runs in, such as "3.0.4".
    repair : str, optional
        How to have it repaired, for people.
    """
    numbers = tuple(int(part) for part in gimp_version.split(".")[:2])
    yield Check("GIMP", numbers >= OLDEST_GIMP, gimp_version, "")
    found = Message(
        "version {version}, {folder}", version=matte_core.__version__, folder=CORE.parent
    )
    yield Check(Message("Plug-in"), True, found)
    yield from checks.check_inside(places.host(), CORE, repair)


def repair(report: StepCallback) -> list[str]:
    """Reinstall whatever does not work; return the failures that are no reason to stop.

    Raises
    ------
    SetupError
        If the environment cannot be created; the old one is then unchanged.
    """
    place, source = places.host(), Source(CORE.parent)
    homes.claim(place.home)
    with homes.one_at_a_time(place.home):
        if place.given is None:
            _repair_environment(place, source, report)
        else:
            environments.require_given(place)
        wrong = models.ensure(place, report, core=CORE)
    return [Message("The model could not be downloaded: {why}", why=wrong)] if wrong else []


def _repair_environment(place: Place, source: Source, report: StepCallback) -> None:
    wanted = source.requirements
    wrong = environments.problem(place, wanted) or environments.import_problem(place)
    if wrong:
        report(
            environments.STEP,
            Message("{folder}: {wrong}", folder=place.environment, wrong=wrong),
        )
        environments.make(place, pythons.find(place), report, requirements=wanted)
    # People expect the `matte` command as well.
    if library.problem(place, source):
        library.install(place, source)
