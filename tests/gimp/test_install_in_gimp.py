"""`install.py` inside a bare Debian with GIMP from its packages."""


def test_it_installs(installed):
    done = installed.installation
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_second_run_changes_nothing(installed):
    before = _times(installed.work / "home")
    done = installed.install("--no-demo", *installed.model_arguments())
    assert done.returncode == 0, done.stdout + done.stderr
    assert _times(installed.work / "home") == before


def test_check_finds_nothing_wrong(installed):
    done = installed.install("--check")
    words = done.stdout + done.stderr
    if installed.has_shared:
        assert done.returncode == 0, words
    assert "GIMP" in words


def _times(folder):
    return {
        path: path.stat().st_mtime_ns
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
