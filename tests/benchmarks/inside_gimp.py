"""Runs inside GIMP's own Python: times GIMP's matting on pairs of images and trimaps.

Reads `jobs.json` in the folder that the caller sets as MATTE_BENCHMARK_FOLDER; writes one raw alpha
per job (float32, little-endian) and `results.json`.
"""

import json
import os
import time

import gi

gi.require_version("Gimp", "3.0")
gi.require_version("Gegl", "0.4")
from gi.repository import Gegl, Gimp, Gio

FOLDER = os.environ["MATTE_BENCHMARK_FOLDER"]
GIMP_PROCESS = f"/proc/{os.getppid()}"


def path(name):
    return os.path.join(FOLDER, name)


def load(name):
    return Gio.File.new_for_path(path(name))


def memory(field):
    """Return a memory figure of the GIMP process in MB."""
    with open(f"{GIMP_PROCESS}/status") as status:
        for line in status:
            if line.startswith(field + ":"):
                return int(line.split()[1]) / 1000
    return 0.0


def forget_peak():
    with open(f"{GIMP_PROCESS}/clear_refs", "w") as file:
        file.write("5")


def run(job):
    image = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, load(job["image"]))
    layer = image.get_layers()[0]
    trimap = Gimp.file_load_layer(Gimp.RunMode.NONINTERACTIVE, image, load(job["trimap"]))
    image.insert_layer(trimap, None, 0)
    forget_peak()
    seconds = []
    while not seconds or (len(seconds) < job["runs"] and sum(seconds) < job["enough_seconds"]):
        start = time.perf_counter()
        layer.foreground_extract(Gimp.ForegroundExtractMode.MATTING, trimap)
        seconds.append(time.perf_counter() - start)
    peak = memory("VmHWM")
    selection = image.get_selection().get_buffer()
    rectangle = Gegl.Rectangle.new(0, 0, image.get_width(), image.get_height())
    alpha = selection.get(rectangle, 1.0, "Y float", Gegl.AbyssPolicy.NONE)
    with open(path(job["alpha"]), "wb") as file:
        file.write(alpha)
    image.delete()
    return {"seconds": min(seconds), "peak_mb": peak}


def main():
    with open(path("jobs.json")) as file:
        jobs = json.load(file)
    started_mb = memory("VmRSS")
    results = [run(job) for job in jobs]
    answer = {"version": Gimp.version(), "started_mb": started_mb, "results": results}
    with open(path("results.json"), "w") as file:
        json.dump(answer, file)


main()
