import os
import subprocess
import sys
from pathlib import Path

import pytest

import matte_core
from matte_core.base.environ import NO_REPORTS, scrubbed_environment


@pytest.mark.parametrize(
    "name",
    [
        "PYTHONPATH",
        "PYTHONHOME",
        "PYTHONSTARTUP",
        "LD_LIBRARY_PATH",
        "LD_PRELOAD",
        "DYLD_LIBRARY_PATH",
        "DYLD_INSERT_LIBRARIES",
        "GI_TYPELIB_PATH",
        "GEGL_PATH",
        "BABL_PATH",
        "APPDIR",
        "APPIMAGE",
        "__PYVENV_LAUNCHER__",
    ],
)
def test_what_a_package_of_gimp_leaks_is_left_out(name):
    cleaned = scrubbed_environment({name: "/tmp/.mount_GIMP/usr", "HOME": "/home/u"})
    assert cleaned == {"HOME": "/home/u", **NO_REPORTS}


def test_what_a_person_set_stays_as_it_is():
    theirs = {
        "PATH": "/usr/bin:/bin",
        "HTTPS_PROXY": "http://proxy:3128",
        "PIP_INDEX_URL": "https://mirror/simple",
        "MATTE_HOME": "/home/u/matte",
        "LANG": "de_DE.UTF-8",
        "EMPTY": "",
    }
    assert scrubbed_environment(theirs) == {**theirs, **NO_REPORTS}


def test_entries_inside_an_appimage_leave_every_list_of_folders():
    mount = "/tmp/.mount_GIMPabc"
    cleaned = scrubbed_environment(
        {
            "APPDIR": mount + "/",
            "PATH": os.pathsep.join([f"{mount}/usr/bin", "/usr/bin", mount, f"{mount}-mine/bin"]),
            "XDG_DATA_DIRS": os.pathsep.join([f"{mount}/usr/share", "/usr/share"]),
            "GTK_PATH": f"{mount}/usr/lib/gtk-3.0",
        }
    )
    assert cleaned == {
        "PATH": os.pathsep.join(["/usr/bin", f"{mount}-mine/bin"]),
        "XDG_DATA_DIRS": "/usr/share",
        **NO_REPORTS,
    }


@pytest.mark.parametrize("appdir", ["/", "", "relative", "//"])
def test_an_appdir_that_means_everything_or_nothing_takes_no_entry_away(appdir):
    environ = {"APPDIR": appdir, "PATH": "/usr/bin:relative/bin", "HOME": "/home/u"}
    del (wanted := dict(environ))["APPDIR"]
    assert scrubbed_environment(environ) == {**wanted, **NO_REPORTS}


def test_the_variables_given_are_not_changed():
    environ = {"PYTHONHOME": "/x", "PATH": "/usr/bin"}
    scrubbed_environment(environ)
    assert environ == {"PYTHONHOME": "/x", "PATH": "/usr/bin"}


@pytest.mark.parametrize(
    "script",
    [
        "import onnxruntime",
        "import matte_core, onnxruntime",
        "import matte_core.networks.network",
    ],
)
def test_onnxruntime_leaves_nothing_in_a_persons_folders(script, tmp_path):
    environ = {**os.environ, "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    if script == "import onnxruntime":
        environ = scrubbed_environment(environ)
    else:
        environ.pop("ORT_DISABLE_TELEMETRY", None)
        environ["PYTHONPATH"] = str(Path(matte_core.__file__).parents[1])
    subprocess.run([sys.executable, "-c", script], env=environ, check=True)
    assert list(tmp_path.rglob("*")) == []
