"""What a report says, before it is put into a file of any kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from laser_sweep.config import PAPER
from laser_sweep.config import paper_figures as paper
from laser_sweep.grid.point import BASE
from laser_sweep.report import changes
from laser_sweep.report.costs import seconds
from laser_sweep.report.folds import Fold, folds
from laser_sweep.report.other_scores import otherwise
from laser_sweep.selection import Pick, Picker, candidates, measure, summarize, whole_parts
from laser_sweep.split import PARTS, TEST, VALIDATION, Parts
from laser_sweep.statistics import (
    UNSELECTED,
    UNTESTED,
    Comparison,
    Null,
    Verdict,
    accuracy_intervals,
    compare,
    null_band,
    out_of_fold,
)
from laser_sweep.store.examples import read_examples
from laser_sweep.store.record import parts_of
from laser_sweep.store.spectra import read_spectra

HEAT_MAP, LINES = "heat_map", "lines"
"""The names of the figures' files."""
FIGURES = tuple(f"figures/{name}.{kind}" for name in (HEAT_MAP, LINES) for kind in ("png", "svg"))
FILES = ("report.html", "report.md", "selection.json", "grid.csv", "grid.parquet")
"""The files that every report has."""

Row = Mapping[str, Any]
"""The figures of one point, with the columns of `laser_sweep.summary`."""


@dataclass(frozen=True)
class Best:
    """What was chosen among the points that share a matrix type, or a layer.

    Attributes:
        value: the matrix type, or the layer.
        row: its figures; None if no such point has a result.
        comparison: base against it; None if one of them is not tested.
    """

    value: Any
    row: Row | None
    comparison: Comparison | None


