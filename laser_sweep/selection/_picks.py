"""What the rule chooses on some examples, and the outcomes of that on others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pandas as pd

from laser_sweep.grid.point import BASE
from laser_sweep.selection._rules import point_table, select
from laser_sweep.split import TEST, VALIDATION, Parts


@dataclass(frozen=True)
class Pick:
    """The points that a rule chose, by name.

    Attributes:
        point: on all examples that validate; None without any candidate.
        folds: for each fold, on all others; empty where there are none.
        among: the points that it chose among, and the base model.
    """

    point: str | None
    folds: tuple[str | None, ...] = ()
    among: tuple[str, ...] = field(default=(), compare=False)


class Picker:
    """Chooses among the points of a sweep.

    Args:
        outcomes: as `read_results` gives them; of a point either all examples of a part or none.
        parts: which examples validate and test.
        rule: the selection rule.
        protocol: `corrected` or `paper`.
    """

    def __init__(self, outcomes: pd.DataFrame, parts: Parts, rule: str, protocol: str):
        self.table = point_table(outcomes, rule)
        self.rule, self.protocol = rule, protocol
        self._outcomes = outcomes
        validating = outcomes[outcomes["part"] == VALIDATION]
        self._other_folds = [
            point_table(validating[validating["fold"] != fold], rule)
            for fold in range(len(parts.folds))
        ]

    @property
    def base(self) -> Pick:
        """The base model, chosen throughout."""
        return Pick(str(BASE), (str(BASE),) * len(self._other_folds))

    def pick(self, axis: str | None = None, value: object = None) -> Pick:
        """What the rule chooses: among all points, or those that have a value of an axis.

        The base model is a candidate wherever it is one.
        """

        table = self.table
        if axis is not None:
            table = table[(table[axis] == value).fillna(False) | (table["point"] == str(BASE))]
        among = tuple(table["point"])

        def chosen(table: pd.DataFrame) -> str | None:
            return select(table[table["point"].isin(among)], self.rule, self.protocol)

        return Pick(chosen(self.table), tuple(map(chosen, self._other_folds)), among)

    def values(self, axis: str) -> list[object]:
        """The values of an axis that edited points have, in order."""
        edited = self.table[self.table["point"] != str(BASE)]
        return sorted(edited[axis].dropna().unique().tolist())

    def tested(self, pick: Pick) -> pd.DataFrame:
        """The outcomes of what was picked on examples that it was not picked on.

        These are the test part or, where there are folds, for each fold those of the point that was
        chosen without it; as `point` all of these have the one name, or all names that there are.
        """
        if not self._other_folds:
            of_point = self._outcomes["point"] == pick.point
            return self._outcomes[of_point & (self._outcomes["part"] == TEST)]
        tested = pd.concat(list(self._out_of_fold(pick)))
        names = " / ".join(dict.fromkeys(map(str, tested["point"])))
        return tested.assign(point=names).sort_values("example", ignore_index=True)

    def on_other_folds(self, fold: int) -> pd.DataFrame:
        """The grid without the examples of a fold, as `summarize` makes it."""
        return self._other_folds[fold]

    def _out_of_fold(self, pick: Pick) -> Iterator[pd.DataFrame]:
        for fold, point in enumerate(pick.folds):
            outcomes = self._outcomes
            yield outcomes[(outcomes["fold"] == fold) & (outcomes["point"] == point)]


def whole_parts(outcomes: pd.DataFrame, parts: Parts) -> pd.DataFrame:
    """The outcomes of those points that have all examples of a part.

    With another split, a point may have some of them from an earlier command.
    """
    sizes = {part: len(parts.of(part)) for part in (VALIDATION, TEST)}
    there = outcomes.groupby(["point", "part"])["example"].transform("size")
    return outcomes[there == outcomes["part"].map(sizes)]
