"""The progress bar of a sweep whose points other processes evaluate."""

from __future__ import annotations

from collections.abc import Iterable
from types import TracebackType

from tqdm import tqdm

from laser_sweep.grid.point import Evaluation
from laser_sweep.store.results import Store


class Progress:
    """A progress bar that counts the result files which other processes write.

    Args:
        store: the store that they write to.
        evaluations: the evaluations that they make.
    """

    def __init__(self, store: Store, evaluations: Iterable[Evaluation]):
        self._awaited = {store.path(*each) for each in evaluations}
        self._bar = tqdm(total=len(self._awaited), unit="point", disable=None, dynamic_ncols=True)

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._bar.close()

    def update(self) -> None:
        """Count the result files again."""
        written = {path for path in self._awaited if path.exists()}
        self._awaited -= written
        self._bar.update(len(written))
