"""The points that a search evaluated, and those that it left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from laser_sweep.grid.point import BASE
from laser_sweep.search import (
    STRATEGIES,
    Evidence,
    Space,
    asked,
    audited,
    ranking_of,
    started,
    validation_space,
)
from laser_sweep.selection import measure
from laser_sweep.split import VALIDATION
from laser_sweep.store.ranking import Ranking
from laser_sweep.store.record import Record


@dataclass(frozen=True)
class Searched:
    """The points of a command by what its search does with them.

    Attributes:
        record: the record of the command.
        ranking: the predicted changes; None for a search without them, or before they exist.
        space: what the search chooses among.
        evidence: predictions, and outcomes on the validation part.
    """

    record: Record
    ranking: Ranking | None
    space: Space
    evidence: Evidence

    @property
    def waits_for_ranking(self) -> bool:
        """Whether the search cannot decide on points, because they are not ranked yet."""
        ranks = STRATEGIES.load(self.record.config.search.name).RANKS
        return ranks and self.ranking is None and len(self.record.points) > 1

    @cached_property
    def asked(self) -> tuple[str, ...]:
        """The points to evaluate on the whole validation part, without base and audit."""
        if self.waits_for_ranking or not self.space.examples:
            return ()
        return asked(self.space, self.evidence, self.record.config.search)

    @cached_property
    def audited(self) -> tuple[str, ...]:
        """The points of the audit."""
        if not self.asked:
            return ()
        return audited(self.space, self.asked, self.record.config.search)

    @cached_property
    def raced_out(self) -> tuple[str, ...]:
        """The points that a race dropped after some of the validation examples."""
        if not self.asked:
            return ()
        first = started(self.space, self.evidence, self.record.config.search)
        wanted = set(self.wanted)
        return tuple(point for point in first if point not in wanted)

    @property
    def wanted(self) -> tuple[str, ...]:
        """All points to evaluate on the whole validation part."""
        return (str(BASE), *self.asked, *self.audited)

    @cached_property
    def left_out(self) -> tuple[str, ...]:
        """The points that the search and its audit do not evaluate on the whole validation part."""
        wanted = set(self.wanted)
        return tuple(point for point in self.record.points if point not in wanted)

    @cached_property
    def examples(self) -> pd.Series:
        """The number of validation examples that each point was evaluated on, by its name."""
        counts = self.evidence.outcomes.groupby("point").size()
        return counts.reindex(list(self.record.points), fill_value=0)


def searched_of(folder: Path, record: Record, outcomes: pd.DataFrame) -> Searched:
    """The points that the search of a command evaluated, and those that it left out.

    Args:
        folder: the sweep's folder.
        record: the record of the command.
        outcomes: the outcomes of the command's points, as `read_results` returns them.
    """
    space = validation_space(outcomes, record.points)
    ranking = ranking_of(folder, record.config, record.digest, space)
    changes = {} if ranking is None else ranking.changes
    validating = outcomes[outcomes["part"] == VALIDATION]
    evidence = Evidence(changes, validating, measure(record.config.selection))
    return Searched(record, ranking, space, evidence)


def places(ranking: Ranking, points: Sequence[str]) -> dict[str, int]:
    """The place of each point in the order of the predicted changes, from 1."""
    return {point: place for place, point in enumerate(ranking.order(points), 1)}