@dataclass(frozen=True)
class Report:
    """The figures of a sweep.

    Attributes:
        folder: the sweep's folder.
        record: what `sweep.json` says.
        parts: which examples validate and test.
        outcomes: what `read_results` has of the command's points, of parts that they have whole.
        picker: chooses among them.
        pick: what it chose.
    """

    folder: Path
    record: Mapping[str, Any]
    parts: Parts
    outcomes: pd.DataFrame
    picker: Picker
    pick: Pick

    @property
    def table(self) -> pd.DataFrame:
        """One row for each point, as `laser_sweep.summary` makes it."""
        return self.picker.table

    @cached_property
    def grid(self) -> pd.DataFrame:
        """The table with the 95 % intervals of accuracies, `<part>_low` and `<part>_high`."""
        grid = self.table.copy()
        for part in PARTS:
            outcomes = self.outcomes[self.outcomes["part"] == part]
            ends = accuracy_intervals(outcomes).reindex(grid["point"])
            after = list(grid.columns).index(f"{part}_accuracy") + 1
            for end in ("high", "low"):
                grid.insert(after, f"{part}_{end}", ends[end].to_numpy())
        return grid

    @cached_property
    def base(self) -> Row | None:
        """The base model's figures; None if it has no result."""
        return self._row(self.picker.base)

    @cached_property
    def chosen(self) -> Row | None:
        """Those of the chosen point; None if there is none to choose from.

        Where there are folds, the figures of the test part are those of the points that were chosen
        without the fold that an example is in.
        """
        return self._row(self.pick)

    @cached_property
    def config(self) -> Mapping[str, Any]:
        """The configuration of the last command."""
        config: Mapping[str, Any] = self.record["config"]
        return config

    @cached_property
    def title(self) -> str:
        """Model, dataset and intervention."""
        names = (self.config[group]["name"] for group in ("model", "dataset", "intervention"))
        return " · ".join(names)

    @property
    def selects(self) -> bool:
        """Whether there are examples to choose a point on."""
        return bool(self.parts.validation)

    @property
    def grid_part(self) -> str:
        """The part that every point is evaluated on."""
        return VALIDATION if self.selects else TEST

    @cached_property
    def candidates(self) -> int:
        """Among how many points, evaluated on the validation part, one was chosen."""
        return len(candidates(self.table, self.config["protocol"]))

    @cached_property
    def missing(self) -> int:
        """How many points of the last command have no result yet on the part that all have to."""
        done = self.table[self.table[f"{self.grid_part}_accuracy"].notna()]["point"]
        return len(set(self.record["points"]) - set(done))

    @property
    def unfinished(self) -> str:
        """How many points are missing, in a sentence."""
        one = self.missing == 1
        return f"{self.missing} {'point has' if one else 'points have'} no result yet."

    @cached_property
    def finals(self) -> list[str]:
        """The points that are to be tested: the base model, and what was chosen of what."""
        best = [pick for of_values in self._picks_per.values() for pick in of_values.values()]
        chosen = [pick.point for pick in (self.pick, *best) if pick.point is not None]
        return list(dict.fromkeys([str(BASE), *chosen]))

    @cached_property
    def is_complete(self) -> bool:
        """Whether everything that the command asks for has been evaluated."""
        everywhere = self.config["split"]["test"] == "all" or not self.selects
        points = self.record["points"]
        wanted = {VALIDATION: points, TEST: points if everywhere else self.finals}
        return all(self._has(part, points) for part, points in wanted.items())

    def _has(self, part: str, points: Sequence[str]) -> bool:
        counts = self.table.set_index("point")[f"{part}_examples"].reindex(
            list(points), fill_value=0
        )
        return bool((counts == len(self.parts.of(part))).all())

    @cached_property
    def cells(self) -> pd.DataFrame:
        """The rows of the table that are on the map: single edits that have a result.

        A stack is at no one layer and matrix type. Without the base there is no map. `accuracy` and
        `log_loss` are those on the part that every point is evaluated on.
        """
        part = self.grid_part
        table = self.table.assign(
            accuracy=self.table[f"{part}_accuracy"], log_loss=self.table[f"{part}_log_loss"]
        )
        single = table["lname"].notna() & table["lnum"].notna() & (table["point"] != str(BASE))
        single &= ~table["point"].str.contains("+", regex=False)
        cells = table[single & table["accuracy"].notna()]
        return cells if self.base is not None else cells.head(0)

    @cached_property
    def files(self) -> tuple[str, ...]:
        """The names of the report's files."""
        return FILES + (() if self.cells.empty else FIGURES)

    @cached_property
    def evaluated(self) -> int:
        """How many times an example was evaluated for the results that are there."""
        return int(sum(self.table[f"{part}_examples"].sum() for part in PARTS))

    @cached_property
    def seconds(self) -> float | None:
        """How long the evaluations took, as the logs say it; None without logs."""
        return seconds(self.folder, self.record["digest"])

    @cached_property
    def difference(self) -> float | None:
        """Chosen minus base: accuracy on the test part, in points of percent."""
        return self.difference_in(f"{TEST}_accuracy", 100)

    def difference_in(self, figure: str, scale: float = 1) -> float | None:
        """Chosen minus base, of a column of the table and on a scale; None if it is not known."""
        if self.base is None or self.chosen is None:
            return None
        difference = scale * (self.chosen[figure] - self.base[figure])
        return None if pd.isna(difference) else float(difference)

    @cached_property
    def paper(self) -> str:
        """The paper's own figures for this model and dataset; empty where there are none."""
        return paper.headline(self.config["paper"])

    @cached_property
    def paper_differences(self) -> list[str]:
        """Why the paper's figures and these are not of the same thing."""
        model, examples = self.config["model"], self.record["dataset"]["examples"]
        revision = model.get("revision") if self.record["model"]["commit"] else None
        given = {"path": model.get("path"), "revision": revision}
        return paper.differences(self.config["paper"], given, examples, self.config["protocol"])

    @cached_property
    def fitted(self) -> list[str]:
        """What was done with examples that the model's context is too short for, in sentences."""
        return [
            f"{len(numbers):,} examples are too long for the model's context and were {what}."
            for what, key in (("left out", "dropped"), ("cut on the left", "truncated"))
            if (numbers := self.record["dataset"][key])
        ]

    @cached_property
    def comparison(self) -> Comparison | None:
        """Base against chosen on examples that it was not chosen on; None if one is not tested."""
        return self._compared(self.pick, self._tested_chosen)

    @cached_property
    def judgement(self) -> Verdict:
        """What the test part says, in plain words."""
        if not self.selects:
            return UNSELECTED
        return UNTESTED if self.comparison is None else self.comparison.verdict

    @cached_property
    def null(self) -> Null | None:
        """What the best of so many candidates without effect reaches; None without any."""
        done = self.outcomes[self.outcomes["part"] == VALIDATION]
        if self.base is None or done["point"].nunique() < 2 or str(BASE) not in set(done["point"]):
            return None
        return null_band(done)

    @cached_property
    def per(self) -> dict[str, list[Best]]:
        """For each axis that was asked for, what was chosen of each of its values."""
        return {
            axis: [
                Best(value, self._row(pick), self._compared(pick, self.picker.tested(pick)))
                for value, pick in of_values.items()
            ]
            for axis, of_values in self._picks_per.items()
        }

    @cached_property
    def folds(self) -> list[Fold]:
        """The folds, in order; empty where there are none."""
        return folds(self.picker, self.pick, self.outcomes)

    @cached_property
    def changed_examples(self) -> pd.DataFrame:
        """The examples that base and chosen are tested on, with what they say, and their texts.

        The columns are `example`, `change` (`corrected`, `broken`, `right in both`, `wrong in
        both`), `before`, `after`, and `prompt` and `answer` where the texts are there.
        """
        return changes.examples(self._tested_base, self._tested_chosen, self.texts)

    @cached_property
    def changed(self) -> dict[str, int]:
        """How many examples the chosen point `corrected` and `broke`; empty if not tested."""
        found = self.changed_examples["change"]
        if found.empty:
            return {}
        return {
            "corrected": int((found == changes.CORRECTED).sum()),
            "broken": int((found == changes.BROKEN).sum()),
        }

    @cached_property
    def otherwise(self) -> pd.DataFrame:
        """Accuracies of base and chosen, tested, by what else may count as correct."""
        return otherwise(self._tested_base, self._tested_chosen)

    @cached_property
    def texts(self) -> pd.DataFrame | None:
        """The texts of the examples, if they were written down."""
        return read_examples(self.folder, self.record["identity"]["examples"])

    @cached_property
    def spectra(self) -> list[dict[str, Any]]:
        """The singular values of the chosen point's matrices, if they were written down."""
        if self.pick.point is None:
            return []
        return read_spectra(self.folder, self.record["identity"]["weights"], self.pick.point)

    @cached_property
    def _tested_base(self) -> pd.DataFrame:
        return self.picker.tested(self.picker.base)

    @cached_property
    def _tested_chosen(self) -> pd.DataFrame:
        return self.picker.tested(self.pick)

    @cached_property
    def _picks_per(self) -> dict[str, dict[Any, Pick]]:
        """For each axis that was asked for, what was picked of each of its values."""
        return {
            axis: {value: self.picker.pick(axis, value) for value in self.picker.values(axis)}
            for axis in (self.config["select_per"] or () if self.selects else ())
        }

    def _compared(self, pick: Pick, chosen: pd.DataFrame) -> Comparison | None:
        """Base against the outcomes of what was picked."""
        base = self._tested_base
        if base.empty or chosen.empty:
            return None
        if not self.parts.folds:
            return compare(base, chosen)
        candidates = self.outcomes[self.outcomes["point"].isin(pick.among)]
        is_candidate = self.config["protocol"] != PAPER
        by = measure(self.config["selection"])
        null = out_of_fold(candidates, chosen, by=by, base_is_candidate=is_candidate)
        return compare(base, chosen, out_of_fold=null)

    def _row(self, pick: Pick) -> Row | None:
        rows = self.table[self.table["point"] == pick.point].to_dict(orient="records")
        if not rows:
            return None
        row = {str(name): value for name, value in rows[0].items()}
        return {**row, **self._tested_figures(pick)} if self.parts.folds else row

    def _tested_figures(self, pick: Pick) -> dict[str, Any]:
        """Where there are folds: the figures of the test part."""
        tested = summarize(self.picker.tested(pick).assign(part=TEST))
        columns = [name for name in tested.columns if name.startswith(TEST)]
        return {} if tested.empty else {name: tested[name].iloc[0] for name in columns}


def gather(folder: Path, record: Mapping[str, Any], outcomes: pd.DataFrame) -> Report:
    """Select among the points of the command, and put together what the report says."""
    config, parts = record["config"], parts_of(record)
    outcomes = whole_parts(outcomes[outcomes["point"].isin(record["points"])], parts)
    picker = Picker(outcomes, parts, config["selection"], config["protocol"])
    return Report(folder, record, parts, outcomes, picker, picker.pick())
