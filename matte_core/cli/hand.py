"""One of several processes that share the pictures of a command; see `matte_core.cli.crew`.

It is started with the words of the command and so works in the same way, but takes its pictures
from standard input, sends their results to standard output, and ends with its input.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

if not __package__:
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from matte_core.base.errors import FileError, MatteError, SetupError, to_wire
from matte_core.base.parent import exit_with_parent
from matte_core.base.progress import silent
from matte_core.base.threads import tell_libraries
from matte_core.batch.plan import Job
from matte_core.cli import build_parser
from matte_core.cli.result import Work, job_from_frame, result_to_frame
from matte_core.cli.unexpected import explain
from matte_core.link.protocol import Frame, read_frame, write_frame


def main(words: Sequence[str]) -> None:
    """Do pictures as the command does whose words these are."""
    exit_with_parent()
    tell_libraries()
    with os.fdopen(os.dup(1), "wb") as answers:
        os.dup2(2, 1)  # what libraries print must not get among the answers

        def serve(work: Work) -> None:
            while (frame := read_frame(sys.stdin.buffer)) is not None:
                write_frame(answers, answer(work, job_from_frame(frame)))

        args = build_parser().parse_args(words)
        args.serve = serve
        args.run(args)


def answer(work: Work, job: Job) -> Frame:
    """Do one picture; return its result, or its error."""
    error: MatteError
    try:
        return result_to_frame(work(job, silent))
    except MatteError as failure:
        error = failure
    except MemoryError:
        error = FileError(f"{job.source} needs more memory than is available.")
    except ModuleNotFoundError as failure:
        error = SetupError(f"The Python package {failure.name} is not installed.")
    except Exception as failure:  # the border of a process, as in `batch`
        error = explain(failure)
    return Frame("error", {"error": to_wire(error)})


if __name__ == "__main__":
    main(sys.argv[1:])
