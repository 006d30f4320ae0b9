"""What is released, built once, and installed in bare systems with a real GIMP.

The installations wait for GIMP most of the time, so they run beside the other tests, one after the
other; the tests then look at what came of them.
"""

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest

from matte_core.catalog.published import BUILT_IN, BUILT_IN_SPEC
from matte_core.catalog.registry import model_path
from matte_core.catalog.spec import encode_spec
from matte_core.files import encode_png

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT / path) for path in ("tests/gimp", "tests/install", "tools")]

import flathub
import trees
from matrix import DOWNLOAD, wheels_for

SECONDS = 600
ADDRESS = "https://example.org/matte"
BUILD = (sys.executable, ROOT / "tools" / "release.py", "--no-isolation", "--url", ADDRESS)
OLDEST_GIMP = min(trees.SUITES)
NEWLINE = "\n"
SHAPE = (240, 320)
HOME = "/mnt/scratch/home"
BUILT, RUNS = pytest.StashKey[Future](), pytest.StashKey[Future]()
# The worker's packages, and another OpenCV for those who use pip: Matte has to work with both.
OPENCV = "opencv-python-headless==5.0.0.93"
WITH_OPENCV = (
    f'&& "$2/venv/bin/python" -m pip download --quiet --no-deps "{OPENCV}" -d "$2" && rm -r'
)
FETCH = DOWNLOAD.replace("&& rm -r", WITH_OPENCV)
BATCH = "exec(open('/mnt/release/inside/cut_out.py').read())"
GIMP = f'gimp-console -i -d -f -s --batch-interpreter=python-fu-eval -b "{BATCH}" --quit'
# What Set Up and Check looks at, after GIMP.
PARTS = ("Plug-in", "Environment", "Log", "Packages", "Model", "Worker", "Cutting out")
PROFILE = "home/.config/GIMP"
LAST_VALUES = "plug-in-settings/GimpProcedureConfigRun-plug-in-matte-cut-out.last"


@dataclass
class Seen:
    """What came of one artifact in one GIMP."""

    done: subprocess.CompletedProcess  # the commands that were run
    told: dict  # what the script in GIMP saw
    mask: np.ndarray | None  # the layer mask of the photo
    files: dict = field(default_factory=dict)  # what the commands wrote to the scratch folder

    def check(self) -> str:
        """Fail unless the photo was cut out; return what was printed."""
        words = f"{self.told}\n{self.done.stdout}\n{self.done.stderr}"
        assert self.done.returncode == 0, words
        assert "error" not in self.told, words
        assert self.told["check"].count("\nok: ") == len(PARTS), words
        assert all(f"ok: {part}: " in self.told["check"] for part in PARTS), words
        assert self.mask is not None, words
        found, wanted = self.mask > 127, disc()
        assert (found & wanted).sum() / (found | wanted).sum() > 0.95, words
        return words


def disc() -> np.ndarray:
    """Return where the subject of the photo is."""
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]]
    return (rows - 120) ** 2 + (columns - 170) ** 2 < 70**2


def photo() -> bytes:
    """Return a made-up photo as a PNG file: a bright, grainy disc on a plain ground."""
    rng = np.random.default_rng(16)
    values = np.where(disc()[..., None], [225, 140, 60], [70, 90, 120])
    values = (
        values + rng.normal(0, 3, (*SHAPE, 1)) + disc()[..., None] * rng.normal(0, 9, (*SHAPE, 3))
    )
    return encode_png(np.clip(values, 0, 255).astype(np.uint8))


