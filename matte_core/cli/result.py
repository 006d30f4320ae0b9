"""What a picture became, also on its way from one process to another."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from matte_core.base.progress import ProgressCallback
from matte_core.batch.plan import Job
from matte_core.link.protocol import Array, Frame


@dataclass
class Result:
    """What a picture became.

    Attributes
    ----------
    files : dict of str to bytes
        The encoded results, by the keys of `Job.results`.
    values : dict
        Plain values that describe it, for --json.
    text : str
        A few words that describe it, for people.
    warnings : list of str
        What the user should know; each is printed once in a run.
    each : dict of str to bytes
        The encoded results of single things, by their names, instead of `files`.
    """

    files: dict[str, bytes]
    values: dict[str, Any] = field(default_factory=dict)
    text: str = ""
    warnings: list[str] = field(default_factory=list)
    each: dict[str, bytes] = field(default_factory=dict)


Work = Callable[[Job, ProgressCallback], Result]


def job_to_frame(job: Job) -> Frame:
    """Return a job as a frame for another process."""
    values = {
        "source": str(job.source),
        "results": {kind: str(path) for kind, path in job.results.items()},
        "companions": {kind: str(path) for kind, path in job.companions.items()},
    }
    return Frame("job", values)


def job_from_frame(frame: Frame) -> Job:
    """Rebuild a job from the frame of `job_to_frame`."""
    values = frame.values
    results, companions = (
        {kind: Path(path) for kind, path in values[what].items()}
        for what in ("results", "companions")
    )
    return Job(Path(values["source"]), results, companions)


def result_to_frame(result: Result) -> Frame:
    """Return a result as a frame for another process."""
    values = {
        "values": result.values,
        "text": result.text,
        "warnings": [str(warning) for warning in result.warnings],
        "files": {kind: len(data) for kind, data in result.files.items()},
        "each": {name: len(data) for name, data in result.each.items()},
    }
    # One array for all: a frame has a limit of them, and a picture none of its things.
    data = b"".join([*result.files.values(), *result.each.values()])
    return Frame("result", values, {"data": Array("uint8", (len(data),), data)})


def result_from_frame(frame: Frame) -> Result:
    """Rebuild a result from the frame of `result_to_frame`."""
    data, at = memoryview(frame.arrays["data"].data), 0
    parts: dict[str, dict[str, bytes]] = {"files": {}, "each": {}}
    for what, found in parts.items():
        for kind, length in frame.values[what].items():
            found[kind] = bytes(data[at : at + length])
            at += length
    values = frame.values
    return Result(
        parts["files"], values["values"], values["text"], values["warnings"], parts["each"]
    )
