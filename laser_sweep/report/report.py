"""The contents of a report, before they are written into a file of any format."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from laser_sweep.config import PAPER
from laser_sweep.grid.point import BASE
from laser_sweep.report.best import Best
from laser_sweep.report.chance import audit_of, null_of, searched_gain_of
from laser_sweep.report.changes import changed_examples
from laser_sweep.report.composed import Composed, composed_of
from laser_sweep.report.costs import Cost, cost_of
from laser_sweep.report.figure_files import figure_files
from laser_sweep.report.folds import Fold, fold_figures
from laser_sweep.report.grid_table import grid_table, map_cells
from laser_sweep.report.other_scores import other_scores
from laser_sweep.report.per_token import compared_per_token
from laser_sweep.report.search import Search, search_of
from laser_sweep.report.split_faults import SplitFaults, split_faults
from laser_sweep.report.ties import Ties, ties_of
from laser_sweep.selection import Pick, measure
from laser_sweep.statistics import (
    UNSELECTED,
    UNTESTED,
    Audit,
    Comparison,
    NullBand,
    SearchedGain,
    Verdict,
    compare,
    out_of_fold_null,
)
from laser_sweep.store.examples import read_examples
from laser_sweep.store.paths import Paths
from laser_sweep.store.record import Record
from laser_sweep.store.spectra import Spectrum, read_spectra


@dataclass(frozen=True)
class Report:
    """A search, and what its choice does on examples that had no part in the choice.

    Attributes:
        search: the points, their figures, and the choice.
    """

    search: Search

    @property
    def paths(self) -> Paths:
        """The files of the sweep's folder."""
        return Paths(self.search.folder)

    @property
    def title(self) -> str:
        """The names of the model, the dataset and the intervention."""
        config = self.search.config
        return f"{config.model.name} · {config.dataset.name} · {config.intervention.name}"

    @cached_property
    def grid(self) -> pd.DataFrame:
        """The table of all points, as `grid_table` returns it."""
        return grid_table(self.search)

    @cached_property
    def cells(self) -> pd.DataFrame:
        """The rows of the table that are on the heat map, as `map_cells` returns them."""
        # The grid's intervals take time that a map without left-out points need not wait for.
        search = self.search
        return map_cells(search, search.table if search.searched is None else self.grid)

    @property
    def files(self) -> tuple[Path, ...]:
        """The files of the report."""
        figures = () if self.cells.empty else figure_files(self.paths)
        return (*self.paths.report_files, *figures)

    @cached_property
    def cost(self) -> Cost:
        """The cost of the results."""
        return cost_of(self.search)

    @cached_property
    def difference(self) -> float | None:
        """Chosen minus base: accuracy on the test part, in points; None if it is not known.

        Documents have no accuracy.
        """
        base, chosen = self.search.base, self.search.chosen
        if base is None or chosen is None:
            return None
        difference = 100 * (chosen.test.accuracy - base.test.accuracy)
        return None if pd.isna(difference) else difference

    @cached_property
    def comparison(self) -> Comparison | None:
        """The base model against the chosen point; None if one of them is not tested."""
        return self._compared(self.search.pick, self._tested_chosen)

    @cached_property
    def composed(self) -> Composed | None:
        """The stack of edits, and what it does on the test part; None without a composition."""
        return composed_of(self.search, self._tested_base, self._tested_chosen)

    @cached_property
    def per_token(self) -> Comparison | None:
        """The comparison by the mean per token of choices; None if that changes no outcome."""
        is_base = self.search.pick.point in (None, str(BASE))
        if is_base or self.search.parts.folds:
            return None
        return compared_per_token(self._tested_base, self._tested_chosen)

    @property
    def judgement(self) -> Verdict:
        """The verdict on the chosen point, from the test part."""
        if not self.search.selects:
            return UNSELECTED
        if self.search.waits_for_ranking or self.comparison is None:
            return UNTESTED
        return self.comparison.verdict

    @cached_property
    def null(self) -> NullBand | None:
        """The best gain on the validation part among candidates without effect; None if unknown."""
        return null_of(self.search)

    @cached_property
    def searched_gain(self) -> SearchedGain | None:
        """The best gain of a search on the validation part; None for the grid, or if unknown."""
        return searched_gain_of(self.search)

    @cached_property
    def audit(self) -> Audit | None:
        """The result of the audit of a search; None without one, or if it is not finished."""
        return audit_of(self.search)

    @cached_property
    def best_per(self) -> dict[str, list[Best]]:
        """For each axis in `select_per`, the chosen point of each value."""
        search = self.search
        return {
            axis: [
                Best(
                    value,
                    search.figures(pick),
                    self._compared(pick, search.picker.tested(pick)),
                )
                for value, pick in picks.items()
            ]
            for axis, picks in search.picks_per.items()
        }

    @cached_property
    def folds(self) -> list[Fold]:
        """The folds, in order; empty without folds."""
        search = self.search
        return fold_figures(search.picker, search.pick, search.outcomes, search.headline.key)

    @cached_property
    def changed_examples(self) -> pd.DataFrame:
        """The tested examples with both predictions, as `changes.changed_examples` returns them.

        Documents are not among them: the models predict all of their tokens.
        """
        base, chosen = self._tested_base, self._tested_chosen
        if not self.search.headline.is_accuracy:
            base, chosen = base.head(0), chosen.head(0)
        return changed_examples(base, chosen, self._texts)

    @cached_property
    def split_faults(self) -> SplitFaults:
        """The faults of the split that make the figures deceptive."""
        labels = self.search.record.dataset.labels
        return split_faults(self.search.parts, self._texts, labels)

    @cached_property
    def ties(self) -> dict[str, Ties]:
        """The ties of labels on all examples: of all points, of `base` and of `chosen`."""
        outcomes = self.search.outcomes
        points = {"base": str(BASE), "chosen": self.search.pick.point}
        of_points = {name: outcomes[outcomes["point"] == point] for name, point in points.items()}
        return {name: ties_of(each) for name, each in {"all": outcomes, **of_points}.items()}

    @cached_property
    def _texts(self) -> pd.DataFrame | None:
        """The texts of the examples; None if the folder does not have them."""
        return read_examples(self.search.folder, self.search.record.identity.examples)

    @cached_property
    def other_scores(self) -> pd.DataFrame:
        """The accuracies of base and chosen under other definitions of a correct answer."""
        return other_scores(self._tested_base, self._tested_chosen)

    @cached_property
    def spectra(self) -> list[Spectrum]:
        """The singular values of the chosen point's matrices, if they were stored."""
        weights, point = self.search.record.identity.weights, self.search.pick.point
        return [] if point is None else read_spectra(self.search.folder, weights, point)

    @cached_property
    def _tested_base(self) -> pd.DataFrame:
        return self.search.picker.tested(self.search.picker.base)

    @cached_property
    def _tested_chosen(self) -> pd.DataFrame:
        return self.search.picker.tested(self.search.pick)

    def _compared(self, pick: Pick, chosen: pd.DataFrame) -> Comparison | None:
        """The base model against a pick, from the outcomes of the pick."""
        base, search = self._tested_base, self.search
        if base.empty or chosen.empty:
            return None
        if not search.parts.folds:
            return compare(base, chosen)
        candidates = search.outcomes[search.outcomes["point"].isin(pick.among)]
        is_candidate = search.config.protocol != PAPER
        by = measure(search.config.selection)
        null = out_of_fold_null(candidates, chosen, by=by, base_is_candidate=is_candidate)
        return compare(base, chosen, out_of_fold=null)


def gather(folder: Path, record: Record, outcomes: pd.DataFrame) -> Report:
    """Select among the points of a command, and gather the contents of its report.

    Args:
        folder: the sweep's folder.
        record: the record of the command.
        outcomes: all outcomes in the folder, as `read_results` returns them.
    """
    return Report(search_of(folder, record, outcomes))
