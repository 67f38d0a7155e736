"""The progress bar of a sweep whose points other processes evaluate."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

from tqdm import tqdm

from laser_sweep.store.results import Store


class Progress:
    """A progress bar that counts the result files which other processes write.

    Args:
        store: the store that they write to.
        total: the number of result files that they are to write.
    """

    def __init__(self, store: Store, total: int):
        self._store = store
        self._before = set(self._written())
        self._bar = tqdm(total=total, unit="point", disable=None, dynamic_ncols=True)

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
        written = len(set(self._written()) - self._before)
        self._bar.update(written - self._bar.n)

    def _written(self) -> list[Path]:
        return self._store.paths.result_files(self._store.digest)
