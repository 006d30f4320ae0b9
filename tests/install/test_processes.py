import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from matte_core.setup import processes

PYTHON = [sys.executable, "-I", "-c"]


def test_run_returns_both_outputs_and_the_status():
    script = "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"
    done = processes.run([*PYTHON, script], 30)
    assert (done.status, done.output.strip(), done.errors.strip()) == (3, "out", "err")
    assert done.last_words == "err"


def test_a_program_that_is_not_there_is_an_answer(tmp_path):
    done = processes.run([tmp_path / "none"], 30)
    assert done.status == processes.NOT_FOUND
    assert "cannot be started" in done.last_words


def test_a_program_that_hangs_is_ended():
    done = processes.run([*PYTHON, "import time; time.sleep(60)"], 0.5)
    assert done.status == processes.TOO_LONG
    assert "did not finish" in done.last_words


def test_output_that_is_not_text_does_not_stop_anything():
    done = processes.run([*PYTHON, "import sys; sys.stdout.buffer.write(b'\\xff\\xfe 3.0.4')"], 30)
    assert done.output.endswith("3.0.4")


def test_silence_is_told_by_the_status():
    assert processes.run([*PYTHON, "raise SystemExit(7)"], 30).last_words == "exit status 7"


def test_children_get_a_clean_environment_unless_it_is_gimp(monkeypatch):
    monkeypatch.setenv("GEGL_PATH", "/nowhere")
    script = "import os; print(os.environ.get('GEGL_PATH'), os.environ.get('ADDED'))"
    assert processes.run([*PYTHON, script], 30, {"ADDED": "1"}).output.split() == ["None", "1"]
    done = processes.run([*PYTHON, script], 30, {"ADDED": "1"}, scrub=False)
    assert done.output.split() == ["/nowhere", "1"]


def test_follow_hands_on_lines_and_keeps_a_log(tmp_path):
    log, lines = tmp_path / "logs" / "install.log", []
    done = processes.follow([*PYTHON, "print('one'); print('two')"], log, lines.append)
    assert lines == ["one", "two"]
    assert done.status == 0
    assert log.read_text().splitlines()[-2:] == ["one", "two"]
    processes.follow([*PYTHON, "print('three')"], log)
    assert "one" in log.read_text()
    assert "three" in log.read_text()


def test_follow_starts_a_log_anew_when_it_has_grown(tmp_path):
    log = tmp_path / "install.log"
    log.write_text("x" * (processes.LOG_BYTES + 1))
    processes.follow([*PYTHON, "print('fresh')"], log)
    assert log.stat().st_size < 10_000
    assert log.with_suffix(".1.log").stat().st_size > processes.LOG_BYTES


def test_follow_works_where_no_log_can_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    done = processes.follow([*PYTHON, "print('said')"], tmp_path / "file" / "install.log")
    assert done.output.strip() == "said"


def test_follow_tells_of_a_program_that_is_not_there(tmp_path):
    done = processes.follow([tmp_path / "none"], tmp_path / "log")
    assert done.status == processes.NOT_FOUND


def test_an_interrupted_program_is_ended_before_the_interruption_goes_on(tmp_path):
    script = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"
    pids: list[int] = []

    def interrupt(line: str) -> None:
        pids.append(int(line))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        processes.follow([*PYTHON, script], tmp_path / "log", interrupt)
    with pytest.raises(ProcessLookupError):
        os.kill(pids[0], 0)


FOLLOW = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from matte_core.setup import processes
processes.follow(sys.argv[3:], Path(sys.argv[2]), lambda line: print(line, flush=True))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there, programs outlive who started them")
@pytest.mark.parametrize("first", ["", "trap '' INT TERM;"])
def test_what_is_followed_ends_with_who_follows(tmp_path, first):
    """Killed as it may be: the program, and what that started, deaf or not."""
    script = f"{first} sleep 60 & echo $$ $!; wait; sleep 60"
    root = processes.__file__.partition("matte_core")[0]
    follower = subprocess.Popen(
        [*PYTHON, FOLLOW, root, tmp_path / "log", "sh", "-c", script], stdout=subprocess.PIPE
    )
    assert follower.stdout is not None
    pids = [int(word) for word in follower.stdout.readline().split()]
    assert len(pids) == 2
    follower.kill()
    follower.wait()
    follower.stdout.close()
    limit = time.monotonic() + 20
    while (left := [pid for pid in pids if is_running(pid)]) and time.monotonic() < limit:
        time.sleep(0.05)
    assert not left


@pytest.mark.skipif(sys.platform == "win32", reason="its program is one of POSIX")
def test_what_is_followed_is_interrupted_from_elsewhere(tmp_path, monkeypatch):
    monkeypatch.setattr(processes, "_INTERRUPTED", threading.Event())
    done = processes.follow(
        ["sh", "-c", "echo here; sleep 60; echo there"],
        tmp_path / "log",
        lambda line: threading.Thread(target=processes.interrupt).start(),
    )
    assert done.status != 0
    assert "there" not in done.output
    assert processes.follow([*PYTHON, "1"], tmp_path / "log").status == processes.STOPPED


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(sys.platform == "win32", reason="there, ending cannot be refused")
def test_a_program_that_refuses_to_end_is_killed(monkeypatch):
    monkeypatch.setattr(processes, "END_SECONDS", 0.3)
    script = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "print('deaf', flush=True); time.sleep(60)"
    )
    process = subprocess.Popen([*PYTHON, script], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    killer = threading.Timer(30, process.kill)
    killer.start()
    processes.end(process)
    killer.cancel()
    assert process.returncode == -signal.SIGKILL
