"""A real GIMP 3.0 and 3.2 to test in: Debian's own packages, unpacked into a folder.

Where the machine is a Debian or Ubuntu and we are root, each GIMP lives in a tree of its own
(`mmdebstrap`, about 45 s and 900 MB each), kept in the cache for the next run. Each has a copy with
Debian's packages of what the plug-in needs, for the .deb (another 1.5 GB). A command in a tree runs
in namespaces of its own: nothing stays mounted, nothing goes on running, and nothing is installed
on the machine itself.

Run as a program, it builds those that are missing, side by side; whoever opens one waits for it.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

SUITES = {"3.0": "trixie", "3.2": "forky"}
PACKAGES = (
    "gimp,python3-gi,gir1.2-gimp-3.0,python3-venv,xvfb,xdotool,xauth,dbus-x11,"
    "fonts-dejavu-core,imagemagick,ca-certificates,procps,openbox"
)
# Of the package and its checks.
PACKAGED = (
    *("python3-numpy", "python3-scipy", "python3-sklearn", "python3-opencv", "python3-pil"),
    *("python3-protobuf", "python3-onnxruntime", "lintian", "appstream"),
)
CERTIFICATES = Path("etc/ssl/certs/ca-certificates.crt")
# GIMP's own plug-ins and version, as written at its first start, which takes six seconds more.
KNOWN = ("pluginrc", "gimprc")
COMPLETE = "complete-1"
COMPLETE_PACKAGED = "complete-packages-2"
NAMESPACES = ["unshare", "--mount", "--pid", "--fork", "--kill-child"]

# Everything that is written disappears with the namespace: $tree becomes a layer over itself.
THROWN_AWAY = """
mkdir -p "$1.layer"
mount -t tmpfs tmpfs "$1.layer"
mkdir "$1.layer/upper" "$1.layer/work" "$1.layer/root"
mount -t overlay overlay -o "lowerdir=$1,upperdir=$1.layer/upper,workdir=$1.layer/work" \
    "$1.layer/root"
tree=$1.layer/root; shift
set -- "$tree" "$@"
"""

# Runs in new mount and process namespaces, so that nothing stays mounted and nothing goes on
# running: $1 is the tree, then SOURCE TARGET MODE triples up to --.
ENTER = """
tree=$1; shift
mount --bind "$tree" "$tree"
mount -t proc proc "$tree/proc"
mount --rbind /dev "$tree/dev"
mount -t tmpfs tmpfs "$tree/tmp"
while [ "$1" != -- ]; do
    [ -e "$tree/$2" ] || mkdir -p "$tree/$2"
    mount --bind "$1" "$tree/$2"
    [ "$3" = rw ] || mount -o remount,bind,ro "$tree/$2"
    shift 3
done
shift
exec chroot "$tree" "$@"
"""

# As it is now: tests change it for a while, and a GIMP may be started just then beside them.
OUTSIDE = dict(os.environ)
OUTSIDE_HOME = Path.home()


class Unavailable(Exception):
    """No tree can be made on this machine; the message says why."""


@dataclass(frozen=True)
class Tree:
    """A folder with a whole Debian and a GIMP in it."""

    version: str
    root: Path

    def run(self, command, binds=(), environ=None, *, thrown_away=False, **options):
        """Run a command inside.

        Parameters
        ----------
        command : list of str
        binds : sequence of (Path, str, str)
            Folders of the machine, the place inside, and "ro" or "rw".
        environ : dict, optional
            Variables on top of a plain environment.
        thrown_away : bool
            Whether the tree is to be as before afterwards.
        options
            Of `subprocess.run`.
        """
        options.setdefault("env", OUTSIDE)
        arguments = self.arguments(command, binds, environ, thrown_away=thrown_away)
        return subprocess.run(arguments, check=False, **options)

    def prepare(self, home):
        """Let the first start of GIMP in a home be like any later one: it knows its plug-ins."""
        folder = self.root / "known"
        profile = Path(".config/GIMP") / self.version
        with _alone(self.root.name):
            if not folder.exists():
                with tempfile.TemporaryDirectory(dir=self.root) as fresh:
                    start = ["gimp-console", "-i", "-d", "-f", "-s", "--quit"]
                    place = [(fresh, "/mnt/home", "rw")]
                    self.run(start, place, {"HOME": "/mnt/home"}, capture_output=True)
                    (Path(fresh) / profile).rename(folder)
        (home / profile).mkdir(parents=True, exist_ok=True)
        for name in KNOWN:
            shutil.copyfile(folder / name, home / profile / name)

    def arguments(self, command, binds=(), environ=None, *, thrown_away=False):
        """Return the argument list that runs `command` inside; see `run`."""
        triples = [str(part) for bind in binds for part in bind]
        plain = {
            "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
            "HOME": "/root",
            "LANG": "C.UTF-8",
            "PIP_CACHE_DIR": "/var/cache/matte-pip",
            **{
                name: value
                for name, value in OUTSIDE.items()
                if name.lower() in ("http_proxy", "https_proxy", "no_proxy")
                or name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_DEFAULT_TIMEOUT")
            },
            **(environ or {}),
        }
        settings = [f"{name}={value}" for name, value in plain.items()]
        script = "mount --make-rprivate /\n" + (THROWN_AWAY if thrown_away else "") + ENTER
        enter = [*NAMESPACES, "sh", "-ec", script, "sh", str(self.root), *triples, "--"]
        return [*enter, "/usr/bin/env", "-i", *settings, *command]


def cache_folder():
    """Return the folder for what is kept between runs of the tests."""
    named = OUTSIDE.get("MATTE_TEST_CACHE")
    base = OUTSIDE.get("XDG_CACHE_HOME") or OUTSIDE_HOME / ".cache"
    return Path(named) if named else Path(base) / "matte-for-gimp-tests"


def open_tree(version):
    """Return the tree with GIMP `version` ("3.0" or "3.2"), building it when it is not there.

    Raises
    ------
    Unavailable
        If this machine cannot build or enter one.
    """
    root = cache_folder() / f"gimp-{version}"
    _require_machine()
    with _alone(root.name):
        if not (root / COMPLETE).exists():
            _build(SUITES[version], root)
    _bring_network_settings(root)
    return Tree(version, root)


def open_packaged_tree(version):
    """Return a tree that also has Debian's packages of what the plug-in needs; see `open_tree`."""
    bare = open_tree(version).root
    root = cache_folder() / f"gimp-{version}-packaged"
    with _alone(root.name):
        if not (root / COMPLETE_PACKAGED).exists():
            _add_packages(bare, root)
    return Tree(version, root)


