"""The point to export, from a sweep's folder and the user's options."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from laser_sweep.config import Config
from laser_sweep.errors import ConfigError, choose
from laser_sweep.grid.point import BASE, Point, point_of
from laser_sweep.intervention import Options
from laser_sweep.plan.plan import options_of
from laser_sweep.report import PointFigures, Report, point_figures, read_report
from laser_sweep.store.record import Record

_STACK = "stack"
"""The user's name for the stack that was composed."""


@dataclass(frozen=True)
class ExportRequest:
    """A point of a sweep, to be exported.

    Attributes:
        report: the sweep's report.
        figures: the figures of the point.
        point: the point.
    """

    report: Report
    figures: PointFigures
    point: Point

    @property
    def record(self) -> Record:
        """The record of the sweep's last command."""
        return self.report.search.record

    @property
    def config(self) -> Config:
        """The configuration of the sweep's last command."""
        return self.record.config

    @property
    def options(self) -> Options:
        """The options of the intervention."""
        return options_of(self.config)


def read_request(folder: Path, name: str | None) -> ExportRequest:
    """The request for a point of a sweep.

    Args:
        folder: the sweep's folder.
        name: the point's name, or `stack`; None for the chosen point.

    Raises:
        ConfigError: if the folder is not a sweep's, its last command does not have the point, or
            the point has no result; if the chosen point is the base model, which must be named.
    """
    report = read_report(folder)
    name = _chosen(report) if name is None else _named(report, name)
    kind = report.search.config.intervention.kind
    return ExportRequest(report, _figures(report, name), point_of(name, kind))


def _named(report: Report, name: str) -> str:
    """The point with a name, or the stack that was composed, by its name or as `stack`."""
    stack, points = report.search.stack, report.search.record.points
    if stack is not None and name in (_STACK, stack):
        return stack
    return choose("point", name, points if stack is None else (_STACK, *points))


def _chosen(report: Report) -> str:
    search = report.search
    if not search.selects:
        raise ConfigError(
            f"{search.folder}: with split={search.config.split.name} nothing is chosen. Name a "
            "point with --point NAME, or run the sweep's command with another split: the results "
            "are reused."
        )
    if search.chosen is None:
        raise ConfigError(
            f"{search.folder}: there is nothing to choose from: the base model or every point has "
            "no result yet. Run the sweep's command again."
        )
    if search.chosen.point == str(BASE):
        raise ConfigError(
            f"{search.folder}: the base model itself is chosen, no edit is better on the "
            "validation part. Export it with --point base, or another point with --point NAME."
        )
    return search.chosen.point


def _figures(report: Report, name: str) -> PointFigures:
    search = report.search
    stack = None if report.composed is None else report.composed.figures
    if stack is not None and stack.point == name:
        return stack
    found = point_figures(search.table[search.table["point"] == name])
    if not found or not found[0].on(search.grid_part).examples:
        raise ConfigError(
            f"{search.folder}: {name} has no result yet. Run the sweep's command again."
        )
    return found[0]
