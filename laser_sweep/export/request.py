"""Which point of a sweep is exported, and what its folder says of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, cast

from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from laser_sweep.config import InterventionConfig, ModelConfig, explain
from laser_sweep.errors import ConfigError
from laser_sweep.errors import choose as one_of
from laser_sweep.grid.point import BASE, Point, point_of
from laser_sweep.intervention import Options
from laser_sweep.report import Report, read_report

_Schema = TypeVar("_Schema")


@dataclass(frozen=True)
class Choice:
    """A point of a sweep.

    Attributes:
        report: the sweep's report.
        row: the figures of the point, as in the report's table.
        point: the point.
        model: the model that was asked for.
        options: how the intervention is done.
    """

    report: Report
    row: Mapping[str, Any]
    point: Point
    model: ModelConfig
    options: Options

    @property
    def protocol(self) -> str:
        """The protocol, by whose arithmetic amounts become ranks."""
        return str(self.report.config["protocol"])

    @property
    def identity(self) -> Mapping[str, Any]:
        """What the results are of: weights, dtype, examples and so on."""
        identity: Mapping[str, Any] = self.report.record["identity"]
        return identity


def choose(folder: Path, name: str | None) -> Choice:
    """The point that a sweep chose, or the one that has a name.

    Raises:
        ConfigError: if the folder is no sweep's, the point is none of its last command or has no
            result yet, or the chosen one is the base model, which has to be asked for by name.
    """
    report = read_report(folder)
    name = _chosen(report) if name is None else one_of("point", name, report.record["points"])
    config = report.config
    how = _typed(InterventionConfig, config["intervention"])
    return Choice(
        report=report,
        row=_row(report, name),
        point=point_of(name, how.kind),
        model=_typed(ModelConfig, config["model"]),
        options=Options(how.svd, how.niter, how.oversample, config["seed"], how.spectrum),
    )


def _chosen(report: Report) -> str:
    if not report.selects:
        raise ConfigError(
            f"{report.folder}: with split={report.config['split']['name']} nothing is chosen. "
            "Name a point with --point NAME, or run the sweep's command with another split: what "
            "is evaluated is kept."
        )
    if report.chosen is None:
        raise ConfigError(
            f"{report.folder}: there is nothing to choose from: the base model or every point has "
            "no result yet. Run the sweep's command again."
        )
    if (name := str(report.chosen["point"])) == str(BASE):
        raise ConfigError(
            f"{report.folder}: the base model itself is chosen, no edit is better on the "
            "validation part. Export it with --point base, or another point with --point NAME."
        )
    return name


def _row(report: Report, name: str) -> dict[str, Any]:
    rows = report.table[report.table["point"] == name].to_dict(orient="records")
    evaluated = [row for row in rows if row[f"{report.grid_part}_examples"]]
    if not evaluated:
        raise ConfigError(
            f"{report.folder}: {name} has no result yet. Run the sweep's command again."
        )
    return {str(column): value for column, value in evaluated[0].items()}


def _typed(schema: type[_Schema], written: Mapping[str, Any]) -> _Schema:
    """What a record says of a group of options, checked."""
    try:
        merged = OmegaConf.merge(OmegaConf.structured(schema), dict(written))
        return cast(_Schema, OmegaConf.to_object(merged))
    except OmegaConfBaseException as error:
        raise explain(error) from error
