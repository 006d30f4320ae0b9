"""Tables, and the page that keeps them: docs/benchmarks.md, one section a benchmark."""

import os
import re
from collections.abc import Sequence
from pathlib import Path

from measured import ROOT, machine

PAGE = ROOT / "docs" / "benchmarks.md"
TITLE = """# Benchmarks

Measured, not estimated: every section is written by the command that it names, with `--write`.

Errors are means over the photos and taken over the unknown region alone, as Rhemann et al. (CVPR
2009) define them: sum of absolute differences (SAD), mean squared error (MSE), gradient error,
connectivity error. Every method runs in a process of its own, once on a small picture first, so
that neither imports nor a compiler count; the time is the best of up to three runs. Peak MB is the
process's largest resident memory, what was resident "at start" included; for GIMP it is GIMP's own
process. The photos are those of alphamatting.com; they may not be passed on, and so are not here.
"""


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table that also reads well as plain text; numbers to the right."""
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
    """Say so where other programs competed for the cores: the times are then too long."""
    if not hasattr(os, "getloadavg"):
        return ""
    load, cores = os.getloadavg()[2], os.cpu_count() or 1
    return f", busy with other work as well (load {load:.0f})" if load > cores + 1 else ""


def write_section(title: str, command: str, text: str, page: Path = PAGE) -> None:
    """Put a section into the page, in place of the one of the same title."""
    section = (
        f"## {title}\n\n`{command}`, on a machine of {machine()}{_busy()}.\n\n{text.strip()}\n"
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
