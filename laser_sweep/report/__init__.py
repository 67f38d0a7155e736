"""The report of a sweep, made from the sweep's folder alone, at the end of a sweep or at any time.

It consists of `report.html`, `report.md`, `selection.json`, `grid.csv`, `grid.parquet` and
`figures/`, in the sweep's folder.
"""

from __future__ import annotations

import logging
from pathlib import Path

from laser_sweep.report.earlier import keep_earlier
from laser_sweep.report.figure_files import figure_files
from laser_sweep.report.markdown import markdown
from laser_sweep.report.page import page
from laser_sweep.report.point_figures import PartFigures, PointFigures, point_figures
from laser_sweep.report.report import Report, gather
from laser_sweep.report.search import Search
from laser_sweep.report.selection_json import selection_json
from laser_sweep.report.sentences import summary, summary_markdown
from laser_sweep.store.atomic import check_writable, write_file
from laser_sweep.store.paths import Paths
from laser_sweep.store.record import read_record
from laser_sweep.store.results import read_results
from laser_sweep.terminal import near

__all__ = [
    "PartFigures",
    "PointFigures",
    "Report",
    "Search",
    "gather",
    "point_figures",
    "read_report",
    "summary",
    "summary_markdown",
    "terminal",
    "write_report",
]

log = logging.getLogger(__name__)


def read_report(folder: Path) -> Report:
    """Select among the results in a sweep's folder; nothing is written.

    Raises:
        ConfigError: if the folder is not a sweep's.
    """
    return gather(folder, read_record(folder), read_results(folder))


def write_report(report: Report) -> None:
    """Write all files of a report into the sweep's folder.

    The report of another command that is there is kept, in `earlier/`.

    Raises:
        ConfigError: if the folder cannot be written to.
    """
    from laser_sweep.report.figures.heat_map import heat_map
    from laser_sweep.report.figures.lines import lines

    paths = report.paths
    check_writable(paths.folder)
    if kept := keep_earlier(paths, report.search.record.command_digest):
        log.info("the report of the command before is kept: %s", near(kept / paths.report.name))
    check_writable(paths.figures)
    write_file(paths.grid, report.grid.to_csv(index=False))
    write_file(paths.grid_parquet, report.grid.to_parquet(index=False))
    write_file(paths.selection, selection_json(report))
    for name, picture in {**heat_map(report), **lines(report)}.items():
        write_file(paths.figures / name, picture)
    # An earlier command may have drawn a map of other points.
    for path in set(figure_files(paths)) - set(report.files):
        path.unlink(missing_ok=True)
    write_file(paths.page, page(report))
    write_file(paths.report, markdown(report))


def terminal(text: str, folder: Path) -> str:
    """The text for the terminal: a report's summary, and the paths of its files.

    Args:
        text: the summary.
        folder: the sweep's folder.
    """
    paths = Paths(folder)
    return f"\n{text}\nReport: {near(paths.report)}\nThe same as a page: {near(paths.page)}\n"
