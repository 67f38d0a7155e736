"""The report of a sweep, made from its folder alone: at its end, or at any time from what is there.

Writes `report.html`, `report.md`, `selection.json`, `grid.csv`, `grid.parquet` and `figures/`
beside the results.
"""

from __future__ import annotations

from pathlib import Path

from laser_sweep.report.markdown import markdown
from laser_sweep.report.page import page
from laser_sweep.report.report import FIGURES, Report, gather
from laser_sweep.report.selection_json import selection_json
from laser_sweep.report.sentences import summary
from laser_sweep.store.atomic import check_writable, write_file
from laser_sweep.store.record import read_record
from laser_sweep.store.results import read_results
from laser_sweep.terminal import near

__all__ = ["Report", "gather", "read_report", "summary", "terminal", "write_report"]


def read_report(folder: Path) -> Report:
    """Select, from the results that are in a sweep's folder; nothing is written.

    Raises:
        ConfigError: if the folder is no sweep's.
    """
    return gather(folder, read_record(folder), read_results(folder))


def write_report(report: Report) -> None:
    """Write all files of a report into its folder.

    Raises:
        ConfigError: if the folder cannot be written to.
    """
    from laser_sweep.report.figures.heat_map import heat_map
    from laser_sweep.report.figures.lines import lines

    folder = report.folder
    check_writable(folder / "figures")
    write_file(folder / "grid.csv", report.grid.to_csv(index=False))
    write_file(folder / "grid.parquet", report.grid.to_parquet(index=False))
    write_file(folder / "selection.json", selection_json(report))
    for name, picture in {**heat_map(report), **lines(report)}.items():
        write_file(folder / "figures" / name, picture)
    # A map that an earlier command made is not of this one's points.
    for name in set(FIGURES) - set(report.files):
        (folder / name).unlink(missing_ok=True)
    write_file(folder / "report.html", page(report))
    write_file(folder / "report.md", markdown(report))


def terminal(said: str, folder: Path) -> str:
    """What is printed of a report's summary, with the paths of its files as one would type them."""
    text, page = near(folder / "report.md"), near(folder / "report.html")
    return f"\n{said}\nReport: {text}\nThe same as a page: {page}\n"
