"""`Sweep`: a sweep's folder, and what its command found."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from laser_sweep.errors import ConfigError
from laser_sweep.report import PointFigures, Report, gather, summary_markdown
from laser_sweep.statistics import Verdict
from laser_sweep.store.record import Record, read_record
from laser_sweep.store.results import Store
from laser_sweep.terminal import near

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, init=False, repr=False)
class Sweep:
    """A sweep that has run, or that runs on a cluster.

    It belongs to the last command that worked in the folder when it was made. A later command has
    a `Sweep` of its own, also in the same folder.

    Attributes:
        folder: the absolute path of the sweep's folder.
        record: the configuration, the points and the examples of the command.

    Example:
        >>> from laser_sweep import Sweep
        >>> old = Sweep("multirun/demo/noisy_facts/rank_reduction")
        >>> old.chosen.point
        'fc_in-l27-rho0.01'
    """

    folder: Path
    record: Record = field(compare=False)

    def __init__(self, folder: str | Path):
        """Open a sweep's folder, whether a call or a command made it.

        Args:
            folder: the folder, such as `multirun/demo/noisy_facts/rank_reduction`.

        Raises:
            ConfigError: if the folder is not a sweep's.
        """
        absolute = Path(folder).expanduser().absolute()
        object.__setattr__(self, "folder", absolute)
        object.__setattr__(self, "record", read_record(absolute))

    def results(self) -> pd.DataFrame:
        """The outcomes that are stored, one row for each point and example.

        Returns:
            A frame as `read_results` returns it.
        """
        return Store(self.folder, self.record.identity, self.record.split_parts).read()

    @property
    def report(self) -> Report:
        """The report on the points of the command.

        It is made of the stored outcomes, anew until the sweep is complete.
        """
        kept: Report | None = self.__dict__.get("_complete")
        if kept is not None:
            return kept
        report = gather(self.folder, self.record, self.results())
        if report.search.is_complete:
            self.__dict__["_complete"] = report
        return report

    @property
    def chosen(self) -> PointFigures | None:
        """The chosen point with its figures; None if there is no point to choose."""
        return self.report.search.chosen

    @property
    def verdict(self) -> Verdict:
        """The verdict on the chosen point, from the test part."""
        return self.report.judgement

    @property
    def is_complete(self) -> bool:
        """Whether every point has all results that the command asks for."""
        return self.report.search.is_complete

    def export(
        self,
        to: str | Path,
        *,
        point: str | None = None,
        format: str = "dense",
        dtype: str | None = None,
        model: str | None = None,
        device: str | None = None,
    ) -> Path:
        """Write a point as a model, with a card and a recipe; the folder is whole or absent.

        Args:
            to: a new or an empty folder.
            point: the point's name, or `stack` for the composed one; None for the chosen point.
            format: the form of the weights: `dense`, `factored`, `lora` or `patch`.
            dtype: the dtype to save in; None for the dtype that the sweep evaluated in.
            model: the place of the original model; None for its place during the sweep.
            device: the device to edit on; None for the sweep's.

        Returns:
            The folder.

        Raises:
            ConfigError: if the point has no result, if the original model has changed, if the
                format does not suit the point, if `to` is not empty or cannot be written, or if a
                later command has worked in the folder.

        Example:
            >>> found.export("chosen")
            PosixPath('chosen')
        """
        from laser_sweep.export.write import export

        if read_record(self.folder) != self.record:
            raise ConfigError(
                f"{self.folder}: a later command has worked in this folder. Run this sweep again, "
                "which computes nothing, or open the folder with Sweep."
            )
        export(
            self.folder,
            Path(to),
            format=format,
            point=point,
            dtype=dtype,
            path=model,
            device=device,
        )
        return Path(to)

    def __repr__(self) -> str:
        """The folder, the chosen point and the verdict, in one line."""
        report = self.report
        chosen = report.search.chosen
        name = "nothing chosen" if chosen is None else f"chosen {chosen.point}"
        rest = "" if report.search.is_complete else ", not finished"
        return f"Sweep({near(self.folder)}: {name}, {report.judgement.text}{rest})"

    def _repr_markdown_(self) -> str:
        """The summary that the command prints, for notebooks."""
        return summary_markdown(self.report)
