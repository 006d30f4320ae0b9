#!/usr/bin/env python3
"""Install for real on every system there is a tree of: ``python3 tests/install/matrix.py``.

Each case starts with an empty home folder, and the outcome goes to `docs/installation.md`. This
needs root, Debian or Ubuntu, an internet connection (wheels are downloaded once and kept in the
tests' cache), and a quarter of an hour. ``--only WORDS`` runs the cases whose name contains these
words, and keeps the other rows. Standard library only.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE.parent / "gimp"), str(HERE)]

import trees
from proxy import proxy

PAGE = ROOT / "docs" / "installation.md"
START, END = "<!-- matrix -->\n", "<!-- end of matrix -->\n"
SYSTEMS = {"3.0": "Debian 13", "3.2": "Debian testing"}
USER = 1000
WHOLE = ("install.py", "plug-ins/matte/matte.py")  # what a version needs to be installed
LIBGL = "usr/lib/x86_64-linux-gnu/libGL.so.1"
NOTHING = Path("/dev/null")
LISTED = "matte_core/setup/requirements.txt"
# pip's choice depends on the Python it runs in, whatever it is told.
DOWNLOAD = (
    '"$1" -m venv "$2/venv" && "$2/venv/bin/python" -m pip download --quiet --require-hashes '
    '--only-binary :all: -r "$3" -d "$2" && rm -r "$2/venv"'
)
HOME = "/mnt/scratch/a home with späces"


@dataclass
class Case:
    """One installation."""

    # The columns of the table.
    system: str
    python: str
    circumstance: str
    outcome: str = ""
    ok: bool = False
    said: str = ""  # what was printed


class Machine:
    """A tree with an empty home of a user without rights, entered anew for each command."""

    def __init__(self, version, scratch):
        self.tree = trees.open_tree(version)
        self.scratch = scratch
        self.home = scratch / Path(HOME).name
        self.home.mkdir(parents=True)
        for path in (scratch, self.home):
            os.chown(path, USER, USER)
        self.binds = [(ROOT, "/mnt/checkout", "ro"), (scratch, "/mnt/scratch", "rw")]
        shared = Path(os.environ.get("MATTE_SHARED") or ROOT.parent / "shared")
        self.model = []
        if (shared / "models").is_dir():
            self.binds.append((shared, "/mnt/shared", "ro"))
            self.model = ["--model", "/mnt/shared/models/intel_ir/deeplabv3.xml"]
        self.python = self.run("python3", "-c", "import platform; print(platform.python_version())")
        self.python = self.python.stdout.strip()

    def wheels(self):
        """Return a folder of the wheels for the tree's Python."""

        def fetch(folder, script):
            binds = [(ROOT, "/mnt/checkout", "ro"), (folder, "/mnt/wheels", "rw")]
            words = ["sh", "python3", "/mnt/wheels", f"/mnt/checkout/{LISTED}"]
            return self.tree.run(
                ["sh", "-c", script, *words], binds, capture_output=True, text=True
            )

        return wheels_for(self.python, fetch)

    def run(self, *command, environ=None, alone=False):
        """Run a command as the user; `alone`: without a network."""
        apart = "unshare --net " if alone else ""
        script = (
            f'umask 000 && exec {apart}setpriv --reuid {USER} --regid {USER} --clear-groups "$@"'
        )
        return self.tree.run(
            ["sh", "-c", script, "sh", *command], self.binds,
            {"HOME": HOME, "PIP_CACHE_DIR": "/tmp/pip", **(environ or {})},
            capture_output=True, text=True, timeout=1200,
        )  # fmt: skip

    def install(self, *arguments, checkout="/mnt/checkout", **options):
        return self.run("python3", f"{checkout}/install.py", "--no-demo", *arguments, **options)


