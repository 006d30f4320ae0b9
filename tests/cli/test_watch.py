"""A folder that is watched: what arrives is done once it is complete, whatever else is there."""

import json
import os
import signal
import subprocess
import time
from argparse import Namespace

import pytest

from matte_core.base.errors import InputError
from matte_core.batch.pictures import Source
from matte_core.batch.plan import Plan, make_plan
from matte_core.cli import batch, main, watch
from matte_core.cli.result import Result


class Inbox:
    """A folder, and what happens to it in each pause."""

    def __init__(self, folder, monkeypatch, *events):
        self.folder, self.events = folder, list(events)
        folder.mkdir()
        monkeypatch.setattr(watch.time, "sleep", self.pause)

    def look(self):
        sources = [Source(path) for path in sorted(self.folder.glob("*.jpg"))]
        return make_plan(sources, lambda source: {"mask": self.out / f"{source.path.stem}.png"})

    @property
    def out(self):
        return self.folder.parent / "out"

    def pause(self, _seconds):
        if not self.events:
            raise KeyboardInterrupt
        self.events.pop(0)(self.folder)

    def run(self, work, **options):
        defaults = {"overwrite": False, "skip_existing": False, "json": False, "quiet": False}
        args = Namespace(**{**defaults, "jobs": 1, "watch": str(self.folder), **options})
        return batch.run_watch(args, self.look, work)


def put(name, content):
    return lambda folder: (folder / f"{name}.jpg").write_bytes(content)


def both(*events):
    return lambda folder: [event(folder) for event in events]


def nothing(_folder):
    pass


def copied(job, _progress):
    content = job.source.read_bytes()
    if content == b"broken":
        raise InputError("It is broken.")
    return Result({"mask": content})


def results(inbox):
    return {path.stem: path.read_bytes() for path in sorted(inbox.out.iterdir())}


def test_a_file_that_still_grows_is_waited_for(tmp_path, monkeypatch, capsys):
    seen = []

    def work(job, progress):
        seen.append((job.source.stem, job.source.read_bytes()))
        return copied(job, progress)

    inbox = Inbox(
        tmp_path / "in", monkeypatch,
        put("slow", b"1"), put("slow", b"12"), both(put("quick", b"q"), put("slow", b"123")),
        put("slow", b"1234"), nothing, nothing, nothing,
    )  # fmt: skip
    assert inbox.run(work) == 0
    assert seen == [("quick", b"q"), ("slow", b"1234")]
    assert results(inbox) == {"quick": b"q", "slow": b"1234"}
    err = capsys.readouterr().err.splitlines()
    assert err[0].startswith("matte: Watching ")
    assert err[-1] == "2 done, 0 failed"


def test_a_broken_file_stops_nothing_and_can_be_replaced(tmp_path, monkeypatch, capsys):
    inbox = Inbox(
        tmp_path / "in", monkeypatch,
        put("a", b"broken"), nothing, put("b", b"2"), nothing, put("a", b"mended"),
        nothing, nothing,
    )  # fmt: skip
    assert inbox.run(copied, json=True) == 1
    assert results(inbox) == {"a": b"mended", "b": b"2"}
    out, err = capsys.readouterr()
    told = [json.loads(line) for line in out.splitlines()]
    assert [("error" in one, one["picture"][-5]) for one in told] == [
        (True, "a"), (False, "b"), (False, "a"),
    ]  # fmt: skip
    assert err.splitlines()[-1] == "2 done, 1 failed"


def test_what_changes_is_done_again_but_results_of_others_are_kept(tmp_path, monkeypatch, capsys):
    inbox = Inbox(
        tmp_path / "in", monkeypatch,
        nothing, put("a", b"new"), put("old", b"changed"), nothing, nothing,
    )  # fmt: skip
    for name in ("a", "old"):
        put(name, b"first")(inbox.folder)
    inbox.out.mkdir()
    (inbox.out / "old.png").write_bytes(b"of an earlier run")
    assert inbox.run(copied) == 1
    assert results(inbox) == {"a": b"new", "old": b"of an earlier run"}
    assert "already exists" in capsys.readouterr().err


def test_results_are_made_anew_where_that_is_asked_for(tmp_path, monkeypatch):
    inbox = Inbox(tmp_path / "in", monkeypatch, nothing, nothing)
    put("old", b"first")(inbox.folder)
    inbox.out.mkdir()
    (inbox.out / "old.png").write_bytes(b"of an earlier run")
    assert inbox.run(copied, overwrite=True) == 0
    assert results(inbox) == {"old": b"first"}


def test_a_folder_that_is_gone_for_a_while_is_waited_for(tmp_path, monkeypatch):
    plans = iter([Plan([])])
    inbox = Inbox(tmp_path / "in", monkeypatch, nothing, put("a", b"1"), nothing, nothing)
    look = inbox.look
    inbox.look = lambda: next(plans, None) or look()
    assert inbox.run(copied) == 0
    assert results(inbox) == {"a": b"1"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--watch in photo.jpg -o out", "takes the place of IN"),
        ("--watch nowhere -o out", "there is no such folder"),
        ("--watch in -o out.png", "need an output folder"),
        ("--watch in -o in", "mixed with the pictures"),
        ("-o out", "name a photo or folder"),
    ],
)
def test_words_that_make_no_sense_are_refused(tmp_path, monkeypatch, capsys, words, said):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    with pytest.raises(SystemExit) as ended:
        main(["cutout", *words.split()])
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


@pytest.mark.skipif(os.name == "nt", reason="a signal of POSIX")
@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM])
def test_a_service_ends_cleanly(tmp_path, env, command, save, photo, kind):
    save(tmp_path / "in" / "a.png", photo)
    process = subprocess.Popen(
        [*command, "cutout", "--watch", "in", "-o", "out", "--json", "--jobs", "2"],
        cwd=tmp_path, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        # A shell that runs the tests in the background lets no Ctrl+C through.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    try:
        told = json.loads(process.stdout.readline())
        assert told["files"] == {"rgba": os.path.join("out", "a.png")}
        assert {"box", "share", "confidence", "touches"} <= told.keys()
        time.sleep(0.2)
        process.send_signal(kind)
        _out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 0
    assert err.decode().splitlines()[-2:] == [
        "matte: stopped; no partial files were left behind.", "1 done, 0 failed",
    ]  # fmt: skip
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a.png"]
