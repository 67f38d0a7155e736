"""How long the evaluations took whose results a report is about.

Time is in no result, since results are the same bytes whatever they took; the logs have it.
"""

from __future__ import annotations

import re
from pathlib import Path

from laser_sweep.store.files import result_files

_COMPUTED = re.compile(r" computed \S+ in ([\d.]+) s: (\S+)$", re.MULTILINE)


def seconds(folder: Path, digest: str) -> float | None:
    """The seconds that the result files of a digest took, each as it was computed last.

    Loading models and what points share on the way to their layer is not in it.

    Returns:
        The sum; None if the logs of the command and its jobs say nothing of any.
    """
    took: dict[str, float] = {}
    for log in (folder / "laser_sweep.log", *sorted((folder / "jobs").glob("*.out"))):
        if log.is_file():
            text = log.read_text(encoding="utf-8", errors="replace")
            took.update({name: float(figure) for figure, name in _COMPUTED.findall(text)})
    there = {path.name for path in result_files(folder, digest)}
    known = [figure for name, figure in took.items() if name in there]
    return sum(known) if known else None
