"""Words from outside: arguments of the command line, names, colors, notes and descriptions."""

import contextlib
import io
import json
import os
import tempfile
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from hypothesis import strategies as st
from properties import Property, refused

from matte_core.base import folders
from matte_core.base.classes import VOC_CLASSES
from matte_core.catalog.registry import check_name, installed, resolve
from matte_core.catalog.spec import ModelSpec, spec_from_values
from matte_core.catalog.subject_words import parse_subject
from matte_core.cli import COMMANDS, main
from matte_core.cli.colors import parse_color
from matte_core.setup import homes, models, plugin

_ODD_WORDS = st.one_of(
    st.text(max_size=12).filter(lambda word: "/" not in word and "\\" not in word),
    st.sampled_from(
        ("", "-", "--", "-o", "\0", "a" * 300, "..", ".", "~", "*", "nan", "inf", "-1", "1e999",
         "9" * 400, "٣", "\ud800", "\x1b[31m", "%s", "{}", "-5,7", "3,", "#fff", "red", "#12345g")
    ),
)  # fmt: skip
_FILES = (
    *("photo.png", "trimap.png", "deep.png", "cut.png", "text.txt", "empty.png", "none.png"),
    *("folder", "net.onnx", "net.xml", "out", "out.png", "out.jpg", "out/", "folder/new.png"),
)
_OPTIONS = (
    *("-o", "--out", "--overwrite", "--skip-existing", "--json", "-q", "-r", "--recursive"),
    *("--max-megapixels", "--subject", "--model", "--radius", "--shape", "--trimaps", "--output"),
    *("--decontaminate", "--background", "--selection", "--offset", "--fit", "--position"),
    *("--shift", "--smooth", "--feather", "--contrast", "--threshold", "--margin", "--canvas"),
    *("--crop", "--square", "--metadata", "--format"),
    *("--help", "--version", "--name", "--labels", "--output-type", "--default"),
)
_VALUES = (
    *("auto", "cat", "cat,dog", "everything", "rgba", "alpha", "all", "ellipse", "0", "1", "2.5"),
    *("100", "3,4", "deeplab-513", "logits", "mask", "white", "3%", "20x10", "-", "webp"),
)
_WORDS = st.one_of(
    st.sampled_from(_FILES), st.sampled_from(_OPTIONS), st.sampled_from(_VALUES), _ODD_WORDS
)
_LINES = st.one_of(
    st.tuples(st.sampled_from((*COMMANDS, "nothing")), st.lists(_WORDS, max_size=6)),
    st.tuples(
        st.sampled_from(COMMANDS[:5]),
        st.lists(_WORDS, max_size=4).map(lambda words: ["photo.png", "-o", "out/", *words]),
    ),
    st.tuples(
        st.just("models"),
        st.tuples(
            st.sampled_from(("list", "add", "remove", "show", "fetch")),
            st.lists(_WORDS, max_size=4),
        ).map(lambda parts: [parts[0], *parts[1]]),
    ),
)


def _furnish(folder: Path) -> None:
    rng = np.random.default_rng(1)
    photo = rng.integers(0, 256, (12, 16, 3), np.uint8)
    trimap = np.full((12, 16), 128, np.uint8)
    trimap[:3], trimap[9:] = 0, 255
    pictures = {
        "photo.png": photo,
        "trimap.png": trimap,
        "deep.png": photo.astype(np.uint16) * 257,
        "cut.png": np.dstack([photo, trimap]),
        "folder/photo.png": photo,
    }
    (folder / "folder").mkdir()
    (folder / "mirror").mkdir()
    for name, pixels in pictures.items():
        (folder / name).write_bytes(cv2.imencode(".png", pixels)[1].tobytes())
    (folder / "text.txt").write_text("background\ncat\n")
    (folder / "empty.png").write_bytes(b"")
    (folder / "net.onnx").write_bytes(b"\x08\x08 no network")
    (folder / "net.xml").write_text("<net/>")


