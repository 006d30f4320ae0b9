"""`install.py` inside a bare Debian with GIMP from its packages."""


def test_it_installs(in_gimp):
    done = in_gimp.installation
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_second_run_changes_nothing(in_gimp):
    done = in_gimp.again
    assert done.returncode == 0, done.stdout + done.stderr
    assert not in_gimp.changed


def test_check_finds_nothing_wrong(in_gimp):
    words = in_gimp.check.stdout + in_gimp.check.stderr
    assert in_gimp.check.returncode == 0, words
    for part in ("GIMP", "Environment", "Worker", "Cutting out"):
        assert f"ok    {part}" in words