def _add_packages(bare, root):
    print(f"adding Debian's packages in {root} (once, a minute or two)", flush=True)
    shutil.rmtree(root, ignore_errors=True)
    # dpkg replaces files and never writes into them, so the copy can share them.
    subprocess.run(["cp", "-al", bare, root], check=True)
    _bring_network_settings(root)
    apt = "apt-get -y -q -o Acquire::Check-Valid-Until=false -o Dpkg::Options::=--force-unsafe-io"
    install = f"{apt} update && {apt} --no-install-recommends install $@ && apt-get clean"
    environ = {"DEBIAN_FRONTEND": "noninteractive"}
    command = ["sh", "-c", install, "sh", *PACKAGED]
    done = Tree("", root).run(command, environ=environ, capture_output=True, text=True)
    if done.returncode:
        shutil.rmtree(root, ignore_errors=True)
        raise Unavailable(f"Debian's packages cannot be had: {done.stderr[-600:]}")
    (root / COMPLETE_PACKAGED).touch()


@contextmanager
def _alone(name):
    """Let other threads and processes wait that would make the same thing."""
    import fcntl  # not on every machine that asks where the cache is

    cache_folder().mkdir(parents=True, exist_ok=True)
    with (cache_folder() / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _require_machine():
    if (
        not sys.platform.startswith("linux")
        or shutil.which("apt-get", path=OUTSIDE.get("PATH")) is None
    ):
        raise Unavailable("GIMP trees are built from Debian packages; this is no Debian or Ubuntu")
    if os.geteuid() != 0:
        raise Unavailable("building and entering a GIMP tree needs root")
    if subprocess.run([*NAMESPACES, "true"], env=OUTSIDE, check=False).returncode:
        raise Unavailable("this machine does not let us make namespaces")


def _build(suite, root):
    print(f"building a GIMP tree from Debian {suite} in {root} (once, about a minute)", flush=True)
    shutil.rmtree(root, ignore_errors=True)
    options = ["--variant=apt", f"--include={PACKAGES}"]
    options += ['--aptopt=Acquire::Check-Valid-Until "false"', "--keyring=/usr/share/keyrings"]
    # What is half written when the power fails is not marked complete.
    options += ["--dpkgopt=force-unsafe-io"]
    built = subprocess.run(
        ["perl", _mmdebstrap(), *options, suite, root], capture_output=True, text=True, check=False
    )
    if built.returncode:
        shutil.rmtree(root, ignore_errors=True)
        raise Unavailable(f"mmdebstrap failed for {suite}: {built.stderr[-600:]}")
    (root / COMPLETE).touch()


def _mmdebstrap():
    """Return the mmdebstrap script: the machine's own, or one unpacked into the cache."""
    own = shutil.which("mmdebstrap")
    if own:
        return own
    folder = cache_folder() / "mmdebstrap"
    script = folder / "usr" / "bin" / "mmdebstrap"
    with _alone(folder.name):
        if not script.exists():
            _unpack_mmdebstrap(folder)
    return script


def _unpack_mmdebstrap(folder):
    # A private state folder, so that the machine's own package lists stay as they are.
    state = folder / "apt"
    (state / "lists" / "partial").mkdir(parents=True, exist_ok=True)
    apt = ["apt-get", "-o", f"Dir::State::Lists={state / 'lists'}", "-o", "APT::Sandbox::User=root"]
    for arguments in (["update"], ["download", "mmdebstrap"]):
        done = subprocess.run(
            [*apt, *arguments], cwd=folder, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise Unavailable(f"apt-get {arguments[0]} failed: {done.stderr[-600:]}")
    (package,) = folder.glob("mmdebstrap_*.deb")
    subprocess.run(["dpkg-deb", "-x", package, folder], check=True)
    shutil.rmtree(state)


def _bring_network_settings(root):
    """Let pip inside reach what the machine reaches: its name servers and its certificates."""
    shutil.copyfile("/etc/resolv.conf", root / "etc" / "resolv.conf")
    host = Path("/") / CERTIFICATES
    if host.exists():
        shutil.copyfile(host, root / CERTIFICATES)


def main():
    """Build the trees that are missing; whoever opens one is told why it cannot be had."""

    def build(version):
        with suppress(Unavailable):
            open_packaged_tree(version)

    with ThreadPoolExecutor() as pool:
        list(pool.map(build, SUITES))


if __name__ == "__main__":
    main()
