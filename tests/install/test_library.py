import os
import subprocess
import sys

import pytest

from matte_core.setup import library
from matte_core.setup.places import Place


def test_the_library_is_put_in_and_kept_up_to_date(host, source):
    assert library.problem(host, source)
    library.install(host, source)
    assert library.problem(host, source) == ""
    (source.core / "new.py").touch()
    assert library.problem(host, source) == "matte_core/new.py is missing"
    library.install(host, source)
    assert library.problem(host, source) == ""
    library.launcher(host).write_text("")
    assert library.problem(host, source)
    assert not list(host.home.glob("*.new"))
    assert not list(host.home.glob("*.old"))


@pytest.mark.skipif(sys.platform == "win32", reason="its launcher is another")
def test_the_command_runs_in_isolation_from_a_folder_with_any_name(with_python, source, tmp_path):
    (source.core / "cli" / "__init__.py").write_text(
        "import os, sys\n"
        "def main():\n"
        "    print(os.environ['MATTE_HOME'], sys.argv[1:], sys.flags.isolated)\n"
        "    return 3\n"
    )
    library.install(with_python, source)
    (tmp_path / "link").symlink_to(library.launcher(with_python))
    for script in (library.launcher(with_python), tmp_path / "link"):
        done = subprocess.run(
            [script, "cutout", "a b.png"],
            capture_output=True,
            env={**os.environ, "PYTHONPATH": "/nowhere"},
            check=False,
        )
        assert done.returncode == 3, done.stderr
        assert done.stdout.decode().strip() == f"{with_python.home} ['cutout', 'a b.png'] 1"
    direct = subprocess.run(
        library.command(with_python, source.core, "x"),
        capture_output=True,
        env={**os.environ, "MATTE_HOME": "home"},
        check=False,
    )
    assert direct.stdout.decode().strip() == "home ['x'] 1"


def test_the_command_of_windows(tmp_path, source):
    place = Place("host", tmp_path / "100% für mich", "win32")
    place.home.mkdir()
    library.install(place, source)
    assert library.launcher(place).name == "matte.cmd"
    # The console would read another letter than the one that was written.
    lines = library.launcher(place).read_bytes().decode("ascii").split("\r\n")
    assert lines[-2] == (
        '"%MATTE_HOME%\\env\\Scripts\\python.exe" -I -X utf8 '
        '"%MATTE_HOME%\\lib\\matte_core\\__main__.py" %*'
    )
    assert library.problem(place, source) == ""


def test_how_to_call_it_depends_on_the_search_path(host):
    folder = library.launcher(host).parent
    assert "ln -s" in library.how_to_call(host, "/usr/bin")
    assert "matte --help" in library.how_to_call(host, f"/usr/bin{os.pathsep}{folder}")
    windows = Place("host", host.home, "win32")
    assert "Path" in library.how_to_call(windows, "")
