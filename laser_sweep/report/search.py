"""The search of a sweep: its points, their figures, and the choice among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import pandas as pd

from laser_sweep.config import GRID, NO_COMPOSITION, Config
from laser_sweep.grid.point import BASE
from laser_sweep.report.elsewhere import SideEffects, side_effects
from laser_sweep.report.point_figures import PointFigures, part_figures, point_figures
from laser_sweep.report.searched import Searched, searched_of
from laser_sweep.report.shown_figures import ShownFigure, shown_figures
from laser_sweep.search import composition_key
from laser_sweep.selection import Pick, Picker, candidates, select, summarize, whole_parts
from laser_sweep.split import TEST, VALIDATION, Parts
from laser_sweep.store.composition import Composition, read_composition
from laser_sweep.store.record import Record


@dataclass(frozen=True)
class Search:
    """The points of a sweep's last command, and the point that its rule chooses.

    Attributes:
        folder: the sweep's folder.
        record: the record of the last command.
        outcomes: the outcomes of the command's points; each point has all examples of a part or
            none.
        picker: the selection among the points.
        pick: the chosen points.
        searched: what the search evaluated, and what it left out; None for the whole grid.
        composition: the edits that were tried on a stack; None without one, or before it exists.
        stack_outcomes: the outcomes of the stack, as `outcomes`; empty without one.
    """

    folder: Path
    record: Record
    outcomes: pd.DataFrame
    picker: Picker
    pick: Pick
    searched: Searched | None = None
    composition: Composition | None = None
    stack_outcomes: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def config(self) -> Config:
        """The configuration of the last command."""
        return self.record.config

    @property
    def shown(self) -> tuple[ShownFigure, ...]:
        """The figures that the report shows; the first one is the headline."""
        return shown_figures(self.config.dataset)

    @property
    def headline(self) -> ShownFigure:
        """The figure by which base and chosen are compared."""
        return self.shown[0]

    @property
    def parts(self) -> Parts:
        """The parts of the examples."""
        return self.record.split_parts

    @property
    def selects(self) -> bool:
        """Whether there are examples to choose a point on."""
        return bool(self.parts.validation)

    @property
    def grid_part(self) -> str:
        """The part that every point is evaluated on."""
        return VALIDATION if self.selects else TEST

    @property
    def table(self) -> pd.DataFrame:
        """The figures of all points, one row each, as `laser_sweep.selection` makes them."""
        return self.picker.table

    @cached_property
    def base(self) -> PointFigures | None:
        """The figures of the base model; None without a result of it."""
        return self.figures(self.picker.base)

    @cached_property
    def chosen(self) -> PointFigures | None:
        """The figures of the chosen point; None if there is no point to choose."""
        return self.figures(self.pick)

    @cached_property
    def candidates(self) -> int:
        """The number of points to choose from."""
        return len(candidates(self.table, self.config.protocol))

    @cached_property
    def missing(self) -> int:
        """The number of points without a result on the part that every point is evaluated on."""
        evaluated = self.table[self.table[f"{self.grid_part}_examples"] > 0]["point"]
        return len(set(self.wanted) - set(evaluated))

    @property
    def wanted(self) -> tuple[str, ...]:
        """The points to evaluate on the part that every point of a grid is evaluated on."""
        return self.record.points if self.searched is None else self.searched.wanted

    @cached_property
    def picks_per(self) -> dict[str, dict[object, Pick]]:
        """The picks for each value of each axis in `select_per`, by axis and value."""
        return {
            axis: {value: self.picker.pick(axis, value) for value in self.picker.values(axis)}
            for axis in (self.config.select_per or () if self.selects else ())
        }

    @cached_property
    def finals(self) -> list[str]:
        """The points to evaluate on the test part: the base model and all chosen points."""
        best = [pick for picks in self.picks_per.values() for pick in picks.values()]
        chosen = [pick.point for pick in (self.pick, *best) if pick.point is not None]
        return list(dict.fromkeys([str(BASE), *chosen]))

    def better_than_searched(self, points: Sequence[str]) -> list[str]:
        """The points, of those given, that the rule prefers to all that the search asked for."""
        assert self.searched is not None
        asked = {str(BASE), *self.searched.asked}
        table, rule, protocol = self.table, self.config.selection, self.config.protocol
        return [
            point
            for point in points
            if select(table[table["point"].isin({*asked, point})], rule, protocol) == point
        ]

    @property
    def stack(self) -> str | None:
        """The name of the stack that was composed; None without one, or if it has no edit."""
        composed = None if self.composition is None else self.composition.point
        return None if composed == str(BASE) else composed

    @property
    def waits_for_ranking(self) -> bool:
        """Whether the search cannot decide on points, because they are not ranked yet."""
        return self.searched is not None and self.searched.waits_for_ranking

    @property
    def may_compose(self) -> bool:
        """Whether every point that the search asks for has its outcomes on the validation part."""
        if self.waits_for_ranking:
            return False
        return self.selects and self._has(VALIDATION, self.wanted)

    @cached_property
    def is_complete(self) -> bool:
        """Whether every point has all results that the command asks for."""
        tests_all = self.config.split.test == "all" or not self.selects
        if self.waits_for_ranking:
            return False
        if not self.is_composed or not self.side_effects.are_complete:
            return False
        points = self.wanted
        wanted = {VALIDATION: points, TEST: points if tests_all else self.finals}
        return all(self._has(part, points) for part, points in wanted.items())

    def figures(self, pick: Pick) -> PointFigures | None:
        """The figures of a picked point; None without a result of it.

        With folds, the figures on the test part are out of fold: in each fold, they are those of
        the point that was picked on all other folds.
        """
        found = point_figures(self.table[self.table["point"] == pick.point])
        if not found:
            return None
        tested = self.picker.tested(pick) if self.parts.folds else pd.DataFrame()
        if tested.empty:
            return found[0]
        out_of_fold = part_figures(summarize(tested.assign(part=TEST)), TEST)
        return replace(found[0], test=out_of_fold[0])

    @cached_property
    def side_effects(self) -> SideEffects:
        """The effect of the chosen point and of the stack on the datasets of `also`."""
        decides = self.selects and not self.waits_for_ranking
        chosen, stack = (self.pick.point, self.stack) if decides else (None, None)
        return side_effects(self.folder, self.record, chosen, stack)

    @property
    def is_composed(self) -> bool:
        """Whether the stack that the command asks for exists, and is tested where it can be."""
        if self.config.compose.name == NO_COMPOSITION:
            return True
        if self.composition is None or self.composition.failed:
            return False
        examples = len(self.parts.validation) + len(self.parts.test)
        return self.stack is None or len(self.stack_outcomes) == examples

    def _has(self, part: str, points: Sequence[str]) -> bool:
        """Whether all of these points were evaluated on all examples of a part."""
        counts = self.table.set_index("point")[f"{part}_examples"]
        found = counts.reindex(list(points), fill_value=0)
        return bool((found == len(self.parts.of(part))).all())


def search_of(folder: Path, record: Record, outcomes: pd.DataFrame) -> Search:
    """Select among the points of a command.

    Args:
        folder: the sweep's folder.
        record: the record of the command.
        outcomes: all outcomes in the folder, as `read_results` returns them.
    """
    config, parts = record.config, record.split_parts
    asked_for = outcomes[outcomes["point"].isin(record.points)]
    is_grid = config.search.name == GRID
    searched = None if is_grid else searched_of(folder, record, asked_for)
    # Of what other commands evaluated, the report of a search has only what it asks for itself.
    names = record.points if searched is None else searched.wanted
    asked_for = asked_for[asked_for["point"].isin(names)]
    whole = whole_parts(asked_for, parts)
    picker = Picker(whole, parts, config.selection, config.protocol)
    composition = _composition(folder, record, names, asked_for)
    stack = None if composition is None else composition.point
    of_stack = whole_parts(outcomes[outcomes["point"] == stack], parts)
    return Search(folder, record, whole, picker, picker.pick(), searched, composition, of_stack)


def _composition(
    folder: Path, record: Record, names: Sequence[str], outcomes: pd.DataFrame
) -> Composition | None:
    """The composition of a command; None without one, or if it is that of other candidates."""
    if record.config.compose.name == NO_COMPOSITION:
        return None
    found = read_composition(folder)
    validating = outcomes[outcomes["part"] == VALIDATION]
    examples = record.split_parts.validation
    key = composition_key(record.config, record.digest, names, examples, validating)
    return found if found is not None and found.key == key else None