def build(folder: Path) -> Path:
    """Build what is released into a folder; return it."""
    done = subprocess.run([*BUILD, "--out", folder], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def install(tree, dist, script, *, wheels=None, prepare=None, environ=None, thrown_away=False):
    """Run a script in a tree without a network and with an empty home; return what was seen."""
    scratch = Path(tempfile.mkdtemp(prefix="matte-release-"))
    try:
        tree.prepare(scratch / "home")
        (scratch / "photo.png").write_bytes(photo())
        if prepare:
            prepare(scratch / PROFILE / tree.version)
        binds = [(dist, "/mnt/dist", "ro"), (scratch, "/mnt/scratch", "rw")]
        binds += [(HERE, "/mnt/release", "ro")] + (
            [(wheels, "/mnt/wheels", "ro")] if wheels else []
        )
        done = tree.run(
            ["unshare", "--net", "sh", "-ec", script], binds,
            {"HOME": HOME, "DEBIAN_FRONTEND": "noninteractive", **(environ or {})},
            thrown_away=thrown_away, capture_output=True, text=True, timeout=SECONDS,
        )  # fmt: skip
        told, mask = scratch / "seen.json", scratch / "mask.bin"
        return Seen(
            done,
            json.loads(told.read_text()) if told.exists() else {"error": "GIMP told nothing"},
            np.frombuffer(mask.read_bytes(), np.uint8).reshape(SHAPE) if mask.exists() else None,
            {path.name: path.read_text() for path in scratch.glob("*.txt")},
        )
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def unzip(dist: Path):
    """Return what unpacks the .zip as archive managers do: with the modes of its files."""

    def unpack(profile: Path) -> None:
        folder = profile / "plug-ins"
        (path,) = dist.glob("*.zip")
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist():
                Path(archive.extract(entry, folder)).chmod(entry.external_attr >> 16 & 0o777)

    return unpack


def be_older(profile: Path) -> None:
    """Leave what version 0.1 left: the plug-in, its last values, and a model of the user's own."""
    home = profile.parents[2] / ".local/share/matte-for-gimp"
    data = model_path(BUILT_IN).read_bytes()
    spec = replace(BUILT_IN_SPEC, name="mine", sha256=hashlib.sha256(data).hexdigest())
    for path, contents in {
        profile / "plug-ins/matte/matte.py": b"# plug-in-matte-cut-out",
        profile / "plug-ins/matte/matte_plugin/old.py": b"",
        profile / "plug-ins/matte/matte-home.json": json.dumps({"home": f"{HOME}/x"}).encode(),
        profile / LAST_VALUES: b'(subject "auto")\n(output "new-layer")\n(feather 3)\n(model "")\n',
        home / "install.json": b'{"app": "matte-for-gimp"}',
        home / "models/mine.onnx": data,
        home / "models/mine.json": encode_spec(spec),
    }.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(contents)


def look(dist: Path) -> dict[tuple[str, str], Seen]:
    """Install every artifact in both GIMPs.

    Raises
    ------
    trees.Unavailable
        If this machine has no such GIMP and cannot build one.
    """
    seen = {}
    for version in sorted(trees.SUITES):
        bare, packaged = trees.open_tree(version), trees.open_packaged_tree(version)
        python = bare.run(
            ["python3", "-c", "import platform; print(platform.python_version())"],
            capture_output=True, text=True,
        ).stdout.strip()  # fmt: skip

        def fetch(folder, script, bare=bare):
            binds = [(ROOT, "/mnt/checkout", "ro"), (folder, "/mnt/wheels", "rw")]
            words = ["python3", "/mnt/wheels", f"/mnt/checkout/{REQUIREMENTS}"]
            command = ["sh", "-c", FETCH, "sh", *words]
            return bare.run(command, binds, capture_output=True, text=True)

        wheels = wheels_for(f"{python}-{PINNED}", fetch)
        seen["deb", version] = install(packaged, dist, DEB, thrown_away=True)
        offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "/mnt/wheels", "SET_UP": "1"}
        if version == OLDEST_GIMP:
            seen["flatpak", version] = install(packaged, dist, FLATPAK, thrown_away=True)
        seen["zip", version] = install(
            bare, dist, GIMP, wheels=wheels, prepare=unzip(dist), environ=offline
        )
        seen["wheel", version] = install(bare, dist, WHEEL, wheels=wheels, prepare=be_older)
    return seen