@contextlib.contextmanager
def _inside(folder: Path) -> Any:
    """Be in a folder, with all that the project keeps in there too, and nothing to be fetched."""
    before, kept = Path.cwd(), dict(os.environ)
    os.environ.update(
        MATTE_HOME=str(folder / "home"), MATTE_MODEL_MIRROR=str(folder / "mirror"), HOME=str(folder)
    )
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
        os.environ.clear()
        os.environ.update(kept)


def a_command_line_is_obeyed(case: tuple[str, list[str]]) -> None:
    """It ends with a status and words, whatever the arguments: never with a traceback."""
    command, words = case
    said, told = io.StringIO(), io.StringIO()
    with tempfile.TemporaryDirectory() as name, _inside(Path(name)):
        _furnish(Path(name))
        photo = Path("photo.png").read_bytes()
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(told):
            try:
                status = main([command, *words])
            except SystemExit as ending:
                status = ending.code
        assert status in (0, 1, 2), (status, told.getvalue())
        assert "Traceback" not in told.getvalue(), told.getvalue()
        assert "Unexpected" not in told.getvalue(), told.getvalue()
        assert status == 0 or told.getvalue(), "it failed without a word"
        assert Path("photo.png").read_bytes() == photo, "a picture that was read is another now"


_PLAIN = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=6)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=5,
)


_PIECES = "person Cat AUTO everything , left largest 2 0 -1 ٣ ² at 0.5 1.5 . 1e9 nan #fff con .."
_WORDS = st.one_of(
    st.text(max_size=20),
    st.lists(st.sampled_from(_PIECES.split()), max_size=6).map(" ".join),
)


def a_word_is_understood(word: str) -> None:
    """A color, a subject, a network's name: understood, or refused; none leads elsewhere."""
    color = parse_color(word)
    assert color is None or all(0 <= band <= 255 for band in color)
    with refused():
        wanted = parse_subject(word, VOC_CLASSES)
        assert {held.class_name for held in wanted} <= {*VOC_CLASSES[1:], "auto", "everything"}
        assert all(held.place is None or max(held.place) <= 1 for held in wanted)
    with refused():
        name = check_name(word)
        assert Path(name).name == name
    with refused():
        assert resolve(word).is_file()


_DESCRIPTIONS = st.one_of(
    _PLAIN,
    st.dictionaries(
        st.sampled_from((*ModelSpec.__dataclass_fields__, "other")),
        st.one_of(_PLAIN, st.sampled_from(("NHWC", "net", "RGB", "bytes", 513, 1, True))),
        max_size=6,
    ),
)


def a_description_is_read(values: Any) -> None:
    """What lies beside a network is its description, or is refused."""
    with refused():
        spec = spec_from_values(values, Path("net.json"))
        assert spec.height >= 1


_NOTES = st.one_of(
    st.binary(max_size=40),
    _PLAIN.map(lambda values: json.dumps(values).encode()),
    st.dictionaries(
        st.sampled_from(("home", "made", "flatpak_home", "app", "sha256", "name")), _PLAIN
    ).map(lambda values: json.dumps(values).encode()),
)


def a_note_is_read(content: bytes) -> None:
    """Damaged notes and descriptions count as none; listing what is there never fails."""
    with tempfile.TemporaryDirectory() as name, _inside(Path(name)):
        home = folders.home()
        (home / "models").mkdir(parents=True)
        for path in (
            home / homes.MARK, home / plugin.NOTE, home / "models" / "net.json",
            home / "models" / "default.txt",
        ):  # fmt: skip
            path.write_bytes(content)
        (home / "models" / "net.onnx").write_bytes(b"network")
        assert isinstance(homes.read_note(home), dict)
        assert isinstance(plugin.read_note(home), dict)
        assert models.present(home) == []
        for spec in installed():
            assert spec.name
        with refused():
            assert resolve(None).is_file()


PROPERTIES = (
    Property("a command line is obeyed", _LINES, a_command_line_is_obeyed, 60, 5_000),
    Property("a word is understood", _WORDS, a_word_is_understood, 100, 10_000),
    Property("a description is read", _DESCRIPTIONS, a_description_is_read, 100, 10_000),
    Property("a note is read", _NOTES, a_note_is_read, 60, 5_000),
)
