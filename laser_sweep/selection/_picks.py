"""The points that a rule chooses on some examples, and their outcomes on others."""

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
        point: the point that is chosen on the whole validation part; None if there is no candidate.
        folds: for each fold the point that is chosen on all other folds; empty without folds.
        among: the points that the rule chose among, with the base model.
    """

    point: str | None
    folds: tuple[str | None, ...] = ()
    among: tuple[str, ...] = field(default=(), compare=False)


class Picker:
    """Selection among the points of a sweep.

    Args:
        outcomes: rows of `read_results`; each point has all examples of a part or none.
        parts: the examples that validate and that test.
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
        """The base model, as if the rule had chosen it on all examples and on every fold."""
        return Pick(str(BASE), (str(BASE),) * len(self._other_folds))

    def pick(self, axis: str | None = None, value: object = None) -> Pick:
        """The points that the rule chooses, among all points or those with one value of an axis.

        The base model is a candidate in both cases, unless the protocol excludes it.
        """
        table = self.table
        if axis is not None:
            table = table[(table[axis] == value).fillna(False) | (table["point"] == str(BASE))]
        among = tuple(table["point"])

        def chosen(table: pd.DataFrame) -> str | None:
            return select(table[table["point"].isin(among)], self.rule, self.protocol)

        return Pick(chosen(self.table), tuple(map(chosen, self._other_folds)), among)

    def values(self, axis: str) -> list[object]:
        """The values of an axis that edited points have, ascending."""
        edited = self.table[self.table["point"] != str(BASE)]
        return sorted(edited[axis].dropna().unique().tolist())

    def tested(self, pick: Pick) -> pd.DataFrame:
        """The outcomes of the chosen points on examples that had no part in the choice.

        These examples are the test part. With folds, they are every fold, with the outcomes of the
        point that was chosen on all other folds; the column `point` then has the names of all
        points that were chosen.
        """
        if not self._other_folds:
            of_point = self._outcomes["point"] == pick.point
            return self._outcomes[of_point & (self._outcomes["part"] == TEST)]
        tested = pd.concat(list(self._out_of_fold(pick)))
        names = " / ".join(dict.fromkeys(map(str, tested["point"])))
        return tested.assign(point=names).sort_values("example", ignore_index=True)

    def on_other_folds(self, fold: int) -> pd.DataFrame:
        """The table of points, as `point_table` returns it, without the examples of a fold."""
        return self._other_folds[fold]

    def _out_of_fold(self, pick: Pick) -> Iterator[pd.DataFrame]:
        for fold, point in enumerate(pick.folds):
            outcomes = self._outcomes
            yield outcomes[(outcomes["fold"] == fold) & (outcomes["point"] == point)]


def whole_parts(outcomes: pd.DataFrame, parts: Parts) -> pd.DataFrame:
    """The outcomes of the points that have all examples of a part.

    After a change of the split, a point may have only some examples of a part, which an earlier
    command evaluated.
    """
    sizes = {part: len(parts.of(part)) for part in (VALIDATION, TEST)}
    evaluated = outcomes.groupby(["point", "part"])["example"].transform("size")
    return outcomes[evaluated == outcomes["part"].map(sizes)]
