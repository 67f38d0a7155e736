"""The progress of a sweep: a bar on a terminal, and a line now and then elsewhere."""

from __future__ import annotations

import logging
import time
from pathlib import Path
from types import TracebackType

from tqdm import tqdm

from laser_sweep.report.formatting import duration
from laser_sweep.store.results import Store

log = logging.getLogger(__name__)

_PAUSE_S = 60.0


class ProgressLines:
    """Lines of the log that tell how far a sweep is, at most one a minute.

    A log in a file has no progress bar.

    Args:
        total: the number of points to evaluate.
        hidden: whether no bar is shown; with a bar there are no lines.

    Attributes:
        done: the number of points that are done.
    """

    def __init__(self, total: int, *, hidden: bool):
        self._total = total
        self._hidden = hidden
        self.done = 0
        self._started = self._last = time.monotonic()

    def update(self, points: int = 1) -> None:
        """Count further points, and tell how many are done if the last line is long ago."""
        self.done += points
        now, left = time.monotonic(), self._total - self.done
        if not self._hidden or now - self._last < _PAUSE_S or not self.done or left <= 0:
            return
        self._last = now
        remaining = (now - self._started) * left / self.done
        log.info("%d of %d points, about %s left", self.done, self._total, duration(remaining))


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
        self._lines = ProgressLines(total, hidden=bool(self._bar.disable))

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
        further = written - self._lines.done
        self._bar.update(further)
        self._lines.update(further)

    def _written(self) -> list[Path]:
        return self._store.paths.result_files(self._store.digest)
