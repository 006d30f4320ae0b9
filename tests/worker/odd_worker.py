"""A worker that does one thing wrong, named by a file: what a client must bear of a stranger.

Started by the tests of the client, and in a real GIMP in place of the worker. A fault is one line
in one of the tables below.
"""

import json
import math
import os
import struct
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, os.environ["MATTE_CHECKOUT"])

import matte_core
from matte_core.link.protocol import Array, Frame, read_frame, write_frame

OUT = sys.stdout.buffer
HALF = {"fraction": 0.5, "step": "Half"}
ASKED = []


def raw(header, payload=b""):
    """Write a frame that `write_frame` would refuse."""
    data = header if isinstance(header, bytes) else json.dumps(header).encode()
    OUT.write(b"MTT1" + struct.pack("<I", len(data)) + data + payload)
    OUT.flush()


def say(data):
    OUT.write(data)
    OUT.flush()


def greet(protocol=1, version=matte_core.__version__):
    write_frame(OUT, Frame("hello", {"protocol": protocol, "version": version}))


def progress(number, **changes):
    write_frame(OUT, Frame("progress", {"id": number, **HALF, **changes}))


def leave_a_child():
    """End, while a child goes on that has our end of the pipe."""
    subprocess.Popen(["sleep", "4"], stderr=subprocess.DEVNULL)
    os._exit(3)


def work_for_ever(number):
    while True:
        progress(number, step="On")
        time.sleep(0.02)


def obey(number):
    """Work until cancelled."""
    progress(number, step="On")
    while read_frame(sys.stdin.buffer).type != "cancel":
        pass
    write_frame(OUT, Frame("error", {"id": number, "error": {"kind": "Cancelled"}}))


def echo(frame, number):
    size = sum(len(array.data) for array in frame.arrays.values())
    write_frame(OUT, Frame("alive"))
    progress(number)
    write_frame(OUT, Frame("result", {"id": number, "values": {"size": size}}, frame.arrays))


def result(frame, number, value=0.5, dtype="float32", shape=None, name="alpha", values=None):
    """Answer with one array: the alpha of the request's picture, unless told otherwise."""
    if shape is None:
        shape = next(iter(frame.arrays.values())).shape[:2]
    shape = tuple(shape)
    count = math.prod(shape)
    data = struct.pack("<f", value) * count if dtype == "float32" else b"\7" * count
    arrays = {name: Array(dtype, shape, data)}
    write_frame(OUT, Frame("result", {"id": number, "values": values or {"note": ""}}, arrays))


def tell(frame, number):
    """Say what was asked up to now; end when that is asked."""
    ASKED.append(frame.values["method"])
    if ASKED[-1] == "end":
        os._exit(3)
    write_frame(OUT, Frame("result", {"id": number, "values": {"asked": ASKED}}))


def colors(frame, number, box, is_whole=True):
    """Answer with clean colors: the photo's own."""
    image = frame.arrays["image"]
    changed = Array("uint8", image.shape[:2], bytes(math.prod(image.shape[:2])))
    arrays = {"foreground": image} | ({"changed": changed} if is_whole else {})
    write_frame(OUT, Frame("result", {"id": number, "values": {"box": box}}, arrays))


def wait(frame, number):
    """Say that we are here, go on when the word is taken away, and find everything the subject."""
    word = Path(os.environ["MATTE_FAULT"]).with_name(f"waiting-{os.getpid()}")
    word.touch()
    while word.exists():
        progress(number)
        time.sleep(0.1)
    result(frame, number, value=1.0)


