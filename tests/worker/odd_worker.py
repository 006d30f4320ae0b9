"""A worker that does one thing wrong, named by a file beside it: started by the client's tests."""

import os
import sys
import time
from pathlib import Path

sys.path.insert(0, os.environ["MATTE_CHECKOUT"])

import matte_core
from matte_core.protocol import Frame, read_frame, write_frame

fault = Path(os.environ["MATTE_FAULT"]).read_text()
out = sys.stdout.buffer
version = "0.0.0" if fault == "old version" else matte_core.__version__

if fault == "ends at once":
    sys.exit("no luck today")
if fault == "prints at once":
    out.write(b"Hello, world!\n")
    out.flush()
if fault == "never greets":
    time.sleep(60)
protocol = 99 if fault == "other protocol" else 1
write_frame(out, Frame("hello", {"protocol": protocol, "version": version}))
if fault == "never reads":
    time.sleep(60)
while (frame := read_frame(sys.stdin.buffer)) is not None:
    number = frame.values["id"]
    if frame.type == "cancel" and fault == "works until told":
        write_frame(out, Frame("error", {"id": number, "error": {"kind": "Cancelled"}}))
    if frame.type == "cancel" or fault == "reads only":
        continue
    if fault == "works until told":
        write_frame(out, Frame("progress", {"id": number, "fraction": 0.1, "step": "On"}))
    if fault == "ends while working":
        write_frame(out, Frame("progress", {"id": number, "fraction": 0.5, "step": "Half"}))
        os._exit(3)
    if fault == "ends half-way through a frame":
        out.write(b"MTT1\x10\x00\x00\x00{")
        out.flush()
        os._exit(0)
    if fault == "strange frame":
        write_frame(out, Frame("song", {}))
    if fault == "strange progress":
        write_frame(out, Frame("progress", {"id": number, "fraction": "half"}))
    if fault == "works for ever":
        while True:
            write_frame(out, Frame("progress", {"id": number, "fraction": 0.1, "step": "On"}))
            time.sleep(0.02)
    if fault == "none":
        size = sum(len(array.data) for array in frame.arrays.values())
        write_frame(out, Frame("alive"))
        write_frame(out, Frame("progress", {"id": number, "fraction": 0.5, "step": "Half"}))
        write_frame(out, Frame("result", {"id": number, "values": {"size": size}}, frame.arrays))
