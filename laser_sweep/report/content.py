"""What a report says, before it is put into a file of any kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
from tabulate import tabulate

from laser_sweep import paper
from laser_sweep.examples import read_examples
from laser_sweep.grid import BASE
from laser_sweep.report import changes
from laser_sweep.selection import candidates, select
from laser_sweep.spectra import read_spectra
from laser_sweep.split import PARTS, TEST, VALIDATION
from laser_sweep.statistics import UNTESTED, Comparison, Null, Verdict, compare, null_band
from laser_sweep.summary import summarize

HEADERS = (
    "",
    "point",
    "rank",
    "validation accuracy",
    "validation log-loss",
    "test accuracy",
    "test log-loss",
)


HEAT_MAP, LINES = "heat_map", "lines"
"""The names of the figures' files."""
FIGURES = tuple(f"figures/{name}.{kind}" for name in (HEAT_MAP, LINES) for kind in ("png", "svg"))
FILES = ("report.html", "report.md", "selection.json", "grid.csv", "grid.parquet")
"""The files that every report has."""


@dataclass(frozen=True)
class Report:
    """The figures of a sweep.

    Attributes:
        folder: the sweep's folder.
        record: what `sweep.json` says.
        table: one row for each point, as `laser_sweep.summary` makes it.
        base: the base model's row; None if it has no result.
        chosen: the row of the point that the rule chose; None if there is none to choose from.
        changed: on the test part, how many examples the chosen point `corrected` and `broke`, of
            those that were wrong and right in the base model; empty without both results.
        otherwise: accuracies (0..1) of base and chosen on the test part by what else may count as
            correct, one row for each such column of the results.
        outcomes: what `read_results` has of the command's points.
    """

    folder: Path
    record: Mapping[str, Any]
    table: pd.DataFrame
    base: Mapping[str, Any] | None
    chosen: Mapping[str, Any] | None
    changed: Mapping[str, int]
    otherwise: pd.DataFrame
    outcomes: pd.DataFrame

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

    @cached_property
    def candidates(self) -> int:
        """Among how many points, evaluated on the validation part, one was chosen."""
        return len(candidates(self.table, self.config["protocol"]))

    @cached_property
    def missing(self) -> int:
        """How many points of the last command have no result on the validation part yet."""
        done = self.table[self.table[f"{VALIDATION}_accuracy"].notna()]["point"]
        return len(set(self.record["points"]) - set(done))

    @property
    def unfinished(self) -> str:
        """How many points are missing, in a sentence."""
        one = self.missing == 1
        return f"{self.missing} {'point has' if one else 'points have'} no result yet."

    @cached_property
    def is_complete(self) -> bool:
        """Whether everything that the command asks for has been evaluated."""
        named = [str(BASE), *([] if self.chosen is None else [self.chosen["point"]])]
        tested = self.record["points"] if self.config["split"]["test"] == "all" else named
        wanted = {VALIDATION: self.record["points"], TEST: tested}
        return all(self._has(part, points) for part, points in wanted.items())

    def _has(self, part: str, points: Sequence[str]) -> bool:
        counts = self.table.set_index("point")[f"{part}_examples"].reindex(
            list(points), fill_value=0
        )
        return bool((counts == self.record["parts"][part]["examples"]).all())

    @cached_property
    def cells(self) -> pd.DataFrame:
        """The rows of the table that are on the map: single edits with a validation accuracy.

        A stack is at no one layer and matrix type. Without the base there is no map.
        """
        table = self.table
        single = table["lname"].notna() & table["lnum"].notna() & (table["point"] != str(BASE))
        single &= ~table["point"].str.contains("+", regex=False)
        cells = table[single & table[f"{VALIDATION}_accuracy"].notna()]
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
    def difference(self) -> float | None:
        """Chosen minus base: accuracy on the test part, in points of percent."""
        return self._difference(f"{TEST}_accuracy", 100)

    def rows(self) -> list[list[str]]:
        """Base, chosen and their difference, under `HEADERS`."""
        return [
            self.row("base", self.base),
            self.row("chosen", self.chosen),
            ["difference", "", "", *self.differences],
        ]

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
        """Base against chosen on the test part; None if one of them is not tested."""
        base, chosen = (self._tested(row) for row in (self.base, self.chosen))
        return None if base.empty or chosen.empty else compare(base, chosen)

    @cached_property
    def judgement(self) -> Verdict:
        """What the test part says, in plain words."""
        return UNTESTED if self.comparison is None else self.comparison.verdict

    @cached_property
    def null(self) -> Null | None:
        """What the best of so many candidates without effect reaches; None without any."""
        done = self.outcomes[self.outcomes["part"] == VALIDATION]
        if self.base is None or done["point"].nunique() < 2 or str(BASE) not in set(done["point"]):
            return None
        return null_band(done)

    @cached_property
    def changed_examples(self) -> pd.DataFrame:
        """The examples of the test part, with what base and chosen say, and their texts.

        The columns are `example`, `change` (`corrected`, `broken`, `right in both`, `wrong in
        both`), `before`, `after`, and `prompt` and `answer` where the texts are there.
        """
        return changes.examples(self._tested(self.base), self._tested(self.chosen), self.texts)

    @cached_property
    def texts(self) -> pd.DataFrame | None:
        """The texts of the examples, if they were written down."""
        return read_examples(self.folder, self.record["identity"]["examples"])

    @cached_property
    def spectra(self) -> list[dict[str, Any]]:
        """The singular values of the chosen point's matrices, if they were written down."""
        if self.chosen is None:
            return []
        return read_spectra(
            self.folder, self.record["identity"]["weights"], str(self.chosen["point"])
        )

    def _tested(self, row: Mapping[str, Any] | None) -> pd.DataFrame:
        point = None if row is None else row["point"]
        return self.outcomes[(self.outcomes["part"] == TEST) & (self.outcomes["point"] == point)]

    def verdict(self) -> str:
        """One sentence: what was chosen, and what it does on the test part."""
        if self.chosen is None or self.base is None:
            return "Nothing to select yet: the base model or every point has no result."
        if self.candidates == 1 and self.chosen["point"] == str(BASE):
            return "The base model is the only point that was evaluated."
        if self.chosen["point"] == str(BASE):
            return "The base model itself is chosen: no edit is better on the validation part."
        if self.difference is None:
            return f"Chosen on the validation part: {self.chosen['point']}; not tested yet."
        reason = "" if self._difference("validation_accuracy", 1) else ", for its log-loss alone"
        return (
            f"Chosen on the validation part{reason}: {self.chosen['point']}. On the test part it "
            "is right "
            f"on {percent(self.chosen['test_accuracy'])} of the examples, the base model on "
            f"{percent(self.base['test_accuracy'])}: {self.difference:+.1f} points "
            f"({self.changed['corrected']:,} examples corrected, "
            f"{self.changed['broken']:,} broken)."
        )

    def summary(self) -> str:
        """The report as it is printed at the end of a sweep."""
        unfinished = f"\n{self.unfinished}" if self.missing else ""
        table = tabulate(self.rows(), HEADERS, disable_numparse=True, colalign=_ALIGNMENT)
        ours = [self.paper[:1].upper() + self.paper[1:] + "."] if self.paper else []
        notes = "".join(f"\n{note}" for note in (*ours, *self.paper_differences, *self.fitted))
        judged = f"\nVerdict: {self.judgement.text}." if self.comparison is not None else ""
        return f"{table}\n\n{self.verdict()}{judged}{unfinished}{notes}"

    def row(self, name: str, row: Mapping[Any, Any] | None) -> list[str]:
        """The figures of one point, as text, under `HEADERS`."""
        if row is None:
            return [name, *["–"] * (len(HEADERS) - 1)]
        rank = "–" if pd.isna(row["rank"]) else str(row["rank"])
        figures = (
            text
            for part in PARTS
            for text in (
                percent(row[f"{part}_accuracy"]),
                number(row[f"{part}_log_loss"]),
            )
        )
        return [name, row["point"], rank, *figures]

    @cached_property
    def differences(self) -> list[str]:
        """Chosen minus base, as text, under the figures of both parts."""
        texts = []
        for part in PARTS:
            accuracy = self._difference(f"{part}_accuracy", 100)
            loss = self._difference(f"{part}_log_loss", 1)
            texts.append("–" if accuracy is None else f"{accuracy:+.1f}")
            texts.append("–" if loss is None else f"{loss:+.3f}")
        return texts

    def _difference(self, column: str, scale: float) -> float | None:
        if self.base is None or self.chosen is None:
            return None
        difference = scale * (self.chosen[column] - self.base[column])
        return None if pd.isna(difference) else float(difference)