# Before the greeting.
FIRST = {
    "ends at once": lambda: sys.exit("no luck today"),
    "prints at once": lambda: say(b"Hello, world!\n"),
    "never greets": lambda: time.sleep(60),
    "huge header": lambda: say(b"MTT1" + b"\xff" * 4),
    "nested header": lambda: raw(b"[" * 100_000),
    "other protocol": lambda: greet(protocol=99),
    "old version": lambda: greet(version="0.0.0"),
    "closes its output": lambda: (os.close(1), time.sleep(60)),
    "leaves a child at once": leave_a_child,
}
# Instead of reading the request.
DEAF = {
    "never reads": lambda: time.sleep(60),
    "ends while it is sent to": lambda: (sys.stdin.buffer.read(1000), os._exit(4)),
    "closes its input": lambda: (os.close(0), time.sleep(60)),
}
# Given the request and its number.
ANSWERS = {
    "none": echo,
    "none but slow": lambda frame, number: (time.sleep(0.5), echo(frame, number)),
    "reads only": lambda frame, number: None,
    "ends while working": lambda frame, number: (progress(number), os._exit(3)),
    "ends half-way through a frame": lambda frame, number: (
        say(b"MTT1\x10\x00\x00\x00{"),
        os._exit(0),
    ),
    "stops half-way through a frame": lambda frame, number: say(b"MTT1\x10\x00\x00\x00{"),
    "ends while it sends": lambda frame, number: (
        raw(
            {
                "type": "result",
                "id": number,
                "values": {},
                "arrays": [{"name": "alpha", "dtype": "uint8", "shape": [1 << 34]}],
            },
            bytes(1 << 20),
        ),
        os._exit(5),
    ),
    "prints while working": lambda frame, number: (progress(number), say(b"DEBUG: 12 %\n")),
    "strange frame": lambda frame, number: write_frame(OUT, Frame("song")),
    "strange progress": lambda frame, number: progress(number, fraction="half"),
    "progress that is no number": lambda frame, number: raw(
        {"type": "progress", "arrays": [], "id": number, "fraction": float("nan"), "step": "?"}
    ),
    "an error without words": lambda frame, number: write_frame(
        OUT, Frame("error", {"id": number, "error": ["oops"]})
    ),
    "leaves a child": lambda frame, number: leave_a_child(),
    "answers another question": lambda frame, number: result(frame, number + 7),
    "no result": lambda frame, number: result(frame, number, name="beta"),
    "result of another size": lambda frame, number: result(frame, number, shape=(3, 5)),
    "result of another shape": lambda frame, number: result(
        frame, number, shape=(*frame.arrays["image"].shape[:2], 1)
    ),
    "result of another type": lambda frame, number: result(frame, number, dtype="uint8"),
    "result that is no number": lambda frame, number: result(frame, number, value=float("nan")),
    "result beyond all bounds": lambda frame, number: result(frame, number, value=-7.0),
    "result without bounds": lambda frame, number: result(frame, number, value=float("inf")),
    "trimap of other levels": lambda frame, number: result(
        frame, number, dtype="uint8", name="trimap"
    ),
    "map of another size": lambda frame, number: result(
        frame, number, dtype="uint8", shape=(1, 1, 3), name="map"
    ),
    "map without a legend": lambda frame, number: result(
        frame, number, dtype="uint8", shape=(*frame.arrays["image"].shape[:2], 3), name="map"
    ),
    "box beyond the picture": lambda frame, number: colors(frame, number, [0, 0, 9000, 9000]),
    "half of the colors": lambda frame, number: colors(frame, number, [0, 0, 1, 1], False),
    "values that are none": lambda frame, number: result(frame, number, values=[1]),
    "no note": lambda frame, number: result(frame, number, values={"source": "?"}),
    "a note that is no text": lambda frame, number: result(frame, number, values={"note": 5}),
    "tells what it was asked": tell,
    "view of another shape": lambda frame, number: (
        result(
            frame,
            number,
            dtype="uint8",
            shape=(4, 6),
            name="picture",
            values={"note": "", "parts": []},
        )
        if frame.values["method"] == "preview"
        else write_frame(OUT, Frame("result", {"id": number, "values": {}}))
    ),
    "waits": wait,
    "works for ever": lambda frame, number: work_for_ever(number),
    "works until told": lambda frame, number: obey(number),
    "works until told, then well": lambda frame, number: (
        obey(number) if frame.values["params"].get("state") == "old" else echo(frame, number)
    ),
}


def main(fault):
    if fault in FIRST:
        FIRST[fault]()
    greet()
    if fault in DEAF:
        DEAF[fault]()
    while (frame := read_frame(sys.stdin.buffer)) is not None:
        if frame.type == "request":
            ANSWERS.get(fault, echo)(frame, frame.values["id"])


if __name__ == "__main__":
    named = Path(os.environ["MATTE_FAULT"]).read_text()
    assert named in {**FIRST, **DEAF, **ANSWERS}, named
    main(named)
