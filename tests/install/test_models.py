import hashlib
import json
import sys

import pytest

from matte_core.base.messages import translated
from matte_core.setup import models

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")


def put(home, name, data=b"network", described=None):
    (home / "models").mkdir(exist_ok=True)
    (home / "models" / f"{name}.onnx").write_bytes(data)
    digest = hashlib.sha256(described or data).hexdigest()
    (home / "models" / f"{name}.json").write_text(json.dumps({"name": name, "sha256": digest}))


def test_whole_and_damaged_ones_are_told_apart(host):
    assert models.present(host.home) == []
    put(host.home, "good")
    put(host.home, "cut", b"netw", described=b"network")
    (host.home / "models" / "bare.onnx").write_bytes(b"x")
    put(host.home, "odd")
    (host.home / "models" / "odd.json").write_text("[]")
    assert models.present(host.home) == ["good"]
    assert models.damaged(host.home) == ["bare", "cut", "odd"]


def test_it_is_fetched_once(with_python, source, told):
    assert models.ensure(with_python, told, mirror="https://mirror", core=source.core) == ""
    assert models.present(with_python.home) == ["deeplab-513"]
    assert len(told.lines) == 1
    assert models.ensure(with_python, told, mirror="https://mirror", core=source.core) == ""
    assert models.ensure(with_python, told, core=source.core) == ""
    assert len(told.lines) == 1


def test_one_that_cannot_be_fetched_is_an_answer(with_python, source, told):
    wrong = models.ensure(with_python, told, core=source.core)
    assert wrong == "The address cannot be reached. Try again."
    # It can still be said in another language.
    german = {"{name} cannot be reached.": "{name} ist nicht erreichbar."}
    told_in_german = translated(wrong, lambda text: german.get(text, text))
    assert told_in_german == "The address ist nicht erreichbar. Try again."
    assert models.present(with_python.home) == []


def test_a_persons_own_is_enough(with_python, source, told):
    put(with_python.home, "mine")
    assert models.ensure(with_python, told, core=source.core) == ""
    assert told.lines == []
    assert models.ensure(with_python, told, mirror="https://mirror", core=source.core) == ""
    assert models.present(with_python.home) == ["deeplab-513", "mine"]


def test_a_damaged_one_is_fetched_again(with_python, source, told):
    put(with_python.home, "deeplab-513", b"cut", described=b"whole")
    put(with_python.home, "mine")
    assert models.ensure(with_python, told, mirror="https://mirror", core=source.core) == ""
    assert models.damaged(with_python.home) == []


def test_a_file_is_added_once(with_python, source, told, tmp_path):
    file = tmp_path / "my net.onnx"
    file.write_bytes(b"one")
    assert models.ensure(with_python, told, file, core=source.core) == ""
    assert models.ensure(with_python, told, file, core=source.core) == ""
    assert told.lines == [("Model", "Adding my net.onnx")]
    file.write_bytes(b"two")
    assert models.ensure(with_python, told, file, core=source.core) == ""
    assert len(told.lines) == 2
    assert (with_python.home / "models" / "own.onnx").read_bytes() == b"two"


def test_a_file_that_is_gone_is_an_answer(with_python, source, told, tmp_path):
    assert "cannot be read" in models.ensure(
        with_python, told, tmp_path / "no.onnx", core=source.core
    )


def test_a_sandbox_gets_copies_and_only_what_is_new(host, tmp_path):
    put(host.home, "a")
    (host.home / "models" / "default.txt").write_text("a\n")
    (host.home / "models" / "downloads").mkdir()
    (host.home / "models" / "a.onnx.new").write_bytes(b"half")
    models.share(host.home, tmp_path / "flatpak")
    names = sorted(path.name for path in (tmp_path / "flatpak" / "models").iterdir())
    assert names == ["a.json", "a.onnx", "default.txt"]
    before = (tmp_path / "flatpak" / "models" / "a.onnx").stat().st_mtime_ns
    models.share(host.home, tmp_path / "flatpak")
    assert (tmp_path / "flatpak" / "models" / "a.onnx").stat().st_mtime_ns == before


def test_one_that_finds_the_subject_knows_no_classes(host):
    put(host.home, "subjects")
    described = host.home / "models" / "subjects.json"
    described.write_text(described.read_text().replace("{", '{"output_type": "saliency", ', 1))
    assert models.present(host.home) == ["subjects"]
    assert not models.knows_classes(host.home)
    put(host.home, "classes")
    assert models.knows_classes(host.home)
    (host.home / "models" / "classes.json").write_text('{"name": "classes", "sha256": "0"}')
    assert not models.knows_classes(host.home)
