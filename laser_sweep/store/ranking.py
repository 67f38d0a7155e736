"""`ranking.json`: the predicted change of every point, from one backward pass."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from laser_sweep.store.json_file import read_json, write_json
from laser_sweep.store.paths import Paths


class Ranking(msgspec.Struct, frozen=True):
    """The predicted changes of points, with everything that they depend on.

    Attributes:
        digest: the digest of the results' identity.
        loss: the loss, `margin` or `nll`.
        examples: the examples, as `0..79,85`; validation examples only.
        seconds: the time that the backward pass took, decompositions included.
        changes: for each point the predicted change of the loss, edited minus base, in nats.
    """

    digest: str
    loss: str
    examples: str
    seconds: float
    changes: dict[str, float]

    def order(self, points: Iterable[str]) -> list[str]:
        """Points by their predicted change, the largest fall first; equal ones stay in order."""
        return sorted(points, key=self.changes.__getitem__)

    def is_of(self, digest: str, loss: str, examples: str, points: Iterable[str]) -> bool:
        """Whether the predictions are those of these points, with all that they depend on."""
        same = (self.digest, self.loss, self.examples) == (digest, loss, examples)
        return same and all(point in self.changes for point in points)


def write_ranking(folder: Path, ranking: Ranking) -> None:
    """Write the ranking into a sweep's folder, whole or not at all."""
    write_json(Paths(folder).ranking, ranking)


def read_ranking(folder: Path) -> Ranking | None:
    """The ranking in a sweep's folder; None if there is none that can be read."""
    return read_json(Paths(folder).ranking, Ranking)
