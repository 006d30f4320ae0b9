"""Install models beside the built-in one, with the command line in the environment.

Matte works without them: the built-in model finds the main subject. The one that knows classes by
name is an extra, downloaded if there is a connection.
"""

import hashlib
import json
import shutil
from pathlib import Path

import matte_core
from matte_core.base import errors, folders
from matte_core.base.messages import Message
from matte_core.catalog.published import CLASS_MODEL, PUBLISHED
from matte_core.catalog.spec import read_spec
from matte_core.setup import homes, notes
from matte_core.setup.environments import StepCallback
from matte_core.setup.places import Place
from matte_core.setup.processes import follow, run

CORE = Path(matte_core.__file__).resolve().parent
STEP = Message("Model")
_ADDED = "added_model"
FIND_SECONDS = 30.0
# Errors are returned as data, so that they can be shown in the user's language.
_START = """
import json, sys
sys.path.insert(0, sys.argv.pop(1))
from matte_core import cli
from matte_core.base import errors
try:
    sys.exit(cli.run(sys.argv[1:]))
except errors.MatteError as error:
    print(error, json.dumps(errors.to_wire(error)), sep="\\n")
    sys.exit(1)
"""


def present(home: Path) -> list[str]:
    """Return the names of the installed models whose files are undamaged."""
    return [name for name, is_whole in _found(home) if is_whole]


def damaged(home: Path) -> list[str]:
    """Return the names of the models whose file does not match its description."""
    return [name for name, is_whole in _found(home) if not is_whole]


def knows_classes(home: Path) -> bool:
    """Return whether an undamaged model finds classes by name (person, cat, ...)."""
    return bool(_class_models(home))


def without_classes(how: str) -> str:
    """Say what is missing without a model that knows classes; `how` says how to get one."""
    return Message(
        "The classes by name (person, cat, …) need one more model. {how}",
        how=how,
    )


def without_onnxruntime() -> str:
    """Say what is missing where only the built-in model runs."""
    return Message(
        "The classes by name (person, cat, …) need ONNX Runtime: install the Python package "
        "onnxruntime."
    )


def has_onnxruntime(place: Place) -> bool:
    """Return whether models run in a place that are not built in."""
    if place.given is None:
        return True
    script = "import sys; from importlib.util import find_spec as f; sys.exit(not f('onnxruntime'))"
    return run(place.command(place.given, "-I", "-c", script), FIND_SECONDS).status == 0


def ensure(
    place: Place,
    report: StepCallback,
    file: Path | None = None,
    mirror: str | None = None,
    core: Path = CORE,
) -> str:
    """Install the user's own model, or download what is missing; return what went wrong, if any.

    Unless a model is already installed that knows classes by name, the published one is downloaded,
    and so are published models whose files are damaged. Where they could not run, nothing is.

    Parameters
    ----------
    place : Place
        Whose environment and library work already.
    report : callable
    file : Path, optional
        The user's own ONNX file, which becomes the default.
    mirror : str, optional
        Where to download from, instead of the public address.
    core : Path, optional
        The `matte_core` whose command line to use.
    """
    if file is not None:
        return _add(place, report, file, core)
    if not has_onnxruntime(place):
        return ""
    wanted = {name for name in damaged(place.home) if name in PUBLISHED}
    names = _class_models(place.home)
    if not names or (mirror is not None and CLASS_MODEL not in names):
        wanted.add(CLASS_MODEL)
    for name in sorted(wanted):
        size = round(PUBLISHED[name].size / 1e6)
        report(STEP, Message("Downloading {name} ({size} MB)", name=name, size=size))
        source = [] if mirror is None else ["--mirror", mirror]
        wrong = run_matte(place, core, "models", "fetch", name, *source)
        if wrong:
            return wrong
    return ""


def share(source: Path, target: Path) -> None:
    """Copy new models from one home to another, each file completely or not at all."""
    for path in sorted((source / "models").glob("*")):
        wanted = target / "models" / path.name
        if path.suffix not in (".onnx", ".json", ".txt") or not path.is_file():
            continue
        if not wanted.is_file() or wanted.read_bytes() != path.read_bytes():
            folders.make_private(wanted.parent)
            fresh = wanted.with_name(wanted.name + ".new")
            try:
                shutil.copyfile(path, fresh)
                fresh.replace(wanted)
            finally:
                fresh.unlink(missing_ok=True)


def _add(place: Place, report: StepCallback, file: Path, core: Path) -> str:
    try:
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError as error:
        return Message("{file} cannot be read: {error}.", file=file, error=error)
    if homes.read_note(place.home).get(_ADDED) == digest and present(place.home):
        return ""
    report(STEP, Message("Adding {name}", name=file.name))
    wrong = run_matte(place, core, "models", "add", str(file.absolute()), "--default")
    if not wrong:
        homes.write_note(place.home, {_ADDED: digest})
    return wrong


def run_matte(place: Place, core: Path, *arguments: str) -> str:
    """Run the command line in the environment; return what went wrong, empty if nothing."""
    command = place.command(
        place.python, "-I", "-B", "-X", "utf8", "-c", _START, core.parent, *arguments
    )
    log = place.home / "logs" / "install.log"
    done = follow(command, log, changes={folders.HOME_VARIABLE: str(place.home)})
    return "" if done.status == 0 else _text_of(done.last_words)


def _text_of(words: str) -> str:
    """Return the text of an error that was sent as data; other words as they are."""
    try:
        described = json.loads(words)
    except ValueError:
        described = None
    if not isinstance(described, dict):
        return words
    return errors.from_wire(described).text


def _class_models(home: Path) -> list[str]:
    found = []
    for name in present(home):
        try:
            spec = read_spec(home / "models" / f"{name}.json")
        except errors.ModelError:
            continue
        if not spec.finds_subject:
            found.append(name)
    return found


def _found(home: Path) -> list[tuple[str, bool]]:
    return [(path.stem, _is_whole(path)) for path in sorted((home / "models").glob("*.onnx"))]


def _is_whole(path: Path) -> bool:
    digest = notes.read_note(path.with_suffix(".json")).get("sha256")
    try:
        return digest == hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return False
