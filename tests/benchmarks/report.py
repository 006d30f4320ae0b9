"""Tables, and the page that contains them: docs/benchmarks.md, one section per benchmark."""

import os
import re
from collections.abc import Sequence
from pathlib import Path

from measured import ROOT, machine

PAGE = ROOT / "docs" / "benchmarks.md"
TITLE = """# Benchmarks

Measured, not estimated: each section is written by the command it names, run with `--write`.

Errors are means over the photos, computed over the unknown region only, as defined by Rhemann et
al. (CVPR 2009): sum of absolute differences (SAD), mean squared error (MSE), gradient error,
connectivity error. Each method runs in a process of its own, and first on a small image, so that
neither imports nor a compiler are timed; the time is the best of up to three runs. Peak MB is the
maximum resident memory of the process, including what was resident "at start"; for GIMP it is that
of GIMP's own process. The photos are from alphamatting.com; they may not be redistributed and are
not included.
"""


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table that also reads well as plain text, numbers aligned right."""
    widths = [max(len(str(row[k])) for row in (heads, *rows)) for k in range(len(heads))]

    def line(cells: Sequence[str]) -> str:
        padded = [
            cell.ljust(width) if k == 0 else cell.rjust(width)
            for k, (cell, width) in enumerate(zip(cells, widths, strict=True))
        ]
        return f"| {' | '.join(padded)} |"

    rule = [("-" * width) if k == 0 else "-" * (width - 1) + ":" for k, width in enumerate(widths)]
    return "\n".join([line(heads), line(rule), *(line(row) for row in rows)])


def _busy() -> str:
    """Say whether other programs competed for the cores, which makes the times too long."""
    if not hasattr(os, "getloadavg"):
        return ""
    load, cores = os.getloadavg()[2], os.cpu_count() or 1
    return f", also busy with other work (load {load:.0f})" if load > cores + 1 else ""


def write_section(title: str, command: str, text: str, page: Path = PAGE) -> None:
    """Write a section of the page, replacing the one with the same title."""
    section = (
        f"## {title}\n\n`{command}`, on a machine with {machine()}{_busy()}.\n\n{text.strip()}\n"
    )
    old = page.read_text(encoding="utf-8") if page.exists() else TITLE
    parts = [TITLE, *re.split(r"(?m)^(?=## )", old)[1:]]
    starts = [part.partition("\n")[0] for part in parts]
    heading = f"## {title}"
    if heading in starts:
        parts[starts.index(heading)] = section
    else:
        parts.append(section)
    page.parent.mkdir(exist_ok=True)
    page.write_text("\n".join(part.strip() + "\n" for part in parts), encoding="utf-8")
