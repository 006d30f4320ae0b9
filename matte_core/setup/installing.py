"""Install, repair and check every part, in order.

Nothing here prints: a callback receives each step and message, so that both a shell and a window
in GIMP can show them.
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
    models,
    places,
    plugin,
    pythons,
    sample,
)
from matte_core.setup.checks import Check
from matte_core.setup.environments import StepCallback
from matte_core.setup.gimps import Gimp, Machine, Profile
from matte_core.setup.places import Place
from matte_core.setup.plugin import Homes, Source

GET_IT_LATER = "To get it later, run matte models fetch with an internet connection."


@dataclass(frozen=True)
class InstallOptions:
    """The options of an installation."""

    repair: bool = False  # check more thoroughly, and reinstall whatever does not work
    sample: bool | None = None  # cut out the sample photo: always, never, or once per version
    # Files and folders to use instead of those that would be found or downloaded.
    model: Path | None = None
    wheels: Path | None = None
    python: Path | None = None
    gimp: Path | None = None
    mirror: str | None = None  # where to download models from
    download: bool = True  # whether to download the extra model, which knows classes by name
    with_gimp: bool = True  # whether to look for GIMP at all


@dataclass(frozen=True)
class Targets:
    """The project, and the GIMPs, profiles and places to install it for."""

    source: Source
    places: list[Place]
    gimps: list[Gimp]
    profiles: list[Profile]

    @property
    def host(self) -> Place:
        return self.places[0]

    def homes_for(self, profile: Profile) -> Homes:
        """Return the folders to note in the plug-in of a profile."""
        by_kind = {place.kind: place.home for place in self.places}
        if profile.kind == "snap":
            return Homes(by_kind.get("snap", self.host.home))
        return Homes(self.host.home, by_kind.get("flatpak"), self.host.given)

    def core_for(self, place: Place) -> Path:
        """Return a `matte_core` that the programs of a place can read.

        Inside a Flatpak or a Snap, that is the plug-in's copy if the project is out of sight.
        """
        for profile in self.profiles if place.kind != "host" else []:
            core = profile.plugin / "matte_core"
            if (profile.kind == "snap") == (place.kind == "snap") and core.is_dir():
                return core
        return self.source.core


@dataclass
class InstallResult:
    """What an installation did.

    Attributes
    ----------
    changed : list of str
        The parts that were installed or updated, for people.
    warnings : list of str
        Failures that are no reason to stop.
    notes : list of str
        What was left out, and how to get it later, for people.
    pictures : list of Path
        The cut-outs of the sample photo.
    """

    changed: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    pictures: list[Path] = field(default_factory=list)


def look_around(source: Source, machine: Machine, options: InstallOptions) -> Targets:
    """Find the GIMPs, their profiles, and the places that need an environment."""
    host = places.host()
    if not options.with_gimp:
        return Targets(source, [host], [], [])
    found = gimps.find_gimps(machine, options.gimp)
    profiles = gimps.find_profiles(machine, found)
    kinds = {gimp.kind for gimp in found if gimp.is_usable}
    wanted = [host]
    if "flatpak" in kinds:
        wanted.append(places.flatpak(machine.user))
    if "snap" in kinds and any(profile.kind == "snap" for profile in profiles):
        wanted.append(places.snap(machine.user))
    return Targets(source, wanted, found, profiles)


def install(targets: Targets, options: InstallOptions, report: StepCallback) -> InstallResult:
    """Install every part that is missing or out of date.

    Raises
    ------
    SetupError
        If a part that Matte needs cannot be installed.
    """
    result = InstallResult()
    with ExitStack() as locks:
        for place in targets.places:
            homes.claim(place.home)
            locks.enter_context(homes.one_at_a_time(place.home))
        for place in targets.places:
            try:
                _environment(place, targets.source, options, report, result)
            except SetupError as error:
                if place is targets.host:
                    # If there is no plug-in yet, install one that can at least report this in GIMP.
                    _plugins(targets, report, result, only_missing=True)
                    raise
                # One package's sandbox must not hold up the rest of the computer.
                result.warnings.append(f"{place.called}: {error}")
        # With a Python that was given, the command comes with its packages.
        if targets.host.given is None and library.problem(targets.host, targets.source):
            report("Library", str(library.folder(targets.host)))
            library.install(targets.host, targets.source)
            result.changed.append("the matte command")
        _plugins(targets, report, result)
        _models(targets, options, report, result)
        _sample(targets, options, report, result)
    return result


def check(targets: Targets, *, with_gimp: bool = True) -> Iterator[Check]:
    """Check every part; see `matte_core.setup.checks`."""
    repair = checks.REPAIR if targets.host.given is None else checks.REPAIR_GIVEN
    if with_gimp:
        yield checks.check_gimp(targets.gimps, targets.host.platform)
        for profile in targets.profiles:
            noted = targets.homes_for(profile)
            yield from checks.check_plugins([profile], targets.source, noted, repair)
        if not targets.profiles:
            yield from checks.check_plugins([], targets.source, Homes(targets.host.home))
    for place in targets.places:
        yield from checks.check_inside(place, targets.core_for(place), repair)


def _environment(
    place: Place,
    source: Source,
    options: InstallOptions,
    report: StepCallback,
    result: InstallResult,
) -> None:
    if place.given is not None:
        environments.require_given(place)
        return
    wrong = environments.problem(place, source.requirements)
    if not wrong and options.repair:
        report(environments.STEP, "Testing the packages")
        wrong = environments.import_problem(place)
    if not wrong:
        return
    report(environments.STEP, f"{place.environment}: {wrong}")
    asked = options.python if place.kind == "host" else None
    python = pythons.find(place, asked)
    environments.make(
        place, python, report, wheels=options.wheels, requirements=source.requirements
    )
    result.changed.append(f"the environment for {place.called}")


def _plugins(
    targets: Targets, report: StepCallback, result: InstallResult, *, only_missing: bool = False
) -> None:
    failed: list[MatteError] = []
    for profile in targets.profiles:
        if only_missing and profile.plugin.exists():
            continue
        homes_for = targets.homes_for(profile)
        try:
            wrong = plugin.problem(profile, targets.source, homes_for)
            if wrong:
                report("Plug-in", str(profile.plugin))
                plugin.install(profile, targets.source, homes_for)
                result.changed.append(f"the plug-in in {profile.folder}")
        except SetupError as error:
            failed.append(error)
            result.warnings.append(str(error))
    if failed and len(failed) == len(targets.profiles) and not only_missing:
        raise failed[0]


def _models(
    targets: Targets, options: InstallOptions, report: StepCallback, result: InstallResult
) -> None:
    home = targets.host.home
    if options.model is not None or options.download:
        before = models.present(home)
        wrong = models.ensure(
            targets.host, report, options.model, options.mirror, targets.source.core
        )
        new = sorted(set(models.present(home)) - set(before))
        if new:
            result.changed.append(f"the model {', '.join(new)}")
        if wrong and (options.model or options.mirror or models.damaged(home)):
            result.warnings.append(f"The model could not be installed: {wrong}")
        elif wrong:
            result.notes.append(models.without_classes(GET_IT_LATER))
    for place in targets.places[1:]:
        models.share(home, place.home)


def _sample(
    targets: Targets, options: InstallOptions, report: StepCallback, result: InstallResult
) -> None:
    wanted = not sample.is_done(targets.host.home) if options.sample is None else options.sample
    if not wanted:
        return
    usable = [gimp for gimp in targets.gimps if gimp.is_usable and gimp.console]
    try:
        result.pictures = sample.show(
            targets.host,
            usable[0] if usable else None,
            targets.source,
            report,
            wheels=options.wheels,
        )
    except (SetupError, OSError) as error:
        result.warnings.append(str(error))
