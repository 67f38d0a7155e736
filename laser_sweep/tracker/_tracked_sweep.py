"""Everything that a tracker hears of a sweep, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

Value = str | int | float | bool | None


class Option(NamedTuple):
    """An option of the sweep's command, such as `model.path`, and its value."""

    name: str
    value: Value


class Figure(NamedTuple):
    """A figure, such as `chosen/test_accuracy`; None if it is not known or not finite."""

    name: str
    value: float | None


class Text(NamedTuple):
    """A finding in words, or a fact about the software, by its name."""

    name: str
    text: str


@dataclass(frozen=True)
class PointTable:
    """The table of all points, as in `grid.csv`.

    Attributes:
        columns: the names of the columns.
        rows: a row for each point; None where a value is missing or not finite.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]


@dataclass(frozen=True)
class TrackedSweep:
    """A sweep as a tracker's run shows it.

    Attributes:
        id: the id of the run, which stays the same as long as the sweep's folder exists.
        project: the project of the run.
        title: the names of the model, the dataset and the intervention.
        folder: the sweep's folder.
        options: the options of the last command that may change an outcome or the choice.
        figures: the figures of `base`, `chosen` and `stack` on both parts, and the difference on
            the test part. The names are always the same, whatever is known.
        texts: the verdict, the chosen point, the identity's digest, the versions.
        points: the table of all points.
        report: the report in Markdown.
        files: the files of the report.
    """

    id: str
    project: str
    title: str
    folder: Path
    options: tuple[Option, ...]
    figures: tuple[Figure, ...]
    texts: tuple[Text, ...]
    points: PointTable
    report: str
    files: tuple[Path, ...]

    @property
    def known_figures(self) -> dict[str, float]:
        """The figures that are known, by their names."""
        return {name: value for name, value in self.figures if value is not None}

    @property
    def named_files(self) -> dict[str, Path]:
        """The files of the report by their names in the sweep's folder, such as `figures/a.png`."""
        return {path.relative_to(self.folder).as_posix(): path for path in self.files}