_ALIGNMENT = ("left", "left", *["right"] * (len(HEADERS) - 2))


def gather(folder: Path, record: Mapping[str, Any], outcomes: pd.DataFrame) -> Report:
    """Select among the points of the command, and put together what the report says."""
    config = record["config"]
    outcomes = outcomes[outcomes["point"].isin(record["points"])]
    table = summarize(outcomes)
    chosen = select(table, config["selection"], config["protocol"])
    return Report(
        folder=folder,
        record=record,
        table=table,
        base=_row_of(table, str(BASE)),
        chosen=_row_of(table, chosen),
        changed=_changes(outcomes, chosen),
        otherwise=_otherwise(outcomes, chosen),
        outcomes=outcomes,
    )


def _row_of(table: pd.DataFrame, point: str | None) -> dict[str, Any] | None:
    rows = table[table["point"] == point].to_dict(orient="records")
    return {str(name): value for name, value in rows[0].items()} if rows else None


def _changes(outcomes: pd.DataFrame, chosen: str | None) -> dict[str, int]:
    test = outcomes[outcomes["part"] == TEST].set_index("example")
    before = test[test["point"] == str(BASE)]["correct"]
    after = test[test["point"] == chosen]["correct"]
    if before.empty or after.empty:
        return {}
    after = after.reindex(before.index)
    return {"corrected": int((~before & after).sum()), "broken": int((before & ~after).sum())}


OTHERWISE = {
    "correct_per_token": "the label with the highest log-probability per token is the gold one",
    "correct_in_paper": "as in the paper's code: the answer is anywhere in the text, of which the "
    "prompt of a causal model is a part",
    "top_1": "the likeliest token is the gold one",
    "top_5": "the gold token is among the 5 likeliest",
    "top_10": "the gold token is among the 10 likeliest",
}
"""What else may count as correct, where the results say it."""


def _otherwise(outcomes: pd.DataFrame, chosen: str | None) -> pd.DataFrame:
    test = outcomes[(outcomes["part"] == TEST) & outcomes["point"].isin([str(BASE), chosen])]
    rows = {
        column: test.groupby("point")[column].mean().reindex([str(BASE), chosen]).tolist()
        for column in OTHERWISE
        # Of one token, the likeliest one is what counts as correct.
        if test[column].notna().any() and not (test[column] == test["correct"]).all()
    }
    return pd.DataFrame.from_dict(rows, orient="index", columns=["base", "chosen"])


def percent(share: float) -> str:
    """A share in percent."""
    return "–" if pd.isna(share) else f"{100 * share:.1f} %"


def number(value: float) -> str:
    """A figure with three digits after the point."""
    return "–" if pd.isna(value) else f"{value:.3f}"