def fingerprint(folder):
    """Return what is in a folder: paths, modes, contents."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            found[name] = os.readlink(path)
        elif path.is_file():
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
        else:
            found[name] = "folder"
    return found


def is_open(path, home):
    """Tell whether another person may write something: what lies in a closed folder is not."""
    inside = [folder for folder in path.parents if folder.is_relative_to(home)]
    is_closed = any(not folder.stat().st_mode & 0o011 for folder in inside if folder != home)
    return not path.is_symlink() and bool(path.stat().st_mode & 0o022) and not is_closed


def wheels_for(python, run=None):
    """Return a folder with the wheels for a Python, fetched once, by that Python itself.

    Parameters
    ----------
    python : str
        Its version.
    run : callable
        Given a command of a shell with FOLDER and LISTED in it, runs it where that Python is.
    """
    folder = trees.cache_folder() / f"wheels-{python}"
    if not (folder / "complete").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        done = run(folder, DOWNLOAD)
        if done.returncode:
            raise SystemExit(f"the wheels for Python {python} cannot be fetched: {done.stderr}")
        (folder / "complete").touch()
    return folder


def checked(machine, done, what):
    """Return whether the installation works, and words for the table."""
    said = done.stdout + done.stderr
    if done.returncode:
        return False, "failed", said
    check = machine.run("python3", "/mnt/checkout/install.py", "--check", alone=True)
    said += check.stdout + check.stderr
    return check.returncode == 0, what if check.returncode == 0 else "does not work", said


def bare(version, scratch):
    """A user without rights, no compiler, no libGL, no network: from a folder of wheels."""
    machine = Machine(version, scratch)
    machine.binds.append((machine.wheels(), "/mnt/wheels", "ro"))
    before = fingerprint(machine.home)
    none = machine.run("sh", "-c", "command -v cc gcc g++ clang || test $(id -u) = 0")
    libgl = (machine.tree.root / LIBGL).resolve().relative_to(machine.tree.root)
    machine.binds.append((NOTHING, str(libgl), "rw"))
    case = Case(
        SYSTEMS[version], machine.python,
        "user without root; no compiler, libGL or network; folder of wheels; umask 000; home "
        "folder with spaces and accents",
    )  # fmt: skip
    done = machine.install("--wheels", "/mnt/wheels", *machine.model, alone=True)
    case.ok, case.outcome, case.said = checked(machine, done, "installed; every check passes")
    case.ok = case.ok and none.returncode != 0
    opened = [path for path in machine.home.rglob("*") if is_open(path, machine.home)]
    if opened:
        case.ok, case.outcome = False, f"others can write to {opened[0]}"
    gone = Case(case.system, case.python, "uninstallation")
    done = machine.run("python3", "/mnt/checkout/install.py", "--uninstall")
    after = fingerprint(machine.home)
    left = sorted(after.keys() ^ before.keys())
    made_by_gimp = {".config", ".config/GIMP", ".cache", ".local", ".local/share"}
    left = [name for name in left if name not in made_by_gimp]
    gone.said = done.stdout + done.stderr
    gone.ok = done.returncode == 0 and not left
    gone.outcome = "nothing is left" if gone.ok else f"left: {', '.join(left[:3])}"
    return [case, gone]


def proxied(version, scratch):
    """No name can be looked up: only the proxy leads out."""
    machine = Machine(version, scratch)
    machine.binds.append((NOTHING, "etc/resolv.conf", "rw"))
    case = Case(SYSTEMS[version], machine.python, "behind a proxy, without DNS")
    with proxy() as (address, asked):
        done = machine.install(
            *machine.model,
            environ={"HTTPS_PROXY": address, "https_proxy": address, "no_proxy": ""},
        )
        ok, words, case.said = checked(machine, done, "installed; every check passes")
    case.ok = ok and bool(asked)
    case.outcome = f"{words}; {len(asked)} connections, all through the proxy"
    return [case]


def upgraded(version, scratch):
    """Over what the first version that had an installer left."""
    machine = Machine(version, scratch)
    machine.binds.append((machine.wheels(), "/mnt/wheels", "ro"))
    commit = first_version()
    older = scratch / "older"
    older.mkdir()
    pack = subprocess.run(["git", "-C", ROOT, "archive", commit], capture_output=True, check=True)
    subprocess.run(["tar", "-x", "-C", older], input=pack.stdout, check=True)
    case = Case(SYSTEMS[version], machine.python, f"upgrade from the first version ({commit})")
    before = machine.install(
        "--wheels", "/mnt/wheels", *machine.model, checkout="/mnt/scratch/older"
    )
    # The older one may pin other packages, which the folder of wheels need not hold.
    if before.returncode:
        before = machine.install(*machine.model, checkout="/mnt/scratch/older")
    done = machine.install("--wheels", "/mnt/wheels", *machine.model)
    case.ok, case.outcome, case.said = checked(machine, done, "upgraded; every check passes")
    case.ok = case.ok and before.returncode == 0
    case.said = before.stdout + before.stderr + case.said
    return [case]


def first_version():
    """Return the first commit that holds all that is installed."""
    listed = ["git", "-C", ROOT, "log", "--reverse", "--topo-order", "--format=%h"]
    commits = subprocess.run(listed, capture_output=True, text=True, check=True).stdout.split()
    for commit in commits:
        held = ["git", "-C", ROOT, "ls-tree", "--name-only", commit, *WHOLE]
        if len(subprocess.run(held, capture_output=True, check=True).stdout.split()) == len(WHOLE):
            return commit
    raise SystemExit("no version holds all that is installed")


def with_python(path, scratch):
    """A Python of this machine, without GIMP."""
    version = subprocess.run(
        [path, "-V"], capture_output=True, text=True, check=True
    ).stdout.split()
    case = Case("this machine, no GIMP", version[1], "command line only, folder of wheels")

    def fetch(folder, script):
        words = ["sh", path, folder, ROOT / LISTED]
        return subprocess.run(["sh", "-c", script, *words], capture_output=True, text=True)

    command = [path, ROOT / "install.py", "--no-demo", "--no-download", "--no-gimp"]
    command += ["--python", path, "--wheels", wheels_for(version[1], fetch)]
    environ = {"HOME": str(scratch), "PATH": os.environ["PATH"]}
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    check = subprocess.run(
        [path, ROOT / "install.py", "--check", "--no-gimp"],
        env=environ, capture_output=True, text=True, check=False,
    )  # fmt: skip
    case.ok = done.returncode == check.returncode == 0
    case.outcome = "installed; every check passes" if case.ok else "failed"
    case.said = done.stdout + done.stderr + check.stdout + check.stderr
    return [case]


def pythons():
    """Return the Pythons of this machine that no tree has."""
    found = sorted(Path.home().glob(".pyenv/versions/3.1[12].*/bin/python3"))
    found += [Path(f"/usr/bin/python3.{minor}") for minor in (11, 12)]
    kept = {}
    for path in found:
        if path.exists():
            said = subprocess.run([path, "-V"], capture_output=True, text=True, check=True).stdout
            kept.setdefault(said.split()[1].rpartition(".")[0], path)
    return list(kept.values())


def main():
    """Run the cases and write the page; the exit status is 1 if one failed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    todo = [
        (f"{kind.__name__} {version}", kind, version)
        for version in SYSTEMS
        for kind in (bare, proxied, upgraded)
    ]
    todo += [(f"with_python {path}", with_python, path) for path in pythons()]
    cases = []
    for name, kind, argument in todo:
        if options.only not in name:
            continue
        scratch = Path(tempfile.mkdtemp(prefix="matte-install-"))
        scratch.chmod(0o755)
        started = time.monotonic()
        try:
            made = kind(argument, scratch)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
        for case in made:
            mark = "ok  " if case.ok else "FAIL"
            print(f"{mark} {case.system}, {case.python}: {case.circumstance}: {case.outcome}")
            if not case.ok:
                print(case.said)
        print(f"     {time.monotonic() - started:.0f} s", flush=True)
        cases += made
        write(made)
    return not all(case.ok for case in cases)


def write(cases):
    """Put rows into the page's table, in the place of those of the same cases."""
    text = PAGE.read_text("utf-8")
    before, _, rest = text.partition(START)
    table, _, after = rest.partition(END)
    rows = {key_of(row): row for row in table.splitlines(keepends=True)[2:]}
    for case in cases:
        outcome = case.outcome if case.ok else f"FAILS: {case.outcome}"
        row = f"| {case.system} | {case.python} | {case.circumstance} | {outcome} |\n"
        rows[key_of(row)] = row
    ordered = sorted(rows.values(), key=lambda row: key_of(row)[:2])
    head = "| System | Python | Circumstance | Outcome |\n|---|---|---|---|\n"
    PAGE.write_text(f"{before}{START}{head}{''.join(ordered)}{END}{after}", "utf-8")


def key_of(row):
    """Return what a row is about: the system, the Python's minor version, the circumstance."""
    system, python, circumstance = row.split("|")[1:4]
    return system.strip(), ".".join(python.strip().split(".")[:2]), circumstance.strip()


if __name__ == "__main__":
    sys.exit(main())