REQUIREMENTS = "matte_core/setup/requirements.txt"
PINNED = hashlib.sha256((ROOT / REQUIREMENTS).read_bytes() + FETCH.encode()).hexdigest()[:8]
LIST = "find / -xdev ! -path '/mnt/*' ! -path '/tmp/*' ! -path '/var/log/*' ! -path '/var/cache/*'"
DEB = f"""
{LIST} | sort > /mnt/scratch/before.txt
apt-get install -y -q /mnt/dist/*.deb
{GIMP}
matte --version > /mnt/scratch/version.txt
matte cutout /mnt/scratch/photo.png -o /tmp/cut.png
matte models add /usr/share/gimp-plugin-matte/matte/matte_core/networks/subject.onnx --name mine
lintian --fail-on error,warning /mnt/dist/*.deb
apt-get purge -y -q gimp-plugin-matte
{LIST} | sort > /mnt/scratch/after.txt
"""
WHEEL = f"""
python3 -m venv /mnt/scratch/venv
export PIP_NO_INDEX=1 PIP_FIND_LINKS=/mnt/wheels
/mnt/scratch/venv/bin/pip install -q --no-compile /mnt/dist/*.whl
/mnt/scratch/venv/bin/python -c 'import cv2; print(cv2.__version__)' > /mnt/scratch/opencv.txt
alias matte=/mnt/scratch/venv/bin/matte
matte --version > /mnt/scratch/version.txt
matte gimp install --no-demo --no-download
matte gimp check
AGAIN=1 {GIMP}
matte gimp remove --keep-models
find {HOME} -type f ! -path '*/GIMP/*' ! -path '*/.cache/*' > /mnt/scratch/left.txt
"""


# What Flathub runs, with Debian's packages in place of those that it builds, and without ONNX
# Runtime; then a second version, as Flatpak installs it: with the same times.
FLATPAK = f"""
rm -r /usr/lib/python3/dist-packages/onnxruntime*
export FLATPAK_DEST={flathub.PREFIX}
site=$(python3 -c 'import sys; print("python%d.%d" % sys.version_info[:2])')/site-packages
mkdir -p $FLATPAK_DEST/lib/$site {HOME}/.config/GIMP/{OLDEST_GIMP}/plug-ins /tmp/build
cp -rs /usr/lib/python3/dist-packages/. $FLATPAK_DEST/lib/$site
tar xf /mnt/dist/*.tar.gz --strip-components=1 -C /tmp/build
cp /mnt/dist/flathub/{flathub.ID}.metainfo.xml /tmp/build
cd /tmp/build
{NEWLINE.join(flathub.COMMANDS)}
appstreamcli validate --no-net $FLATPAK_DEST/share/metainfo/*.xml
plug_in=$FLATPAK_DEST/plug-ins/matte
ln -s $plug_in {HOME}/.config/GIMP/{OLDEST_GIMP}/plug-ins/matte
find $FLATPAK_DEST -exec touch -h -d @0 {{}} +
UNCHECKED=1 {GIMP}
cp /mnt/scratch/seen.json /mnt/scratch/first.txt
sed -i 's/^__version__ = .*/__version__ = "99.0"/' $plug_in/matte_core/__init__.py
find $FLATPAK_DEST -exec touch -h -d @0 {{}} +
UNCHECKED=1 {GIMP}
cp /mnt/scratch/seen.json /mnt/scratch/second.txt
{GIMP}
"""


def pytest_collection_modifyitems(items):
    """Let others go first: these wait for what the GIMPs do meanwhile."""
    items.sort(key=lambda item: "installed" in getattr(item, "fixturenames", ()))


def pytest_collection_finish(session):
    """Start the installations whose tests were chosen."""
    chosen = {name for item in session.items for name in getattr(item, "fixturenames", ())}
    if session.config.option.collectonly or not chosen & {"dist", "installed"}:
        return
    folder = Path(tempfile.mkdtemp(prefix="matte-dist-"))
    session.config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    pool = ThreadPoolExecutor(1)
    built = session.config.stash[BUILT] = pool.submit(build, folder)
    if "installed" in chosen:
        session.config.stash[RUNS] = pool.submit(lambda: look(built.result()))
    pool.shutdown(wait=False)


@pytest.fixture(scope="session")
def dist(request):
    """A folder with everything that is released."""
    return request.config.stash[BUILT].result()


@pytest.fixture(scope="session")
def rebuilt(tmp_path_factory):
    """The same, built again from another folder, in another time zone."""
    folder = tmp_path_factory.mktemp("again")
    environ = {"TZ": "Asia/Tokyo", "PATH": "/usr/bin:/bin"}
    subprocess.run([*BUILD, "--out", folder], cwd=folder, env=environ, check=True)
    return folder


@pytest.fixture(scope="session")
def installed(request):
    """What came of each artifact, by its kind and the GIMP; skipped where there is no GIMP."""
    try:
        return request.config.stash[RUNS].result()
    except trees.Unavailable as reason:
        pytest.skip(f"not both GIMPs: {reason}")
