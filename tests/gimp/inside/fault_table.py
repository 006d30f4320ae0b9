"""Every fault that is injected while an action of the real plug-in runs in a real GIMP.

A fault is one line. `docs/faults.md` is written from this table. Standard library only: read inside
GIMP and by the tests outside.
"""

from dataclasses import dataclass

ADVICE = "Set Up and Check"
AGAIN = "Try again"
LESS = "scale the image down"
ENDED = ("ended before it was done", AGAIN, "worker.log")
NOT_SO = ("broke the protocol", ADVICE)
SILENT = ("did not respond for 5 seconds", AGAIN)
GONE = ("was deleted, or its image was closed", "Nothing was changed")
CHANGED = ("was changed while Matte was working", "Run the action again")
SET_UP = "set up"
#: A model of a person's own: a file and its description.
MODEL = "mine"
UNUSABLE = ("sent a result that cannot be used", ADVICE)


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong."""

    kind: str  # where: one of `fault_kinds.KINDS`
    detail: str  # what, for that kind
    # What the message must hold; empty where the action must succeed in spite of the fault.
    words: tuple[str, ...] = ()
    action: str = "cut-out"  # one of `fault_checks.ACTIONS`

    @property
    def name(self):
        return f"{self.kind}: {self.detail}" + (
            "" if self.action == "cut-out" else f" ({self.action})"
        )


FAULTS = [
    Fault("surroundings", "an AppImage's variables, a decimal comma, a long home"),
    Fault("environment", "it is gone", ("is missing", ADVICE)),
    Fault("environment", "its Python was taken away", ("does not exist", ADVICE)),
    Fault("environment", "its Python is a folder", ("does not start", ADVICE)),
    Fault("environment", "its Python is no program", ("does not start", ADVICE)),
    Fault("environment", "its Python is of another version", ("cannot be loaded", ADVICE)),
    Fault("environment", "a package is missing", ("cannot be loaded", "numpy", ADVICE)),
    Fault("environment", "a package is damaged", ("cannot be loaded", ADVICE)),
    Fault("environment", "a library is cut short", ("cannot be loaded", ADVICE)),
    Fault("worker", "ends at once", ENDED),
    Fault("worker", "prints at once", NOT_SO),
    Fault("worker", "never greets", SILENT),
    Fault("worker", "huge header", NOT_SO),
    Fault("worker", "nested header", NOT_SO),
    Fault("worker", "other protocol", ("did not send the greeting", ADVICE)),
    Fault("worker", "old version", ("0.0.0", ADVICE)),
    Fault("worker", "closes its output", ENDED),
    Fault("worker", "leaves a child at once", ENDED),
    Fault("worker", "ends while it is sent to", ENDED),
    Fault("worker", "reads only", SILENT),
    Fault("worker", "ends while working", ENDED),
    Fault("worker", "ends half-way through a frame", NOT_SO),
    Fault("worker", "stops half-way through a frame", SILENT),
    Fault("worker", "ends while it sends", NOT_SO),
    Fault("worker", "prints while working", NOT_SO),
    Fault("worker", "strange frame", ("unknown message", ADVICE)),
    Fault("worker", "strange progress", ("reported progress", ADVICE)),
    Fault("worker", "progress that is no number", NOT_SO),
    Fault("worker", "an error without words", ("without saying why", ADVICE)),
    Fault("worker", "leaves a child", ENDED),
    Fault("worker", "answers another question", ("a different request", ADVICE)),
    *(Fault("worker", detail, UNUSABLE) for detail in (
        "no result", "result of another size", "result of another shape", "result of another type",
        "result that is no number", "result beyond all bounds", "result without bounds",
        "values that are none", "no note", "a note that is no text",
    )),
    Fault("worker", "trimap of other levels", UNUSABLE, "trimap"),
    Fault("worker", "map of another size", UNUSABLE, "class map"),
    Fault("worker", "map without a legend", UNUSABLE, "class map"),
    Fault("worker", "box beyond the picture", UNUSABLE, "decontaminate"),
    Fault("worker", "half of the colors", UNUSABLE, "composite"),
    Fault("step", "killed at segmenting", ("memory runs out", LESS)),
    Fault("step", "killed at making the trimap", ("memory runs out", LESS)),
    Fault("step", "killed at matting", ("memory runs out", LESS)),
    Fault("step", "killed at cleaning", ("memory runs out", LESS), "composite"),
    Fault("step", "crashes at matting", ("Segmentation fault", AGAIN)),
    Fault("step", "out of memory at matting", ("not enough memory", LESS)),
    Fault("step", "fails at matting", ("failed unexpectedly", "report it")),
    Fault("step", "fails without a log at matting", ("failed unexpectedly", "report it")),
    Fault("step", "stands still at matting", SILENT),
    Fault("step", "prints at matting"),
    Fault("bystander", "deletes the layer", GONE),
    Fault("bystander", "closes the image"),
    Fault("bystander", "closes the image", GONE, "open images"),
    Fault("bystander", "closes the image", ("cut out", "was closed"), "two open images"),
    Fault("bystander", "paints on the layer", CHANGED),
    Fault("bystander", "scales the layer", CHANGED),
    Fault("bystander", "moves the layer", CHANGED),
    Fault("bystander", "gives it a mask", CHANGED),
    Fault("bystander", "turns the image gray", CHANGED),
    Fault("bystander", "runs another action on it", CHANGED),
    Fault("bystander", "runs another action beside it"),
    Fault("bystander", "changes the selection"),
    Fault("bystander", "adds another layer"),
    Fault("log", "the disk is full"),
    Fault("log", "its folder cannot be made"),
    Fault("network", "its file is cut short", ("has changed since it was added", ADVICE)),
    Fault("network", "its file was swapped", ("has changed since it was added", ADVICE)),
    Fault("network", "its description is damaged", ("description", )),
    Fault("network", "no network at all"),
    Fault("network", "wants more than 100 GB", ("4 GiB of memory", "another model")),
    Fault("home", "has too little room", ("only 21 MB", "Free up disk space"), SET_UP),
    Fault("home", "fills up", ("is full", "Free up disk space"), SET_UP),
    Fault("home", "cannot be written", ("cannot be written", "MATTE_HOME"), SET_UP),
    Fault("home", "is being set up already", ("Another installation is running", "Wait"), SET_UP),
    Fault("connection", "there is none", ("cannot be reached", "HTTPS_PROXY"), SET_UP),
    Fault("plug-in", "killed while its worker computes", ("returned no return values", )),
    Fault("plug-in", "killed while it installs", ("returned no return values", ), SET_UP),
]  # fmt: skip
