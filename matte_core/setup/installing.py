"""Install, repair and check: the parts in their order.

Standard library only. Nothing here prints: what happens goes to a callback that is given the step
and a message, so that a shell and a window of GIMP can both show it.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from matte_core.base.errors import MatteError, SetupError
from matte_core.setup import (
    checks,
    environments,
    gimps,
    homes,
    library,
    networks,
    places,
    plugin,
    pythons,
    sample,
)
from matte_core.setup.checks import Check
from matte_core.setup.environments import Report
from matte_core.setup.gimps import Gimp, Machine, Profile
from matte_core.setup.places import Place
from matte_core.setup.plugin import Homes, Source


@dataclass(frozen=True)
class InstallOptions:
    """What a person asked for.

    Attributes
    ----------
    repair : bool
        Look deeply, and make anew what does not work.
    sample : bool or None
        Cut out the sample photo: always, never, or once a version.
    model, wheels, python, gimp : Path or None
        Files and folders to use instead of what would be found or fetched.
    mirror : str or None
        Where to fetch the network from.
    with_gimp : bool
        Whether to look for GIMP at all.
    """

    repair: bool = False
    sample: bool | None = None
    model: Path | None = None
    wheels: Path | None = None
    python: Path | None = None
    gimp: Path | None = None
    mirror: str | None = None
    with_gimp: bool = True


@dataclass(frozen=True)
class Found:
    """What there is to install for."""

    source: Source
    places: list[Place]
    gimps: list[Gimp]
    profiles: list[Profile]

    @property
    def host(self) -> Place:
        return self.places[0]

    def homes_for(self, profile: Profile) -> Homes:
        """Return the folders that the plug-in in a profile is told."""
        by_kind = {place.kind: place.home for place in self.places}
        if profile.kind == "snap":
            return Homes(by_kind.get("snap", self.host.home))
        return Homes(self.host.home, by_kind.get("flatpak"))

    def core_for(self, place: Place) -> Path:
        """Return a `matte_core` that the programs of a place can see.

        From inside of a Flatpak or a Snap that may not be the project's, but it is the plug-in's.
        """
        for profile in self.profiles if place.kind != "host" else []:
            core = profile.plugin / "matte_core"
            if (profile.kind == "snap") == (place.kind == "snap") and core.is_dir():
                return core
        return self.source.core


@dataclass
class Outcome:
    """What an installation did.

    Attributes
    ----------
    changed : list of str
        The parts that were made or made anew, for a person.
    warnings : list of str
        What did not work but is no reason to stop.
    pictures : list of Path
        The sample, cut out.
    """

    changed: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    pictures: list[Path] = field(default_factory=list)


def look_around(source: Source, machine: Machine, wishes: InstallOptions) -> Found:
    """Find the GIMPs, their profiles, and the places that need an environment."""
    host = places.host()
    if not wishes.with_gimp:
        return Found(source, [host], [], [])
    found = gimps.find_gimps(machine, wishes.gimp)
    profiles = gimps.find_profiles(machine, found)
    kinds = {gimp.kind for gimp in found if gimp.is_usable}
    wanted = [host]
    if "flatpak" in kinds:
        wanted.append(places.flatpak(machine.user))
    if "snap" in kinds and any(profile.kind == "snap" for profile in profiles):
        wanted.append(places.snap(machine.user))
    return Found(source, wanted, found, profiles)


def install(found: Found, wishes: InstallOptions, report: Report) -> Outcome:
    """Make everything that is not there or not up to date, and leave alone what is.

    Raises
    ------
    SetupError
        If a part that Matte does not work without cannot be made.
    """
    outcome = Outcome()
    with ExitStack() as held:
        for place in found.places:
            homes.claim(place.home)
            held.enter_context(homes.one_at_a_time(place.home))
        for place in found.places:
            try:
                _environment(place, found.source, wishes, report, outcome)
            except SetupError as error:
                if place is found.host:
                    # Where there is no plug-in yet, GIMP at least gets the one that can say so.
                    _plugins(found, report, outcome, only_missing=True)
                    raise
                # The rest of the computer need not wait for one package's sandbox.
                outcome.warnings.append(f"{place.called}: {error}")
        if library.problem(found.host, found.source):
            report("Library", str(library.folder(found.host)))
            library.install(found.host, found.source)
            outcome.changed.append("the matte command")
        _plugins(found, report, outcome)
        _network(found, wishes, report, outcome)
        _sample(found, wishes, report, outcome)
    return outcome


def check(found: Found, *, with_gimp: bool = True) -> Iterator[Check]:
    """Look at every part; see `matte_core.setup.checks`."""
    if with_gimp:
        yield checks.check_gimp(found.gimps, found.host.platform)
        for profile in found.profiles:
            yield from checks.check_plugins([profile], found.source, found.homes_for(profile))
        if not found.profiles:
            yield from checks.check_plugins([], found.source, Homes(found.host.home))
    for place in found.places:
        yield from checks.check_inside(place, found.core_for(place))


def _environment(
    place: Place, source: Source, wishes: InstallOptions, report: Report, outcome: Outcome
) -> None:
    wrong = environments.problem(place, source.requirements)
    if not wrong and wishes.repair:
        report(environments.STEP, "Trying the packages")
        wrong = environments.import_problem(place)
    if not wrong:
        return
    report(environments.STEP, f"{place.environment}: {wrong}")
    asked = wishes.python if place.kind == "host" else None
    python = pythons.find(place, asked)
    environments.make(place, python, report, wheels=wishes.wheels, requirements=source.requirements)
    outcome.changed.append(f"the environment for {place.called}")


def _plugins(found: Found, report: Report, outcome: Outcome, *, only_missing: bool = False) -> None:
    failed: list[MatteError] = []
    for profile in found.profiles:
        if only_missing and profile.plugin.exists():
            continue
        homes_for = found.homes_for(profile)
        try:
            wrong = plugin.problem(profile, found.source, homes_for)
            if wrong:
                report("Plug-in", str(profile.plugin))
                plugin.install(profile, found.source, homes_for)
                outcome.changed.append(f"the plug-in in {profile.folder}")
        except SetupError as error:
            failed.append(error)
            outcome.warnings.append(str(error))
    if failed and len(failed) == len(found.profiles) and not only_missing:
        raise failed[0]


def _network(found: Found, wishes: InstallOptions, report: Report, outcome: Outcome) -> None:
    before = networks.present(found.host.home)
    wrong = networks.ensure(found.host, report, wishes.model, wishes.mirror, found.source.core)
    after = networks.present(found.host.home)
    if wrong:
        outcome.warnings.append(
            f"The model could not be had: {wrong}"
            + ("" if after else f"\n{networks.how_to_get_one(found.host)}")
        )
    elif after != before:
        outcome.changed.append(f"the model {', '.join(set(after) - set(before))}")
    for place in found.places[1:]:
        networks.share(found.host.home, place.home)


def _sample(found: Found, wishes: InstallOptions, report: Report, outcome: Outcome) -> None:
    wanted = not sample.is_done(found.host.home) if wishes.sample is None else wishes.sample
    if not wanted:
        return
    usable = [gimp for gimp in found.gimps if gimp.is_usable and gimp.console]
    try:
        outcome.pictures = sample.show(
            found.host,
            usable[0] if usable else None,
            found.source,
            report,
            wheels=wishes.wheels,
        )
    except (SetupError, OSError) as error:
        outcome.warnings.append(str(error))
