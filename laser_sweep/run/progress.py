"""How far a sweep is whose points are evaluated elsewhere: seen by its result files."""

from __future__ import annotations

from collections.abc import Iterable
from types import TracebackType

from tqdm import tqdm

from laser_sweep.grid.point import Evaluation
from laser_sweep.store.results import Store


class Progress:
    """A bar that counts the result files that other processes write.

    Args:
        store: where they write them.
        evaluations: what they evaluate.
    """

    def __init__(self, store: Store, evaluations: Iterable[Evaluation]):
        self._waited = {store.path(*each) for each in evaluations}
        self._bar = tqdm(total=len(self._waited), unit="point", disable=None, dynamic_ncols=True)

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._bar.close()

    def look(self) -> None:
        """Count again."""
        there = {path for path in self._waited if path.exists()}
        self._waited -= there
        self._bar.update(len(there))
